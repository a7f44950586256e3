# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Several threads, several strips, one strip; fork()."""

import os
import signal
import sys
import threading

import ntstrip
from support import Case, main, np

SHAPE = (64, 50, 4)
N = 6
ROUNDS = 60


class Threads(Case):
    def run_all(self, work, n=4):
        """Runs work(i) in n threads; an error there is an error here."""
        errors = []

        def run(i):
            try:
                work(i)
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=run, args=(i,)) for i in range(n)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for error in errors:
            raise error

    def make_sets(self, n):
        """Images for each thread, and what their strip is."""
        sets = [self.images(N, SHAPE) for _ in range(n)]
        return [(images, np.hstack(images)) for images in sets]

    def test_a_strip_each(self):
        sets = self.make_sets(4)

        def work(i):
            images, expected = sets[i]
            strip = ntstrip.Strip.like(images)
            for _ in range(ROUNDS):
                strip.invalidate()
                self.assert_same_bytes(strip.merge(images), expected)

        self.run_all(work)

    def test_joins(self):
        sets = self.make_sets(4)

        def work(i):
            images, expected = sets[i]
            out = np.empty_like(expected)
            for _ in range(ROUNDS):
                self.assert_same_bytes(ntstrip.hstack(images), expected)
                ntstrip.hstack(images, out)
                self.assert_same_bytes(out, expected)

        self.run_all(work)

    def test_one_strip(self):
        """Each call fills its own array, whatever the others do."""
        sets = self.make_sets(4)
        strip = ntstrip.Strip.like(sets[0][0])

        def work(i):
            images, expected = sets[i]
            out = np.empty_like(expected)
            for _ in range(ROUNDS):
                strip.merge(images, out=out)
                self.assert_same_bytes(out, expected)
                strip.merge(images, [(i, j) for j in range(N)])

        self.run_all(work)
        strip.merge(sets[2][0], [(2, j) for j in range(N)])
        self.assert_same_bytes(strip.array, sets[2][1])

    def test_interrupt_while_waiting(self):
        """A merge that waits for another thread's can be interrupted."""
        held = threading.Event()
        merging = threading.Event()
        interrupted = threading.Event()
        in_time = []

        class Id:
            """Is compared with another one until the interrupt came."""
            def __hash__(self):
                return 1

            def __eq__(self, other):
                held.set()
                merging.wait()
                for _ in range(100):
                    # A signal before the wait is no test of the wait.
                    if interrupted.wait(0.1):
                        break
                    signal.pthread_kill(threading.main_thread().ident,
                                        signal.SIGINT)
                in_time.append(interrupted.is_set())
                return True

        def read_images():
            yield image
            merging.set()

        image = self.image(SHAPE)
        strip = ntstrip.Strip.like([image])
        strip.merge([image], [Id()])
        other = threading.Thread(target=strip.merge, args=([image], [Id()]))

        def interrupt(number, frame):
            if not interrupted.is_set():
                interrupted.set()
                raise KeyboardInterrupt

        self.addCleanup(signal.signal, signal.SIGINT,
                        signal.signal(signal.SIGINT, interrupt))
        with self.assertRaises(KeyboardInterrupt):
            other.start()
            held.wait()
            strip.merge(read_images())
        other.join()
        self.assertEqual(in_time, [True])
        self.assert_same_bytes(strip.merge([image]), image)

    def test_array_is_made_once(self):
        strip = ntstrip.Strip(N, *SHAPE)
        arrays = [None] * 8
        start = threading.Barrier(8)

        def work(i):
            start.wait()
            arrays[i] = strip.array

        self.run_all(work, 8)
        for array in arrays:
            self.assertIs(array, strip.array)

    def test_others_run_meanwhile(self):
        """The GIL is released during a merge: another thread runs then,
        although no thread has to give the GIL up for others."""
        image = np.zeros((1024, 1024, 4), np.uint8)
        strip = ntstrip.Strip.like([image] * 8, threads=1)
        go = threading.Event()
        seen = threading.Event()
        merging = False

        def watch():
            while not seen.is_set():
                go.wait()
                go.clear()
                if merging:
                    seen.set()

        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(1000)
        watcher = threading.Thread(target=watch)
        watcher.start()
        while not seen.is_set():
            go.set()
            merging = True
            strip.merge([image] * 8)
            merging = False
        go.set()
        watcher.join()

    def test_fork(self):
        """A child uses what it inherited, and has its own copy of it."""
        images = self.images(N, (300, 200, 4))
        expected = np.hstack(images)
        strip = ntstrip.Strip.like(images)
        strip.merge(images)
        child = os.fork()
        if child == 0:
            others = images[::-1]
            right = np.array_equal(strip.merge(others), np.hstack(others)) \
                and np.array_equal(ntstrip.stack(images), np.stack(images))
            os._exit(0 if right else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assert_same_bytes(strip.array, expected)


if __name__ == '__main__':
    main()
