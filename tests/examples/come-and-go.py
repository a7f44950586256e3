#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Tiles that come and go while the strip plays.

A second video joins the strip, is shown, and leaves. The strip is twice as
wide meanwhile. Tile metas say which strip shows what.

usage: come-and-go.py

Needs Debian's python3-gst-1.0. Exits with 77 without it, and with 1 if the tile
does not come or does not go.
"""
import sys

try:
    import gi
    gi.require_version('Gst', '1.0')
    gi.require_version('GstVideo', '1.0')
    from gi.repository import GLib, Gst, GstVideo
except (ImportError, ValueError) as missing:
    print(f'SKIPPED: {missing} (Debian: python3-gst-1.0)')
    sys.exit(77)

CAPS = 'video/x-raw,format=RGBA,width=64,height=48,framerate=25/1'
STRIP_TIMEOUT = 60 * Gst.SECOND
# Far more than the strips that are on their way when something changes.
MOST_STRIPS = 1000


def add_tile(pipeline, description):
    """Plays what the description says as one more tile, from its beginning.

    The strip shows a frame at its running time, and the frames of the new
    source start at 0, which is over. The offset moves them to the strip that is
    due. A live source stamps its frames with the current running time, and
    needs no offset."""
    mosaic = pipeline.get_by_name('m')
    source = Gst.parse_bin_from_description(description, True)
    pipeline.add(source)
    pad = source.get_static_pad('src')
    pad.set_offset(mosaic.query_position(Gst.Format.TIME)[1])
    pad.link(mosaic.request_pad_simple('sink_%u'))
    source.sync_state_with_parent()
    return source


def remove_tile(pipeline, source):
    """Cut off, release, stop, in this order. A source that is not cut off may
    push to a pad that is gone, and reports an error. The probe drops data: a
    live source in a bin that is blocked while it sends its caps never stops,
    and no source stops that waits for its pad. The locked state keeps the
    pipeline from starting the source again."""
    pad = source.get_static_pad('src')
    mosaic_pad = pad.get_peer()
    pad.add_probe(Gst.PadProbeType.BLOCK_DOWNSTREAM,
                  lambda *args: Gst.PadProbeReturn.DROP)
    pipeline.get_by_name('m').release_request_pad(mosaic_pad)
    source.set_locked_state(True)
    source.set_state(Gst.State.NULL)
    pipeline.remove(source)


def read_tiles(strip):
    """The place and the state of each tile, by the number of its pad."""
    tiles = {}
    for number in range(2):
        meta = GstVideo.buffer_get_video_region_of_interest_meta_id(
            strip, number)
        if meta is not None:
            tile = meta.get_param('application/x-ntmosaic-tile')
            tiles[number] = meta.x, meta.w, tile.get_string('state')
    return tiles


def wait_for(pipeline, what, is_it):
    sink = pipeline.get_by_name('strips')
    for _ in range(MOST_STRIPS):
        sample = sink.emit('try-pull-sample', STRIP_TIMEOUT)
        if sample is None:
            error = pipeline.bus.pop_filtered(Gst.MessageType.ERROR)
            raise RuntimeError(error.parse_error()[0].message if error
                               else 'no strip came')
        tiles = read_tiles(sample.get_buffer())
        if is_it(tiles):
            print(f'{what}: {tiles}')
            return
    raise RuntimeError(f'not seen: {what}')


def main():
    Gst.init(None)
    pipeline = Gst.parse_launch(
        'ntmosaic name=m tile-meta=true ! '
        'appsink name=strips sync=false max-buffers=1  '
        f'videotestsrc pattern=ball ! {CAPS} ! m.sink_0')
    pipeline.set_state(Gst.State.PLAYING)
    # A source that joins while the pipeline is on its way to PLAYING is started
    # twice, by this thread and by the pipeline's, and may stop at once.
    pipeline.get_state(STRIP_TIMEOUT)
    try:
        wait_for(pipeline, 'one tile', lambda tiles: len(tiles) == 1)
        source = add_tile(pipeline, f'videotestsrc ! capsfilter caps={CAPS}')
        wait_for(pipeline, 'a second tile',
                 lambda tiles: 1 in tiles and tiles[1][2] != 'background')
        remove_tile(pipeline, source)
        wait_for(pipeline, 'one tile again', lambda tiles: len(tiles) == 1)
    except RuntimeError as error:
        print(f'{sys.argv[0]}: {error}', file=sys.stderr)
        return 1
    finally:
        pipeline.set_state(Gst.State.NULL)
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except GLib.Error as error:
        sys.exit(f'{sys.argv[0]}: {error.message}')
