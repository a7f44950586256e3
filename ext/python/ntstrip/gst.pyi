# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors

from types import TracebackType
from typing import Any, Self, SupportsIndex

import numpy.typing as npt
from gi.repository import Gst, GstApp

_Array = npt.NDArray[Any]

def array(
    sample: Gst.Sample | Gst.Buffer, caps: Gst.Caps | None = None, *,
    batch: SupportsIndex | None = None) -> _Array: ...

def push(
    appsrc: GstApp.AppSrc, array: _Array | Wrapped,
    pts: SupportsIndex | None = None,
    duration: SupportsIndex | None = None) -> Gst.FlowReturn: ...

def wrap(array: _Array) -> Wrapped: ...

def pool(appsrc: GstApp.AppSrc) -> Pool: ...

class Wrapped:
    @property
    def array(self) -> _Array: ...

class Pool:
    def acquire(self) -> Frame: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, type: type[BaseException] | None, value: BaseException | None,
        traceback: TracebackType | None) -> None: ...

class Frame:
    @property
    def array(self) -> _Array: ...
    def push(
        self, pts: SupportsIndex | None = None,
        duration: SupportsIndex | None = None) -> Gst.FlowReturn: ...
