# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""What the tests of the Python package share. Without NumPy, a test is
skipped."""

import os
import sys
import unittest

sys.dont_write_bytecode = True

try:
    import numpy as np
except ImportError as missing:
    print(f'SKIPPED: {missing} (Debian: python3-numpy)')
    sys.exit(77)

import ntstrip  # noqa: E402

# Under emulation and with sanitizers.
FEW_CASES = int(os.environ.get('NTM_TEST_FEW_CASES', '1000000'))
SEED = int(os.environ.get('NTM_TEST_SEED', '1'))


class Case(unittest.TestCase):
    """Random arrays; a failure names the seed."""

    def setUp(self):
        self.rng = np.random.default_rng(SEED)

    def run(self, result=None):
        with self.subTest(NTM_TEST_SEED=SEED):
            return super().run(result)

    def pick(self, choices):
        return choices[self.rng.integers(len(choices))]

    def image(self, shape, dtype='uint8'):
        """An array of random bytes."""
        dtype = np.dtype(dtype)
        n = int(np.prod(shape, dtype=int))
        return np.frombuffer(self.rng.bytes(n * dtype.itemsize),
                             dtype).reshape(shape)

    def images(self, n, shape, dtype='uint8'):
        return [self.image(shape, dtype) for _ in range(n)]

    def laid_out(self, image):
        """The same values, in memory of some other layout."""
        if image.ndim == 0:
            return image
        return self.pick([
            self._as_it_is, self._backwards, self._transposed, self._cropped,
            self._spread])(image)

    def _as_it_is(self, image):
        return image

    def _backwards(self, image):
        return image[::-1].copy()[::-1]

    def _transposed(self, image):
        order = self.rng.permutation(image.ndim)
        return image.transpose(order).copy().transpose(np.argsort(order))

    def _cropped(self, image):
        large = np.zeros([n + self.rng.integers(3) for n in image.shape],
                         image.dtype)
        crop = large[tuple(map(slice, image.shape))]
        crop[...] = image
        return crop

    def _spread(self, image):
        large = np.zeros(image.shape[:-1] + (image.shape[-1] * 2,),
                         image.dtype)
        large[..., ::2] = image
        return large[..., ::2]

    def assert_same_bytes(self, array, expected, message=None):
        self.assertEqual(array.shape, expected.shape, message)
        self.assertEqual(array.dtype, expected.dtype, message)
        self.assertTrue(array.tobytes() == expected.tobytes(), message)


def cases(n):
    return range(min(n, FEW_CASES))


def main():
    unittest.main()
