# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""ntstrip.gst: after thousands of frames nothing is left, neither GStreamer's
objects nor Python's."""

import gc
import os
import subprocess
import sys
import unittest

from gst_rig import Case, Gst, Pipeline, make_noise, np, ntstrip

gst = ntstrip.gst
N_STRIPS = 500


def make_strips(n):
    """Frames of every kind, and views that live a while."""
    pipeline = Pipeline('ntmosaic name=m', 4)
    pools = [gst.pool(source) for source in pipeline.sources]
    cache = [gst.wrap(make_noise((6, 8, 4), seed=i)) for i in range(3)]
    views = []
    for i in range(n):
        image = make_noise((6, 8, 4), seed=i)
        big = make_noise((8, 10, 4), seed=i + 1)
        frame = pools[2].acquire()
        frame.array[...] = image
        pools[3].acquire()
        gst.push(pipeline.sources[0], image, pts=i)
        gst.push(pipeline.sources[1], big[1:7, 1:9], pts=i)
        frame.push(pts=i)
        gst.push(pipeline.sources[3], cache[i % 3], pts=i)
        try:
            gst.push(pipeline.sources[0], big, pts=i)
        except ValueError:
            pass
        view = gst.array(pipeline.pull())
        np.testing.assert_array_equal(view, np.concatenate(
            [image, big[1:7, 1:9], image, cache[i % 3].array], axis=1))
        views.append(view[i % 6])
        del views[:-5]
    pipeline.stop()


def report_leaks(left):
    """What GStreamer's tracer says of a program that leaves @left."""
    program = (f'import gst_leaks\n'
               f'gst_leaks.make_strips({N_STRIPS})\n'
               'left = ' + left + '\n'
               # The caps that are kept, to be known again.
               'gst_leaks.gst.formats.seen.clear()\n'
               'gst_leaks.gc.collect()\n'
               'gst_leaks.Gst.deinit()\n'
               # Without what Python does at its end: GStreamer is gone.
               'gst_leaks.os._exit(0)\n')
    result = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True,
        cwd=os.path.dirname(os.path.abspath(__file__)),
        env=os.environ | {'GST_TRACERS': 'leaks',
                          'GST_DEBUG': 'GST_TRACER:7'})
    if result.returncode != 0:
        raise AssertionError(result.stderr)
    return [line for line in result.stderr.splitlines()
            if 'Leaks detected' in line
            or 'object-alive, type-name=(string)Gst' in line]


def count_growth(make, n):
    gc.collect()
    before = sys.getallocatedblocks()
    make(n)
    gc.collect()
    return sys.getallocatedblocks() - before


def grow_with_strips(make):
    """Whether each strip leaves an object of Python's.

    Python, too, keeps blocks for later, some hundreds at times, but no more of
    them after more strips. So this compares few strips with many. A leak is
    there each time.
    """
    make(N_STRIPS)
    return all(count_growth(make, 4 * N_STRIPS) - count_growth(make, N_STRIPS)
               > 3 * N_STRIPS / 2 for _ in range(3))


class Leaks(Case):
    def test_gstreamers_objects(self):
        self.assertEqual(report_leaks('None'), [])

    def test_a_leak_would_be_seen(self):
        leaks = report_leaks('gst_leaks.gst.wrap(gst_leaks.make_noise((6, 8)))')
        self.assertRegex('\n'.join(leaks), 'GstMemory')
        self.assertRegex('\n'.join(leaks), 'Leaks detected')

    def test_pythons_objects(self):
        self.assertFalse(grow_with_strips(make_strips))
        self.assertEqual(gst._lent, {})

    def test_a_leak_of_pythons_would_be_seen(self):
        left = []

        def leak(n):
            left.extend(object() for _ in range(n))

        self.assertTrue(grow_with_strips(leak))


if __name__ == '__main__':
    unittest.main()
