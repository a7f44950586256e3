# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Nothing is used after its array died, and nothing is kept for ever.

For reads and writes of freed memory, tools/check --asan python-lifetimes."""

import gc
import sys
import tracemalloc
import weakref

import ntstrip
from support import Case, main, np

SHAPE = (4, 5, 3)
N = 5
ROUNDS = 2000


class Lifetimes(Case):
    def test_array_outlives_the_strip(self):
        images = self.images(N, SHAPE)
        strip = ntstrip.Strip(N, *SHAPE)
        array = strip.merge(images)
        part = strip.tile(3)[1:]
        del strip
        gc.collect()
        self.assert_same_bytes(array, np.hstack(images))
        part[...] = 7
        self.assertTrue((array[1:, 15:20] == 7).all())
        del array
        gc.collect()
        self.assertTrue((part == 7).all())

    def test_memory_is_given_back(self):
        """A strip's memory goes with the last array, and not before."""
        def is_mapped():
            with open('/proc/self/maps', encoding='ascii') as maps:
                areas = [line.split()[0].split('-') for line in maps]
            return any(int(begin, 16) <= address < int(end, 16)
                       for begin, end in areas)

        strip = ntstrip.Strip(8, 1024, 1024, 4)
        tile = strip.tile(0)
        address = tile.ctypes.data
        del strip
        gc.collect()
        self.assertTrue(is_mapped())
        tile[...] = 1
        del tile
        gc.collect()
        self.assertFalse(is_mapped())

    def test_list_that_shrinks(self):
        """An image's own code empties the list that is being merged."""
        class Picture:
            @property
            def __array_interface__(self):
                images.clear()
                gc.collect()
                return kept.__array_interface__

        kept = self.image(SHAPE)
        others = [image.copy() for image in self.images(N - 1, SHAPE)]
        expected = np.hstack([others[0], kept] + others[1:])
        images = [others[0], Picture()] + others[1:]
        del others
        strip = ntstrip.Strip(N, *SHAPE)
        self.assert_same_bytes(strip.merge(images), expected)
        self.assertEqual(images, [])

    def test_images_that_only_the_call_has(self):
        strip = ntstrip.Strip(N, *SHAPE)
        strip.merge(np.full(SHAPE, i, np.uint8) for i in range(N))
        self.assertEqual(strip.array[0, ::5, 0].tolist(), list(range(N)))
        strip.merge(memoryview(np.full(SHAPE, i, np.uint8)) for i in range(N))
        self.assertEqual(strip.array[0, ::5, 0].tolist(), list(range(N)))

    def test_references(self):
        """Calls that work, and calls that fail, keep no reference."""
        images = [image.copy() for image in self.images(N, SHAPE)]
        wrong = images[:-1] + [np.zeros((1, 2, 3), np.float32)]
        ids = [('id', i) for i in range(N)]
        out = np.zeros((SHAPE[0], SHAPE[1] * N, SHAPE[2]), np.uint8)
        strip = ntstrip.Strip(N, *SHAPE)
        objects = [*images, wrong[-1], out, images, wrong, ids, np.uint8,
                   images[0].dtype]

        def use():
            strip.merge(images)
            strip.merge(images, out=out)
            strip.merge(images[:1] * N)
            ntstrip.hstack(images, out)
            ntstrip.stack(images)
            strip.tile(0)[...] = 1
            for arguments in [(wrong,), (images[1:],), (images, ids, out),
                              (images, None, wrong[-1]), ([1] * N,)]:
                with self.assertRaises((TypeError, ValueError)):
                    strip.merge(*arguments)
            for arguments in [(wrong,), ([],), (images, wrong[-1]), ([1],)]:
                with self.assertRaises((TypeError, ValueError)):
                    ntstrip.hstack(*arguments)

        use()
        before = [sys.getrefcount(o) for o in objects]
        for _ in range(50):
            use()
        self.assertEqual([sys.getrefcount(o) for o in objects], before)
        # An array that a call has open can't be resized.
        images[0].resize((2, 2), refcheck=False)

    def test_ids_are_held_once(self):
        strip = ntstrip.Strip(N, *SHAPE)
        images = self.images(N, SHAPE)
        ids = [('id', i) for i in range(N)]
        before = [sys.getrefcount(id) for id in ids]
        for _ in range(3):
            strip.merge(images, ids)
        self.assertEqual([sys.getrefcount(id) for id in ids],
                         [n + 1 for n in before])
        strip.merge(images)
        self.assertEqual([sys.getrefcount(id) for id in ids], before)
        strip.merge(images, ids)
        del strip
        self.assertEqual([sys.getrefcount(id) for id in ids], before)

    def test_circle_is_collected(self):
        """An id that holds its strip."""
        class Id:
            pass

        strip = ntstrip.Strip(1, *SHAPE)
        id = Id()
        id.strip = strip
        strip.merge([self.image(SHAPE)], [id])
        gone = weakref.ref(id)
        del strip, id
        gc.collect()
        self.assertIsNone(gone())

    def test_memory_does_not_grow(self):
        images = self.images(N, SHAPE)
        strip = ntstrip.Strip(N, *SHAPE)

        def use(n):
            for i in range(n):
                strip.merge(images, [f'{i}/{j}' for j in range(N)])
                strip.tile(i % N)
                ntstrip.stack(images[:1 + i % N], i % 4)
                ntstrip.Strip(N, *SHAPE).merge(images)

        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        use(ROUNDS)
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        use(ROUNDS)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
        # An object a round would be twice as much, or more.
        self.assertLess(grown, 8 * ROUNDS)


if __name__ == '__main__':
    main()
