#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""A hundred images from a queue, side by side in one array: with ntstrip.

strip-before.py is the same with NumPy. The strip is made once; merge() returns
the same array each time.

usage: strip-after.py [SIDE [STRIPS]]
"""
import queue
import sys
import threading
import time

try:
    import numpy as np
    import ntstrip
except ImportError as missing:
    print(f'SKIPPED: {missing} (Debian: python3-numpy; pip install .)')
    sys.exit(77)

TILES = 100


def produce(images, side, strips):
    """A camera, a decoder, a simulation."""
    for number in range(TILES * strips):
        images.put(np.full((side, side, 4), number % 251, np.uint8))


def main(side=256, strips=5):
    source = queue.Queue(maxsize=2 * TILES)
    threading.Thread(target=produce, args=(source, side, strips),
                     daemon=True).start()
    strip = ntstrip.Strip(TILES, side, side, 4)
    for number in range(strips):
        images = []
        while len(images) < TILES:
            images.append(source.get())
        start = time.perf_counter()
        array = strip.merge(images)
        ms = (time.perf_counter() - start) * 1000
        print(f'strip {number}: {ms:.1f} ms')
        first = number * TILES
        assert [int(array[-1, i * side, 0]) for i in range(TILES)] == \
            [(first + i) % 251 for i in range(TILES)]


if __name__ == '__main__':
    main(*map(int, sys.argv[1:]))
