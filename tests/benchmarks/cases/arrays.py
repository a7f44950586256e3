# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
#
# The Python package against NumPy: strips, batches, images that a strip holds
# already, and what a call costs beside the copying. All sides read the same
# arrays, and write to the same array again and again. NumPy has one thread, and
# takes its turn beside each number of ours.

import statistics
import time
from functools import partial

from . import Case, Nothing, Wrong, count, import_package, list_of, n_cpus

FIGURES = ["ms"]
POISON = 0xA5

# What one sample takes at least: calls are repeated for so many bytes.
SAMPLE_BYTES = 64 << 20

BATCHES = [(3, 1024, 1024), (512, 512, 3), (64, 64, 3)]


def add_options(parser):
    add = parser.add_argument
    add("--images", type=count, default=100, metavar="N",
        help="in a strip; a batch has 64")
    add("--size", type=count, default=1024, metavar="N",
        help="width and height of an image of a strip")
    add("--threads", type=list_of(count), metavar="1,2,...",
        default=sorted({1, n_cpus()}), help="threads that write")


def timed(function, calls=1):
    """Milliseconds a call. The first one is not measured: the caches still hold
    what the side before left in them."""
    function()
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return {"ms": (time.perf_counter() - start) * 1000 / calls}


def make_images(np, n, shape):
    pixels = np.arange(int(np.prod(shape)), dtype=np.uint32)
    return [(pixels * np.uint32(0x9E3779B1) + np.uint32(i) >> np.uint32(24))
            .astype(np.uint8).reshape(shape) for i in range(n)]


def check(np, name, function, out, expected):
    out.fill(POISON)
    function()
    if not np.array_equal(out, expected):
        raise Wrong(name)


def make_case(np, what, shape, threads, sides, out, expected, calls=1):
    """@expected: for all sides, or for each by its name."""
    if not isinstance(expected, dict):
        expected = dict.fromkeys(sides, expected)
    return Case(
        {"what": what, "shape": "x".join(map(str, shape)), "threads": threads},
        {name: partial(timed, function, calls)
         for name, function in sides.items()},
        lambda: [check(np, f"{what}, {name}", function, out, expected[name])
                 for name, function in sides.items()])


# --- strips ----------------------------------------------------------------


def fill_slices(out, images):
    width = images[0].shape[1]
    for i, image in enumerate(images):
        out[:, i * width:(i + 1) * width] = image


def strip_cases(np, ntstrip, options):
    """The contiguous copy reads the same images, and writes one behind the
    other to the same memory. The copy in one piece reads one image as large as
    the strip: NumPy asks for huge pages for all of that, but an image of 4 MiB
    gets them for one half. So it is faster than any copy of these images can
    be."""
    n, size = options.images, options.size
    images = make_images(np, n, (size, size, 4))
    out = np.empty((size, size * n, 4), np.uint8)
    column = out.reshape(size * n, size, 4)
    piece = np.concatenate(images, axis=1)
    expected = {
        "ntstrip": piece, "one piece": piece, "numpy": piece,
        "contiguous": np.concatenate(images).reshape(out.shape)}
    for threads in options.threads:
        strip = ntstrip.Strip.like(images, threads=threads)
        batch = ntstrip.Strip.like(images, columns=1, threads=threads)
        one = ntstrip.Strip(1, size, size * n, 4, threads=threads)
        sides = {"ntstrip": partial(strip.merge, images, out=out),
                 "contiguous": partial(batch.merge, images, out=column),
                 "one piece": partial(one.merge, [piece], out=out),
                 "numpy": partial(fill_slices, out, images)}
        yield make_case(np, "strip", (n, size, size, 4), threads, sides, out,
                        expected)
    strip = ntstrip.Strip.like(images)
    yield repeated_case(strip, images, (n, size, size, 4))


def repeated_case(strip, images, shape):
    merge = partial(strip.merge, images,
                    [f"image/{i}" for i in range(len(images))])

    def verify():
        merge()
        merge()
        if strip.report.bytes != 0 or strip.report.kept != len(images):
            raise Wrong("images that the strip holds were written")

    return Case({"what": "the same ids", "shape": "x".join(map(str, shape)),
                 "threads": 1},
                {"ntstrip": partial(timed, merge, 200)}, verify)


# --- batches ---------------------------------------------------------------


def batch_cases(np, ntstrip, options):
    for shape in BATCHES:
        images = make_images(np, 64, shape)
        expected = np.stack(images)
        out = np.empty_like(expected)
        calls = -(-SAMPLE_BYTES // out.nbytes)
        for threads in options.threads:
            sides = {"ntstrip": partial(ntstrip.stack, images, out=out,
                                        threads=threads),
                     "numpy": partial(np.stack, images, out=out)}
            yield make_case(np, "batch", (64, *shape), threads, sides, out,
                            expected, calls)


# --- a call ----------------------------------------------------------------


def call_case(np, ntstrip, options):
    """Images of one pixel: what is not copying."""
    images = make_images(np, options.images, (1, 1, 4))
    strip = ntstrip.Strip.like(images)

    def without_engine():
        """The median: another program may run during some of the calls."""
        rest = []
        for _ in range(1000):
            start = time.perf_counter()
            strip.merge(images)
            end = time.perf_counter()
            rest.append((end - start - strip.report.seconds) * 1000)
        return {"ms": statistics.median(rest)}

    return Case({"what": "a call", "shape": f"{options.images}x1x1x4",
                 "threads": 1}, {"ntstrip": without_engine})


def cases(options, build, note):
    try:
        import numpy as np
    except ImportError as error:
        raise Nothing("NumPy (Debian: python3-numpy)") from error
    ntstrip = import_package(build)
    if ntstrip is None:
        raise Nothing("the build has no Python package: -Dpython=enabled")
    note(f"NumPy {np.__version__}")
    yield from strip_cases(np, ntstrip, options)
    yield from batch_cases(np, ntstrip, options)
    yield call_case(np, ntstrip, options)
