# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""ntstrip.gst, for stress.py: pipelines of each thread's own come and go;
frames are pushed arrays, wrapped ones and frames of pools; strips are arrays
that outlive their pipeline."""

import gc
import time

from gst_rig import Gst, Pipeline, make_caps, ntstrip
from stress import Worker
from support import np

gst = ntstrip.gst
N_WORKERS = 3
# GStreamer keeps threads for the next pipeline.
KEEPS_THREADS = True


class GstWorker(Worker):
    def __init__(self, number):
        super().__init__(4000 + number)
        self.pipeline = None
        self.kept = []

    def act(self):
        if self.pipeline is None or self.often(0.03):
            self.replace()
        for _ in range(self.number(1, 5)):
            self.make_strip()
        self.pick([self.drop, self.fail, self.check_kept, self.drop_kept,
                   self.collect])()

    def end(self):
        if self.pipeline is not None:
            self.pipeline.stop()
        self.pipeline = self.pools = self.wrapped = self.frame = None
        self.check_kept()
        self.kept.clear()

    def replace(self):
        """Arrays and frames of the last one live on."""
        if self.pipeline is not None:
            self.pipeline.stop()
        width, height = self.number(1, 40), self.number(1, 30)
        self.shape = height, width, 4
        self.pipeline = Pipeline('ntmosaic name=m', self.number(1, 5),
                                 make_caps(width, height))
        self.pools = {}
        self.wrapped = [gst.wrap(self.image(self.shape)) for _ in range(3)]
        self.frame = None

    def push(self, source, time):
        """Returns what the source shows."""
        way = self.pick([self.push_new, self.push_part, self.push_wrapped,
                         self.push_drawn])
        flow, image = way(source, time)
        self.assertEqual(flow, Gst.FlowReturn.OK)
        return image

    def push_new(self, source, time):
        image = self.image(self.shape)
        return gst.push(source, image, pts=time), image.copy()

    def push_part(self, source, time):
        height, width, _ = self.shape
        large = self.image((height + 3, width + 2, 4))
        image = large[1:1 + height, 2:]
        return gst.push(source, image, pts=time), image.copy()

    def push_wrapped(self, source, time):
        if self.often(0.2):
            self.wrapped[self.number(0, 3)] = gst.wrap(self.image(self.shape))
        wrapped = self.pick(self.wrapped)
        return gst.push(source, wrapped, pts=time), wrapped.array

    def push_drawn(self, source, time):
        frame = self.get_pool(source).acquire()
        image = self.image(self.shape)
        frame.array[...] = image
        if self.often(0.2):
            view = frame.array[:1]
            with self.assertRaises(BufferError):
                frame.push(pts=time)
            del view
        return frame.push(pts=time), image

    def get_pool(self, source):
        pool = self.pools.get(source)
        if pool is None or self.often(0.05):
            pool = self.pools[source] = gst.pool(source)
        return pool

    def make_strip(self):
        pipeline = self.pipeline
        images = [self.push(source, pipeline.n * Gst.SECOND)
                  for source in pipeline.sources]
        pipeline.n += 1
        strip = gst.array(pipeline.pull())
        expected = np.hstack(images)
        np.testing.assert_array_equal(strip, expected)
        if self.often(0.2):
            self.kept.append((strip[1:], expected[1:]))
            del self.kept[:-6]

    # ---- Things that end at odd times ----

    def drop(self):
        """A frame that is not pushed: at once, or some time later."""
        self.frame = self.get_pool(self.pick(self.pipeline.sources)).acquire()
        if self.often(0.3):
            self.frame = None
        if self.often(0.3):
            self.pools.popitem()[1].close()

    def fail(self):
        source = self.pick(self.pipeline.sources)
        wrong = self.image(self.shape[:2] + (3,))
        for array in (wrong, gst.wrap(wrong), [1, 2]):
            with self.assertRaises((TypeError, ValueError)):
                gst.push(source, array, pts=0)

    def check_kept(self):
        for strip, expected in self.kept:
            np.testing.assert_array_equal(strip, expected)

    def drop_kept(self):
        if self.kept:
            del self.kept[self.number(0, len(self.kept))]

    def collect(self):
        if self.often(0.2):
            gc.collect()


def make_workers():
    return [GstWorker(i) for i in range(N_WORKERS)]


def end():
    """GStreamer lets go of all arrays, or the time of the test is over."""
    while gst._lent:
        gc.collect()
        time.sleep(0.01)
