# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""What the tests of ntstrip.gst share. Skips the test where a package of
Debian's is missing."""

import gc
import sys
import time
import unittest

try:
    import gi
    import numpy as np
    gi.require_version('Gst', '1.0')
    gi.require_version('GstApp', '1.0')
    gi.require_version('GstVideo', '1.0')
    from gi.repository import Gst
except (ImportError, ValueError) as missing:
    print(f'SKIPPED: {missing} (Debian: python3-gst-1.0, python3-numpy)')
    sys.exit(77)
if not hasattr(Gst.MapInfo, '__enter__'):
    print('SKIPPED: no overrides for Gst (Debian: python3-gst-1.0)')
    sys.exit(77)

Gst.init(None)

import ntstrip.gst

# Far longer than anything here takes.
PATIENCE = 60


# Format, channels (0: a pixel is one number), bytes of a number, byte order.
FORMATS = [
    ('RGBA', 4, 1, 'little'), ('BGRA', 4, 1, 'little'),
    ('ARGB', 4, 1, 'little'), ('ABGR', 4, 1, 'little'),
    ('RGBx', 4, 1, 'little'), ('BGRx', 4, 1, 'little'),
    ('xRGB', 4, 1, 'little'), ('xBGR', 4, 1, 'little'),
    ('AYUV', 4, 1, 'little'), ('VUYA', 4, 1, 'little'),
    ('RGB', 3, 1, 'little'), ('BGR', 3, 1, 'little'),
    ('v308', 3, 1, 'little'), ('IYU2', 3, 1, 'little'),
    ('YUY2', 2, 1, 'little'), ('UYVY', 2, 1, 'little'),
    ('YVYU', 2, 1, 'little'), ('VYUY', 2, 1, 'little'),
    ('GRAY8', 0, 1, 'little'),
    ('GRAY16_LE', 0, 2, 'little'), ('GRAY16_BE', 0, 2, 'big'),
    ('RGB16', 0, 2, sys.byteorder), ('BGR16', 0, 2, sys.byteorder),
    ('RGB15', 0, 2, sys.byteorder), ('BGR15', 0, 2, sys.byteorder),
    ('ARGB64', 4, 2, sys.byteorder), ('AYUV64', 4, 2, sys.byteorder),
    ('RGBA64_LE', 4, 2, 'little'), ('RGBA64_BE', 4, 2, 'big'),
    ('BGRA64_LE', 4, 2, 'little'), ('BGRA64_BE', 4, 2, 'big'),
    ('ARGB64_LE', 4, 2, 'little'), ('ARGB64_BE', 4, 2, 'big'),
    ('ABGR64_LE', 4, 2, 'little'), ('ABGR64_BE', 4, 2, 'big'),
    ('Y412_LE', 4, 2, 'little'), ('Y412_BE', 4, 2, 'big'),
    ('v216', 2, 2, 'little'), ('Y210', 2, 2, 'little'),
    ('Y212_LE', 2, 2, 'little'), ('Y212_BE', 2, 2, 'big'),
    ('RGB10A2_LE', 0, 4, 'little'), ('BGR10A2_LE', 0, 4, 'little'),
    ('Y410', 0, 4, 'little'), ('r210', 0, 4, 'big'),
]


def make_caps(width, height, format='RGBA', more=''):
    return (f'video/x-raw,format={format},width={width},height={height},'
            f'framerate=0/1{more}')


class Pipeline:
    """appsrcs, what the description has between, and an appsink. The rate 0/1
    means: each round of pushes makes one strip."""

    def __init__(self, middle, n_sources=1, caps=make_caps(8, 6), behind='',
                 source='format=time max-bytes=0'):
        sources = ' '.join(
            f'appsrc name=source{i} {source} caps="{caps}" {behind} ! m.'
            for i in range(n_sources))
        self.bin = Gst.parse_launch(
            f'{middle} ! appsink name=sink sync=false {sources}')
        self.sources = [self.bin.get_by_name(f'source{i}')
                        for i in range(n_sources)]
        self.middle = self.bin.get_by_name('m')
        self.sink = self.bin.get_by_name('sink')
        self.n = 0
        self.bin.set_state(Gst.State.PLAYING)

    def push(self, frames):
        """A frame for each source, all with the time of the next strip."""
        for source, frame in zip(self.sources, frames):
            flow = ntstrip.gst.push(source, frame, pts=self.n * Gst.SECOND)
            assert flow == Gst.FlowReturn.OK, flow
        self.n += 1

    def pull(self):
        sample = self.sink.emit('try-pull-sample', PATIENCE * Gst.SECOND)
        if sample is None:
            error = self.bin.bus.pop_filtered(Gst.MessageType.ERROR)
            raise AssertionError(error.parse_error() if error else 'no sample')
        return sample

    def get_stat(self, name):
        return self.middle.get_property('stats').get_uint64(name)[1]

    def stop(self):
        self.bin.set_state(Gst.State.NULL)


class Case(unittest.TestCase):
    def make(self, *args, **kwargs):
        pipeline = Pipeline(*args, **kwargs)
        self.addCleanup(pipeline.stop)
        return pipeline

    def wait_until(self, condition, what):
        """For what other threads do."""
        end = time.monotonic() + PATIENCE
        while not condition():
            gc.collect()
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.001)

    def assertSame(self, got, wanted):
        self.assertEqual(got.shape, wanted.shape)
        self.assertEqual(got.dtype, wanted.dtype)
        np.testing.assert_array_equal(got, wanted)

    def raises(self, error, text):
        return self.assertRaisesRegex(error, text)


def make_noise(shape, dtype=np.uint8, seed=0):
    random = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    size = int(np.prod(shape)) * dtype.itemsize
    return np.frombuffer(random.bytes(size), dtype).reshape(shape).copy()
