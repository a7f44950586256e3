# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""concatenate(), stack(), hstack() and vstack() make what NumPy's make."""

import ntstrip
from support import Case, cases, main, np

DTYPES = ['u1', '?', '<u2', '>u2', 'f4', 'f8', 'c16', 'S5', 'U3', 'V7',
          'M8[s]', [('a', 'u1'), ('b', '<f4')]]
CASES = 1500


class Joins(Case):
    def shape(self, n_dims):
        least = 0 if self.rng.random() < 0.1 else 1
        return tuple(map(int, self.rng.integers(least, 7, n_dims)))

    def arrays(self, shape, dtype, axis=None):
        """Random ones, of any length along the axis."""
        arrays = []
        for _ in range(self.rng.integers(1, 6)):
            one = list(shape)
            if axis is not None:
                one[axis] = int(self.rng.integers(0, 6))
            arrays.append(self.laid_out(self.image(one, dtype)))
        return arrays

    def out_for(self, expected, axis):
        """A new array, a part of a larger one, or one that goes backwards:
        rows are what lies behind the axis, or the first dimension."""
        if self.rng.random() < 0.5:
            return np.zeros(expected.shape, expected.dtype)
        large = np.zeros((expected.shape[0] * 2 + 1,) + expected.shape[1:],
                         expected.dtype)
        if expected.ndim > 1 and axis in (0, 1) and self.rng.random() < 0.5:
            return large[::-2][:expected.shape[0]]
        return large[1:1 + expected.shape[0]]

    def check(self, join, expected, arrays, axis):
        # NumPy's result has the byte order of the machine.
        expected = expected.astype(arrays[0].dtype)
        self.assert_same_bytes(join(None), expected)
        out = self.out_for(expected, axis)
        self.assertIs(join(out), out)
        self.assert_same_bytes(out, expected)

    def test_concatenate(self):
        for _ in cases(CASES):
            n_dims = int(self.rng.integers(1, 5))
            axis = int(self.rng.integers(-n_dims, n_dims))
            arrays = self.arrays(self.shape(n_dims), self.pick(DTYPES), axis)
            self.check(lambda out: ntstrip.concatenate(arrays, axis, out),
                       np.concatenate(arrays, axis), arrays,
                       axis % n_dims)

    def test_stack(self):
        for _ in cases(CASES):
            n_dims = int(self.rng.integers(0, 5))
            axis = int(self.rng.integers(-n_dims - 1, n_dims + 1))
            arrays = self.arrays(self.shape(n_dims), self.pick(DTYPES))
            self.check(lambda out: ntstrip.stack(arrays, axis, out),
                       np.stack(arrays, axis), arrays,
                       axis % (n_dims + 1))

    def test_hstack_and_vstack(self):
        for name in ['hstack', 'vstack']:
            for _ in cases(CASES // 2):
                n_dims = int(self.rng.integers(1, 5))
                arrays = self.arrays(self.shape(n_dims), self.pick(DTYPES))
                self.check(
                    lambda out: getattr(ntstrip, name)(arrays, out),
                    getattr(np, name)(arrays), arrays, 0)

    def test_large(self):
        """Streaming stores and more than one thread, at odd widths."""
        for threads in [1, 2, 0]:
            images = self.images(16, (333, 257, 3))
            for axis in range(3):
                self.assert_same_bytes(
                    ntstrip.concatenate(images, axis, threads=threads),
                    np.concatenate(images, axis))
            self.assert_same_bytes(ntstrip.stack(images, threads=threads),
                                   np.stack(images))
            flat = [image.reshape(-1) for image in images]
            self.assert_same_bytes(ntstrip.hstack(flat, threads=threads),
                                   np.hstack(flat))

    def test_into_part_of_an_image(self):
        images = self.images(3, (8, 10, 4))
        canvas = np.zeros((20, 100, 4), np.uint8)
        expected = canvas.copy()
        expected[2:10, 5:35] = np.hstack(images)
        ntstrip.hstack(images, canvas[2:10, 5:35])
        self.assert_same_bytes(canvas, expected)

    def test_batch_into_every_other_image(self):
        images = self.images(4, (5, 6, 3))
        for out in [np.zeros((4, 2, 5, 6, 3), np.uint8)[:, 1],
                    np.zeros((8, 5, 6, 3), np.uint8)[::-2]]:
            ntstrip.stack(images, out=out)
            self.assert_same_bytes(out, np.stack(images))

    def test_part_that_is_in_its_place(self):
        """An image may be its own part of out."""
        out = np.zeros((8, 30, 4), np.uint8)
        images = self.images(3, (8, 10, 4))
        out[:, 10:20] = images[1]
        ntstrip.hstack([images[0], out[:, 10:20], images[2]], out)
        self.assert_same_bytes(out, np.hstack(images))

    def test_array_as_a_sequence(self):
        batch = self.image((4, 5, 6, 3))
        self.assert_same_bytes(ntstrip.hstack(batch), np.hstack(batch))

    def test_other_objects(self):
        """Buffers of other kinds, and __array_interface__."""
        class Picture:
            def __init__(self, array):
                self.array = array

            @property
            def __array_interface__(self):
                return self.array.__array_interface__

        image = self.image((5, 6, 3))
        dates = np.arange(4).astype('M8[D]')
        self.assert_same_bytes(
            ntstrip.stack([image, memoryview(image), Picture(image)]),
            np.stack([image] * 3))
        self.assert_same_bytes(ntstrip.hstack([b'abc', bytearray(b'de')]),
                               np.frombuffer(b'abcde', np.uint8))
        self.assert_same_bytes(ntstrip.hstack([Picture(dates), dates]),
                               np.hstack([dates, dates]))
        out = bytearray(6)
        ntstrip.hstack([b'abc', b'def'], out)
        self.assertEqual(out, b'abcdef')

    def test_interface_is_asked_for_once(self):
        """Pillow's copies the image each time; that copy lives long enough."""
        class Picture:
            asked = 0

            @property
            def __array_interface__(self):
                self.asked += 1
                return {'version': 3, 'shape': (2, 3), 'typestr': '|u1',
                        'data': bytes(range(6))}

        pictures = [Picture() for _ in range(3)]
        expected = np.arange(6, dtype=np.uint8).reshape(2, 3)
        for join in [ntstrip.stack, ntstrip.Strip(3, 2, 3, columns=1).merge]:
            self.assert_same_bytes(join(pictures).reshape(3, 2, 3),
                                   np.stack([expected] * 3))
        ntstrip.Strip.like(pictures)
        self.assertEqual([picture.asked for picture in pictures], [3] * 3)

    def test_broadcast(self):
        """Rows, images and elements that are all the same memory."""
        row = self.image((1, 6, 3))
        for shape in [(5, 6, 3), (2, 5, 6, 3)]:
            arrays = [np.broadcast_to(row, shape)] * 3
            self.assert_same_bytes(ntstrip.stack(arrays), np.stack(arrays))
        one = np.broadcast_to(self.image((1,)), (4, 5))
        self.assert_same_bytes(ntstrip.vstack([one, one]),
                               np.vstack([one, one]))


if __name__ == '__main__':
    main()
