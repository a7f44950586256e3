# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""NumPy arrays and GStreamer buffers: the same bytes, without a copy.

    view = ntstrip.gst.array(sample)         a strip as an array
    ntstrip.gst.push(appsrc, image, pts=0)   an array as a frame
    kept = ntstrip.gst.wrap(image)           an array that is pushed often
    frames = ntstrip.gst.pool(appsrc)        frames of ntmosaic's to draw into

Needs PyGObject, python3-gst-1.0 and NumPy. "import ntstrip" does not import
this module. The application calls Gst.init() before it uses a function.

Shapes. A frame of W x H pixels is an array of shape (H, W, channels), or (H, W)
where a pixel is one number:

    RGBA BGRA ARGB ABGR RGBx BGRx xRGB xBGR AYUV VUYA    (H, W, 4)  uint8
    RGB BGR v308 IYU2                                    (H, W, 3)  uint8
    YUY2 UYVY YVYU VYUY (W is even)                      (H, W, 2)  uint8
    GRAY8                                                (H, W)     uint8
    RGBA64_LE ARGB64 AYUV64 Y412_LE ...                  (H, W, 4)  uint16
    v216 Y210 Y212_LE (W is even)                        (H, W, 2)  uint16
    GRAY16_LE GRAY16_BE RGB16 BGR15 ...                  (H, W)     uint16
    RGB10A2_LE BGR10A2_LE r210 Y410                      (H, W)     uint32

Numbers of several bytes have the byte order of the format: GRAY16_BE is '>u2'.
Planar formats, palettes and packed 10-bit formats without whole pixels (NV12,
RGB8P, v210) have no such array, and are a ValueError.

Threads. All functions may be called from any thread, and release the GIL while
GStreamer works. The thread that drops the last reference on a buffer, a thread
of GStreamer's as a rule, takes the GIL to let go of the array. So stop the
pipeline (Gst.State.NULL) before the program ends, as with every Python callback
of GStreamer, and don't call Gst.deinit() while an array of array() lives.

Errors. ValueError: the shape or the caps; TypeError: the dtype, or not an
array; BufferError: a buffer that can't be mapped, or a frame in use; the text
has the numbers, and says what to do.
"""

import functools
import operator
import sys
from ctypes import byref, c_int, c_size_t, c_void_p

import numpy as np

from ntstrip import _gstc as c
from ntstrip import _gstformat as formats
from ntstrip._gstc import READ, WRITE, Gst, GstVideo

__all__ = ['Frame', 'Pool', 'Wrapped', 'array', 'pool', 'push', 'wrap']

NONE = 2 ** 64 - 1    # GST_CLOCK_TIME_NONE
OK = Gst.FlowReturn.OK    # here for the same reason as in _gstformat

# ---- Buffers as arrays ----


class _Mapping:
    """A mapped buffer: the base of all arrays over its bytes, and unmapped with
    the last of them."""

    __slots__ = ('__array_interface__', 'buffer', 'info', '__weakref__')

    def __init__(self, buffer, flags):
        self.buffer = None
        self.info = c.MapInfo()
        if not c.map_buffer(buffer.address, byref(self.info), flags):
            raise BufferError('the buffer can\'t be mapped for '
                              + ('reading' if flags == READ else 'writing'))
        self.buffer = buffer

    def __del__(self, unmap=c.unmap_buffer, byref=byref):
        if self.buffer is not None:
            unmap(self.buffer.address, byref(self.info))


def _map(buffer, format, flags):
    """An array over the bytes of the buffer, a c.Reference."""
    offset, stride = 0, format.stride
    meta = c.get_meta(buffer.address)
    if meta:
        meta = meta.contents
        offset, stride = meta.offset[0], meta.stride[0]
        if (meta.format != format.id or meta.n_planes != 1
                or meta.width < format.width or meta.height < format.height):
            raise ValueError(
                f'the GstVideoMeta says {meta.width}x{meta.height} in format '
                f'{meta.format}, but the caps {format.width}x{format.height} '
                f'in format {format.id} ({format.name}): these are not the '
                'caps of this buffer')

    mapping = _Mapping(buffer, flags)
    rise = (format.height - 1) * stride
    end = offset + max(rise, 0) + format.row_bytes
    if offset + min(rise, 0) < 0 or end > mapping.info.size:
        raise ValueError(
            f'a buffer of {mapping.info.size} bytes is too short for '
            f'{format.name} {format.width}x{format.height} with rows that '
            f'begin at byte {offset} and are {stride} bytes apart')
    number = format.dtype.itemsize
    channels = format.shape[2] if len(format.shape) == 3 else 1
    mapping.__array_interface__ = {
        'version': 3,
        'data': (mapping.info.data + offset, not flags & WRITE),
        'shape': format.shape,
        'typestr': format.dtype.str,
        'strides': (stride, channels * number, number)[:len(format.shape)],
    }
    return np.asarray(mapping)


def array(sample, caps=None, *, batch=None):
    """The frame in a Gst.Sample, or in a Gst.Buffer with its caps, as a
    read-only array over the buffer's own bytes.

        strip = ntstrip.gst.array(appsink.emit('pull-sample'))
        strip = ntstrip.gst.array(info.get_buffer(), pad.get_current_caps())

    The rows are where the buffer's GstVideoMeta says, so they need not follow
    one another without a gap: strip.strides says. A crop meta is not looked at.

    batch=N: a strip of one column of N tiles of one height, as (N, H, W,
    channels), still the same bytes: array[i] is tile i.

    The array and every array made of it (slices, reshapes, memoryviews) keep
    the buffer mapped and its memory alive, also when sample and pipeline are
    gone. The strip goes home to ntmosaic's pool with the last of them, and as
    long as one lives, ntmosaic makes its strips elsewhere: an application that
    is to keep something keeps a copy of it.

    A buffer of several memories is merged by GStreamer, which is a copy; strips
    have one.
    """
    buffer, format = sample, None
    if isinstance(sample, Gst.Sample):
        buffer = sample.get_buffer()
        if buffer is None:
            raise ValueError('the sample has no buffer')
        if caps is None:
            format = formats.of_sample(sample)
    if not isinstance(buffer, Gst.Buffer):
        raise TypeError('a Gst.Sample, or a Gst.Buffer and its caps, is '
                        f'needed, not {type(sample).__name__}')
    if format is None:
        if not isinstance(caps, Gst.Caps):
            raise TypeError('the caps of the buffer are needed: array(buffer, '
                            'pad.get_current_caps())')
        format = formats.of_caps(caps)
    if batch is not None:
        batch = _parse_integer('batch', batch)
        if batch < 1 or format.height % batch:
            raise ValueError(f'a strip of {format.height} rows is not a batch '
                             f'of {batch} tiles of one height')
    view = _map(c.Reference(c.ref(c.address(buffer))), format, READ)
    if batch is not None:
        view = view.reshape(batch, format.height // batch, *format.shape[1:])
    return view


# ---- Arrays as frames ----


# Arrays that GStreamer has as memory, each in a list of its own, by the id of
# the list. The thread that drops the last reference on the memory takes the
# array out.
_lent = {}


@c.Destroy
def _take_back(key, lent=_lent):
    del lent[key]


def _check_type(array):
    if not isinstance(array, np.ndarray):
        raise TypeError(f'a NumPy array is needed, not {type(array).__name__}: '
                        'numpy.asarray() makes one')


def _find_stride(array):
    """The bytes from a row to the next."""
    _check_type(array)
    if array.ndim in (2, 3) and array.size > 0:
        row_bytes = array.nbytes // array.shape[0]
        stride = array.strides[0] if array.shape[0] > 1 else row_bytes
        if (row_bytes <= stride < 2 ** 31
                and (array.flags.c_contiguous or array[0].flags.c_contiguous)):
            return stride
    raise ValueError(
        f'an array of shape {array.shape} with strides {array.strides} is no '
        'frame: it needs rows of pixels without a gap, from the top to the '
        'bottom; numpy.ascontiguousarray() makes a copy that has')


def _make_memory(array):
    """New memory over the bytes of the array, and its stride. The memory keeps
    the array alive."""
    stride = _find_stride(array)
    lent = [array]
    _lent[id(lent)] = lent
    rows = array.shape[0]
    size = array.nbytes + (rows - 1) * (stride - array.nbytes // rows)
    return c.wrap_memory(
        c.READONLY, array.__array_interface__['data'][0], size, 0, size,
        id(lent), _take_back), stride


class Wrapped:
    """An array as GStreamer memory: see wrap()."""

    __slots__ = ('_array', '_shape', '_dtype', '_stride', '_memory')

    def __init__(self, array):
        memory, self._stride = _make_memory(array)
        self._memory = c.Reference(memory)
        self._array = array
        self._shape, self._dtype = array.shape, array.dtype

    @property
    def array(self):
        """The array that was wrapped."""
        return self._array


def wrap(array):
    """An array as GStreamer memory, to be pushed more than once.

    ntmosaic sees that a frame is the same memory as the frame before, and
    keeps the tile that it has: a still, or an image out of a cache, costs
    nothing then. Wrap an image once, when it enters the cache, and push what
    wrap() returns; array is its array. Its bytes must not change any more. An
    image with new bytes is wrapped anew.

    ValueError: the pixels of a row are not one after the other, or the rows do
    not go from the top to the bottom (array[::-1], array.T). Rows may be
    farther apart than they are long (big[10:20, 30:40]).
    """
    return Wrapped(array)


def _check_layout(shape, dtype, format, appsrc):
    if shape != format.shape or dtype != format.dtype:
        error = ValueError if shape != format.shape else TypeError
        raise error(
            f'{appsrc.get_name()}: the array is {shape} {dtype}, but its caps '
            f'say {formats.describe(format)}: make them agree')


def _parse_integer(name, number):
    try:
        return operator.index(number)
    except TypeError:
        raise TypeError(f'{name}={number!r}, expected an integer') from None


def _parse_time(name, time):
    if time is None:
        return NONE
    time = _parse_integer(name, time)
    if not 0 <= time < NONE:
        raise ValueError(f'{name}={time}: nanoseconds from 0 on are needed')
    return time


_to_flow = functools.cache(Gst.FlowReturn)


def _push(appsrc, buffer, pts, duration):
    """Gives the buffer away, with the only reference."""
    header = c.Buffer.from_address(buffer)
    header.pts = pts
    header.duration = duration
    return _to_flow(c.push_buffer(c.address(appsrc), buffer))


def push(appsrc, array, pts=None, duration=None):
    """Pushes an array, or what wrap() made of one, as a frame: the same bytes,
    no copy. Returns the Gst.FlowReturn of the appsrc.

    The array has the shape and the dtype of the appsrc's caps. Rows may be
    farther apart than they are long: the buffer says so in a GstVideoMeta,
    which ntmosaic reads. What stands between must read it too.

    pts and duration are nanoseconds of running time; None is none.

    The buffer keeps the array alive. As long as a buffer is on its way, its
    bytes belong to it: don't write to the array before GStreamer has let go of
    it. An application that draws its frames therefore draws into a new array
    each time, or into a frame of pool(). The flag of the array is not changed;
    elements downstream can't write to it.

    With block=true, push() waits while the queue of the appsrc is full.

    Flow: FLUSHING where the pipeline was stopped or is being flushed, EOS after
    the end of the stream; the array is let go of.
    """
    format = formats.of_source(appsrc)
    pts = _parse_time('pts', pts)
    duration = _parse_time('duration', duration)
    if isinstance(array, Wrapped):
        _check_layout(array._shape, array._dtype, format, appsrc)
        memory, stride = c.ref(array._memory.address), array._stride
    else:
        _check_type(array)
        _check_layout(array.shape, array.dtype, format, appsrc)
        memory, stride = _make_memory(array)
    # The memory has no other reference, so ntmosaic can copy on arrival.
    buffer = c.buffer_new()
    c.append_memory(buffer, memory)
    if stride != format.stride or stride != format.row_bytes:
        c.add_meta(buffer, 0, format.id, format.width, format.height, 1,
                   (c_size_t * 4)(), (c_int * 4)(stride))
    return _push(appsrc, buffer, pts, duration)


# ---- Frames to draw into ----


class Frame:
    """A frame of a pool, to be drawn and then pushed, by one thread at a time:
    see pool()."""

    def __init__(self, pool, buffer):
        self._pool = pool
        self._array = _map(buffer, pool._format, READ | WRITE)
        self._idle = self._count()

    def _count(self):
        return sys.getrefcount(self._array)

    @property
    def array(self):
        """The pixels, to be written. The array has the bytes of whatever was
        drawn before in this memory."""
        if self._array is None:
            raise ValueError('the frame was pushed: acquire() the next one')
        return self._array

    def push(self, pts=None, duration=None):
        """Pushes the frame, and ends its use: the array must be gone then.
        Returns the Gst.FlowReturn, as push() of the module does.

        BufferError: the array, or an array made of it, is still in a variable.
        The frame is what it was, and can be pushed when they are gone.
        """
        self.array
        appsrc = self._pool._appsrc
        if formats.of_source(appsrc) != self._pool._format:
            raise ValueError(f'{appsrc.get_name()} has other caps than when '
                             'the pool was made: make another pool')
        pts = _parse_time('pts', pts)
        duration = _parse_time('duration', duration)
        others = self._count() - self._idle
        if others > 0:
            raise BufferError(
                f'{others} arrays or variables still show the frame: del them '
                'before the push, or draw in a function that frame.array is '
                'given to')
        buffer = c.ref(self._array.base.buffer.address)
        self._array = None    # unmapped
        return _push(appsrc, buffer, pts, duration)


class Pool:
    """Frames of the pool that stands behind an appsrc: see pool()."""

    def __init__(self, appsrc):
        self._pool = None
        self._format = formats.of_source(appsrc)
        self._appsrc = appsrc
        self._pad = appsrc.get_static_pad('src')
        name = appsrc.get_name()
        if not self._pad.is_active():
            raise RuntimeError(f'{name} does not run: set the pipeline to '
                               'PAUSED or PLAYING first')
        caps = appsrc.get_property('caps')
        query = Gst.Query.new_allocation(caps, True)
        pool = None
        if self._pad.peer_query(query) and query.get_n_allocation_pools() > 0:
            pool, *limits = query.parse_nth_allocation_pool(0)
        if pool is None:
            raise RuntimeError(f'what {name} is linked to proposes no pool: '
                               'push() arrays instead')
        config = pool.get_config()
        Gst.BufferPool.config_set_params(config, caps, *limits)
        if pool.has_option(GstVideo.BUFFER_POOL_OPTION_VIDEO_META):
            Gst.BufferPool.config_add_option(
                config, GstVideo.BUFFER_POOL_OPTION_VIDEO_META)
        if not pool.set_config(config) or not pool.set_active(True):
            raise RuntimeError(f'the pool behind {name} can\'t be used for '
                               f'{caps}')
        self._pool = pool

    def acquire(self):
        """The next Frame. Waits only where the pool has a limit.

        RuntimeError: the pool was closed, or the pipeline has stopped.
        """
        pool = self._pool
        if pool is None:
            raise RuntimeError('the pool was closed')
        if not self._pad.is_active():
            raise RuntimeError(f'{self._appsrc.get_name()} has stopped: make '
                               'another pool when it runs again')
        buffer = c_void_p()
        flow = c.acquire_buffer(c.address(pool), byref(buffer), None)
        if flow != OK:
            raise RuntimeError(
                f'the pool behind {self._appsrc.get_name()} has no frame: '
                f'{_to_flow(flow).value_nick}')
        return Frame(self, c.Reference(buffer.value))

    def close(self):
        """Lets go of the pool; a thread that waits in acquire() gets its
        RuntimeError. Frames that were acquired can still be pushed."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.set_active(False)

    def __enter__(self):
        return self

    def __exit__(self, type, value, traceback):
        self.close()

    def __del__(self):
        self.close()


def pool(appsrc):
    """Frames to draw into, out of the pool that the element behind the appsrc
    proposes.

        frames = ntstrip.gst.pool(appsrc)
        for n in range(100):
            frame = frames.acquire()
            draw(frame.array)
            frame.push(pts=n * 40 * Gst.MSECOND)

    ntmosaic copies such a frame when it arrives, and the pool hands the same
    memory out again: the application draws in memory that is still in the CPU's
    cache. An appsrc with block=true and max-buffers=1 lets no frame wait in its
    queue, where it would leave the cache.

    The array of a frame can't be used after the push, so no variable may hold
    it then; frame.push() says so with a BufferError. A frame that is dropped
    goes back to the pool.

    The pipeline must be in PAUSED or PLAYING. Pools are closed with close(), as
    context managers, or when they are no longer used.

    RuntimeError: the appsrc does not run, or what it is linked to proposes no
    pool.
    """
    return Pool(appsrc)
