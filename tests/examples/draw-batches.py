#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Threads draw, batches come out.

Two threads draw the frames of all pads into memory that ntmosaic lends them.
The mosaic copies a frame as soon as it is drawn, while it is in the cache, and
the next one is drawn in the same memory. Its tiles stand in one column, so that
a strip is a batch: an array of shape (tiles, height, width, 4).

usage: draw-batches.py [TILES [BATCHES]]

Needs the package ntstrip, and Debian's python3-gst-1.0 and python3-numpy. Exits
with 77 without them, and with 1 if a batch is not its frames.
"""
import sys
import threading

try:
    import numpy as np
    import ntstrip.gst
    from gi.repository import GLib, Gst
except ImportError as missing:
    print(f'SKIPPED: {missing}')
    sys.exit(77)

WIDTH = 128
HEIGHT = 96
RATE = 25
N_THREADS = 2
CAPS = (f'video/x-raw,format=RGBA,width={WIDTH},height={HEIGHT},'
        f'framerate={RATE}/1')
BATCH_TIMEOUT = 60 * Gst.SECOND


def make_pipeline(tiles):
    """A frame that waits in an appsrc leaves the cache: one may wait, and the
    next push waits instead."""
    sources = ' '.join(
        f'appsrc name=src_{i} format=time caps={CAPS} block=true max-buffers=1 '
        f'max-bytes=0 ! m.sink_{i}' for i in range(tiles))
    return Gst.parse_launch('ntmosaic name=m columns=1 ! '
                            f'appsink name=batches sync=false  {sources}')


def draw(image, tile, number):
    """The array must not be kept: it is gone with the push."""
    image[..., 0] = np.arange(WIDTH) + 4 * number
    image[..., 1] = np.arange(HEIGHT)[:, np.newaxis]
    image[..., 2] = 8 * tile % 256
    image[..., 3] = 255


def feed(sources, first, n_batches):
    """Draws the frames of every N_THREADS-th tile."""
    tiles = range(first, len(sources), N_THREADS)
    pools = {tile: ntstrip.gst.pool(sources[tile]) for tile in tiles}
    for number in range(n_batches):
        for tile in tiles:
            frame = pools[tile].acquire()
            draw(frame.array, tile, number)
            flow = frame.push(pts=number * Gst.SECOND // RATE,
                              duration=Gst.SECOND // RATE)
            if flow != Gst.FlowReturn.OK:
                return    # the pipeline was stopped
    for tile in tiles:
        sources[tile].emit('end-of-stream')


def is_right(batch, number):
    image = np.empty(batch.shape[1:], np.uint8)
    for tile, part in enumerate(batch):
        draw(image, tile, number)
        if not np.array_equal(part, image):
            return False
    return True


def take_batches(pipeline, tiles):
    """Returns how many came."""
    sink = pipeline.get_by_name('batches')
    number = 0
    while sample := sink.emit('try-pull-sample', BATCH_TIMEOUT):
        batch = ntstrip.gst.array(sample, batch=tiles)
        if not is_right(batch, number):
            raise RuntimeError(f'batch {number} is not its frames')
        number += 1
    return number


def main(args):
    sizes = [int(arg) for arg in args]
    tiles, n_batches = sizes + [16, 20][len(sizes):]
    Gst.init(None)
    pipeline = make_pipeline(tiles)
    sources = [pipeline.get_by_name(f'src_{i}') for i in range(tiles)]
    pipeline.set_state(Gst.State.PLAYING)
    threads = [threading.Thread(target=feed, args=(sources, i, n_batches))
               for i in range(N_THREADS)]
    for thread in threads:
        thread.start()
    try:
        came = take_batches(pipeline, tiles)
        stats = pipeline.get_by_name('m').get_property('stats')
        print(f'{came} batches of {tiles}, '
              f'{stats.get_uint64("tiles-on-arrival")[1]} frames copied on '
              'arrival')
        return 0 if came == n_batches else 1
    except RuntimeError as error:
        print(f'{sys.argv[0]}: {error}', file=sys.stderr)
        return 1
    finally:
        pipeline.set_state(Gst.State.NULL)
        for thread in threads:
            thread.join()


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1:]))
    except GLib.Error as error:
        sys.exit(f'{sys.argv[0]}: {error.message}')
