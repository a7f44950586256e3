# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Several threads use ntstrip.gst for the first time in a process, all at the
same moment. PyGObject makes types in the thread that asks first, and threads
that ask at once may get types that don't fit."""

import subprocess
import sys
import threading
import unittest

from gst_rig import Gst, Pipeline, ntstrip

N_THREADS = 8
N_PROCESSES = 6


def use(source, barrier, errors):
    barrier.wait()
    try:
        with ntstrip.gst.pool(source) as pool:
            frame = pool.acquire()
            frame.array[...] = 7
            if frame.push() != Gst.FlowReturn.OK:
                errors.append('not pushed')
    except Exception as error:
        errors.append(repr(error))


def use_in_threads():
    """In a process that has done nothing with ntstrip.gst."""
    pipeline = Pipeline('ntmosaic name=m', N_THREADS)
    pipeline.bin.set_state(Gst.State.PLAYING)
    barrier = threading.Barrier(N_THREADS)
    errors = []
    threads = [threading.Thread(target=use, args=(source, barrier, errors))
               for source in pipeline.sources]
    sys.setswitchinterval(1e-6)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pipeline.bin.set_state(Gst.State.NULL)
    return '\n'.join(errors)


class FirstUse(unittest.TestCase):
    def test_first_use(self):
        for _ in range(N_PROCESSES):
            done = subprocess.run(
                [sys.executable, __file__, 'first'], capture_output=True,
                text=True, timeout=100)
            self.assertEqual((done.returncode, done.stderr), (0, ''))


if __name__ == '__main__':
    if sys.argv[1:] == ['first']:
        sys.exit(use_in_threads() or 0)
    unittest.main()
