#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""A wall of cameras, and which of them has stalled.

Sixteen labelled live test sources stand for the cameras. One of them stops
sending. Once the wall has repeated its last frame for PATIENCE, the tile
becomes background, and a message names the pad. Then the camera sends again,
and a second message says so.

usage: cameras.py [SINK]

SINK shows the wall. Without it the wall goes to a fakesink. On a screen:

    cameras.py 'videoconvert ! autovideosink'

Needs Debian's python3-gst-1.0 and gstreamer1.0-x (textoverlay). Exits with 77
without them, and with 1 if the messages don't come.
"""
import sys

try:
    import gi
    gi.require_version('Gst', '1.0')
    from gi.repository import GLib, Gst
except (ImportError, ValueError) as missing:
    print(f'SKIPPED: {missing} (Debian: python3-gst-1.0)')
    sys.exit(77)

CAMERAS = 16
BROKEN = 5
FRAMES_BEFORE_IT_BREAKS = 30
PATIENCE = Gst.SECOND // 2
MESSAGE_TIMEOUT = 60 * Gst.SECOND


def make_wall(sink):
    """A wall that was told the size of its tiles is there before its cameras,
    and keeps its size."""
    patience = ' '.join(f'sink_{i}::max-last-buffer-repeat={PATIENCE}'
                        for i in range(CAMERAS))
    cameras = ' '.join(
        f'videotestsrc name=camera_{i} is-live=true pattern=ball ! '
        f'textoverlay text="camera {i}" font-desc="Sans 24" ! '
        f'videoconvertscale ! mosaic.sink_{i}'
        for i in range(CAMERAS))
    return Gst.parse_launch(
        'ntmosaic name=mosaic columns=4 gap=4 tile-width=160 tile-height=120 '
        f'background-color=0xff204060 {patience} ! {sink}  {cameras}')


def break_camera(pad):
    """Drops all but the camera's first frames, until the probe is removed."""
    frames_left = FRAMES_BEFORE_IT_BREAKS

    def drop(pad, info):
        nonlocal frames_left
        frames_left -= 1
        return (Gst.PadProbeReturn.OK if frames_left >= 0
                else Gst.PadProbeReturn.DROP)

    return pad.add_probe(Gst.PadProbeType.BUFFER, drop)


def element_messages(bus):
    """Yields the structures of the messages that elements post of their own."""
    while True:
        message = bus.timed_pop(MESSAGE_TIMEOUT)
        if message is None:
            raise RuntimeError('no message came')
        if message.type == Gst.MessageType.ERROR:
            raise RuntimeError(message.parse_error()[0].message)
        if message.type == Gst.MessageType.ELEMENT:
            yield message.get_structure()


def watch(pipeline):
    """Says what the cameras do, until the broken one has stalled and is back.
    The times are running times, as those of the strips."""
    pad = pipeline.get_by_name(f'camera_{BROKEN}').get_static_pad('src')
    probe = break_camera(pad)
    has_stalled = False

    pipeline.set_state(Gst.State.PLAYING)
    for message in element_messages(pipeline.bus):
        if message.get_name() == 'ntmosaic-pad-stalled':
            known, last = message.get_uint64('last-running-time')
            since = f'since {last / Gst.SECOND:.2f} s' if known else 'yet'
            print(f"{message.get_string('pad')} has stalled: no frame {since}")
            if message.get_string('pad') == f'sink_{BROKEN}':
                pad.remove_probe(probe)
                has_stalled = True
        elif message.get_name() == 'ntmosaic-pad-resumed':
            now = message.get_uint64('running-time').value
            print(f"{message.get_string('pad')} is back: "
                  f'{now / Gst.SECOND:.2f} s')
            if message.get_string('pad') == f'sink_{BROKEN}' and has_stalled:
                return


def main(args):
    Gst.init(None)
    if Gst.ElementFactory.find('textoverlay') is None:
        print('SKIPPED: no textoverlay (Debian: gstreamer1.0-x)')
        return 77
    pipeline = make_wall(args[0] if args else 'fakesink')
    try:
        watch(pipeline)
    except RuntimeError as error:
        print(f'{sys.argv[0]}: {error}', file=sys.stderr)
        return 1
    finally:
        pipeline.set_state(Gst.State.NULL)
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1:]))
    except GLib.Error as error:
        sys.exit(f'{sys.argv[0]}: {error.message}')
