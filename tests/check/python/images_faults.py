# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""ntstrip.Images without memory, threads or files."""

import errno
import itertools
import pathlib

import ntstrip
from faulty import (FILES, MEMORY, SHAPE, THREADS, FaultsCase, SystemCase)
from pictures import PicturesCase
from support import main, np


class ImagesCase(FaultsCase, PicturesCase):
    def setUp(self):
        super().setUp()
        self.paths = [self.write(f'{i}.png', array)
                      for i, array in enumerate(self.arrays)]
        self.held += self.paths

    def new(self, **options):
        return ntstrip.Images(SHAPE[:2], **{
            'cache_bytes': 1 << 24, 'fit': 'exact', 'threads': 1, **options})


class Images(ImagesCase):
    def test_import(self):
        with self.new() as images:
            extension = images._extension
        self.check_import(extension, 'Cache')

    def test_new(self):
        self.check(lambda: self.new, lambda images: images.close(),
                   least=20)

    def test_strip(self):
        with self.new() as images:
            self.check(lambda: lambda: images.strip(self.paths),
                       self.right_strip, least=10)
            out = np.empty_like(self.expected)
            self.held += [out]
            self.check(lambda: lambda: images.strip(self.paths, out),
                       self.right_strip, least=10)
            columns = itertools.cycle([1, 2])
            self.check(lambda: lambda: images.strip(
                self.paths, columns=next(columns)), least=20)
            paths = [pathlib.Path(path) for path in self.paths]
            # Python's own words, where it has no memory to bind __fspath__.
            self.check(lambda: lambda: images.strip(paths), self.right_strip,
                       '^expected str, bytes or os.PathLike object|^$', 10)

    def test_first_strip(self):
        """No thread of the cache is left of a call that failed."""
        def make():
            images = self.new()
            return lambda: images.strip(self.paths)

        self.check(make, self.right_strip, least=20)

    def test_get(self):
        with self.new() as images:
            self.check(lambda: lambda: images.get(self.paths),
                       lambda array: self.assert_same_bytes(
                           array, np.stack(self.arrays)), least=10)

    def test_strips(self):
        """What is queued is given up."""
        with self.new() as images:
            self.check(lambda: lambda: [array.copy() for array in
                                        images.strips([self.paths] * 3, 1)],
                       lambda arrays: [self.right_strip(a) for a in arrays],
                       least=20)

    def test_strips_that_are_left(self):
        with self.new() as images:
            def leave():
                strips = images.strips([self.paths] * 5, 3)
                next(strips)
                strips.close()

            # Python 3.11 itself tries without end to leave a long function
            # when it never has memory again.
            self.check(lambda: leave, least=5, only_ours=True)

    def test_bad_images(self):
        paths = [*self.paths[:3], 'nowhere']

        def right(result):
            _, failures = result
            self.assertEqual([f.index for f in failures], [3])

        with self.new() as images:
            self.check(lambda: lambda: (images.strip(paths),
                                        images.failures), right, least=10)
        with self.new(on_error='raise') as images:
            self.check(lambda: lambda: images.strip(paths),
                       more='^1 of 4 images could not be had: image 3')

    def test_put(self):
        image = self.arrays[0].copy()
        self.held += [image]
        with self.new() as images:
            self.check(lambda: lambda: images.put('key', image),
                       lambda _: self.assert_same_bytes(
                           images.get(['key'])[0], image))
            self.check(lambda: lambda: images.put('key', image[1:]),
                       more='^the image has shape')
            self.check(lambda: lambda: images.put(5, image),
                       more='^the key is no str')
            self.check(lambda: lambda: images.put('a\0b', image),
                       more='^the key has a null byte|embedded null')
            self.check(lambda: lambda: images.remove('key'))

    def test_put_lets_go(self):
        block = bytearray(self.arrays[0].tobytes())
        with self.new() as images:
            def make():
                block.append(0)
                block.pop()
                view = memoryview(block).cast('B', SHAPE)
                return lambda: images.put('key', view)

            self.check(make)
            make()

    def test_rest(self):
        with self.new() as images:
            images.strip(self.paths)
            self.check(lambda: lambda: images.prefetch(self.paths))
            self.check(lambda: lambda: (
                images.stats, images.report, images.failures, images.tile,
                images.formats, repr(images)))

    def test_close(self):
        def make():
            images = self.new()
            images.strip(self.paths)
            return images.close

        self.check(make, least=0)
        images = self.new()
        images.close()
        self.check(lambda: lambda: images.strip(self.paths),
                   more='^these Images are closed$')


class ImagesEngine(SystemCase, ImagesCase):
    def make(self):
        images = self.images_of_call = self.new(retry_seconds=1e-9)
        return images.strip(self.paths).copy(), images.failures

    def right(self, result):
        array, failures = result
        expected = self.expected.copy()
        for failure in failures:
            expected[:, failure.index * 5:failure.index * 5 + 5] = (
                0, 0, 0, 255)
        self.assert_same_bytes(array, expected)

    def rest(self):
        """A decoder may have begun before the system recovered."""
        images = getattr(self, 'images_of_call', None)
        if images is None:
            return
        self.images_of_call = None
        images.strip(self.paths)
        self.right_strip(images.strip(self.paths))
        images.close()

    def test_memory(self):
        self.check_system(self.make, self.right, MEMORY, errno.ENOMEM, 10,
                          self.rest)

    def test_threads(self):
        self.check_system(self.make, self.right, THREADS, errno.EAGAIN, 1,
                          self.rest)

    def test_files(self):
        self.check_system(self.make, self.right, FILES, errno.EIO, 1,
                          self.rest)


if __name__ == '__main__':
    main()
