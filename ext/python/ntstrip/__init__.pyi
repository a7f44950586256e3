# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

class _HasArrayInterface(Protocol):
    @property
    def __array_interface__(self) -> dict[str, Any]: ...

# Or anything else with the buffer protocol, which has no type before Python
# 3.12.
_Array = (npt.NDArray[Any] | _HasArrayInterface | bytes | bytearray
          | memoryview)

kernel: str

class Report(NamedTuple):
    copied: int
    kept: int
    background: int
    in_place: int
    gathered: int
    bytes: int
    seconds: float
    streamed: bool

class Strip:
    def __init__(
        self, tiles: int, height: int | Sequence[int],
        width: int | Sequence[int],
        channels: int | tuple[int, ...] | None = None,
        dtype: npt.DTypeLike = 'uint8', *, columns: int = 0, rows: int = 0,
        gap: int = 0, align: Literal['top', 'center', 'bottom'] = 'top',
        align_x: Literal['left', 'center', 'right'] = 'left',
        background: npt.ArrayLike = 0, threads: int = 0,
        stores: Literal['auto', 'always', 'never'] = 'auto',
        writable: bool = False) -> None: ...
    @classmethod
    def like(cls, images: Iterable[_Array | None],
             **options: Any) -> Strip: ...
    def merge(self, images: Iterable[_Array | None],
              ids: Iterable[Hashable] | None = None,
              out: Any = None) -> npt.NDArray[Any]: ...
    @property
    def array(self) -> npt.NDArray[Any]: ...
    @property
    def batch(self) -> npt.NDArray[Any]: ...
    def tile(self, i: int) -> npt.NDArray[Any]: ...
    def rectangle(self, i: int) -> tuple[int, int, int, int]: ...
    def invalidate(self) -> None: ...
    @property
    def report(self) -> Report: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    @property
    def columns(self) -> int: ...
    @property
    def rows(self) -> int: ...
    def __len__(self) -> int: ...

def concatenate(arrays: Iterable[_Array], axis: int = 0, out: Any = None, *,
                threads: int = 0) -> npt.NDArray[Any]: ...
def stack(arrays: Iterable[_Array], axis: int = 0, out: Any = None, *,
          threads: int = 0) -> npt.NDArray[Any]: ...
def hstack(arrays: Iterable[_Array], out: Any = None, *,
           threads: int = 0) -> npt.NDArray[Any]: ...
def vstack(arrays: Iterable[_Array], out: Any = None, *,
           threads: int = 0) -> npt.NDArray[Any]: ...
