# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Image files for tests, written without a library."""

import pathlib
import struct
import sys
import tempfile
import zlib

from support import Case, np, ntstrip

try:
    with ntstrip.Images((1, 1)) as _images:
        FORMATS = _images.formats.split(', ')
except ImportError as missing:
    # Any other reason is a broken build, and a failure.
    if 'this build of ntstrip has no image decoders' not in str(missing):
        raise
    print(f'SKIPPED: {missing}')
    sys.exit(77)
if 'png' not in FORMATS:
    print('SKIPPED: this build has no decoder for PNG')
    sys.exit(77)


def png(image):
    """The bytes of a PNG file: RGBA, without a filter."""
    height, width = image.shape[:2]

    def chunk(kind, data):
        return (struct.pack('>I', len(data)) + kind + data
                + struct.pack('>I', zlib.crc32(kind + data)))

    rows = b''.join(b'\0' + row.tobytes() for row in image)
    return (b'\x89PNG\r\n\x1a\n'
            + chunk(b'IHDR', struct.pack('>2I5B', width, height, 8, 6, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


class PicturesCase(Case):
    """A folder of files, and the arrays they have."""

    def setUp(self):
        super().setUp()
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name)

    def write(self, name, image):
        path = self.folder / name
        path.write_bytes(png(image))
        return str(path)

    def album(self, n, height=6, width=5):
        """Paths and arrays."""
        arrays = self.images(n, (height, width, 4))
        return [self.write(f'{i}.png', a) for i, a in enumerate(arrays)], arrays

    def new(self, tile=(6, 5), **options):
        images = ntstrip.Images(tile, **{'cache_bytes': 1 << 26,
                                         'fit': 'exact', **options})
        self.addCleanup(images.close)
        return images

    def assert_strip(self, array, arrays, message=None):
        self.assert_same_bytes(np.ascontiguousarray(array), np.hstack(arrays),
                               message)
