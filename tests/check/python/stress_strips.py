# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Strips and joins, for stress.py: strips of a thread's own, with ids, lent
tiles and errors half-way; strips that threads share; joins."""

import gc
import threading

import ntstrip
from stress import Worker
from strips import CHANNELS, DTYPES, Model
from support import np

N_WORKERS = 3
N_SHARED = 4
N_VARIANTS = 3


class Trouble(Exception):
    """What an image or an id raises."""


class Id:
    """Equal to others of the same key; all have one hash."""

    def __init__(self, key):
        self.key = key

    def __hash__(self):
        return 7

    def __eq__(self, other):
        if self.key == 'trouble' or other.key == 'trouble':
            raise Trouble
        return self.key == other.key


class Picture:
    """Has an array, and does something when it is asked for it."""

    def __init__(self, array, action):
        self.array = array
        self.action = action

    @property
    def __array_interface__(self):
        self.action()
        return self.array.__array_interface__


def fail():
    raise Trouble


class Home:
    """A strip, and what must be in it."""

    def __init__(self, worker):
        n = worker.number(1, 9)
        most = 90 if worker.often(0.1) else 12
        sizes = worker.rng.integers(1, most, (n, 2))
        if worker.often(0.5):
            sizes[:] = sizes[0]
        self.sizes = [(int(h), int(w)) for h, w in sizes]
        self.dtype = np.dtype(worker.pick(DTYPES))
        channels = worker.pick(CHANNELS)
        self.item_shape = () if channels is None \
            else tuple(np.ravel(channels).tolist())
        columns, gap, align = (worker.number(0, end) for end in (4, 4, 3))
        self.is_writable = worker.often(0.2)
        self.strip = ntstrip.Strip(
            n, *zip(*self.sizes), channels, self.dtype, columns=columns,
            gap=gap, align=['top', 'center', 'bottom'][align],
            threads=worker.number(0, 4), writable=self.is_writable,
            stores=worker.pick(['auto', 'always', 'never']))
        self.model = Model(self.sizes, columns, gap, align, 0)
        self.stock = {}       # by key
        self.expected = None  # nothing is known before the first merge
        self.keys = [None] * n
        self.lent = {}        # views, by tile
        self.make_id = worker.pick([Id, lambda key: ('id', *key)])

    def draw(self, images):
        return self.model.draw(images, self.item_shape, self.dtype,
                               np.zeros((), self.dtype))

    def get_shape(self, i):
        return self.sizes[i] + self.item_shape

    def get_place(self, i):
        y, x = self.model.corners[i]
        height, width = self.sizes[i]
        return slice(y, y + height), slice(x, x + width)


class StripWorker(Worker):
    def __init__(self, number):
        super().__init__(number)
        self.homes = []
        self.kept = []

    def act(self):
        self.pick([self.make, self.let_go, self.merge, self.merge, self.merge,
                   self.merge, self.fill, self.lend, self.scribble, self.draw,
                   self.give_back, self.forget, self.check_kept, self.share,
                   self.share, self.replace, self.join, self.collect])()

    def end(self):
        self.check_kept()
        self.homes.clear()
        self.kept.clear()

    # ---- Strips of its own ----

    def make(self):
        self.homes.append(Home(self))
        if len(self.homes) > 4:
            self.let_go()

    def take(self):
        if not self.homes:
            self.make()
        return self.pick(self.homes)

    def let_go(self):
        """The array outlives its strip, and lent tiles outlive both."""
        if not self.homes:
            return
        home = self.homes.pop(self.number(0, len(self.homes)))
        if home.expected is not None and self.often(0.5):
            self.kept.append((home.strip.array, home.expected))
        elif self.often(0.3):
            # A circle, for the collector.
            home.circle = Id('circle')
            home.circle.home = home
            if not home.is_writable:
                home.strip.merge([None] * len(home.sizes))
                images = [self.image(home.get_shape(i), home.dtype)
                          for i in range(len(home.sizes))]
                home.strip.merge(images, [home.circle] * len(images))
        del self.kept[:-5]

    def check_kept(self):
        for array, expected in self.kept:
            self.assert_same_bytes(array, expected)

    def new_image(self, home, i):
        """Its key, which may be None; what it is, and what stands for it."""
        shape = home.get_shape(i)
        if self.often(0.1):
            return None, None, None
        if i in home.lent and self.often(0.3):
            view = home.lent[i]
            return None, view.copy(), view
        if self.often(0.3):
            image = self.image(shape, home.dtype)
            return None, image, self.disguise(image)
        key = (shape, self.number(0, 3))
        if self.often(0.4) and home.keys[i] in home.stock:
            key = home.keys[i]
        if key not in home.stock:
            home.stock[key] = self.image(shape, home.dtype)
        return key, home.stock[key], self.disguise(home.stock[key])

    def disguise(self, image):
        if self.often(0.5):
            return self.laid_out(image)
        if self.often(0.2):
            return Picture(image, gc.collect)
        if self.often(0.2) and image.dtype.kind in 'uf' \
                and image.dtype.isnative:
            return memoryview(image)
        return image

    def merge(self):
        home = self.take()
        n = len(home.sizes)
        keys, images, disguised = map(list, zip(*(self.new_image(home, i)
                                                  for i in range(n))))
        ids = None
        if not home.is_writable and self.often(0.8):
            # Only ids of one kind are ever compared.
            keys = [key if self.often(0.8) else None for key in keys]
            ids = [key and home.make_id(key) for key in keys]
        expected = home.draw(images)
        if self.often(0.2):
            self.merge_in_vain(home, disguised)
        strip = home.strip
        array = strip.merge(iter(disguised) if self.often(0.2) else disguised,
                            ids)
        self.assert_same_bytes(array, expected)
        home.expected = expected
        home.keys = keys

    def merge_in_vain(self, home, images):
        """After an error, the strip holds what it held."""
        n = len(images)
        at = self.number(0, n)
        strip = home.strip
        wrong = self.pick([
            Picture(self.image(home.get_shape(at), home.dtype), fail), 5,
            self.image((13, 14, 15)), object(), Picture(
                self.image(home.get_shape(at), home.dtype),
                lambda: strip.merge([None] * n))])
        arguments = self.pick([
            ([*images[:at], wrong, *images[at + 1:]],), (images[1:],),
            (images, [[]] * n), (images, [None] * (n + 1)), (5,),
            (images, None, np.zeros((3, 3)))])
        try:
            strip.merge(*arguments)
        except (Trouble, TypeError, ValueError, RuntimeError):
            pass
        else:
            # Each image may be background, which needs no id.
            self.assertTrue(all(image is None for image in images), arguments)
            self.assertEqual(len(arguments), 2)
            home.expected = home.draw([None] * n)
            home.keys = [None] * n
        if home.expected is not None:
            self.assert_same_bytes(strip.array, home.expected)

    def fill(self):
        """Another array, of any distance between its rows."""
        home = self.take()
        _, images, disguised = zip(*(self.new_image(home, i)
                                     for i in range(len(home.sizes))))
        expected = home.draw(images)
        room = np.zeros((expected.shape[0] + 2, expected.shape[1] + 3)
                        + home.item_shape, home.dtype)
        out = room[1:-1, 2:-1]
        if self.often(0.3):
            out = out[::-1]
        self.assertIs(home.strip.merge(disguised, None, out), out)
        self.assert_same_bytes(out, expected)
        out[...] = np.zeros((), home.dtype)
        self.assertFalse(room.view('u1').any())

    def lend(self):
        home = self.take()
        i = self.number(0, len(home.sizes))
        home.lent[i] = home.strip.tile(i)

    def scribble(self):
        """The view is gone when the next strip is due."""
        home = self.take()
        i = self.number(0, len(home.sizes))
        drawn = self.image(home.get_shape(i), home.dtype)
        home.strip.tile(i)[...] = drawn
        if home.expected is not None:
            home.expected[home.get_place(i)] = drawn

    def draw(self):
        home = self.take()
        for i, view in home.lent.items():
            drawn = self.image(view.shape, home.dtype)
            view[...] = drawn
            if home.expected is not None:
                home.expected[home.get_place(i)] = drawn
        if home.is_writable and home.expected is not None:
            drawn = self.image(home.expected.shape, home.dtype)
            home.strip.array[...] = drawn
            home.expected = drawn.copy()

    def give_back(self):
        home = self.take()
        if home.lent:
            del home.lent[self.pick(list(home.lent))]

    def forget(self):
        home = self.take()
        home.strip.invalidate()
        if home.expected is not None:
            self.assert_same_bytes(home.strip.array, home.expected)

    def collect(self):
        if self.often(0.2):
            gc.collect()

    # ---- Strips of all threads ----

    def share(self):
        shared = self.pick(list(world))
        images, ids, expected = shared.get(self.number(0, N_VARIANTS))
        if self.often(0.5):
            out = np.empty_like(expected)
            shared.strip.merge(images, None, out)
            self.assert_same_bytes(out, expected)
        elif shared.is_checked:
            with shared.lock:
                self.assert_same_bytes(shared.strip.merge(images, ids),
                                       expected)
        else:
            self.disturb(shared, images, ids)

    def disturb(self, shared, images, ids):
        """Lists and arrays change while other threads merge them."""
        with_list = shared.lists
        with_list.reverse()
        if self.often(0.3):
            with_list[self.number(0, len(with_list))] = images[0]
        shared.scratch[...] = self.number(0, 256)
        shared.strip.merge(with_list)
        shared.strip.merge([shared.scratch] * len(images), ids)
        shared.strip.merge(images, ids)
        shared.strip.invalidate()

    def replace(self):
        if self.often(0.1):
            world[self.number(0, N_SHARED)] = Shared(self)

    # ---- Joins ----

    def join(self):
        name = self.pick(['concatenate', 'stack', 'hstack', 'vstack'])
        n = self.number(1, 7)
        dtype = np.dtype(self.pick(DTYPES))
        shape = tuple(self.number(1, 60 if self.often(0.1) else 8)
                      for _ in range(self.number(1, 5)))
        arrays = [self.laid_out(self.image(shape, dtype)) for _ in range(n)]
        axis = self.number(0, len(shape))
        arguments = (axis,) if name in ('concatenate', 'stack') else ()
        expected = getattr(np, name)(arrays, *arguments).astype(dtype)
        join = getattr(ntstrip, name)
        self.assert_same_bytes(join(arrays, *arguments,
                                    threads=self.number(0, 3)), expected)
        out = np.empty_like(expected, order='C')
        join([self.disguise(array) for array in arrays], *arguments, out=out)
        self.assert_same_bytes(out, expected)
        with self.assertRaises((Trouble, TypeError, ValueError)):
            join([*arrays, self.pick([5, Picture(arrays[0], fail)])],
                 *arguments)


class Shared:
    """A strip that any thread may use and replace: an image's id is its
    variant. Large ones are merged without the GIL."""

    def __init__(self, worker):
        n = worker.number(1, 9)
        shape = (worker.number(1, 80), worker.number(1, 80), 4)
        self.variants = []
        for i in range(N_VARIANTS):
            images = worker.images(n, shape)
            self.variants.append((images, [('variant', i)] * n,
                                  np.hstack(images)))
        self.strip = ntstrip.Strip.like(images,
                                        threads=worker.number(0, 4))
        self.is_checked = worker.often(0.5)
        self.lock = threading.Lock()
        self.scratch = np.zeros(shape, np.uint8)
        self.lists = list(images)

    def get(self, i):
        return self.variants[i]


world = []


def make_workers():
    maker = StripWorker(1000)
    world.extend(Shared(maker) for _ in range(N_SHARED))
    return [StripWorker(i) for i in range(N_WORKERS)]


def end():
    """Whatever happened to them, they make the next strip right."""
    for shared in world:
        images, _, expected = shared.get(0)
        np.testing.assert_array_equal(shared.strip.merge(images), expected)
    world.clear()
