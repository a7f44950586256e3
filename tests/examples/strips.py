#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Arrays in, strips out.

Pushes NumPy arrays through appsrc into ntmosaic and reads each strip as an
array from appsink. The images then stand in Gst.Buffers, and the next strips
are made of the same buffers in another order.

usage: strips.py [TILES [WIDTH [HEIGHT]]]

Needs Debian's python3-gst-1.0 and python3-numpy. Exits with 77 without them,
and with 1 if a strip is not its images side by side.
"""
import sys

try:
    import gi
    import numpy as np
    gi.require_version('Gst', '1.0')
    from gi.repository import GLib, Gst
except (ImportError, ValueError) as missing:
    print(f'SKIPPED: {missing} (Debian: python3-gst-1.0, python3-numpy)')
    sys.exit(77)
# Without python3-gst-1.0 there is a Gst, but its buffers can't be written to.
if not hasattr(Gst.MapInfo, '__enter__'):
    print('SKIPPED: no overrides for Gst (Debian: python3-gst-1.0)')
    sys.exit(77)

STRIP_TIMEOUT = 60 * Gst.SECOND


def make_pipeline(tiles, width, height):
    """The rate 0/1 means stills: each round of pushes makes one strip."""
    caps = (f'video/x-raw,format=RGBA,width={width},height={height},'
            'framerate=0/1')
    sources = ' '.join(
        f'appsrc name=src_{i} format=time caps={caps} ! m.sink_{i}'
        for i in range(tiles))
    return Gst.parse_launch(
        f'ntmosaic name=m ! appsink name=strips sync=false  {sources}')


def to_buffer(image):
    """A new buffer with the bytes of the array, which need not be contiguous:
    rows and columns of a larger array, or an array turned by strides, will
    do."""
    buffer = Gst.Buffer.new_allocate(None, image.nbytes, None)
    with buffer.map(Gst.MapFlags.WRITE) as info:
        np.frombuffer(info.data, np.uint8).reshape(image.shape)[...] = image
    return buffer


def push_all(pipeline, number, buffers):
    """Gives each pad its frame of the strip with this number.

    A frame is a new buffer, with a timestamp of its own, that shares the bytes
    of the old one. buffer.copy() would not do: in Python it is the same buffer
    once more. The bytes must not be written to any more."""
    for i, buffer in enumerate(buffers):
        frame = buffer.copy_region(Gst.BufferCopyFlags.MEMORY, 0,
                                   buffer.get_size())
        frame.pts = number * Gst.SECOND
        source = pipeline.get_by_name(f'src_{i}')
        result = source.emit('push-buffer', frame)
        if result != Gst.FlowReturn.OK:
            raise RuntimeError(f'source {i} takes no buffer: {result}')


def pull_strip(pipeline):
    sink = pipeline.get_by_name('strips')
    sample = sink.emit('try-pull-sample', STRIP_TIMEOUT)
    if sample is None:
        error = pipeline.bus.pop_filtered(Gst.MessageType.ERROR)
        raise RuntimeError(error.parse_error()[0].message if error
                           else 'no strip came')
    return sample


def check_strip(sample, images):
    """The array is a view of the strip's memory and lives no longer than the
    map: copy what is to stay."""
    with sample.get_buffer().map(Gst.MapFlags.READ) as info:
        strip = np.frombuffer(info.data, np.uint8)
        strip = strip.reshape(images[0].shape[0], -1, 4)
        right = np.array_equal(strip, np.concatenate(images, axis=1))
        del strip
    if not right:
        raise RuntimeError('the strip is not its images side by side')


def make_images(tiles, width, height):
    images = np.empty((tiles, height, width, 4), np.uint8)
    images[..., 0] = np.arange(width)
    images[..., 1] = np.arange(height)[:, np.newaxis]
    images[..., 2] = np.arange(tiles)[:, np.newaxis, np.newaxis] * 40
    images[..., 3] = 255
    return list(images)


def make_rounds(images):
    """Yields what is pushed for each strip, and the images that it shows."""
    # Images of this moment: a new buffer for each.
    yield [to_buffer(image) for image in images], images

    # Images out of a cache: the cache holds buffers, not arrays.
    cache = [to_buffer(image) for image in images]
    for start in range(len(images)):
        yield cache[start:] + cache[:start], images[start:] + images[:start]

    # The same order again and again: the strips come back, and hold it still.
    for _ in range(8):
        yield cache, images


def main(args):
    sizes = [int(arg) for arg in args]
    tiles, width, height = sizes + [6, 320, 240][len(sizes):]
    Gst.init(None)
    pipeline = make_pipeline(tiles, width, height)
    pipeline.set_state(Gst.State.PLAYING)
    try:
        rounds = make_rounds(make_images(tiles, width, height))
        for number, (buffers, images) in enumerate(rounds):
            push_all(pipeline, number, buffers)
            check_strip(pull_strip(pipeline), images)
        stats = pipeline.get_by_name('m').get_property('stats')
        for name in 'strips', 'tiles-copied', 'tiles-kept':
            print(f'{name}: {stats.get_uint64(name)[1]}')
    except RuntimeError as error:
        print(f'{sys.argv[0]}: {error}', file=sys.stderr)
        return 1
    finally:
        pipeline.set_state(Gst.State.NULL)
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1:]))
    except GLib.Error as error:
        sys.exit(f'{sys.argv[0]}: {error.message}')
