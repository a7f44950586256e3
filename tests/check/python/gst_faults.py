# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""ntstrip.gst without memory: each request of Python's fails in turn. A call
gives what it would, or a MemoryError; no buffer stays mapped, and the next call
is right. Not the making of a pool, in which PyGObject 3.42 itself crashes."""

import gc
import itertools
import unittest
from ctypes import byref

from gst_rig import Gst, Pipeline, make_caps, make_noise, ntstrip
from faulty import PYTHON_BEARS_IT, FaultsCase, attempt
from support import main, np

gst, c = ntstrip.gst, ntstrip._gstc

# What ctypes and PyGObject make of a MemoryError.
THEIRS = 'MemoryError|returned a result with an exception set'


def count_uses(buffer):
    """References and locks of its memory: each mapping has one."""
    address = c.address(buffer)
    info = c.MapInfo()
    assert c.map_buffer(address, byref(info), c.READ)
    memory = c.MiniObject.from_address(info.memory)
    c.unmap_buffer(address, byref(info))
    return memory.refcount, memory.lockstate


@unittest.skipUnless(PYTHON_BEARS_IT, 'this Python crashes without memory')
class Gstreamer(FaultsCase):
    def setUp(self):
        super().setUp()
        self.pipeline = Pipeline('ntmosaic name=m', caps=make_caps(8, 6))
        self.addCleanup(self.pipeline.stop)
        self.source = self.pipeline.sources[0]
        self.image = make_noise((6, 8, 4))

    def check_calls(self, call, right):
        self.check_pass(lambda: call, right, THEIRS)

    def test_array(self):
        self.pipeline.push([self.image])
        sample = self.pipeline.pull()
        buffer = sample.get_buffer()
        self.check_unmapped(lambda: gst.array(sample), buffer)
        self.check_calls(lambda: gst.array(sample), self.right_image)

    def check_unmapped(self, call, buffer):
        """Where one request fails. (Where all do from one on, Python 3.11
        itself leaves what a frame had.)"""
        before = count_uses(buffer)
        for nth in itertools.count(1):
            result, error, failed = attempt(call, nth, False, False)
            del result, error
            gc.collect()
            self.assertEqual(count_uses(buffer), before, nth)
            if not failed:
                break

    def right_image(self, array):
        np.testing.assert_array_equal(array, self.image)

    def test_push(self):
        self.check_calls(lambda: gst.push(self.source, self.image),
                         self.right_push)

    def right_push(self, flow):
        self.assertEqual(flow, Gst.FlowReturn.OK)
        self.right_image(gst.array(self.pipeline.pull()))

    def test_wrap(self):
        self.check_calls(lambda: gst.wrap(self.image),
                         lambda kept: self.right_push(
                             gst.push(self.source, kept)))

    def test_pool(self):
        with gst.pool(self.source) as frames:
            def push():
                frame = frames.acquire()
                frame.array[...] = self.image
                return frame.push()

            self.check_calls(push, self.right_push)


if __name__ == '__main__':
    main()
