# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Strips and joins without memory, or without threads."""

import errno
import gc
import itertools

import ntstrip
from faulty import MEMORY, N, SHAPE, THREADS, FaultsCase, SystemCase
from support import main, np


class Strips(FaultsCase):
    def test_import(self):
        """The extension, which reads NumPy's types and makes its own."""
        self.check_import(ntstrip._ntstrip, 'Merger')

    def test_strip(self):
        def make():
            strip = ntstrip.Strip(N, *SHAPE, columns=2, gap=1,
                                  background=(1, 2, 3, 4))
            strip.merge(self.arrays)
            return strip

        self.check(lambda: make, lambda strip: self.assert_same_bytes(
            strip.array[7:13, 6:11].copy(), self.arrays[3]), least=50)

    def test_like(self):
        self.check(lambda: lambda: ntstrip.Strip.like(self.arrays),
                   lambda strip: self.right_strip(strip.merge(self.arrays)),
                   least=50)

    def test_merge(self):
        strip = ntstrip.Strip(N, *SHAPE)
        out = np.empty_like(self.expected)
        self.held += [out]
        self.check(lambda: lambda: strip.merge(self.arrays), self.right_strip)
        # Python 3.11 can't shorten a tuple, and leaves what is in it.
        self.check(lambda: lambda: strip.merge(a for a in self.arrays),
                   self.right_strip, leaves=True)
        self.check(lambda: lambda: strip.merge(self.arrays, None, out),
                   self.right_strip, least=0)

    def test_first_merge(self):
        self.check(lambda: lambda: ntstrip.Strip(N, *SHAPE).merge(self.arrays),
                   self.right_strip, least=50)

    def test_ids(self):
        """After an error the tiles hold what they held, and its ids."""
        strip = ntstrip.Strip(N, *SHAPE)
        names = [('id', i) for i in range(N)]
        others = self.arrays[::-1]
        self.held += names

        def make():
            strip.merge(others, [None] * N)
            strip.merge(others, [('other', i) for i in range(N)])
            return lambda: strip.merge(self.arrays, [*names])

        self.check(make, self.right_strip)

    def test_ids_that_compare(self):
        """An id's own code requests memory."""
        class Id:
            def __init__(self, number):
                self.number = number

            def __hash__(self):
                return hash((self.number, 'hash'))

            def __eq__(self, other):
                return [self.number, 1] == [other.number, 1]

        strip = ntstrip.Strip(N, *SHAPE)

        def make():
            strip.merge(self.arrays, [Id(i) for i in range(N)])
            ids = [Id(i // 2) for i in range(N)]
            images = [self.arrays[i // 2] for i in range(N)]
            return lambda: strip.merge(images, ids)

        expected = np.hstack([self.arrays[i // 2] for i in range(N)])
        self.check(make, lambda array: self.assert_same_bytes(
            np.ascontiguousarray(array), expected), least=N)

    def test_buffers_are_let_go(self):
        """A bytearray can grow again, in every case."""
        strip = ntstrip.Strip(N, *SHAPE)
        room = bytearray(self.expected.nbytes)
        blocks = [*self.raw, room]

        def view(block, shape):
            return memoryview(block).cast('B', shape)

        def make():
            for block in blocks:
                block.append(0)
                block.pop()
            views = [view(raw, SHAPE) for raw in self.raw]
            out = view(room, self.expected.shape)

            def call():
                strip.merge(views)
                strip.merge(views, None, out)
                return ntstrip.hstack(views, out)

            return call

        self.check(make, self.right_strip, least=20)
        make()

    def test_errors(self):
        """An error for which there is no memory is a MemoryError, and never one
        without a text."""
        strip = ntstrip.Strip(N, *SHAPE)
        for image, more in [
                (self.arrays[0][1:], r'^image 3 has shape \(5, 5, 4\), expect'),
                (self.arrays[0].astype(np.int8), '^image 3 has dtype int8, '),
                (5, '^image 3 is not an array: int has')]:
            images = [*self.arrays[:3], image]
            self.check(lambda: lambda: strip.merge(images), more=more)
            self.check(lambda: lambda: ntstrip.hstack(images),
                       more=more.replace('image 3', 'array 3').split('(')[0]
                       .rstrip('\\'))
        self.check(lambda: lambda: strip.merge(self.arrays[1:]),
                   more='^3 images, expected 4$')
        self.check(lambda: lambda: strip.merge(self.arrays, [[]] * N),
                   more='^unhashable type|^$')    # Python's own
        self.check(lambda: lambda: ntstrip.hstack([]), more='^no arrays')
        self.check(lambda: lambda: ntstrip.hstack(self.arrays, threads=-1),
                   more='^threads=-1, expected 0 to')
        self.check(lambda: lambda: ntstrip.concatenate(self.arrays, 7),
                   more='^axis 7 is out of bounds')
        self.check(lambda: lambda: strip.rectangle(5), more='^tile 5 of 4$')

    def test_tiles(self):
        """A tile that could not be lent is not touched."""
        strip = ntstrip.Strip(N, *SHAPE)
        names = [('id', i) for i in range(N)]

        def right(tile):
            tile[...] = 7
            self.assertTrue((strip.array[:, 10:15] == 7).all())

        def make():
            strip.merge(self.arrays, names)
            return lambda: strip.tile(2)

        self.check(make, right)
        gc.collect()
        strip.merge(self.arrays, names)
        strip.merge(self.arrays, names)
        self.assertEqual(strip.report.kept, N)

    def test_what_it_is(self):
        strip = ntstrip.Strip(N, *SHAPE, columns=1)
        self.check(lambda: lambda: (
            strip.report, strip.rectangle(3), strip.batch, strip.shape,
            repr(strip), strip.invalidate(), strip.columns, len(strip)))

    def test_joins(self):
        """Each call is of another shape than the last eight, which are kept."""
        shapes = itertools.cycle(range(1, 12))
        self.check(lambda: lambda: ntstrip.hstack(self.arrays),
                   self.right_strip)

        def make():
            n = next(shapes)
            return lambda: (n, ntstrip.stack(
                [array[:, :, :3] for array in self.arrays] * n, 1))

        def right(result):
            n, array = result
            self.assert_same_bytes(array, np.stack(
                [array[:, :, :3] for array in self.arrays] * n, 1))

        self.check(make, right)


class Engine(SystemCase):
    """The engine in the extension, and its threads: large strips have some."""

    def setUp(self):
        super().setUp()
        self.arrays = self.images(N, (256, 1024, 4))
        self.expected = np.hstack(self.arrays)

    def make(self):
        return ntstrip.Strip(N, 256, 1024, 4).merge(self.arrays)

    def test_memory(self):
        self.check_system(self.make, self.right_strip, MEMORY, errno.ENOMEM, 4)
        heights = itertools.count(100)

        def join():
            height = next(heights)
            return ntstrip.hstack([array[:height] for array in self.arrays])

        self.check_system(join, lambda array: self.assert_same_bytes(
            array, self.expected[:len(array)]), MEMORY, errno.ENOMEM, 2)

    def test_threads(self):
        self.check_system(self.make, self.right_strip, THREADS, errno.EAGAIN,
                          0)


if __name__ == '__main__':
    main()
