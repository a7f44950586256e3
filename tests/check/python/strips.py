# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Strip.merge() makes what NumPy's slices make, in any layout, and writes no
more than it must."""

import ntstrip
from support import Case, cases, main, np

DTYPES = ['u1', '<u2', '>u2', 'f4', 'f8', 'c16', [('a', 'u1'), ('b', '<f4')]]
CHANNELS = [None, 1, 3, 4, (2, 3), 17]
CASES = 400
START, CENTER, END = range(3)


def place(room, size, align):
    """Where something of this size begins."""
    return [0, (room - size) // 2, room - size][align]


class Model:
    """The strip by NumPy's slices: in rows and columns, a column as wide as its
    widest image."""

    def __init__(self, sizes, columns, gap, align, align_x):
        n = len(sizes)
        self.columns = min(columns or n, n)
        rows = -(-n // self.columns)
        widths = [max(sizes[i][1] for i in range(x, n, self.columns))
                  for x in range(self.columns)]
        heights = [max(h for h, _ in sizes[y * self.columns:][:self.columns])
                   for y in range(rows)]
        self.size = (sum(heights) + gap * (rows - 1),
                     sum(widths) + gap * (self.columns - 1))
        self.corners = []
        for i, (height, width) in enumerate(sizes):
            y, x = divmod(i, self.columns)
            self.corners.append((
                sum(heights[:y]) + gap * y + place(heights[y], height, align),
                sum(widths[:x]) + gap * x + place(widths[x], width, align_x)))

    def draw(self, images, item_shape, dtype, background):
        strip = np.empty(self.size + item_shape, dtype)
        strip[...] = background
        for (y, x), image in zip(self.corners, images):
            if image is not None:
                strip[y:y + image.shape[0], x:x + image.shape[1]] = image
        return strip


class Strips(Case):
    def sizes(self):
        n = int(self.rng.integers(1, 8))
        sizes = self.rng.integers(1, 12, (n, 2))
        if self.rng.random() < 0.5:
            sizes[:] = sizes[0]
        return [(int(h), int(w)) for h, w in sizes]

    def random_images(self, sizes, item_shape, dtype):
        return [None if self.rng.random() < 0.1 else
                self.laid_out(self.image(size + item_shape, dtype))
                for size in sizes]

    def test_any_layout(self):
        for _ in cases(CASES):
            sizes = self.sizes()
            dtype = np.dtype(self.pick(DTYPES))
            channels = self.pick(CHANNELS)
            item_shape = () if channels is None \
                else tuple(np.ravel(channels).tolist())
            columns, gap = map(int, self.rng.integers(0, 4, 2))
            align = int(self.rng.integers(3))
            large = int(np.prod(item_shape, dtype=int)) * dtype.itemsize > 16
            align_x = self.pick([START, END] if large else [START, CENTER, END])
            background = np.zeros((), dtype)
            if not large:
                background = self.image(item_shape, dtype)
            model = Model(sizes, columns, gap, align, align_x)
            strip = ntstrip.Strip(
                len(sizes), [h for h, _ in sizes], [w for _, w in sizes],
                channels, dtype, columns=columns, gap=gap,
                align=['top', 'center', 'bottom'][align],
                align_x=['left', 'center', 'right'][align_x],
                background=background)
            for _ in range(3):
                images = self.random_images(sizes, item_shape, dtype)
                expected = model.draw(images, item_shape, dtype, background)
                self.assert_same_bytes(strip.merge(images), expected)
                out = np.zeros((model.size[0] + 2,) + expected.shape[1:],
                               dtype)[1:-1]
                self.assertIs(strip.merge(images, out=out), out)
                self.assert_same_bytes(out, expected)
            self.check_rectangles(strip, model, sizes)

    def check_rectangles(self, strip, model, sizes):
        for i, ((y, x), (height, width)) in enumerate(
                zip(model.corners, sizes)):
            self.assertEqual(strip.rectangle(i), (x, y, width, height))
            self.assertEqual(strip.tile(i).shape[:2], (height, width))

    def test_same_array_each_time(self):
        strip = ntstrip.Strip(3, 4, 5, 4)
        array = strip.merge(self.images(3, (4, 5, 4)))
        images = self.images(3, (4, 5, 4))
        self.assertIs(strip.merge(images), array)
        self.assertIs(strip.array, array)
        self.assert_same_bytes(array, np.hstack(images))

    def test_batch(self):
        images = self.images(6, (4, 5, 3))
        strip = ntstrip.Strip.like(images, columns=1)
        self.assertEqual(strip.merge(images).shape, (24, 5, 3))
        self.assert_same_bytes(strip.batch, np.stack(images))
        out = np.zeros((6, 4, 5, 3), np.uint8)
        strip.merge(images, out=out)
        self.assert_same_bytes(out, np.stack(images))

    def test_large(self):
        """Streaming stores and more than one thread, at odd widths."""
        images = self.images(10, (500, 333, 4))
        for threads in [1, 2, 0]:
            strip = ntstrip.Strip.like(images, threads=threads)
            self.assert_same_bytes(strip.merge(images), np.hstack(images))
            self.assertEqual(strip.report.bytes, 10 * 500 * 333 * 4)
            self.assertGreater(strip.report.seconds, 0)

    def test_like(self):
        images = [self.image((4, 5, 3)), None, self.image((6, 2, 3))]
        strip = ntstrip.Strip.like(images, gap=1)
        self.assertEqual(strip.shape, (6, 5 + 1 + 5 + 1 + 2, 3))
        self.assertEqual((len(strip), strip.rows, strip.columns), (3, 1, 3))
        self.assertEqual(strip.dtype, np.uint8)
        strip = ntstrip.Strip.like([memoryview(images[0])] * 4, columns=2)
        self.assertEqual(strip.shape, (8, 10, 3))

    def test_out_at_any_distance(self):
        images = self.images(3, (4, 5, 4))
        strip = ntstrip.Strip.like(images)
        canvas = np.zeros((30, 100, 4), np.uint8)
        for out in [canvas[2:6, 3:18], canvas[4::-1][:4, :15],
                    canvas[::3][:4, 20:35]]:
            strip.merge(images, out=out)
            self.assert_same_bytes(out, np.hstack(images))
        self.assertEqual(int(np.count_nonzero(canvas.sum(axis=2)[25:])), 0)

    def test_gathered_is_counted(self):
        image = self.image((4, 5, 3))
        strip = ntstrip.Strip(4, 4, 5, 3)
        images = [image, image[..., ::-1], image[::-1], image[:, ::-1]]
        self.assert_same_bytes(strip.merge(images), np.hstack(images))
        self.assertEqual(strip.report.gathered, 2)
        self.assertEqual(strip.report.copied, 4)

    def test_background_of_zero(self):
        """The default is zero bytes for any dtype, as np.zeros() makes."""
        for dtype in ['S33', 'U9', 'c16', 'V40', np.clongdouble,
                      [('a', 'u1'), ('b', 'f8', 3)]]:
            strip = ntstrip.Strip(2, 3, 4, (2, 3), dtype)
            self.assert_same_bytes(strip.merge([None, None]),
                                   np.zeros(strip.shape, dtype))

    def test_background_is_kept(self):
        image = self.image((4, 5, 3))
        strip = ntstrip.Strip(3, 4, 5, 3, background=(1, 2, 3), gap=2)
        strip.merge([image, None, image])
        self.assertEqual(strip.report[:4], (2, 0, 1, 0))
        strip.merge([image, None, None])
        self.assertEqual(strip.report[:4], (1, 1, 1, 0))
        self.assertEqual(strip.array[0, 8].tolist(), [1, 2, 3])


if __name__ == '__main__':
    main()
