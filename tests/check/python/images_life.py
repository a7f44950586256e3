# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""ntstrip.Images: iterators, prefetching, threads, and how it all ends."""

import gc
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

import ntstrip
from pictures import PicturesCase
from support import cases, main, np


def n_threads():
    return len(os.listdir('/proc/self/task'))


def wait_for(condition):
    """Without an end of its own: the test's timeout is one."""
    tick = threading.Event()
    while not condition():
        tick.wait(0.002)


class Iterators(PicturesCase):
    def setUp(self):
        super().setUp()
        self.paths, self.arrays = self.album(12)

    def requests(self, rounds):
        picks = [self.rng.integers(12, size=4).tolist() for _ in rounds]
        return ([[self.paths[i] for i in pick] for pick in picks],
                [[self.arrays[i] for i in pick] for pick in picks])

    def test_strips(self):
        for ahead in [0, 1, 8]:
            requests, expected = self.requests(cases(20))
            images = self.new()
            found = 0
            for array in images.strips(requests, ahead):
                self.assert_strip(array, expected[found], ahead)
                found += 1
            self.assertEqual(found, len(requests))
            self.assertEqual(images.stats.requests, len(requests))

    def test_reads_ahead_and_no_further(self):
        taken = []

        def source():
            for i in range(100):
                taken.append(i)
                yield [self.paths[i % 12]]

        strips = self.new().strips(source(), ahead=3)
        self.assertEqual(taken, [])
        next(strips)
        self.assertEqual(len(taken), 4)
        next(strips)
        self.assertEqual(len(taken), 5)

    def test_sizes_may_differ(self):
        images = self.new()
        requests = [self.paths[:n] for n in [3, 3, 1, 5]]
        for request, array in zip(requests, images.strips(requests)):
            self.assert_strip(array, self.arrays[:len(request)])

    def test_two_at_once_have_their_own_memory(self):
        images = self.new()
        mine = images.strip(self.paths[:3])
        one = images.strips([self.paths[3:6]] * 2)
        two = images.strips([self.paths[6:9]] * 2)
        a, b = next(one), next(two)
        self.assert_strip(mine, self.arrays[:3])
        self.assert_strip(a, self.arrays[3:6])
        self.assert_strip(b, self.arrays[6:9])

    def test_broken_off(self):
        images = self.new()
        for _ in cases(20):
            for array in images.strips([self.paths[:4]] * 9):
                self.assert_strip(array, self.arrays[:4])
                break
        strips = images.strips([self.paths[:4]] * 9)
        array = next(strips)
        del strips, images
        gc.collect()
        self.assert_strip(array, self.arrays[:4])

    def test_errors_end_it(self):
        images = self.new(on_error='raise')
        strips = images.strips([self.paths[:2], ['nowhere'], self.paths[:2]])
        self.assert_strip(next(strips), self.arrays[:2])
        with self.assertRaises(ntstrip.ImageError):
            next(strips)
        self.assertEqual(list(strips), [])
        with self.assertRaisesRegex(TypeError, 'path 0'):
            list(images.strips([self.paths[:2], [5]]))
        with self.assertRaisesRegex(ValueError, 'no paths'):
            list(images.strips([[]]))

    def test_prefetch(self):
        images = self.new()
        images.prefetch(self.paths)
        images.prefetch([])
        images.prefetch(['nowhere'])
        wait_for(lambda: images.stats.decoded == 12)
        self.assert_strip(images.strip(self.paths), self.arrays)
        self.assertEqual(images.report.hits, 12)
        self.assertEqual(images.stats.decoded, 12)

    def test_small_cache(self):
        """Room for a few images: right all the same, and within the budget."""
        images = self.new(cache_bytes=1 << 21)
        requests, expected = self.requests(cases(50))
        for array, arrays in zip(images.strips(requests, 2), expected):
            self.assert_strip(array, arrays)
        self.assertLessEqual(images.stats.bytes_max, 1 << 21)


class Threads(PicturesCase):
    def test_many_threads(self):
        """With arrays of their own, and with iterators."""
        paths, arrays = self.album(9)
        images = self.new(cache_bytes=1 << 21)
        errors = []

        def work(seed):
            rng = np.random.default_rng(seed)
            out = np.empty((6, 20, 4), np.uint8)
            try:
                for _ in cases(50):
                    pick = rng.integers(9, size=4)
                    request = [paths[i] for i in pick]
                    expected = np.hstack([arrays[i] for i in pick])
                    images.strip(request, out)
                    assert (out == expected).all()
                    assert (next(images.strips([request])) == expected).all()
                    images.put(f'{seed}', arrays[pick[0]])
                    assert (images.get([f'{seed}'])[0]
                            == arrays[pick[0]]).all()
                    images.remove(f'{seed}')
            except BaseException as error:
                errors.append(error)
                raise

        threads = [threading.Thread(target=work, args=[i]) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])

    def test_shared_memory_is_never_written_by_two(self):
        paths, arrays = self.album(4)
        images = self.new()
        threads = [threading.Thread(
            target=lambda: [images.strip(paths) for _ in cases(200)])
            for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assert_strip(images.strip(paths), arrays)
        self.assertEqual(images.stats.decoded, 4)

    def test_arrays_of_ones_own(self):
        """Of one shape, and of two: each thread gets what it asked for."""
        paths, arrays = self.album(6)
        images = self.new()
        barrier = threading.Barrier(4)
        errors = []

        def work(seed):
            rng = np.random.default_rng(seed)
            try:
                for _ in cases(100):
                    pick = rng.integers(6, size=2 + seed % 2).tolist()
                    expected = np.stack([arrays[i] for i in pick])
                    request = [paths[i] for i in pick]
                    out = np.empty_like(expected)
                    barrier.wait()
                    images.strip(request, out, columns=1)
                    assert out.tobytes() == expected.tobytes()
                    assert images.get(request).tobytes() == out.tobytes()
            except BaseException as error:
                errors.append(error)
                barrier.abort()

        threads = [threading.Thread(target=work, args=[i]) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])

    def album_that_takes_long(self):
        """So many images that a signal arrives while they are awaited."""
        large = np.zeros((1500, 1500, 4), np.uint8)
        paths = [self.write('large.png', large)]
        for i in range(200):
            paths.append(f'{paths[0]}.{i}')
            os.symlink(paths[0], paths[-1])
        return paths

    def run_signal(self, images, handler, call):
        """Runs the handler in this thread, while it waits in the call."""
        before = signal.signal(signal.SIGUSR1, handler)
        self.addCleanup(signal.signal, signal.SIGUSR1, before)

        def interrupt():
            wait_for(lambda: images.stats.decoded > 0)
            os.kill(os.getpid(), signal.SIGUSR1)

        thread = threading.Thread(target=interrupt)
        thread.start()
        try:
            call()
        finally:
            thread.join()

    def test_an_out_waits_for_no_other(self):
        """A call with an out is made while another one of the same shape
        waits."""
        paths = self.album_that_takes_long()
        images = ntstrip.Images((4, 4), threads=1)
        self.addCleanup(images.close)
        image = self.image((4, 4, 4))
        images.put('mine', image)
        expected = np.hstack([image] * len(paths))
        found = []

        def handler(*_):
            out = np.empty_like(expected)
            found.append(images.strip(['mine'] * len(paths), out))
            found.append(images.get(['mine'] * len(paths)))
            raise InterruptedError

        with self.assertRaises(InterruptedError):
            self.run_signal(images, handler, lambda: images.strip(
                paths, np.empty_like(expected)))
        self.assert_same_bytes(found[0], expected)
        self.assert_same_bytes(found[1], np.stack([image] * len(paths)))

    def test_interrupt(self):
        """Ctrl-C while images are awaited; then the strip is made."""
        paths = self.album_that_takes_long()
        images = ntstrip.Images((4, 4), threads=1)
        with self.assertRaises(KeyboardInterrupt):
            self.run_signal(images, signal.default_int_handler,
                            lambda: images.strip(paths))
        self.assertLess(images.stats.decoded, len(paths))
        self.assertTrue((images.strip(paths[:2]) == 0).all())
        images.close()


class Ends(PicturesCase):
    def test_arrays_outlive_images(self):
        paths, arrays = self.album(3)
        images = self.new()
        array = images.strip(paths)
        images.close()
        self._cleanups.clear()
        self.addCleanup(self._folder.cleanup)
        del images
        gc.collect()
        self.assert_strip(array, arrays)

    def test_closed(self):
        paths, arrays = self.album(3)
        with self.new() as images:
            array = images.strip(paths)
            strips = images.strips([paths] * 3, ahead=1)
            next(strips)
        self.assert_strip(array, arrays)
        for call in [lambda: images.strip(paths), lambda: images.get(paths),
                     lambda: images.prefetch(paths), lambda: images.stats,
                     lambda: images.remove('a'), lambda: next(strips),
                     lambda: images.put('a', arrays[0])]:
            with self.assertRaisesRegex(ValueError, 'closed'):
                call()
        images.close()
        self.assertEqual(repr(images), '<ntstrip.Images of 5x6 pixels>')

    def test_threads_end(self):
        before = n_threads()
        paths, _ = self.album(8)
        for _ in range(3):
            images = ntstrip.Images((6, 5))
            images.strip(paths)
            del images
        gc.collect()
        wait_for(lambda: n_threads() == before)

    def test_references(self):
        """Nothing is kept of the arguments, with and without an error."""
        paths, arrays = self.album(3)
        images = self.new()
        out = np.empty((6, 15, 4), np.uint8)
        bad = [*paths, 5]
        things = [*paths, *arrays, out, images]

        def all_calls():
            images.strip(paths, out)
            images.get(paths)
            images.prefetch(paths)
            images.put(paths[0], arrays[0])
            images.remove(paths[0])
            for call in [lambda: images.strip(bad), lambda: images.strip(out),
                         lambda: images.strip(paths, arrays[0]),
                         lambda: images.put('a', out)]:
                try:
                    call()
                except (TypeError, ValueError):
                    pass
            next(images.strips([paths] * 4))

        all_calls()
        gc.collect()
        counts = list(map(sys.getrefcount, things))
        for _ in range(50):
            all_calls()
        gc.collect()
        self.assertEqual(list(map(sys.getrefcount, things)), counts)

    def test_child_after_fork(self):
        """It is told to make its own, can let go of it, and ends."""
        paths, _ = self.album(2)
        code = (
            'import os, sys, ntstrip\n'
            'images = ntstrip.Images((6, 5))\n'
            'strips = images.strips([sys.argv[1:]] * 9)\n'
            'next(strips)\n'
            'if os.fork() == 0:\n'
            '    try:\n'
            '        images.strip(sys.argv[1:])\n'
            '    except RuntimeError as error:\n'
            '        print(error, flush=True)\n'
            '    del images, strips\n'
            '    own = ntstrip.Images((6, 5))\n'
            '    own.strip(sys.argv[1:])\n'
            '    print(own.report.failed, flush=True)\n'
            '    sys.exit(0)\n'
            'print(os.waitstatus_to_exitcode(os.wait()[1]))\n')
        done = subprocess.run([sys.executable, '-c', code, *paths], text=True,
                              stdout=subprocess.PIPE, check=True)
        self.assertEqual(done.stdout.split('\n')[:3], [
            'these Images were made in another process: make them after fork()',
            '0', '0'])

    def test_exit_while_images_are_decoded(self):
        paths, _ = self.album(8)
        code = ('import sys, ntstrip\n'
                'images = ntstrip.Images((6, 5))\n'
                'images.prefetch(sys.argv[1:])\n'
                'strips = images.strips([sys.argv[1:]] * 9)\n'
                'next(strips)\n')
        subprocess.run([sys.executable, '-c', code, *paths], check=True)


class NotBuilt(unittest.TestCase):
    def test_without_decoders(self):
        """What a build without decoders says, which has no _ntimages."""
        code = ('import ntstrip\n'
                'try:\n'
                '    ntstrip.Images((4, 4))\n'
                'except ImportError as error:\n'
                '    print(error)\n')
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(pathlib.Path(ntstrip.__file__).parent,
                            pathlib.Path(folder) / 'ntstrip',
                            ignore=shutil.ignore_patterns('_ntimages*'))
            done = subprocess.run(
                [sys.executable, '-c', code], text=True, check=True,
                stdout=subprocess.PIPE,
                env={**os.environ, 'PYTHONPATH': folder})
        self.assertIn('this build of ntstrip has no image decoders',
                      done.stdout)

    def test_decoders_are_loaded_by_images_only(self):
        code = ('import ntstrip\n'
                'print(open("/proc/self/maps").read())')
        done = subprocess.run([sys.executable, '-c', code], text=True,
                              stdout=subprocess.PIPE, check=True)
        self.assertNotIn('_ntimages', done.stdout)
        self.assertNotIn('libpng', done.stdout)


if __name__ == '__main__':
    main()
