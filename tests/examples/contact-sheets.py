#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Contact sheets of a folder of photos, with ntstrip.Images.

usage: contact-sheets.py FOLDER [SHEETS_FOLDER]

Makes sheets of 100 photos each, twice: the second time from the cache, as far
as a GiB holds them. Says what came from where, and how long it took. With
SHEETS_FOLDER it writes the sheets there, as PPM. Without arguments it makes
some pictures of its own.
"""

import pathlib
import struct
import sys
import tempfile
import time
import zlib

try:
    import numpy  # noqa: F401
    import ntstrip
except ImportError as missing:
    print(f'SKIPPED: {missing}')
    sys.exit(77)

TILE = (128, 128)                       # height and width in pixels
PER_SHEET, COLUMNS = 100, 10
NAMES = {'.jpg', '.jpeg', '.png', '.webp'}


def find_photos(folder):
    return sorted(path for path in folder.rglob('*')
                  if path.suffix.lower() in NAMES and path.is_file())


def write_ppm(path, sheet):
    with open(path, 'wb') as file:
        file.write(b'P6 %d %d 255\n' % (sheet.shape[1], sheet.shape[0]))
        file.write(sheet[..., :3].tobytes())


def make_sheets(images, photos, folder=None):
    requests = [photos[i:i + PER_SHEET]
                for i in range(0, len(photos), PER_SHEET)]
    start = time.perf_counter()
    hits = misses = failed = 0
    for number, sheet in enumerate(images.strips(requests, columns=COLUMNS,
                                                 gap=4)):
        hits += images.report.hits
        misses += images.report.misses + images.report.joined
        failed += images.report.failed
        if folder:
            write_ppm(folder / f'sheet-{number:04}.ppm', sheet)
            for failure in images.failures:
                print(f'{failure.path}: {failure.reason}')
    milliseconds = (time.perf_counter() - start) * 1000
    print(f'{len(requests)} sheets of {len(photos)} photos: {hits} hits, '
          f'{misses} misses, {failed} failures, {milliseconds:.1f} ms')


def make_pictures(folder, n=250, side=64):
    """PNG files of one colour each."""
    def chunk(kind, data):
        return (struct.pack('>I', len(data)) + kind + data
                + struct.pack('>I', zlib.crc32(kind + data)))

    for i in range(n):
        rows = (b'\0' + bytes([i, 255 - i, 128]) * side) * side
        (folder / f'{i:03}.png').write_bytes(
            b'\x89PNG\r\n\x1a\n'
            + chunk(b'IHDR', struct.pack('>2I5B', side, side, 8, 2, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def show(folder, sheets=None):
    photos = find_photos(folder)
    if not photos:
        sys.exit(f'{folder}: no photos ({", ".join(sorted(NAMES))})')
    with ntstrip.Images(TILE, cache_bytes=2**30) as images:
        make_sheets(images, photos, sheets)
        make_sheets(images, photos)
        stats = images.stats
        print(f'{stats.decoded} photos decoded in {stats.decode_seconds:.2f} s '
              f'of {stats.threads} threads, {stats.bytes_max >> 20} MiB at '
              'most')


def main():
    if len(sys.argv) > 3 or sys.argv[1:2] in (['-h'], ['--help']):
        sys.exit(__doc__.strip())
    if len(sys.argv) > 1:
        sheets = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
        if sheets:
            sheets.mkdir(parents=True, exist_ok=True)
        show(pathlib.Path(sys.argv[1]), sheets)
        return
    with ntstrip.Images(TILE) as images:
        if 'png' not in images.formats:
            print('SKIPPED: this build has no decoder for PNG')
            sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        make_pictures(pathlib.Path(folder))
        show(pathlib.Path(folder))


if __name__ == '__main__':
    main()
