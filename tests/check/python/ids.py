# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""A tile is kept if it holds the image that its id names, and only then."""

import ntstrip
from support import Case, main, np

SHAPE = (4, 5, 3)
N = 4


class Ids(Case):
    def setUp(self):
        super().setUp()
        self.strip = ntstrip.Strip(N, *SHAPE)

    def merge(self, images, ids=None):
        """Returns how many tiles were copied, kept, background, in place."""
        self.assert_same_bytes(self.strip.merge(images, ids),
                               np.hstack(images))
        return self.strip.report[:4]

    def test_repeated(self):
        images = self.images(N, SHAPE)
        ids = ['a', 7, ('b', 1), 2**70]
        self.assertEqual(self.merge(images, ids), (N, 0, 0, 0))
        self.assertEqual(self.merge(images, ids), (0, N, 0, 0))
        self.assertEqual(self.strip.report.bytes, 0)
        # Equal, and not the same objects.
        ids = [''.join('a'), 7, tuple(['b', 1]), 2**69 * 2]
        self.assertEqual(self.merge(images, ids), (0, N, 0, 0))

    def test_kept_bytes_are_the_old_ones(self):
        """The image itself is not looked at."""
        images = self.images(N, SHAPE)
        array = self.strip.merge(images, range(N)).copy()
        others = self.images(N, SHAPE)
        self.assert_same_bytes(self.strip.merge(others, range(N)), array)

    def test_other_place(self):
        images = self.images(N, SHAPE)
        self.merge(images, range(N))
        images = images[1:] + images[:1]
        self.assertEqual(self.merge(images, [1, 2, 3, 0]), (N, 0, 0, 0))

    def test_unknown(self):
        images = self.images(N, SHAPE)
        self.merge(images, range(N))
        self.assertEqual(self.merge(images, [0, None, 2, None]), (2, 2, 0, 0))
        # What was unknown is so still.
        self.assertEqual(self.merge(images, range(N)), (2, 2, 0, 0))
        self.assertEqual(self.merge(images), (N, 0, 0, 0))
        self.assertEqual(self.merge(images, range(N)), (N, 0, 0, 0))

    def test_background(self):
        images = self.images(N, SHAPE)
        self.merge(images, range(N))
        self.strip.merge([None] * N, range(N))
        self.assertEqual(self.strip.report[:4], (0, 0, N, 0))
        self.assertEqual(self.merge(images, range(N)), (N, 0, 0, 0))

    def test_gathered(self):
        images = [image[:, ::-1] for image in self.images(N, SHAPE)]
        self.merge(images, range(N))
        self.assertEqual(self.strip.report.gathered, N)
        self.assertEqual(self.merge(images, range(N)), (0, N, 0, 0))
        self.assertEqual(self.strip.report.gathered, 0)

    def test_error_changes_nothing(self):
        images = self.images(N, SHAPE)
        self.merge(images, range(N))
        with self.assertRaises(ValueError):
            self.strip.merge(images[:-1] + [np.zeros((1, 1, 3), 'u1')],
                             ['x'] * N)
        with self.assertRaises(TypeError):
            self.strip.merge(images, ['x', 'x', 'x', []])
        self.assertEqual(self.merge(images, range(N)), (0, N, 0, 0))

    def test_out_changes_nothing(self):
        images = self.images(N, SHAPE)
        self.merge(images, range(N))
        out = np.zeros(self.strip.shape, np.uint8)
        self.strip.merge(self.images(N, SHAPE), out=out)
        self.assertEqual(self.merge(images, range(N)), (0, N, 0, 0))

    def test_invalidate(self):
        images = self.images(N, SHAPE)
        self.merge(images, range(N))
        self.strip.invalidate()
        self.assertEqual(self.merge(images, range(N)), (N, 0, 0, 0))

    def test_equality_that_raises(self):
        class Id:
            def __hash__(self):
                return 1

            def __eq__(self, other):
                raise KeyError('no')

        images = self.images(N, SHAPE)
        self.merge(images, [1, Id(), 3, 4])
        with self.assertRaisesRegex(KeyError, 'no'):
            self.strip.merge(images, [1, Id(), 3, 4])
        self.assertEqual(self.merge(images, [1, None, 3, 4])[1], 3)

    def test_equality_that_merges(self):
        test = self

        class Id:
            def __hash__(self):
                return 1

            def __eq__(self, other):
                test.strip.merge(images)

        images = self.images(N, SHAPE)
        self.merge(images, [Id()] * N)
        with self.assertRaisesRegex(RuntimeError, 'this very thread'):
            self.strip.merge(images, [Id()] * N)
        self.merge(images)

    def test_random(self):
        """Against a model, with tiles that are written to meanwhile."""
        held = [None] * N
        views = {}
        images = [self.image(SHAPE) for _ in range(6)]
        for _ in range(1000):
            i = int(self.rng.integers(N))
            if self.rng.random() < 0.2:
                views[i] = self.strip.tile(i)
            elif self.rng.random() < 0.3:
                views.pop(i, None)
            for i in views:
                views[i][...] = self.rng.integers(256)
                held[i] = None
            ids = [self.pick([None, *range(6)]) for _ in range(N)]
            self.assertEqual(
                self.merge([self.image(SHAPE) if id is None else images[id]
                            for id in ids], ids)[1],
                sum(id is not None and id == was
                    for id, was in zip(ids, held)))
            held = [None if i in views else id for i, id in enumerate(ids)]


class Tiles(Case):
    """tile() is a view to write to, and merge() copies nothing over it."""

    def setUp(self):
        super().setUp()
        self.strip = ntstrip.Strip(N, *SHAPE)

    def test_in_place(self):
        images = self.images(N, SHAPE)
        tile = self.strip.tile(1)
        tile[...] = images[1]
        array = self.strip.merge([images[0], tile, images[2], images[3]])
        self.assert_same_bytes(array, np.hstack(images))
        self.assertEqual(self.strip.report[:4], (N - 1, 0, 0, 1))
        self.assertEqual(self.strip.report.bytes, (N - 1) * images[0].nbytes)

    def test_all_in_place(self):
        tiles = [self.strip.tile(i) for i in range(N)]
        for i, tile in enumerate(tiles):
            tile[...] = i
        self.strip.merge(tiles)
        self.assertEqual(self.strip.report[:4], (0, 0, 0, N))
        self.assertEqual(self.strip.report.bytes, 0)
        self.assertEqual(self.strip.array[0, ::5, 0].tolist(), [0, 1, 2, 3])

    def test_view_that_lives_voids_the_id(self):
        images = self.images(N, SHAPE)
        self.strip.merge(images, range(N))
        part = self.strip.tile(2)[1:, 1:]
        for _ in range(2):
            self.strip.merge(images, range(N))
            self.assertEqual(self.strip.report[:4], (1, N - 1, 0, 0))
            part[...] = 0
        del part
        self.strip.merge(images, range(N))
        self.assertEqual(self.strip.report.copied, 1)
        self.strip.merge(images, range(N))
        self.assertEqual(self.strip.report.kept, N)

    def test_background_over_a_view(self):
        tile = self.strip.tile(0)
        for _ in range(2):
            tile[...] = 9
            self.strip.merge([None] * N)
            self.assertFalse(self.strip.array.any())

    def test_negative_number(self):
        self.strip.tile(-1)[...] = 5
        self.assertTrue((self.strip.array[:, -5:] == 5).all())

    def test_tile_elsewhere_is_refused(self):
        images = self.images(N, SHAPE)
        with self.assertRaisesRegex(ValueError, 'image 0 overlaps the strip'):
            self.strip.merge([self.strip.tile(1)] + images[1:])
        # It may go elsewhere.
        out = np.zeros(self.strip.shape, np.uint8)
        tile = self.strip.tile(1)
        tile[...] = images[0]
        self.strip.merge([tile] + images[1:], out=out)
        self.assert_same_bytes(out, np.hstack(images))


if __name__ == '__main__':
    main()
