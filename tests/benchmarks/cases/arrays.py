# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
#
# The Python package against NumPy: strips, batches, images that a strip holds
# already, and what a call costs beside the copying. All sides read the same
# arrays, and write to the same array again and again.

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
    return Case(
        {"what": what, "shape": "x".join(map(str, shape)), "threads": threads},
        {name: partial(timed, function, calls)
         for name, function in sides.items()},
        lambda: [check(np, f"{what}, {name}", function, out, expected)
                 for name, function in sides.items() if name != "contiguous"])


# --- strips ----------------------------------------------------------------


def fill_slices(out, images):
    width = images[0].shape[1]
    for i, image in enumerate(images):
        out[:, i * width:(i + 1) * width] = image


def strip_cases(np, ntstrip, options):
    """The contiguous copy is that of one image as large as the strip, by the
    same library."""
    n, size = options.images, options.size
    images = make_images(np, n, (size, size, 4))
    out = np.empty((size, size * n, 4), np.uint8)
    expected = np.concatenate(images, axis=1)
    for threads in options.threads:
        strip = ntstrip.Strip.like(images, threads=threads)
        plain = ntstrip.Strip(1, size, size * n, 4, threads=threads)
        sides = {"ntstrip": partial(strip.merge, images, out=out),
                 "contiguous": partial(plain.merge, [expected], out=out)}
        if threads == 1:
            sides["numpy"] = partial(fill_slices, out, images)
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
                                        threads=threads)}
            if threads == 1:
                sides["numpy"] = partial(np.stack, images, out=out)
            yield make_case(np, "batch", (64, *shape), threads, sides, out,
                            expected, calls)


# --- a call ----------------------------------------------------------------


def call_case(np, ntstrip, options):
    """Images of one pixel: what is not copying."""
    images = make_images(np, options.images, (1, 1, 4))
    strip = ntstrip.Strip.like(images)

    def without_engine():
        """Its time is measured where it runs."""
        all_ms = timed(partial(strip.merge, images), 500)["ms"]
        engine = []
        for _ in range(500):
            strip.merge(images)
            engine.append(strip.report.seconds * 1000)
        return {"ms": max(0, all_ms - sum(engine) / len(engine))}

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
