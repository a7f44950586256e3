# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors

import collections
import importlib
import os
import sys
import threading
from typing import NamedTuple

import numpy as np

from ntstrip._strip import _background, _choice, _number

_FIT = {'contain': 0, 'cover': 1, 'exact': 2}
_ORDER = {'rgba': 0, 'bgra': 1}
_ON_ERROR = {'background': False, 'raise': True}

# Of a C size.
_MOST_BYTES = sys.maxsize


class ImageFailure(NamedTuple):
    """An image that could not be had.

    index
        Its place in the request.
    path
        As the request named it.
    reason
        One sentence, such as 'no file has this name'.
    """

    index: int
    path: object
    reason: str


class ImageError(ValueError):
    """Images could not be had, and on_error='raise'. failures is a tuple of
    ImageFailure."""

    def __init__(self, message, failures=()):
        super().__init__(message)
        self.failures = failures


class ImagesReport(NamedTuple):
    """What one strip took.

    images
        That were asked for.
    hits
        Images that were in the cache when the request was made.
    joined
        Images that were on their way for another request.
    misses
        All others.
    failed
        Images that could not be had. Their tiles are background.
    copied
        Tiles whose image was copied to the strip.
    kept
        Tiles that held it already; nothing was written.
    seconds
        From when the strip was due until it was done.
    damaged
        The indices of images that show, though something is wrong in their
        files: a tuple.
    """

    images: int
    hits: int
    joined: int
    misses: int
    failed: int
    copied: int
    kept: int
    seconds: float
    damaged: tuple


class ImagesStats(NamedTuple):
    """What happened since the Images were made.

    requests
        Strips, without prefetch().
    hits, joined, misses
        As in ImagesReport.
    decoded
        Images.
    evictions
        Images that had to leave the cache.
    failures
        Images that could not be had.
    decode_seconds
        In all threads together, reading the files included.
    tiles_copied, tiles_kept
        As in ImagesReport.
    images
        In the cache now.
    bytes, bytes_max
        Of the budget: taken or reserved now, and the most there ever were.
    threads
        That decode.
    """

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


def _load_extension():
    try:
        return importlib.import_module('ntstrip._ntimages')
    except ModuleNotFoundError as error:
        raise ImportError(
            'this build of ntstrip has no image decoders: build it where '
            'pkg-config finds libjpeg, libpng or libwebp (Debian: '
            'libjpeg-dev libpng-dev libwebp-dev)') from error


def _nanoseconds(name, seconds):
    try:
        is_good = 0 < seconds < 1e9
    except TypeError:
        raise TypeError(f'{name}={seconds!r}, expected seconds') from None
    if not is_good:
        raise ValueError(f'{name}={seconds!r}, expected seconds, more than 0')
    return max(1, int(seconds * 1e9))


def _bytes(name, value):
    return _number(name, value, 1, _MOST_BYTES)


def _paths(paths):
    if isinstance(paths, (str, bytes, os.PathLike)):
        raise TypeError(f'paths is one path, {paths!r}: give a list of paths')
    return tuple(paths)


def _is_main_thread():
    return threading.get_ident() == threading.main_thread().ident


class Images:
    """Image files as strips, through a cache.

    A request names images, and becomes a strip. What is in the cache is copied
    while the rest is decoded, by threads; what the strip still holds is not
    even copied:

        images = ntstrip.Images((512, 512), cache_bytes=4 << 30)
        array = images.strip(paths, columns=10)

    tile
        (height, width) of each image in the strip, in pixels.
    cache_bytes
        The budget: of decoded images, and of all that the decoders need
        meanwhile. It is never exceeded. An image takes height * width * 4
        bytes. The memory of strips is not part of it. A strip with more bytes
        of images is a MemoryError.
    fit
        'contain': scaled until it fits, with background around it. 'cover':
        scaled until it fills the tile; what is left over is cut off. 'exact':
        not scaled, and an image of another size is a failure.
    background
        A pixel of 4 bytes in the order of order, or one value for all.
    order
        'rgba' or 'bgra'. Alpha is not premultiplied.
    threads
        That decode, and that write a strip. 0: as many as the process may use
        CPUs; 8 at most write.
    on_error
        Of an image that can't be had: 'background' sets background in its
        place, and failures has the reason; 'raise' raises an ImageError when
        the rest of the strip is made.
    max_file_bytes, max_pixels, max_work_bytes, max_decode_seconds
        Limits of each image: bytes of the file, width * height, memory for
        decoding, and time. What is beyond them is a failure.
    retry_seconds
        An image that failed is not tried again before.

    JPEG, PNG and WebP, as far as this build has the decoders (formats). The
    contents decide, not the name. Images are set upright as EXIF says; the
    first picture of an animation counts. A file is known by its path, its size
    and the time of its last change, in nanoseconds: a changed file is another
    image. A path is a str, bytes or os.PathLike.

    Threads: any thread may call anything at any time; the GIL is released while
    files are looked up, images awaited and bytes copied. Two threads that call
    strip() without out share the strip's own array, and wait for each other;
    calls with an out, get() and each iterator have memory of their own, and
    wait for no other. Ctrl-C ends
    the waiting, and gives the request up. The decoding threads end with
    close(), or with the last use of the object. A child after fork() must make
    its own.

    ImportError: this build has no decoders. ValueError, TypeError: arguments.
    """

    def __init__(self, tile, cache_bytes=2**30, fit='contain', *,
                 background=(0, 0, 0, 255), order='rgba', threads=0,
                 on_error='background', max_file_bytes=256 * 2**20,
                 max_pixels=100_000_000, max_work_bytes=2**30,
                 max_decode_seconds=10.0, retry_seconds=2.0):
        try:
            height, width = tile
        except (TypeError, ValueError) as error:
            raise type(error)(f'tile={tile!r}, expected (height, width) in '
                              'pixels') from None
        self._tile = (_number('tile[0]', height, 1),
                      _number('tile[1]', width, 1))
        self._threads = _number('threads', threads)
        self._raises = _choice('on_error', on_error, _ON_ERROR)
        options = (
            _bytes('cache_bytes', cache_bytes), self._threads,
            _bytes('max_file_bytes', max_file_bytes),
            _bytes('max_pixels', max_pixels),
            _bytes('max_work_bytes', max_work_bytes),
            _nanoseconds('max_decode_seconds', max_decode_seconds),
            _nanoseconds('retry_seconds', retry_seconds), *self._tile,
            _choice('fit', fit, _FIT), _choice('order', order, _ORDER),
            _background(background, (4,), np.dtype('uint8')))
        self._extension = _load_extension()
        self._cache = self._extension.Cache(*options)
        self._canvases = {}
        self._idle = None, []
        self._last = (ImagesReport(0, 0, 0, 0, 0, 0, 0, 0.0, ()), ())

    def strip(self, paths, out=None, *, columns=0, gap=0):
        """Makes a strip of these images, and returns it as an array.

        paths
            A sequence of paths, or of keys of put().
        out
            An array to fill in place of the strip's own: uint8, of shape
            (height, width, 4), or (images, height, width, 4) if columns is 1
            and gap 0. Its rows may be at any distance. It is written anew each
            time.
        columns
            How many; 0: all images in one row. Cells that are left over are
            background.
        gap
            Pixels of background between columns and between rows.

        Returns out, or the strip's own array, which is read-only: the next call
        for as many images in as many columns changes it, and writes only what
        is not there yet. Copy what is to stay, or use out.

        See report and failures for what was done. ImageError: an image can't be
        had, and on_error is 'raise'. ValueError: no paths, a null byte in one,
        an out that does not fit; closed. TypeError: what is no path, another
        dtype. MemoryError. KeyboardInterrupt: the request was given up; what
        out holds is undefined then.
        """
        paths = _paths(paths)
        columns = _number('columns', columns)
        gap = _number('gap', gap)
        if out is not None:
            return self._fill(paths, out, columns, gap)
        request = self._cache.request(paths)
        canvas = self._get_canvas(self._canvases, len(paths), columns, gap)
        return self._make(request, paths, canvas, None)

    def get(self, paths):
        """Returns the images as a new array of shape (images, height, width,
        4), which is yours. Each is an image for Strip.merge(), too:

            strip.merge(images.get(paths))

        The images are copied from the cache, so strip(), which writes them
        straight to their places, saves a copy. Errors as with strip().
        """
        paths = _paths(paths)
        out = np.empty((len(paths), *self._tile, 4), np.uint8)
        if not paths:
            return out
        return self._fill(paths, out, 1, 0)

    def strips(self, requests, ahead=8, *, columns=0, gap=0):
        """Makes a strip of each request, in their order: an iterator of arrays.

            for array in images.strips(batches_of_paths, columns=1):
                train(array)

        requests
            An iterable of sequences of paths. It is read ahead.
        ahead
            So many requests behind the one that is due are queued: their images
            are decoded meanwhile, and the cache keeps what they will need.
        columns, gap
            As for strip().

        An array is valid until the next one: they have the same memory, which
        is not that of strip(), as long as requests have the same number of
        images. Where the loop is left, what is queued is given up. Errors as
        with strip(); they end the iterator.
        """
        return self._iterate(iter(requests), _number('ahead', ahead),
                             _number('columns', columns), _number('gap', gap))

    def _iterate(self, requests, ahead, columns, gap):
        canvases = {}
        queue = collections.deque()
        try:
            while True:
                for paths in requests:
                    paths = _paths(paths)
                    queue.append((self._cache.request(paths), paths))
                    if len(queue) > ahead:
                        break
                if not queue:
                    return
                request, paths = queue[0]
                canvas = self._get_canvas(canvases, len(paths), columns, gap)
                array = self._make(request, paths, canvas, None)
                queue.popleft()
                del request
                yield array
        finally:
            for request, _ in queue:
                request.cancel()

    def prefetch(self, paths):
        """Has images decoded after those of all requests, as far as there is
        room, and returns at once. Nothing is said of failures."""
        self._cache.prefetch(_paths(paths))

    def put(self, key, image):
        """Puts an image in the cache: a request for this key gets it, and looks
        for no file of this name.

        key
            As a path: str, bytes or os.PathLike.
        image
            uint8, of shape (height, width, 4) as the tiles are, in the order of
            order. It is copied.

        It stays, and takes its part of the budget, until remove(); another one
        under this key takes its place. MemoryError: it does not fit beside what
        was put in before. ValueError: a shape. TypeError: a dtype.
        """
        self._cache.put(key, image)

    def remove(self, key):
        """Forgets the image of this key or path, and returns whether there was
        one in the cache."""
        return self._cache.remove(key)

    def close(self):
        """Frees the cache, and ends the decoding threads, when the strips that
        other threads are waiting for are made. Arrays stay valid. Anything else
        but close() is a ValueError afterwards."""
        self._cache.close()

    @property
    def report(self):
        """What the last strip took, whatever thread made it: an ImagesReport.
        All zero before the first."""
        return self._last[0]

    @property
    def failures(self):
        """The images that the last strip could not have: a tuple of
        ImageFailure."""
        return self._last[1]

    @property
    def stats(self):
        """What happened since these Images were made: ImagesStats."""
        return ImagesStats(*self._cache.stats())

    @property
    def formats(self):
        """What this build decodes: 'jpeg, png, webp', or less."""
        return self._extension.formats

    @property
    def tile(self):
        """(height, width) of each image."""
        return self._tile

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __repr__(self):
        return '<ntstrip.Images of {}x{} pixels>'.format(*reversed(self._tile))

    def _new_canvas(self, n, columns, gap):
        if n == 0:
            raise ValueError('no paths')
        return self._extension.Canvas(n, *self._tile, columns or n, gap,
                                      self._threads)

    def _get_canvas(self, canvases, *key):
        """The last one of canvases, if it is such a one."""
        canvas = canvases.get(key)
        if canvas is None:
            canvas = self._new_canvas(*key)
            canvases.clear()
            canvases[key] = canvas
        return canvas

    def _fill(self, paths, out, columns, gap):
        """Uses a canvas that no other call has meanwhile. The idle ones are as
        many as there were calls at the same time, and all of the last shape;
        pop() and append() are atomic."""
        request = self._cache.request(paths)
        key = len(paths), columns, gap
        last_key, idle = self._idle
        if key != last_key:
            idle = []
            self._idle = key, idle
        try:
            canvas = idle.pop()
        except IndexError:
            canvas = self._new_canvas(*key)
        try:
            return self._make(request, paths, canvas, out)
        finally:
            idle.append(canvas)

    def _make(self, request, paths, canvas, out):
        *numbers, failures, damaged = request.compose(canvas, out,
                                                      _is_main_thread())
        failures = tuple(ImageFailure(i, paths[i], reason)
                         for i, reason in failures)
        self._last = ImagesReport(*numbers, tuple(damaged)), failures
        if failures and self._raises:
            raise ImageError(_describe(failures, len(paths)), failures)
        if out is not None:
            return out
        return np.ndarray((*canvas.size(), 4), np.uint8, canvas)


def _describe(failures, n):
    text = f'{len(failures)} of {n} images could not be had: ' + '; '.join(
        f'image {f.index}, {os.fspath(f.path)!r}: {f.reason}'
        for f in failures[:3])
    return text + ('; ...' if len(failures) > 3 else '')
