# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors

import os
from collections.abc import Hashable, Iterable, Iterator, Sequence
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

_Path = str | bytes | os.PathLike[Any]

class ImageFailure(NamedTuple):
    index: int
    path: _Path
    reason: str

class ImageError(ValueError):
    failures: tuple[ImageFailure, ...]
    def __init__(self, message: str,
                 failures: tuple[ImageFailure, ...] = ()) -> None: ...

class ImagesReport(NamedTuple):
    images: int
    hits: int
    joined: int
    misses: int
    failed: int
    copied: int
    kept: int
    seconds: float
    damaged: tuple[int, ...]

class ImagesStats(NamedTuple):
    requests: int
    hits: int
    joined: int
    misses: int
    decoded: int
    evictions: int
    failures: int
    decode_seconds: float
    tiles_copied: int
    tiles_kept: int
    images: int
    bytes: int
    bytes_max: int
    threads: int

class Images:
    def __init__(
        self, tile: tuple[int, int], cache_bytes: int = 1073741824,
        fit: Literal['contain', 'cover', 'exact'] = 'contain', *,
        background: npt.ArrayLike = (0, 0, 0, 255),
        order: Literal['rgba', 'bgra'] = 'rgba', threads: int = 0,
        on_error: Literal['background', 'raise'] = 'background',
        max_file_bytes: int = 268435456, max_pixels: int = 100000000,
        max_work_bytes: int = 1073741824, max_decode_seconds: float = 10.0,
        retry_seconds: float = 2.0) -> None: ...
    def strip(self, paths: Iterable[_Path], out: Any = None, *,
              columns: int = 0, gap: int = 0) -> npt.NDArray[np.uint8]: ...
    def get(self, paths: Iterable[_Path]) -> npt.NDArray[np.uint8]: ...
    def strips(self, requests: Iterable[Iterable[_Path]], ahead: int = 8, *,
               columns: int = 0,
               gap: int = 0) -> Iterator[npt.NDArray[np.uint8]]: ...
    def prefetch(self, paths: Iterable[_Path]) -> None: ...
    def put(self, key: _Path, image: Any) -> None: ...
    def remove(self, key: _Path) -> bool: ...
    def close(self) -> None: ...
    @property
    def report(self) -> ImagesReport: ...
    @property
    def failures(self) -> tuple[ImageFailure, ...]: ...
    @property
    def stats(self) -> ImagesStats: ...
    @property
    def formats(self) -> str: ...
    @property
    def tile(self) -> tuple[int, int]: ...
    def __enter__(self) -> Images: ...
    def __exit__(self, *_: object) -> None: ...

def concatenate(arrays: Iterable[_Array], axis: int = 0, out: Any = None, *,
                threads: int = 0) -> npt.NDArray[Any]: ...
def stack(arrays: Iterable[_Array], axis: int = 0, out: Any = None, *,
          threads: int = 0) -> npt.NDArray[Any]: ...
def hstack(arrays: Iterable[_Array], out: Any = None, *,
           threads: int = 0) -> npt.NDArray[Any]: ...
def vstack(arrays: Iterable[_Array], out: Any = None, *,
           threads: int = 0) -> npt.NDArray[Any]: ...
