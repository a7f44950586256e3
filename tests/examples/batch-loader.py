#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Images to batches of shape (N, height, width, 3), in memory that is used
again.

A loader thread makes images and stacks them into one of a few batches that
exist once; the main thread takes batches, works on them, and gives them back.
ntstrip.stack() writes with streaming stores and several threads, and releases
the GIL, so the main thread goes on meanwhile.

usage: batch-loader.py [SIDE [BATCHES]]
"""
import queue
import sys
import threading

try:
    import numpy as np
    import ntstrip
except ImportError as missing:
    print(f'SKIPPED: {missing} (Debian: python3-numpy; pip install .)')
    sys.exit(77)

N = 32
IN_TURN = 3


def load_image(number, side):
    """A file, in a program for real. The crop is a view of a larger image: its
    rows are not contiguous, and need not be."""
    image = np.full((side + 8, side + 8, 3), number % 251, np.uint8)
    return image[4:-4, 4:-4]


def load(free, full, side, batches):
    for first in range(0, N * batches, N):
        batch = free.get()
        images = [load_image(first + i, side) for i in range(N)]
        full.put(ntstrip.stack(images, out=batch))
    full.put(None)


def main(side=128, batches=8):
    free, full = queue.Queue(), queue.Queue()
    for _ in range(IN_TURN):
        free.put(np.empty((N, side, side, 3), np.uint8))
    threading.Thread(target=load, args=(free, full, side, batches),
                     daemon=True).start()
    n_batches = 0
    while (batch := full.get()) is not None:
        means = batch.mean(axis=(1, 2, 3))
        assert means.tolist() == [(n_batches * N + i) % 251 for i in range(N)]
        n_batches += 1
        free.put(batch)
    assert n_batches == batches
    print(f'{n_batches} batches of {N} images')


if __name__ == '__main__':
    main(*map(int, sys.argv[1:]))
