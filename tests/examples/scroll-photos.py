#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Scrolls through a folder of photos, with ntstripsrc and ntstrip.gst.

usage: scroll-photos.py FOLDER

Rows of photos are strips, as NumPy arrays. The program requests the row in view
and the rows behind it; when the view jumps, it cancels the rows that it passed.
Without arguments it makes some pictures of its own, and checks what it shows.
"""

import collections
import pathlib
import struct
import sys
import tempfile
import zlib

try:
    import numpy as np
    import gi
    gi.require_version('Gst', '1.0')
    from gi.repository import Gst
    import ntstrip.gst
except (ImportError, ValueError) as missing:
    print(f'SKIPPED: {missing} (Debian: python3-gst-1.0, python3-numpy)')
    sys.exit(77)

SIDE = 96               # of a tile, in pixels
PER_ROW = 8             # photos
AHEAD = 4               # rows that are requested, with that in view
STRIP_TIMEOUT = 60 * Gst.SECOND
BAD = '003.png'         # of the pictures that the program makes
NAMES = {'.jpg', '.jpeg', '.png', '.webp'}


class Rows:
    """The rows of photos around the one in view."""

    def __init__(self, photos):
        self.photos = [photos[i:i + PER_ROW]
                       for i in range(0, len(photos), PER_ROW)]
        self.pipeline = Gst.parse_launch(
            f'ntstripsrc name=photos tile-width={SIDE} tile-height={SIDE} ! '
            'video/x-raw,format=RGBA ! '
            'appsink name=strips sync=false max-buffers=1')
        self.source = self.pipeline.get_by_name('photos')
        self.sink = self.pipeline.get_by_name('strips')
        self.queue = collections.deque()    # (number of the request, row)
        self.arrays = {}                    # by row, if it came
        self.cancelled = 0
        self.pipeline.set_state(Gst.State.PLAYING)

    def __len__(self):
        return len(self.photos)

    def show(self, row):
        """Returns the row as an array, and has the next ones loaded."""
        wanted = range(row, min(row + AHEAD, len(self)))
        # A strip goes home to its pool with the last array over it.
        self.arrays = {r: a for r, a in self.arrays.items() if r in wanted}
        self._cancel_all_but(wanted)
        self._request(wanted)
        while row not in self.arrays:
            _, came = self.queue.popleft()
            array = self._pull()
            if came in wanted:
                self.arrays[came] = array
        return self.arrays[row]

    def _cancel_all_but(self, wanted):
        """What cannot be cancelled any more comes, in its turn."""
        for number, row in list(self.queue):
            if row not in wanted and self.source.emit('cancel', number):
                self.queue.remove((number, row))
                self.cancelled += 1

    def _request(self, wanted):
        known = {*self.arrays, *(row for _, row in self.queue)}
        for row in wanted:
            if row not in known:
                number = self.source.emit('request', self.photos[row])
                if number == 0:
                    raise RuntimeError(f'the request for row {row} was refused')
                self.queue.append((number, row))

    def _pull(self):
        sample = self.sink.emit('try-pull-sample', STRIP_TIMEOUT)
        if sample is None:
            error = self.pipeline.bus.pop_filtered(Gst.MessageType.ERROR)
            raise RuntimeError(error.parse_error()[0].message if error
                               else 'no strip came')
        return ntstrip.gst.array(sample)

    def finish(self):
        """The strips that were requested still come, and then the stream
        ends."""
        self.source.emit('end-of-stream')
        for _ in range(len(self.queue)):
            self._pull()
        self.queue.clear()
        if self.sink.emit('try-pull-sample', STRIP_TIMEOUT) is not None:
            raise RuntimeError('a strip came that was not requested')
        if not self.sink.get_property('eos'):
            raise RuntimeError('the stream did not end')

    def find_bad_photos(self):
        """Paths and reasons, out of the messages on the bus."""
        while message := self.pipeline.bus.pop_filtered(
                Gst.MessageType.ELEMENT):
            structure = message.get_structure()
            if structure.get_name() == 'ntstripsrc-image-error':
                yield (structure.get_string('location'),
                       structure.get_string('reason'))

    def close(self):
        self.pipeline.set_state(Gst.State.NULL)


def make_pictures(folder, n=200):
    """PNG files of one colour each, and one that is no image, which shows as
    background. Returns the colours."""
    def chunk(kind, data):
        return (struct.pack('>I', len(data)) + kind + data
                + struct.pack('>I', zlib.crc32(kind + data)))

    colours = [(i, 255 - i, 128, 255) for i in range(n)]
    for i, colour in enumerate(colours):
        (folder / f'{i:03}.png').write_bytes(
            b'\x89PNG\r\n\x1a\n'
            + chunk(b'IHDR', struct.pack('>2I5B', SIDE, SIDE, 8, 2, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(
                (b'\0' + bytes(colour[:3]) * SIDE) * SIDE))
            + chunk(b'IEND', b''))
    (folder / BAD).write_bytes(b'no image')
    colours[int(BAD[:3])] = 0, 0, 0, 255
    return colours


def draw_row(colours):
    """What a row of these colours has to be."""
    return np.repeat(np.uint8(colours)[None], SIDE, axis=1).repeat(SIDE, 0)


def scroll(photos, colours=None):
    rows = Rows([str(photo) for photo in photos])
    last = len(rows) - 1
    try:
        # Line by line, a jump to the end, back to the middle, and on.
        views = [0, 1, 2, 3, last, last // 2, last // 2 + 1, 0]
        for row in (min(view, last) for view in views):
            array = rows.show(row)
            print(f'row {row}: {array.shape}, from {rows.photos[row][0]}')
            if colours and not np.array_equal(array, draw_row(
                    colours[row * PER_ROW:(row + 1) * PER_ROW])):
                sys.exit(f'row {row} is not what it should be')
        rows.finish()
        print(f'{rows.cancelled} rows were cancelled')
        bad = dict(rows.find_bad_photos())
        for path, reason in bad.items():
            print(f'{path}: {reason}')
        if colours and [pathlib.Path(path).name for path in bad] != [BAD]:
            sys.exit(f'{BAD} is the only bad photo, but {list(bad)} were named')
    finally:
        rows.close()


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (['-h'], ['--help']):
        sys.exit(__doc__.strip())
    Gst.init(None)
    if Gst.ElementFactory.find('ntstripsrc') is None:
        print('SKIPPED: there is no ntstripsrc (GST_PLUGIN_PATH=build/ext/'
              'ntimages)')
        sys.exit(77)
    if len(sys.argv) == 2:
        folder = pathlib.Path(sys.argv[1])
        photos = sorted(path for path in folder.rglob('*')
                        if path.suffix.lower() in NAMES and path.is_file())
        if not photos:
            sys.exit(f'{folder}: no photos ({", ".join(sorted(NAMES))})')
        scroll(photos)
        return
    with ntstrip.Images((1, 1)) as images:
        if 'png' not in images.formats:
            print('SKIPPED: this build has no decoder for PNG')
            sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        colours = make_pictures(folder)
        scroll(sorted(folder.iterdir()), colours)


if __name__ == '__main__':
    try:
        main()
    except RuntimeError as error:
        sys.exit(f'{sys.argv[0]}: {error}')
