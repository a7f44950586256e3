# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""ntstrip.Images: files become the right strips, and what is said of them."""

import os
import pathlib

import ntstrip
from pictures import FORMATS, PicturesCase, png
from support import main, np

BLACK = (0, 0, 0, 255)

# 8x8, all of one gray.
JPEG = bytes.fromhex(
    'ffd8ffe000104a46494600010100000100010000ffdb0043000503040404030504040405'
    '050506070c08070707070f0b0b090c110f1212110f111113161c1713141a151111182118'
    '1a1d1d1f1f1f13172224221e241c1e1f1effc0000b080008000801011100ffc4001f0000'
    '010501010101010100000000000000000102030405060708090a0bffc400b51000020103'
    '03020403050504040000017d01020300041105122131410613516107227114328191a108'
    '2342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445'
    '464748494a535455565758595a636465666768696a737475767778797a83848586878889'
    '8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9'
    'cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9faffda00080101'
    '00003f00faaebfffd9')


class Strips(PicturesCase):
    def test_bytes(self):
        paths, arrays = self.album(7)
        images = self.new()
        array = images.strip(paths)
        self.assert_strip(array, arrays)
        self.assertEqual(images.report[:5], (7, 0, 0, 7, 0))
        self.assertEqual((images.report.copied, images.report.kept), (7, 0))
        self.assertEqual(images.failures, ())

    def test_the_same_again_writes_nothing(self):
        paths, arrays = self.album(7)
        images = self.new()
        first = images.strip(paths)
        again = images.strip(paths)
        self.assertTrue(np.shares_memory(first, again))
        self.assertEqual((images.report.hits, images.report.kept), (7, 7))
        paths[3], arrays[3] = paths[5], arrays[5]
        self.assert_strip(images.strip(paths), arrays)
        self.assertEqual((images.report.copied, images.report.kept), (1, 6))

    def test_own_array_is_read_only(self):
        paths, _ = self.album(2)
        array = self.new().strip(paths)
        with self.assertRaisesRegex(ValueError, 'read-only'):
            array[0, 0, 0] = 1

    def test_columns_and_gap(self):
        paths, arrays = self.album(5)
        wall = self.new(background=(1, 2, 3, 4)).strip(paths, columns=3, gap=2)
        self.assertEqual(wall.shape, (14, 19, 4))
        expected = np.empty(wall.shape, np.uint8)
        expected[:] = (1, 2, 3, 4)
        for i, array in enumerate(arrays):
            y, x = i // 3 * 8, i % 3 * 7
            expected[y:y + 6, x:x + 5] = array
        self.assert_same_bytes(wall, expected)

    def test_out(self):
        paths, arrays = self.album(3)
        images = self.new()
        canvas = np.full((10, 30, 4), 9, np.uint8)
        out = canvas[2:8, 4:19]
        self.assertIs(images.strip(paths, out=out), out)
        self.assert_strip(out, arrays)
        canvas[2:8, 4:19] = 9
        self.assertTrue((canvas == 9).all())
        images.strip(paths, out)
        self.assert_strip(out, arrays)
        self.assertEqual(images.report.kept, 0)

    def test_out_as_batch_and_backwards(self):
        paths, arrays = self.album(3)
        images = self.new()
        batch = np.empty((3, 6, 5, 4), np.uint8)
        images.strip(paths, batch, columns=1)
        self.assert_same_bytes(batch, np.stack(arrays))
        images.strip(paths, batch.reshape(18, 5, 4)[::-1], columns=1)
        self.assert_same_bytes(batch.reshape(18, 5, 4)[::-1].copy(),
                               np.vstack(arrays))

    def test_bad_out(self):
        paths, _ = self.album(3)
        images = self.new()
        frozen = np.empty((6, 15, 4), np.uint8)
        frozen.flags.writeable = False
        for out, error, text in [
                (np.empty((6, 15, 3), np.uint8), ValueError,
                 r'out has shape \(6, 15, 3\), expected \(6, 15, 4\)'),
                (np.empty((3, 6, 5, 4), np.uint8), ValueError, 'out has shape'),
                (np.empty((6, 15, 4), np.int8), TypeError, 'expected uint8'),
                (np.empty((6, 15, 4), bool), TypeError, 'expected uint8'),
                (frozen, ValueError, 'out is read-only'),
                (np.empty((15, 6, 4), np.uint8).transpose(1, 0, 2), ValueError,
                 'pixels side by side'),
                (np.empty((6, 15, 8), np.uint8)[..., ::2], ValueError,
                 'pixels side by side'),
                (np.broadcast_to(np.uint8(0), (6, 15, 4)), ValueError, 'out '),
                (7, TypeError, 'int')]:
            with self.assertRaisesRegex(error, text):
                images.strip(paths, out)
        self.assertEqual(images.strip(paths).shape, (6, 15, 4))

    def test_get(self):
        paths, arrays = self.album(4)
        images = self.new()
        batch = images.get(paths)
        self.assert_same_bytes(batch, np.stack(arrays))
        batch[:] = 0
        strip = ntstrip.Strip(4, 6, 5, 4)
        self.assert_strip(strip.merge(images.get(paths)), arrays)
        self.assertEqual(images.get([]).shape, (0, 6, 5, 4))

    def test_fit(self):
        image = self.image((4, 8, 4))
        path = self.write('wide.png', image)
        contained = self.new((8, 8), fit='contain').get([path])[0]
        self.assert_same_bytes(contained[2:6], image)
        self.assertTrue((contained[[0, 1, 6, 7]] == BLACK).all())
        covered = self.new((4, 4), fit='cover').get([path])[0]
        self.assert_same_bytes(covered, image[:, 2:6].copy())

    def test_order(self):
        paths, arrays = self.album(2)
        array = self.new(order='bgra').strip(paths)
        self.assert_strip(array[..., [2, 1, 0, 3]], arrays)

    def test_kinds_of_paths(self):
        image = self.image((6, 5, 4))
        path = os.fsencode(self.folder) + b'/\xff \xc3\xa4.png'
        pathlib.Path(os.fsdecode(path)).write_bytes(png(image))
        kinds = [path, os.fsdecode(path), pathlib.Path(os.fsdecode(path))]
        images = self.new()
        self.assert_strip(images.strip(kinds), [image] * 3)
        self.assertEqual(images.stats.decoded, 1)
        self.assert_strip(images.strip(iter(kinds)), [image] * 3)

    def test_changed_file_is_another_image(self):
        paths, arrays = self.album(3)
        images = self.new()
        images.strip(paths)
        arrays[1] = self.image((6, 5, 4))
        self.write('1.png', arrays[1])
        os.utime(paths[1], ns=(1, 1))
        self.assert_strip(images.strip(paths), arrays)
        self.assertEqual(images.report.kept, 2)

    def test_jpeg(self):
        if 'jpeg' not in FORMATS:
            self.skipTest('this build has no decoder for JPEG')
        path = self.folder / 'named.png'
        path.write_bytes(JPEG)
        array = self.new((8, 8)).get([path])
        self.assertTrue((array == (235, 235, 235, 255)).all())


class Failures(PicturesCase):
    def setUp(self):
        super().setUp()
        self.paths, self.arrays = self.album(6)
        (self.folder / '0.png').unlink()
        (self.folder / '2.png').write_bytes(b'hello, world')
        self.write('3.png', self.image((9, 9, 4)))
        (self.folder / '4.png').write_bytes(b'')
        for i in [0, 2, 3, 4]:
            self.arrays[i] = np.full((6, 5, 4), BLACK, np.uint8)

    def test_background_and_reasons(self):
        images = self.new()
        self.assert_strip(images.strip(self.paths), self.arrays)
        self.assertEqual([f.index for f in images.failures], [0, 2, 3, 4])
        self.assertEqual([f.path for f in images.failures],
                         [self.paths[i] for i in [0, 2, 3, 4]])
        self.assertEqual(images.failures[0].reason, 'no file has this name')
        self.assertEqual(len({f.reason for f in images.failures}), 4)
        self.assertEqual(images.report.failed, 4)
        images.strip([self.paths[1]])
        self.assertEqual(images.failures, ())

    def test_raise(self):
        images = self.new(on_error='raise')
        with self.assertRaises(ntstrip.ImageError) as caught:
            images.strip(self.paths)
        text = str(caught.exception)
        self.assertIn('4 of 6 images could not be had: image 0, '
                      f'{self.paths[0]!r}: no file has this name; ', text)
        self.assertTrue(text.endswith('; ...'))
        self.assertEqual(caught.exception.failures, images.failures)
        self.assert_strip(images.strip([self.paths[1]]), [self.arrays[1]])

    def test_limits(self):
        images = self.new(max_pixels=29)
        images.strip([self.paths[1]])
        self.assertEqual(images.report.failed, 1)
        images = self.new(max_file_bytes=10)
        images.strip([self.paths[1]])
        self.assertEqual(images.report.failed, 1)

    def test_damaged(self):
        image = self.image((200, 400, 4))
        path = self.folder / 'cut.png'
        data = png(image)
        path.write_bytes(data[:len(data) * 19 // 20])
        images = self.new((200, 400))
        array = images.strip([path])
        self.assertEqual(images.report.damaged, (0,))
        self.assertEqual(images.failures, ())
        self.assert_same_bytes(array[:150].copy(), image[:150].copy())

    def test_arguments(self):
        images = self.new()
        for paths, error, text in [
                ('a.png', TypeError, 'give a list of paths'),
                (b'a.png', TypeError, 'give a list of paths'),
                (pathlib.Path('a'), TypeError, 'give a list of paths'),
                (['a', 5], TypeError, 'path 1 is no str, .*: int'),
                (['a', 'b\0c'], ValueError, 'path 1 has a null byte'),
                ([], ValueError, 'no paths'),
                (None, TypeError, 'not iterable')]:
            with self.assertRaisesRegex(error, text):
                images.strip(paths)
        for call in [images.remove, lambda key: images.put(key, image)]:
            image = np.zeros((6, 5, 4), np.uint8)
            with self.assertRaisesRegex(TypeError, 'the key is no str.*: int'):
                call(5)
            with self.assertRaisesRegex(ValueError, 'the key has a null byte'):
                call('b\0c')
        for tile, error in [(64, TypeError), ((64, 64, 4), ValueError)]:
            with self.assertRaisesRegex(error, 'expected .height, width.'):
                ntstrip.Images(tile)
        for options, text in [
                ({'tile': (0, 4)}, r'tile\[0\]=0'),
                ({'tile': (4, 2**32)}, r'tile\[1\]'),
                ({'fit': 'fill'}, "fit='fill', expected one of 'contain'"),
                ({'order': 'rgb'}, 'order'),
                ({'on_error': 'ignore'}, 'on_error'),
                ({'cache_bytes': 0}, 'cache_bytes=0'),
                ({'cache_bytes': 2**63}, 'cache_bytes'),
                ({'max_decode_seconds': 0}, 'max_decode_seconds=0'),
                ({'retry_seconds': float('nan')}, 'retry_seconds=nan'),
                ({'background': (1, 2, 3)}, 'background'),
                ({'background': 256}, '256 is no integer from 0 to 255'),
                ({'max_pixels': 2**64}, 'max_pixels=18446744073709551616'),
                ({'threads': -1}, 'threads=-1')]:
            with self.assertRaisesRegex(ValueError, text):
                self.new(**options)
        for options, text in [
                ({'cache_bytes': 1e9}, 'cache_bytes=1000000000.0, expected an '
                 'integer'),
                ({'max_decode_seconds': '10'}, "max_decode_seconds='10', "
                 'expected seconds')]:
            with self.assertRaisesRegex(TypeError, text):
                self.new(**options)
        with self.assertRaisesRegex(ValueError, 'columns=-1'):
            images.strip(['a'], columns=-1)
        with self.assertRaisesRegex(ValueError, 'ahead=-1'):
            images.strips([], ahead=-1)


    def test_path_that_fails(self):
        """The error is the path's own, whatever it is."""
        class Path:
            def __fspath__(self):
                if isinstance(self.error, BaseException):
                    raise self.error
                return self.error

        path, image = Path(), np.zeros((6, 5, 4), np.uint8)
        images = self.new()
        for path.error in [TypeError('no name yet'), ValueError('no name yet'),
                           KeyboardInterrupt('no name yet')]:
            for call in [lambda: images.strip(['a', path]),
                         lambda: images.prefetch([path]),
                         lambda: images.put(path, image),
                         lambda: images.remove(path)]:
                with self.assertRaisesRegex(type(path.error), '^no name yet$'):
                    call()
        path.error = 7
        with self.assertRaisesRegex(TypeError, 'Path.__fspath__.* int'):
            images.strip([path])
        path.error = 'of mine'
        images.put(path, image)
        self.assert_strip(images.strip(['of mine', path]), [image] * 2)


class Puts(PicturesCase):
    def test_put(self):
        a, b = self.images(2, (6, 5, 4))
        paths, arrays = self.album(1)
        images = self.new()
        images.put('of mine', a)
        self.assert_strip(images.strip(['of mine', *paths]), [a, *arrays])
        self.assertEqual(images.report.hits, 1)
        images.put('of mine', b[::-1])
        self.assert_strip(images.strip(['of mine', *paths]),
                          [b[::-1], *arrays])
        self.assertIs(images.remove('of mine'), True)
        self.assertIs(images.remove('of mine'), False)
        images.strip(['of mine'])
        self.assertEqual(images.report.failed, 1)

    def test_bad_images(self):
        images = self.new()
        for image, error, text in [
                (np.zeros((6, 5, 3), np.uint8), ValueError,
                 r'has shape \(6, 5, 3\), expected \(6, 5, 4\)'),
                (np.zeros((6, 5, 4), np.int8), TypeError, 'expected uint8'),
                (np.zeros((5, 6, 4), np.uint8).transpose(1, 0, 2), ValueError,
                 'side by side'),
                ('image', TypeError, 'str')]:
            with self.assertRaisesRegex(error, text):
                images.put('key', image)
        with self.assertRaises(TypeError):
            images.put(7, np.zeros((6, 5, 4), np.uint8))
        self.assertEqual(images.stats.images, 0)

    def test_no_room(self):
        images = self.new((64, 64), cache_bytes=(1 << 15) - 1)
        images.put('a', np.zeros((64, 64, 4), np.uint8))
        with self.assertRaisesRegex(MemoryError, 'b: '):
            images.put('b', np.zeros((64, 64, 4), np.uint8))
        images.remove('a')
        images.put('b', np.zeros((64, 64, 4), np.uint8))

    def test_strip_larger_than_the_cache(self):
        images = self.new((64, 64), cache_bytes=3 * (1 << 14))
        with self.assertRaisesRegex(MemoryError, '4 tiles of 64x64 have 65536 '
                                    'bytes.*49152.*cache_bytes'):
            images.strip(['a', 'b', 'c', 'd'])


if __name__ == '__main__':
    main()
