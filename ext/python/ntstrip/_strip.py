# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors

import math
import operator
import sys
from typing import NamedTuple

import numpy as np

from ntstrip import _ntstrip

_ALIGN = {'top': 0, 'center': 1, 'bottom': 2}
_ALIGN_X = {'left': 0, 'center': 1, 'right': 2}
_STORES = {'auto': 0, 'always': 1, 'never': 2}

# The engine counts in 32 bits.
_MOST = 2**32 - 1
# Dimensions of arrays and lengths of tuples; less where addresses have 32 bits.
_LONGEST = min(_MOST, sys.maxsize)


class Report(NamedTuple):
    """What Strip.merge() did last. Each tile is counted in one of the first
    four fields.

    copied
        Tiles whose image was copied.
    kept
        Tiles that held all of it already; nothing was written.
    background
        Tiles that were filled with background.
    in_place
        Tiles whose image was the tile itself; nothing was written.
    gathered
        Of the copied ones, those whose pixels were not contiguous: they are
        copied one by one, which takes several times as long.
    bytes
        Bytes of the copied images.
    seconds
        How long it took to write, without the checks before it.
    streamed
        Whether what was written, if anything, was written with streaming
        stores, which go past the caches.
    """

    copied: int
    kept: int
    background: int
    in_place: int
    gathered: int
    bytes: int
    seconds: float
    streamed: bool


def _integer(name, value):
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f'{name}={value!r}, expected an integer') from None


def _number(name, value, least=0, most=_MOST):
    """An int for the engine."""
    number = _integer(name, value)
    if not least <= number <= most:
        raise ValueError(f'{name}={number}, expected {least} to {most}')
    return number


def _length(name, value):
    """The same, of a dimension or a tuple."""
    return _number(name, value, 1, _LONGEST)


def _choice(name, value, choices):
    if value not in choices:
        raise ValueError(f'{name}={value!r}, expected one of '
                         + ', '.join(map(repr, choices)))
    return choices[value]


def _sizes(name, value, tiles):
    """One number for all tiles, or one for each."""
    if not np.iterable(value):
        return (_length(name, value),) * tiles
    sizes = tuple(value)
    if len(sizes) != tiles:
        raise ValueError(f'{name} has {len(sizes)} numbers, expected {tiles}, '
                         'one for each tile')
    return tuple(_length(f'{name}[{i}]', n) for i, n in enumerate(sizes))


def _item_shape(channels):
    """The dimensions of an image behind its rows and columns."""
    if channels is None:
        return ()
    shape = tuple(channels) if np.iterable(channels) else (channels,)
    shape = tuple(_integer('channels', n) for n in shape)
    if any(n < 1 for n in shape):
        raise ValueError(f'channels={channels!r}, expected 1 or more')
    return shape


def _pixel_dtype(dtype):
    dtype = np.dtype(dtype)
    if dtype.hasobject:
        raise TypeError(f"dtype {dtype}: references to objects can't be copied "
                        'as bytes')
    if dtype.subdtype is not None:
        raise TypeError(f'dtype {dtype} has dimensions: give them as channels')
    if dtype.itemsize == 0:
        raise ValueError(f'dtype {dtype} has no bytes')
    return dtype


def _check_pixel(item_shape, dtype):
    size = math.prod(item_shape) * dtype.itemsize
    if size > _LONGEST:
        raise ValueError(f'channels={item_shape} of dtype {dtype}: pixels of '
                         f'{size} bytes, {_LONGEST} are the most')


def _check_numbers(value, dtype):
    """ValueError: an integer of this dtype would be another number. NumPy
    wraps some of them around, and cuts off fractions."""
    if dtype.names and isinstance(value, tuple):
        for name, part in zip(dtype.names, value):
            _check_numbers(part, dtype[name].base)
    elif dtype.kind in 'iu':
        limits = np.iinfo(dtype)
        for number in np.asarray(value, object).flat:
            if (not limits.min <= number <= limits.max
                    or number != int(number)):
                raise ValueError(f'{number} is no integer from {limits.min} to '
                                 f'{limits.max}')


def _background(value, item_shape, dtype):
    """The bytes of one pixel."""
    if isinstance(value, int) and value == 0:
        # Of any dtype: NumPy makes the text '0' of it for strings, and leaves
        # padding in a clongdouble as it is.
        return np.zeros(item_shape, dtype).tobytes()
    try:
        _check_numbers(value, dtype)
        with np.errstate(over='raise'):
            pixel = np.broadcast_to(np.asarray(value, dtype), item_shape)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise ValueError(f'background={value!r} is no pixel of shape '
                         f'{item_shape} and dtype {dtype}: {error}') from error
    return pixel.tobytes()


class Strip:
    """Images side by side in one array, again and again.

    Made once, it has memory for all images and threads to write it, and knows
    what each tile holds:

        strip = ntstrip.Strip(tiles=100, height=1024, width=1024, channels=4)
        while True:
            array = strip.merge(images)     # shape (1024, 102400, 4)

    tiles
        The number of images.
    height, width
        Of each image, in pixels: a number, or a sequence with one for each
        tile. A row of tiles is as high as its highest image, a column as wide
        as its widest one.
    channels
        The last dimension of an image: (height, width, channels). None: images
        of shape (height, width). A tuple: more dimensions.
    dtype
        Of images and strip, byte order included: any dtype without references
        to objects. Nothing is converted.
    columns, rows
        How many. Both 0: all images in one row. columns=1: one below the
        other, which is a batch (see the property batch). If both are given,
        cells without an image are background.
    gap
        Pixels of background between columns and between rows.
    align, align_x
        Where an image stands that is smaller than its cell: 'top', 'center' or
        'bottom'; 'left', 'center' or 'right'.
    background
        A pixel, or one value for all its components, within the range of the
        dtype. 0: as np.zeros().
    threads
        How many threads may write, the caller's own included. 0: as many as
        the process may use CPUs, 8 at most. Small strips take one.
    stores
        'auto': streaming stores, which go past the caches, where the strip is
        too large for these. 'always', 'never'.
    writable
        Whether the strip's own array may be written to, by you or a program
        that gets it. Each merge then writes all of it, and takes no ids.

    ValueError: sizes out of range, or a strip that can't be addressed.
    TypeError: sizes that are no integers, a dtype that can't be copied.
    MemoryError: too little memory; the strip's own memory is allocated, and
    touched, when it is first needed.

    Threads: each thread may have strips of its own, and they work at the same
    time, because the GIL is released while bytes are copied. Threads that merge
    into the same strip wait for each other. Don't change an image while it is
    being merged. After fork(), a child may use strips that no thread was
    merging; their memory is its own copy.
    """

    def __init__(self, tiles, height, width, channels=None, dtype='uint8', *,
                 columns=0, rows=0, gap=0, align='top', align_x='left',
                 background=0, threads=0, stores='auto', writable=False):
        tiles = _length('tiles', tiles)
        self._item_shape = _item_shape(channels)
        self._dtype = _pixel_dtype(dtype)
        if len(self._item_shape) > 30:
            raise ValueError('more than 32 dimensions')
        _check_pixel(self._item_shape, self._dtype)
        self._merger = _ntstrip.Merger(
            _sizes('height', height, tiles), _sizes('width', width, tiles),
            self._item_shape, self._dtype, self._dtype.itemsize,
            _background(background, self._item_shape, self._dtype),
            _number('columns', columns), _number('rows', rows),
            _number('gap', gap), _choice('align_x', align_x, _ALIGN_X),
            _choice('align', align, _ALIGN), _number('threads', threads),
            _choice('stores', stores, _STORES), bool(writable))
        self._tiles = tiles
        (self._height, self._width, self._rows, self._columns,
         self._is_batch) = self._merger.layout()
        self._array = None
        self._arrays = {}

    @classmethod
    def like(cls, images, **options):
        """Makes a strip for images of these shapes and this dtype.

        images
            A sequence of arrays, of shape (height, width) or (height, width,
            ...). Heights and widths may differ. None takes the size of the
            first image.
        options
            As for Strip(): columns, rows, gap and so on.

        Nothing is copied yet. ValueError: shapes that don't go together.
        TypeError: dtypes that differ.
        """
        arrays = [None if image is None else _describe(i, image)
                  for i, image in enumerate(images)]
        first = next((a for a in arrays if a is not None), None)
        if first is None:
            raise ValueError('no image to make a strip like')
        arrays = [first if a is None else a for a in arrays]
        for i, (shape, dtype) in enumerate(arrays):
            if dtype != first[1]:
                raise TypeError(f'image {i} has dtype {dtype}, expected '
                                f'{first[1]}: nothing is converted')
            if len(shape) < 2 or shape[2:] != first[0][2:]:
                raise ValueError(
                    f'image {i} has shape {shape}, expected (height, width'
                    + ''.join(f', {n}' for n in first[0][2:]) + ')')
        return cls(len(arrays), [shape[0] for shape, _ in arrays],
                   [shape[1] for shape, _ in arrays], first[0][2:], first[1],
                   **options)

    def merge(self, images, ids=None, out=None):
        """Makes the strip of these images, and returns it as an array.

        images
            A sequence with an image for each tile, which the call reads once:
            a list may change meanwhile. An image is anything with the buffer
            protocol or __array_interface__, of the tile's shape and the strip's
            dtype; it may be read-only. Rows may be at any distance, also
            backwards. Pixels that are not contiguous, as in a transposed
            image, or one with its channels reversed, are copied one by one
            (Report.gathered). None is background. An image that is the tile
            itself (see tile()) needs no copy.
        ids
            A sequence with an id for each image: a cache's key, a counter, any
            hashable. An image is not copied where the tile holds an image with
            an equal id. So an id must name the same bytes as long as it is in
            use. None: unknown, and copied.
        out
            An array to fill in place of the strip's own: of shape (height,
            width, channels), or as batch. Its rows may be at any distance. It
            is filled anew each time, and so takes no ids.

        Returns out, or the strip's own array: the same object and the same
        memory each time, so the next merge changes it. It is read-only, unless
        the strip is writable, because merge() must know what it holds.

        ValueError: the number of images, a shape, an image that overlaps the
        strip elsewhere than in its own tile; an out that is read-only, of
        another shape, or has pixels that are not contiguous. TypeError: another
        dtype, something that is no array, an id that is not hashable.
        RuntimeError: the strip is used by an id's __eq__ or the like, while it
        is merged. After an error the strip holds what it held; after one in
        out, out does.
        """
        self._merger.merge(images, ids, out)
        if out is not None:
            return out
        return self.array if self._array is None else self._array

    @property
    def array(self):
        """The strip's own array, of shape (height, width, channels); merge()
        returns it. Read-only, unless the strip is writable. Background and
        other tiles are undefined before the first merge(). It lives as long as
        a view of it, also without the strip."""
        if self._array is None:
            array = np.ndarray(self.shape, self._dtype, self._merger.memory())
            # Two threads that come here together get the same array.
            self._array = self._arrays.setdefault('own', array)
        return self._array

    @property
    def batch(self):
        """The strip's own array, of shape (tiles, height, width, channels).
        For strips with columns=1, images of one size and no gap; ValueError
        otherwise."""
        if not self._is_batch:
            raise ValueError('only a strip with columns=1, images of one size '
                             'and no gap is a batch')
        return self.array.reshape(
            (self._tiles, self._height // self._tiles, self._width)
            + self._item_shape)

    def _tile_number(self, i):
        i = operator.index(i)
        if not -self._tiles <= i < self._tiles:
            raise IndexError(f'tile {i} of {self._tiles}')
        return i % self._tiles

    def tile(self, i):
        """Returns tile i of the strip's own array, to write to: a view of shape
        (height, width, channels).

        What draws or decodes into it needs no copy: give the view itself to
        merge() as image i.

            tiles = [strip.tile(i) for i in range(len(strip))]
            draw_into(tiles[3])
            strip.merge([..., tiles[3], ...])

        As long as the view or a view of it lives, merge() does not trust what
        the tile holds, and copies any other image whatever its id is. The
        memory lives as long as the view, also without the strip. i may be
        negative. IndexError: there is no such tile.
        """
        height, width, stride, memory = self._merger.place(
            self._tile_number(i))
        strides = [stride]
        item = self._dtype.itemsize
        for n in reversed((width,) + self._item_shape):
            strides.insert(1, item)
            item *= n
        return np.ndarray((height, width) + self._item_shape, self._dtype,
                          memory, strides=strides)

    def rectangle(self, i):
        """Returns where image i stands in the strip: (x, y, width, height), in
        pixels. IndexError: there is no such tile."""
        return self._merger.rectangle(self._tile_number(i))

    def invalidate(self):
        """Forgets what the strip's own array holds: the next merge() writes all
        of it. For programs that write to its memory behind NumPy's back."""
        self._merger.invalidate()

    @property
    def report(self):
        """What merge() did last: a Report. All zero before the first."""
        return Report(*self._merger.report())

    @property
    def shape(self):
        """Of the strip's array: (height, width, channels)."""
        return (self._height, self._width) + self._item_shape

    @property
    def dtype(self):
        """Of images and strip."""
        return self._dtype

    @property
    def columns(self):
        """How many columns there are."""
        return self._columns

    @property
    def rows(self):
        """How many rows there are."""
        return self._rows

    def __len__(self):
        """The number of tiles."""
        return self._tiles

    def __repr__(self):
        return (f'<ntstrip.Strip of {self._tiles} tiles, shape {self.shape}, '
                f'dtype {self._dtype}>')


def _describe(i, image):
    """Shape and dtype of an image, whatever it is."""
    array = _ntstrip.as_array(i, image)
    return array.shape, array.dtype
