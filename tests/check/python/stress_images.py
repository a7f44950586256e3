# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""ntstrip.Images, for stress.py: threads share a cache that is closed and made
again, files change and are bad, iterators are left half-way, and signals
interrupt requests."""

import atexit
import contextlib
import os
import shutil
import signal
import tempfile
import threading

import ntstrip
from pictures import png
from stress import Worker
from support import np

N_WORKERS = 3
N_FILES = 12
SHAPE = (6, 5, 4)
BLACK = (0, 0, 0, 255)


class World:
    """The files that never change, and the cache of all threads."""

    def __init__(self, maker):
        self.folder = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, self.folder)
        self.arrays = maker.images(N_FILES, SHAPE)
        self.paths = [self.write(f'{i}.png', png(array))
                      for i, array in enumerate(self.arrays)]
        self.bad = [self.write('short.png', png(self.arrays[0])[:60]),
                    self.write('text', b'no picture'), self.folder,
                    os.path.join(self.folder, 'nowhere')]
        self.lock = threading.Lock()    # while the own array is looked at
        self.images = self.new(maker)

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, 'wb') as file:
            file.write(data)
        return path

    def new(self, worker):
        return ntstrip.Images(
            SHAPE[:2], fit='exact', cache_bytes=1 << worker.number(21, 25),
            threads=worker.number(0, 4), retry_seconds=1e-9)


class ImagesWorker(Worker):
    def __init__(self, number):
        super().__init__(2000 + number)
        self.name = f'own-{number}'
        self.images = None
        self.changes = 0
        self.mine = {}    # by key, of these images, or by path
        self.iterators = []
        self.kept = []

    def act(self):
        images = world.images
        if images is not self.images:
            self.images = images
            self.mine = {key: array for key, array in self.mine.items()
                         if os.sep in key}
        action = self.pick([self.fill, self.fill, self.get, self.begin,
                            self.go_on, self.go_on, self.leave, self.put,
                            self.remove, self.change_file, self.prefetch,
                            self.share, self.ask, self.replace])
        try:
            action(images)
        except ValueError as error:
            # By any thread, and not before this action began.
            if str(error) != 'these Images are closed' \
                    or images is world.images:
                raise
        except MemoryError as error:
            # The smallest cache, and what other threads wait for.
            self.assertIn('cache_bytes', str(error))
        self.check_kept()

    def end(self):
        self.images = None
        self.iterators.clear()
        self.check_kept()
        self.kept.clear()

    def choose(self, n=None):
        """Paths, and what they show: None is background."""
        paths, arrays = [], []
        for _ in range(n or self.number(1, 7)):
            kind = self.rng.random()
            if kind < 0.1:
                paths.append(self.pick(world.bad))
                arrays.append(None)
            elif kind < 0.4 and self.mine:
                paths.append(self.pick(list(self.mine)))
                arrays.append(self.mine[paths[-1]])
            else:
                i = self.number(0, N_FILES)
                paths.append(world.paths[i])
                arrays.append(world.arrays[i])
        return paths, arrays

    def draw(self, arrays, columns=0, gap=0):
        n = len(arrays)
        columns = min(columns or n, n)
        rows = -(-n // columns)
        strip = np.empty((rows * 6 + (rows - 1) * gap,
                          columns * 5 + (columns - 1) * gap, 4), np.uint8)
        strip[...] = BLACK
        for i, array in enumerate(arrays):
            if array is not None:
                y, x = i // columns * (6 + gap), i % columns * (5 + gap)
                strip[y:y + 6, x:x + 5] = array
        return strip

    def fill(self, images):
        paths, arrays = self.choose()
        columns, gap = self.number(0, 4), self.number(0, 3)
        expected = self.draw(arrays, columns, gap)
        room = np.zeros((expected.shape[0] + 2, expected.shape[1] + 1, 4),
                        np.uint8)
        out = room[1:-1, 1:]
        self.assertIs(images.strip(paths, out, columns=columns, gap=gap), out)
        self.assert_same_bytes(out, expected)
        out[...] = 0
        self.assertFalse(room.any())

    def get(self, images):
        paths, arrays = self.choose()
        self.assert_same_bytes(images.get(paths), np.stack(
            [self.draw([array]) for array in arrays]))

    def share(self, images):
        """The own array of a cache that other threads use, too."""
        paths, arrays = self.choose(4)
        with world.lock:
            array = images.strip(paths)
            self.assert_same_bytes(np.ascontiguousarray(array),
                                   self.draw(arrays))

    # ---- Iterators ----

    def begin(self, images):
        """Files that never change: a request may wait for long."""
        picks = [self.rng.integers(N_FILES, size=self.number(1, 5)).tolist()
                 for _ in range(self.number(1, 8))]
        strips = images.strips(([world.paths[i] for i in pick]
                                for pick in list(picks)),
                               self.number(0, 4))
        self.iterators.append((images, strips, picks))
        if len(self.iterators) > 3:
            self.leave(images)

    def go_on(self, images):
        if not self.iterators:
            return
        at = self.number(0, len(self.iterators))
        images, strips, picks = self.iterators[at]
        try:
            array = next(strips, None)
        except (ValueError, MemoryError) as error:
            del self.iterators[at]
            if isinstance(error, ValueError) and (
                    str(error) != 'these Images are closed'
                    or images is world.images):
                raise
            return
        if array is None:
            self.assertEqual(picks, [])
            del self.iterators[at]
            return
        expected = self.draw([world.arrays[i] for i in picks.pop(0)])
        self.assert_same_bytes(np.ascontiguousarray(array), expected)
        if not picks:
            self.kept.append((array, expected))
            del self.kept[:-3]

    def check_kept(self):
        """The last arrays of iterators, which nothing writes to any more."""
        for array, expected in self.kept:
            self.assert_same_bytes(np.ascontiguousarray(array), expected)

    def leave(self, images):
        if self.iterators:
            _, strips, _ = self.iterators.pop(
                self.number(0, len(self.iterators)))
            if self.often(0.5):
                strips.close()

    # ---- What is in the cache ----

    def put(self, images):
        key = f'{self.name}-{self.number(0, 3)}'
        array = self.image(SHAPE)
        images.put(key, array[::-1].copy()[::-1] if self.often(0.5) else array)
        self.mine[key] = array

    def remove(self, images):
        """A key of its own is background then, and a file comes back."""
        if self.mine:
            key = self.pick(list(self.mine))
            images.remove(key)
            if os.sep not in key:
                del self.mine[key]
        images.remove(self.pick(world.paths))

    def change_file(self, images):
        path = os.path.join(world.folder, f'{self.name}.png')
        array = self.image(SHAPE)
        with open(path + '.new', 'wb') as file:
            file.write(png(array))
        # The system's own times may be the same for two changes.
        self.changes += 1
        os.utime(path + '.new', ns=(self.changes, self.changes))
        os.replace(path + '.new', path)
        self.mine[path] = array

    def prefetch(self, images):
        images.prefetch(self.choose(self.number(1, 12))[0])

    def ask(self, images):
        stats = images.stats
        self.assertLessEqual(stats.bytes, stats.bytes_max)
        self.assertEqual(len(images.report), 9)
        for failure in images.failures:
            self.assertTrue(failure.reason)

    def replace(self, images):
        """What was put in is gone with the cache."""
        if self.often(0.2):
            old, world.images = world.images, world.new(self)
            if self.often(0.7):
                old.close()


class Interrupt(Exception):
    """What the signal's handler raises, as that of Ctrl-C does."""


class InterruptedWorker(ImagesWorker):
    """A signal comes at any moment of a request; the next one is right."""

    def __init__(self, number):
        super().__init__(number)
        self.may_raise = False
        signal.signal(signal.SIGALRM, self.interrupt)

    def interrupt(self, *_):
        if self.may_raise:
            self.may_raise = False
            raise Interrupt

    def fill(self, images):
        self.change_file(images)
        paths = [*self.mine, *self.choose()[0]]
        out = np.empty((6, 5 * len(paths), 4), np.uint8)
        with contextlib.suppress(Interrupt):
            self.may_raise = True
            signal.setitimer(signal.ITIMER_REAL, self.rng.random() * 0.003)
            try:
                images.strip(paths, out)
                images.get(paths)
            finally:
                self.may_raise = False
                signal.setitimer(signal.ITIMER_REAL, 0)
        super().fill(images)

    def act(self):
        for _ in range(20):
            super().act()

    def end(self):
        super().end()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


world = None


def make_main():
    return InterruptedWorker(N_WORKERS)


def make_workers():
    global world
    maker = Worker(3000)
    world = World(maker)
    return [ImagesWorker(i) for i in range(N_WORKERS)]


def end():
    world.images.close()
