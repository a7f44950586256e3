#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Says which camera of a live wall stalls, and which is back.

Of four test pictures, one is missing at the start. It comes when it is missed,
and breaks off when it is there; then the program ends.

usage: which-camera.py

Needs Debian's python3-gst-1.0. Exits with 77 without it, and with 1 if a
message is missing.
"""
import sys

try:
    import gi
    gi.require_version('Gst', '1.0')
    from gi.repository import Gst
except (ImportError, ValueError) as missing:
    print(f'SKIPPED: {missing} (Debian: python3-gst-1.0)')
    sys.exit(77)

CAMERA = ('videotestsrc is-live=true pattern={} '
          '! video/x-raw,format=RGBA,width=160,height=120,framerate=25/1 '
          '! valve name=valve_{} drop={} ! m.sink_{} ')
CAMERAS = 4
MISSING = 2
PATIENCE = 60 * Gst.SECOND


def next_stall(bus):
    """The next message about a pad: its name, and whether it is stalled."""
    while True:
        message = bus.timed_pop_filtered(
            PATIENCE, Gst.MessageType.ELEMENT | Gst.MessageType.ERROR)
        if message is None:
            raise RuntimeError('no message about a pad')
        if message.type == Gst.MessageType.ERROR:
            raise RuntimeError(message.parse_error()[0].message)
        structure = message.get_structure()
        if structure.get_name() == 'ntmosaic-pad-stalled':
            return structure.get_string('pad'), True
        if structure.get_name() == 'ntmosaic-pad-resumed':
            return structure.get_string('pad'), False


def describe(pad):
    stats = pad.get_property('stats')
    frames = stats.get_uint64('frames').value
    if frames == 0:
        return 'no frames'
    last = stats.get_uint64('last-running-time').value
    return f'frames: {frames}, the last one for {last / Gst.SECOND:.2f} s'


def watch(pipeline):
    """Prints what becomes of the cameras until the missing one has stalled, is
    back, and has stalled again."""
    mosaic = pipeline.get_by_name('m')
    valve = pipeline.get_by_name(f'valve_{MISSING}')
    expected = True
    for _ in range(3):
        while True:
            name, stalled = next_stall(pipeline.get_bus())
            pad = mosaic.get_static_pad(name)
            print(name, 'has stalled:' if stalled else 'is back:',
                  describe(pad), flush=True)
            if name == f'sink_{MISSING}':
                break
        if stalled != expected:
            raise RuntimeError(f'two messages of one kind about {name}')
        valve.set_property('drop', not stalled)
        expected = not stalled


def main():
    Gst.init(None)
    pipeline = Gst.parse_launch(
        'ntmosaic name=m columns=2 ! fakesink  ' + ''.join(
            CAMERA.format(i, i, i == MISSING, i) for i in range(CAMERAS)))
    for pad in pipeline.get_by_name('m').sinkpads:
        pad.set_property('max-last-buffer-repeat', Gst.SECOND // 2)
    pipeline.set_state(Gst.State.PLAYING)
    try:
        watch(pipeline)
    except RuntimeError as error:
        print(f'FAILED: {error}')
        return 1
    finally:
        pipeline.set_state(Gst.State.NULL)
    return 0


if __name__ == '__main__':
    sys.exit(main())
