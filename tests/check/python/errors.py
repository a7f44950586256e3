# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""An error has NumPy's type, and names the image, what it is, and what was
expected. After it, all works as before."""

import sys
import tempfile

import ntstrip
from support import Case, main, np

SHAPE = (4, 5, 3)
N = 3
STRIP = (4, 15, 3)
# Ints that a C int, or a C long of 32 or 64 bits, can't hold.
LARGE = [2**31, 2**32, 2**63, 2**64, 2**70]


class Errors(Case):
    def setUp(self):
        super().setUp()
        self.good = self.images(N, SHAPE)

    def refuse(self, error, text, function, *arguments, **options):
        with self.assertRaises(error) as caught:
            function(*arguments, **options)
        self.assertIn(text, str(caught.exception))

    def zeros(self, shape, dtype='u1'):
        return np.zeros(shape, dtype)


class OfMerge(Errors):
    def setUp(self):
        super().setUp()
        self.strip = ntstrip.Strip(N, *SHAPE)

    def tearDown(self):
        self.assert_same_bytes(self.strip.merge(self.good),
                               np.hstack(self.good))

    def refuse_image(self, error, text, image):
        for i in range(N):
            images = list(self.good)
            images[i] = image
            self.refuse(error, f'image {i} {text}', self.strip.merge, images)

    def refuse_out(self, error, text, out):
        self.refuse(error, f'out {text}', self.strip.merge, self.good, out=out)

    def test_image(self):
        for shape in [(4, 6, 3), (5, 5, 3), (4, 5, 4), (4, 5), (), (4, 5, 3, 1),
                      (0, 5, 3)]:
            self.refuse_image(ValueError,
                              f'has shape {shape}, expected (4, 5, 3)',
                              self.zeros(shape))
        for dtype in ['u2', 'i1', '>u2', 'O', '?']:
            self.refuse_image(
                TypeError, f'has dtype {np.dtype(dtype)}, expected '
                "uint8: nothing is converted",
                self.zeros(SHAPE, dtype))
        for thing in [1, 'text', [[1, 2], [3, 4]], object()]:
            self.refuse_image(
                TypeError, f'is not an array: {type(thing).__name__} has '
                'neither the buffer protocol nor __array_interface__', thing)

    def test_interface_that_fails(self):
        """The error is the object's own; an interrupt ends the call."""
        class Picture:
            @property
            def __array_interface__(self):
                raise self.error

        picture = Picture()
        for picture.error in [ValueError('truncated file'),
                              KeyboardInterrupt('truncated file')]:
            for function in [self.strip.merge, ntstrip.stack,
                             ntstrip.Strip.like]:
                self.refuse(type(picture.error), 'truncated file', function,
                            [picture] * N)
        picture.error = AttributeError('no file')
        for function in [self.strip.merge, ntstrip.stack, ntstrip.Strip.like]:
            self.refuse(TypeError, ' 0 is not an array: Picture has neither',
                        function, [picture] * N)

    def test_byte_order(self):
        strip = ntstrip.Strip(1, 4, 5, dtype='>u2')
        self.refuse(TypeError, "has dtype uint16, expected "
                    ">u2", strip.merge, [self.zeros((4, 5), '<u2')])

    def test_number_of_images(self):
        self.refuse(ValueError, '2 images, expected 3', self.strip.merge,
                    self.good[:2])
        self.refuse(ValueError, '0 images, expected 3', self.strip.merge, [])
        self.refuse(TypeError, 'not iterable', self.strip.merge, None)

    def test_ids(self):
        self.refuse(ValueError, '2 ids, expected 3', self.strip.merge,
                    self.good, [1, 2])
        self.refuse(TypeError, 'not iterable', self.strip.merge, self.good, 1)
        self.refuse(TypeError, 'unhashable', self.strip.merge, self.good,
                    [1, 2, {}])
        self.refuse(ValueError, "can't be used with out", self.strip.merge,
                    self.good, [1, 2, 3], self.zeros(STRIP))
        writable = ntstrip.Strip(N, *SHAPE, writable=True)
        self.refuse(ValueError, "can't be used with writable=True",
                    writable.merge, self.good, [1, 2, 3])

    def test_out(self):
        self.refuse_out(ValueError, 'has shape (3, 4, 5, 3), expected '
                        '(4, 15, 3)', self.zeros((3, 4, 5, 3)))
        self.refuse_out(TypeError, "has dtype int8, expected "
                        "uint8", self.zeros(STRIP, 'i1'))
        read_only = self.zeros(STRIP)
        read_only.flags.writeable = False
        self.refuse_out(ValueError, 'is read-only', read_only)
        self.refuse_out(TypeError, 'is not an array: list has neither', [])
        for out in [self.zeros((4, 15, 6))[..., ::2],
                    self.zeros((4, 30, 3))[:, ::2],
                    self.zeros((15, 4, 3)).transpose(1, 0, 2)]:
            self.refuse_out(ValueError, 'must have rows of pixels side by side',
                            out)
        overlapping = np.lib.stride_tricks.as_strided(
            self.zeros(1000), STRIP, (3, 3, 1), writeable=True)
        self.refuse_out(ValueError, 'has rows that overlap: they are 3 bytes '
                        'apart', overlapping)
        standing = np.lib.stride_tricks.as_strided(
            self.zeros(1000), STRIP, (0, 3, 1), writeable=True)
        self.refuse_out(ValueError, 'has rows that overlap: they are 0 bytes '
                        'apart', standing)

    def test_overlap(self):
        out = self.zeros(STRIP)
        for image in [out[:, 1:6], out[::-1, 5:10], out[:, 5:10][:, ::-1]]:
            images = [self.good[0], image, self.good[2]]
            self.refuse(ValueError, 'image 1 overlaps out, and is not its own '
                        'tile there: pass a copy', self.strip.merge, images,
                        out=out)
        # Side by side in one canvas, or above each other, nothing overlaps.
        canvas = self.zeros((9, 25, 3))
        for image in [canvas[:4, 20:], canvas[5:, :5], canvas[1:5, 15:20]]:
            image[...] = 7
            out = canvas[:4, :15]
            self.strip.merge([image] * N, out=out)
            self.assertTrue((out == 7).all())

    def test_read_only_array(self):
        array = self.strip.merge(self.good)
        with self.assertRaisesRegex(ValueError, 'read-only'):
            array[0] = 0
        with self.assertRaises(ValueError):
            array.flags.writeable = True
        writable = ntstrip.Strip(N, *SHAPE, writable=True, gap=1)
        writable.array[...] = 9
        writable.merge(self.good)
        self.assertFalse(writable.array[:, 5].any())

    def test_tile(self):
        for i in [3, -4, 2**70, -2**70]:
            for function in [self.strip.tile, self.strip.rectangle]:
                self.refuse(IndexError, f'tile {i} of 3', function, i)
        self.refuse(TypeError, 'integer', self.strip.tile, 1.0)


class OfStrip(Errors):
    def refuse_strip(self, error, text, *arguments, **options):
        self.refuse(error, text, ntstrip.Strip, *arguments, **options)

    def test_sizes(self):
        self.refuse_strip(ValueError, 'tiles=0, expected 1', 0, 4, 5)
        self.refuse_strip(ValueError, 'width[1]=0, expected 1', 2, 4, [5, 0])
        self.refuse_strip(ValueError, 'height has 3 numbers, expected 2', 2,
                          [4, 4, 4], 5)
        self.refuse_strip(ValueError, 'columns=-1', 1, 4, 5, columns=-1)
        self.refuse_strip(ValueError, 'threads=', 1, 4, 5, threads=2**32)
        self.refuse_strip(ValueError, 'channels=0', 1, 4, 5, 0)
        self.refuse_strip(ValueError, 'gap: 4294967295 pixels of 32 bytes', 2,
                          4, 5, 4, 'f8', gap=2**32 - 1)
        for text, arguments in [('tiles=1.5', (1.5, 4, 5)),
                                ('height=4.0', (1, 4.0, 5)),
                                ("width[1]='5'", (2, 4, (5, '5'))),
                                ('channels=3.0', (1, 4, 5, 3.0)),
                                ('channels=None', (1, 4, 5, (3, None)))]:
            self.refuse_strip(TypeError, text + ', expected an integer',
                              *arguments)
        self.refuse_strip(ValueError, '6442450941', 3, 1, 2**31 - 1)
        self.refuse_strip(ValueError, '3 tiles', 3, 4, 5, columns=1, rows=2)
        self.refuse_strip(ValueError, 'height=1099511627776', 1, 2**40, 1)
        self.refuse_strip(ValueError, 'tile 0 is 1073741824 pixels of 64 bytes '
                          'wide, 1073741823 are the most', 1, 1, 2**30, 8, 'f8')

    def test_large_numbers(self):
        """Where addresses have 32 bits, no array is longer than 2**31 - 1."""
        longest = min(2**32 - 1, sys.maxsize)
        for n in [longest + 1, 2**32, 2**63, 2**64, 2**70, -2**70]:
            for name, arguments in [('tiles', (n, 4, 5)),
                                    ('height', (2, n, 5)),
                                    ('height[1]', (2, [4, n], 5)),
                                    ('width', (2, 4, n)),
                                    ('width[1]', (2, 4, [5, n]))]:
                self.refuse_strip(ValueError, f'{name}={n}, expected 1 to '
                                  f'{longest}', *arguments)
        for n in [2**32, 2**63, 2**64, 2**70, -2**70]:
            for name in ['columns', 'rows', 'gap', 'threads']:
                self.refuse_strip(ValueError, f'{name}={n}, expected 0 to '
                                  '4294967295', 1, 4, 5, **{name: n})
        for n in [longest + 1, 2**63, 2**70]:
            for channels, size in [(n, n), ((n, 2), 2 * n), ((n, n), n * n)]:
                self.refuse_strip(ValueError, f'pixels of {size} bytes, '
                                  f'{longest} are the most', 1, 4, 5, channels)
            self.refuse_strip(ValueError, f'pixels of {8 * n} bytes', 1, 4, 5,
                              n, 'f8')
            self.refuse_strip(ValueError, f'channels={-n}', 1, 4, 5, -n)

    def test_words(self):
        self.refuse_strip(ValueError, "align='middle', expected one of 'top', "
                          "'center', 'bottom'", 1, 4, 5, align='middle')
        self.refuse_strip(ValueError, "stores='some'", 1, 4, 5, stores='some')

    def test_dtype(self):
        self.refuse_strip(TypeError, 'references to objects', 1, 4, 5,
                          dtype=object)
        self.refuse_strip(TypeError, 'references to objects', 1, 4, 5,
                          dtype=[('a', 'O')])
        self.refuse_strip(TypeError, 'give them as channels', 1, 4, 5,
                          dtype='(3,)u1')
        self.refuse_strip(ValueError, 'has no bytes', 1, 4, 5, dtype='V0')

    def test_background(self):
        self.refuse_strip(ValueError, 'background=(1, 2) is no pixel', 1, 4, 5,
                          3, background=(1, 2))
        self.refuse_strip(ValueError, "background='x' is no pixel", 1, 4, 5,
                          background='x')
        self.refuse_strip(ValueError, 'pixels of 32 bytes', 1, 4, 5, 4, 'f8',
                          background=(1, 2, 3, 4))
        self.refuse_strip(ValueError, "align_x='center'", 1, 4, 5, 4, 'f8',
                          align_x='center')

    def test_background_out_of_range(self):
        """NumPy wraps such numbers around, or cuts their fractions off."""
        for dtype, values in [
                ('u1', [256, -1, 2**64, np.int64(256), np.uint8([7, 9]) * 1.5,
                        1.5, float('nan'), float('inf'), (0, 256),
                        np.array([0, 300])]),
                ('i1', [128, -129]), ('>u2', [65536]), ('i8', [2**63]),
                ('f2', [1e6]), ('u1, u1', [(256, 0), (0, -1)])]:
            for value in values:
                self.refuse_strip(ValueError, 'is no pixel of shape (2,)', 1, 4,
                                  5, 2, dtype, background=value)
        self.refuse_strip(ValueError, 'background=256 is no pixel of shape '
                          '(4,) and dtype uint8: 256 is no integer from 0 to '
                          '255', 1, 4, 5, 4, background=256)
        for dtype, value in [('u1', 255), ('u1', 2.0), ('i1', (-128, 127)),
                             ('u1', True), ('u1, u1', (255, 0))]:
            ntstrip.Strip(1, 4, 5, 2, dtype, background=value)

    def test_memory(self):
        """More than can be had, or, with 32 bits, addressed."""
        with self.assertRaises((MemoryError, ValueError)):
            ntstrip.Strip(2**16, 2**16, 2**12, 16).merge([None] * 2**16)

    def test_like(self):
        refuse = self.refuse
        like = ntstrip.Strip.like
        refuse(ValueError, 'no image', like, [])
        refuse(ValueError, 'no image', like, [None])
        refuse(ValueError, 'image 1 has shape (4, 5, 4), expected (height, '
               'width, 3)', like, [self.good[0], self.zeros((4, 5, 4))])
        refuse(ValueError, 'image 0 has shape (5,)', like, [self.zeros(5)])
        refuse(TypeError, "image 1 has dtype int8", like,
               [self.good[0], self.zeros(SHAPE, 'i1')])
        refuse(TypeError, 'image 0 is not an array: int', like, [1])

    def test_batch(self):
        for strip in [ntstrip.Strip(2, 4, 5), ntstrip.Strip(2, [4, 3], 5,
                      columns=1), ntstrip.Strip(2, 4, 5, columns=1, gap=1)]:
            with self.assertRaisesRegex(ValueError, 'columns=1'):
                strip.batch


class OfJoins(Errors):
    def test_arrays(self):
        for function in [ntstrip.hstack, ntstrip.vstack, ntstrip.stack,
                         ntstrip.concatenate]:
            self.refuse(ValueError, 'no arrays', function, [])
            self.refuse(TypeError, 'array 1 is not an array: list', function,
                        [self.good[0], [1]])
            self.refuse(TypeError, "array 1 has dtype int8, expected "
                        "uint8", function,
                        [self.good[0], self.zeros(SHAPE, 'i1')])
            self.refuse(TypeError, 'references to objects', function,
                        [self.zeros(SHAPE, 'O')])
            self.refuse(ValueError, 'array 1 has shape (4, 5, 4), expected '
                        '(4, 5, 3) as array 0 has', function,
                        [self.good[0], self.zeros((4, 5, 4))])
            self.refuse(ValueError, 'array 1 has shape (4,)', function,
                        [self.good[0], self.zeros(4)])

    def test_axis(self):
        self.refuse(ValueError, 'axis 3 is out of bounds', ntstrip.concatenate,
                    self.good, 3)
        self.refuse(ValueError, 'axis -5 is out of bounds', ntstrip.stack,
                    self.good, -5)
        for axis in LARGE:
            for axis in [axis, -axis - 1]:
                for function, n_dims in [(ntstrip.concatenate, 3),
                                         (ntstrip.stack, 4)]:
                    self.refuse(ValueError, f'axis {axis} is out of bounds: '
                                f'the result has {n_dims} dimensions',
                                function, self.good, axis)
        for axis in [1.0, '1', None]:
            for function in [ntstrip.concatenate, ntstrip.stack]:
                self.refuse(TypeError, f'axis={axis!r}, expected an integer',
                            function, self.good, axis)
        self.refuse(ValueError, 'no dimensions', ntstrip.concatenate,
                    [self.zeros(())])
        self.refuse(ValueError, 'but for dimension 0', ntstrip.concatenate,
                    [self.good[0], self.zeros((3, 4, 3))])

    def test_out(self):
        def refuse(error, text, out):
            self.refuse(error, f'out {text}', ntstrip.hstack, self.good, out)

        refuse(ValueError, 'has shape (4, 14, 3), expected (4, 15, 3)',
               self.zeros((4, 14, 3)))
        refuse(TypeError, "has dtype int8", self.zeros(STRIP, 'i1'))
        read_only = self.zeros(STRIP)
        read_only.flags.writeable = False
        refuse(ValueError, 'is read-only', read_only)
        refuse(ValueError, 'must have its elements side by side',
               self.zeros((4, 15, 6))[..., ::2])
        standing, overlapping = [
            np.lib.stride_tricks.as_strided(self.zeros(1000), STRIP, strides,
                                            writeable=True)
            for strides in [(0, 3, 1), (3, 3, 1)]]
        refuse(ValueError, 'must have its elements side by side', standing)
        # The first call makes what later ones of the same shape use again.
        for _ in range(2):
            refuse(ValueError, 'has rows that overlap: they are 3 bytes apart',
                   overlapping)
            ntstrip.hstack(self.good, self.zeros(STRIP))

    def test_threads(self):
        for function in [ntstrip.hstack, ntstrip.vstack, ntstrip.stack,
                         ntstrip.concatenate]:
            for threads in [-1, *LARGE, *(-n for n in LARGE)]:
                self.refuse(ValueError, f'threads={threads}, expected 0 to '
                            '2147483647', function, self.good, threads=threads)
            for threads in [1.0, '1', None]:
                self.refuse(TypeError, f'threads={threads!r}, expected an '
                            'integer', function, self.good, threads=threads)

    def test_too_large(self):
        """An array that repeats one element takes no memory."""
        one = np.broadcast_to(np.uint8(0), (sys.maxsize // 2 + 1,))
        self.refuse(ValueError, 'the result is too large: dimension 0',
                    ntstrip.concatenate, [one] * 4)
        none = np.broadcast_to(np.uint8(0), (0, sys.maxsize // 2 + 1))
        self.refuse(ValueError, 'the result is too large: dimension 1',
                    ntstrip.concatenate, [none] * 4, 1)
        # The engine counts rows in 32 bits. Where 4 GiB can be addressed, a
        # file without blocks stands for them: no page is touched.
        rows = np.broadcast_to(np.uint8(0), (2**30, 1))
        if sys.maxsize < 2**32:
            self.refuse(ValueError, 'the result is too large: dimension 0',
                        ntstrip.concatenate, [rows] * 4)
            return
        with tempfile.TemporaryFile() as file:
            out = np.memmap(file, 'u1', 'w+', shape=(2**32, 1))
            self.refuse(ValueError, '4294967296 pixels high',
                        ntstrip.concatenate, [rows] * 4, 0, out)

    def test_overlap(self):
        out = self.zeros(STRIP)
        self.refuse(ValueError, 'array 0 overlaps out, and is not its own part',
                    ntstrip.hstack, [out[:, 5:10], *self.good[1:]], out)
        batch = self.zeros((3, *SHAPE))
        self.refuse(ValueError, 'array 2 overlaps out', ntstrip.stack,
                    [batch[0], batch[1], batch[0]], 0, batch)


if __name__ == '__main__':
    main()
