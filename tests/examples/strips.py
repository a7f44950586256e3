#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Arrays in, strips out.

Feeds NumPy arrays to the pads of ntmosaic, a hundred of them, and takes each
strip as an array. The mosaic reads the bytes of the arrays and writes those of
the strip; there is no other copy.

usage: strips.py [TILES [WIDTH [HEIGHT]]]

Needs the package ntstrip, and Debian's python3-gst-1.0 and python3-numpy. Exits
with 77 without them, and with 1 if a strip is not its images side by side.
"""
import sys

try:
    import numpy as np
    import ntstrip.gst
    from gi.repository import GLib, Gst
except ImportError as missing:
    print(f'SKIPPED: {missing}')
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


def pull_strip(pipeline):
    sink = pipeline.get_by_name('strips')
    sample = sink.emit('try-pull-sample', STRIP_TIMEOUT)
    if sample is None:
        error = pipeline.bus.pop_filtered(Gst.MessageType.ERROR)
        raise RuntimeError(error.parse_error()[0].message if error
                           else 'no strip came')
    return ntstrip.gst.array(sample)


def make_images(tiles, width, height):
    images = np.empty((tiles, height, width, 4), np.uint8)
    images[..., 0] = np.arange(width)
    images[..., 1] = np.arange(height)[:, np.newaxis]
    images[..., 2] = np.arange(tiles)[:, np.newaxis, np.newaxis] * 40
    images[..., 3] = 255
    return list(images)


def make_rounds(images):
    """Yields what is pushed for each strip, and the images that it shows. The
    bytes of an array must not change while the mosaic has it."""
    # Images of this moment.
    yield images, images

    # Parts of larger images, and images that are made for this strip.
    yield [np.pad(image, ((1, 1), (2, 2), (0, 0)))[1:-1, 2:-2]
           for image in images], images
    inverted = [255 - image for image in images]
    yield inverted, inverted

    # Images out of a cache: an image is wrapped once, when it enters the cache.
    cache = [ntstrip.gst.wrap(image) for image in images]
    for start in range(5):
        yield cache[start:] + cache[:start], images[start:] + images[:start]

    # The same order again and again: the strips come back, and hold it still.
    for _ in range(8):
        yield cache, images


def main(args):
    sizes = [int(arg) for arg in args]
    tiles, width, height = sizes + [100, 64, 48][len(sizes):]
    Gst.init(None)
    pipeline = make_pipeline(tiles, width, height)
    sources = [pipeline.get_by_name(f'src_{i}') for i in range(tiles)]
    pipeline.set_state(Gst.State.PLAYING)
    try:
        rounds = make_rounds(make_images(tiles, width, height))
        for number, (frames, images) in enumerate(rounds):
            for source, frame in zip(sources, frames):
                ntstrip.gst.push(source, frame, pts=number * Gst.SECOND)
            strip = pull_strip(pipeline)
            if not np.array_equal(strip, np.concatenate(images, axis=1)):
                raise RuntimeError('the strip is not its images side by side')
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
