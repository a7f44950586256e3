# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
#
# Strips of image files through a cache: what a request costs when all its
# images are in the cache, when some are, and when none is; beside the bare copy
# and the bare decoding. And a trace of requests, beside PIL, OpenCV and
# GStreamer. The images are made before, in a folder that is removed.

import contextlib
import importlib.util
import json
import os
import pathlib
import subprocess
import tempfile
import time
from functools import partial

from . import (BYTES_PER_PIXEL, MIB, Case, Nothing, Wrong, choice, count, fits,
               import_package, left_out, list_of, n_cpus, read_pairs)

FIGURES = ["ms", "p90_ms", "cpu_ms", "decoded", "peak_mib"]
PARTS = ["hits", "misses", "peers"]

# Three of five are JPEG.
MIXED = ["jpeg", "png", "jpeg", "webp", "jpeg"] * 2

# So many times the bytes of a strip are what the sides of 'hits' take: three
# caches, two sets of arrays, four strips, an array, and one more.
STRIPS = 11

# Of the trace.
PHOTO = 1200, 900
TILE = 512
N_WARM_UP = 6
N_REQUESTS = 16


def add_options(parser):
    add = parser.add_argument
    add("--parts", type=list_of(choice(*PARTS)), metavar="A,B,...",
        default=PARTS, help="only these")
    add("--images", type=count, default=100, metavar="N",
        help="in a strip; 'misses' has 3 of 10")
    add("--size", type=count, default=1024, metavar="N",
        help="width and height of an image")
    add("--threads", type=list_of(count), metavar="1,2,...",
        default=sorted({1, n_cpus()}), help="threads that decode and write")
    add("--photos", type=count, default=400, metavar="N",
        help="of 'peers'; the cache has room for a quarter")
    add("--memory", type=count, default=8192, metavar="MIB",
        help="leave out what needs more")


class Program:
    """A bench-requests that runs: it answers each line with a line."""

    def __init__(self, build, size, paths):
        self.process = build.start("bench-requests", size, *paths)

    def ask(self, *words):
        answer = ""
        with contextlib.suppress(BrokenPipeError):
            print(*words, file=self.process.stdin, flush=True)
            answer = self.process.stdout.readline().strip()
        if not answer:
            raise Wrong(f"bench-requests has no answer to: {words}")
        return answer

    def sample(self, *words):
        return {"ms": float(self.ask(*words))}

    def verify(self, threads):
        if self.ask("verify", threads) != "right":
            raise Wrong(f"bench-requests on {threads} threads: a strip is not "
                        "its images side by side")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def fields(what, options, n, threads):
    return {"what": what, "images": n, "size": options.size,
            "threads": threads}


def milliseconds(function):
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) * 1000


# --- all hits --------------------------------------------------------------


class Turning:
    """A request names the same images as the one before, each at another
    place: no strip of any pool holds one where it is wanted."""

    def __init__(self, paths):
        self.paths = [str(path) for path in paths]
        self.first = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.first = (self.first + 1) % len(self.paths)
        return self.paths[self.first:] + self.paths[:self.first]


class Python:
    """ntstrip.Images: into its own strip, and into an array."""

    def __init__(self, ntstrip, options, paths, threads):
        tile = options.size, options.size
        n = len(paths)
        self.images = ntstrip.Images(
            tile, cache_bytes=(n + 4 * threads + 4) * options.size ** 2
            * BYTES_PER_PIXEL, threads=threads)
        self.requests = Turning(paths)
        self.last = next(self.requests)
        self.images.strip(self.last)

    def expect(self, copied):
        report = self.images.report
        if report.misses or report.copied != copied:
            raise Wrong(f"Images: {report}")

    def hits(self):
        self.last = next(self.requests)
        ms = milliseconds(lambda: self.images.strip(self.last))
        self.expect(len(self.last))
        return {"ms": ms}

    def hits_into(self, out):
        wanted = next(self.requests)
        ms = milliseconds(lambda: self.images.strip(wanted, out=out))
        self.expect(len(wanted))
        return {"ms": ms}

    def again(self):
        self.images.strip(self.last)
        ms = milliseconds(lambda: self.images.strip(self.last))
        self.expect(0)
        return {"ms": ms}


class Element:
    """ntstripsrc and an appsink: from asking for a strip until it is there."""

    def __init__(self, build, options, paths, threads):
        from .element import StripSource
        n = len(paths)
        self.source = StripSource(
            build.env, options.size, threads, (n + 4 * threads + 4)
            * options.size ** 2 * BYTES_PER_PIXEL, 0)
        self.requests = Turning(paths)
        for _ in range(5):
            self.hits(False)

    def strip(self, wanted):
        self.source.ask(wanted)
        return self.source.take()

    def copied(self):
        return self.source.stats("tiles-copied")

    def hits(self, expected=True):
        before = self.copied()
        wanted = next(self.requests)
        ms = milliseconds(lambda: self.strip(wanted))
        if expected and self.copied() != before + len(wanted):
            raise Wrong("ntstripsrc: a strip held images already")
        return {"ms": ms}

    def again(self):
        """As often as the pool may have strips: each holds it then."""
        wanted = self.requests.paths
        for _ in range(8):
            self.strip(wanted)
        before = self.copied()
        ms = milliseconds(lambda: self.strip(wanted))
        if self.copied() != before:
            raise Wrong("ntstripsrc: an image was copied again")
        return {"ms": ms}


def fill_slices(out, arrays):
    width = arrays[0].shape[1]
    for i, array in enumerate(arrays):
        out[:, i * width:(i + 1) * width] = array


def hits_sides(options, build, note, paths, program, threads, stack):
    """The sides that copy, and those that find their strip as it was. The stack
    ends what they need."""
    copy = {"composer": partial(program.sample, "copy", threads),
            "library": partial(program.sample, "hits", threads)}
    again = {"library": partial(program.sample, "again", threads)}
    ntstrip = import_package(build)
    if ntstrip is None:
        note("left out: the Python package (-Dpython=enabled)")
        return copy, again, []
    import numpy as np
    python = Python(ntstrip, options, paths, threads)
    stack.callback(python.images.close)
    arrays = list(python.images.get(python.requests.paths))
    out = np.empty((options.size, options.size * len(paths), 4), np.uint8)
    copy["python"] = python.hits
    copy["python, out="] = partial(python.hits_into, out)
    again["python"] = python.again
    checks = [partial(verify_python, np, python, out, arrays)]
    try:
        element = Element(build, options, paths, threads)
        stack.callback(element.source.stop)
        copy["ntstripsrc"] = element.hits
        again["ntstripsrc"] = element.again
        checks.append(partial(verify_element, np, element, arrays))
    except ImportError as error:
        note(f"left out: ntstripsrc ({error}; Debian: python3-gi, "
             "gir1.2-gst-plugins-base-1.0)")
    copy["numpy"] = lambda: {"ms": milliseconds(
        lambda: fill_slices(out, arrays))}
    return copy, again, checks


def expected_strip(np, requests, arrays):
    return np.concatenate(arrays[requests.first:] + arrays[:requests.first], 1)


def verify_python(np, python, out, arrays):
    python.hits_into(out)
    if not np.array_equal(out, expected_strip(np, python.requests, arrays)):
        raise Wrong("Images, out=")
    python.hits()
    if not np.array_equal(python.images.strip(python.last),
                          expected_strip(np, python.requests, arrays)):
        raise Wrong("Images")


def verify_element(np, element, arrays):
    from ntstrip.gst import array
    sample = element.strip(next(element.requests))
    if not np.array_equal(array(sample),
                          expected_strip(np, element.requests, arrays)):
        raise Wrong("ntstripsrc")


def run_all(checks):
    for check in checks:
        check()


def hits_cases(options, build, note, folder, formats):
    n = options.images
    if not fits(options, STRIPS * n * options.size ** 2 * BYTES_PER_PIXEL):
        left_out("hits")
        return
    paths = photos_in(folder / "hits", n, options, formats[:1])
    with Program(build, options.size, paths) as program:
        for threads in options.threads:
            with contextlib.ExitStack() as stack:
                copy, again, checks = hits_sides(
                    options, build, note, paths, program, threads, stack)
                yield Case(
                    fields("all hits", options, n, threads), copy,
                    partial(run_all, [partial(program.verify, threads),
                                      *checks]))
                yield Case(fields("the same again", options, n, threads), again)
            del copy, again, checks


# --- misses ----------------------------------------------------------------


def photos_in(folder, n, options, formats):
    from .photos import make_photos
    return make_photos(folder, n, (options.size, options.size), formats,
                       n_cpus())


def sum_of_parts(program, threads, share, shared):
    """The decoding of the misses, each image alone, on as many threads as
    decode; and the copy. @shared: on one thread, divided by the threads."""
    decode = program.sample("decode", 1 if shared else threads)["ms"]
    copy = program.sample("copy", threads)["ms"]
    return {"ms": decode * share / (threads if shared else 1) + copy}


def misses_case(options, program, name, n, n_hits, threads):
    """All images of a strip cost the same, or the hits are as mixed as the
    misses: so the misses' share of the decoding is their share of the
    images."""
    share = (n - n_hits) / n
    sides = {"decode + copy": partial(sum_of_parts, program, threads, share,
                                      False)}
    if threads > 1:
        sides["decode / threads + copy"] = partial(
            sum_of_parts, program, threads, share, True)
    sides["library"] = partial(program.sample, "requests", threads, n_hits)
    return Case(fields(name, options, n, threads), sides,
                partial(program.verify, threads))


def misses_cases(options, build, folder, formats):
    n = max(options.images * 3 // 100, 1) * 10
    kinds = {kind: [kind] for kind in formats}
    kinds["mixed"] = [kind for kind in MIXED if kind in formats]
    for kind, turns in kinds.items():
        paths = photos_in(folder / kind, n, options, turns)
        with Program(build, options.size, paths) as program:
            for threads in options.threads:
                yield misses_case(options, program, f"all misses, {kind}", n, 0,
                                  threads)
                if kind == "mixed":
                    yield misses_case(options, program, "half misses, mixed", n,
                                      n // 20 * 10, threads)


# --- a trace ---------------------------------------------------------------


def missing(module, package):
    """What to install for the module, or nothing."""
    return "" if importlib.util.find_spec(module) else f"Debian: {package}"


def find_sides(note, ntstrip):
    """Those of play-photos whose packages are there."""
    needs = {
        "ntstrip": "" if ntstrip else "-Dpython=enabled",
        "ntstrip, ahead": "" if ntstrip else "-Dpython=enabled",
        "ntstripsrc": missing("gi", "python3-gi")
        or ("" if ntstrip else "-Dpython=enabled"),
        "pil": "", "pil, threads": "",
        "opencv": missing("cv2", "python3-opencv"),
        "opencv, threads": missing("cv2", "python3-opencv"),
        "gstreamer": missing("gi", "python3-gi")
        or ("" if ntstrip else "-Dpython=enabled"),
    }
    for side, need in needs.items():
        if need:
            note(f"left out: {side} ({need})")
    if not needs["opencv"]:
        import cv2
        note(f"OpenCV {cv2.__version__}")
    return [side for side, need in needs.items() if not need]


def play_photos(build, folder, side, threads, cache_bytes):
    command = [pathlib.Path(__file__).parents[1] / "images" / "play-photos",
               side, folder, str(threads), str(cache_bytes)]
    env = {**build.env, "PYTHONPATH": str(build.python)}
    result = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise Wrong(f"play-photos, {side}")
    return read_pairs(result.stdout.splitlines())


def peers_cases(options, build, note, folder):
    from .photos import make_photos, make_trace
    sides = find_sides(note, import_package(build))
    paths = make_photos(folder / "photos", options.photos, PHOTO, ["jpeg"],
                        n_cpus())
    n_wanted = max(options.photos // 10, 1)
    trace = make_trace(options.photos, N_WARM_UP + N_REQUESTS, n_wanted, 0.8)
    (folder / "trace.json").write_text(json.dumps(
        {"tile": TILE, "n_warm_up": N_WARM_UP,
         "requests": [[str(paths[i]) for i in request] for request in trace]}))
    cache_bytes = options.photos // 4 * TILE * TILE * BYTES_PER_PIXEL
    note(f"peers: {N_REQUESTS} requests, Zipf 0.8, for {n_wanted} of "
         f"{options.photos} photos of {PHOTO[0]}x{PHOTO[1]}; cache of "
         f"{cache_bytes / MIB:.0f} MiB; decoded: images a request; ms: the "
         "mean of the requests; peak: beside what the process had before")
    for threads in options.threads[-1:]:
        yield Case({"what": "a trace", "images": n_wanted, "size": TILE,
                    "threads": threads},
                   {side: partial(play_photos, build, folder, side, threads,
                                  cache_bytes) for side in sides})


# --- all of them -----------------------------------------------------------


def cases(options, build, note):
    try:
        import numpy as np
        from PIL import __version__ as pil_version
    except ImportError as error:
        raise Nothing("NumPy and PIL, which make the images (Debian: "
                      "python3-numpy python3-pil)") from error
    note(f"NumPy {np.__version__}, PIL {pil_version}, "
         f"{os.environ.get('TMPDIR', '/tmp')}")
    if not (build.programs / "bench-requests").exists():
        raise Nothing("the build has no image decoders")
    formats = build.run("bench-requests")["formats"].split(", ")
    with tempfile.TemporaryDirectory(prefix="bench-images-") as name:
        folder = pathlib.Path(name)
        if "hits" in options.parts:
            yield from hits_cases(options, build, note, folder, formats)
        if "misses" in options.parts:
            yield from misses_cases(options, build, folder, formats)
        if "peers" in options.parts:
            yield from peers_cases(options, build, note, folder)
