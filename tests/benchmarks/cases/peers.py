# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
#
# Images side by side outside GStreamer: NumPy, OpenCV and FFmpeg, compared with
# the composer. All write the same number of bytes again and again into the same
# memory. A message names what is not installed, and is left out.

import concurrent.futures
import re
import shutil
import statistics
import subprocess
import time
from functools import partial

from . import (Case, Nothing, Wrong, count, import_package, list_of,
               n_cpus)
from .copy import Program

FIGURES = ["ms"]
POISON = 0xA5

# The strips that FFmpeg makes before the timing, and during it.
FFMPEG_BEFORE = 4
FFMPEG_TIMED = 10


def timed(function):
    """The first strip is not measured: the caches still hold what the side
    before left in them."""
    function()
    start = time.perf_counter()
    function()
    return {"ms": (time.perf_counter() - start) * 1000}


def add_options(parser):
    add = parser.add_argument
    add("--images", type=count, default=100, metavar="N")
    add("--size", type=count, default=1024, metavar="N",
        help="width and height of an image")
    add("--threads", type=list_of(count), metavar="1,2,...",
        default=sorted({1, n_cpus()}), help="threads that write")


# --- NumPy and OpenCV ------------------------------------------------------


class Arrays:
    """The images, and the strip that is written again and again."""

    def __init__(self, np, options, ntstrip):
        self.np = np
        self.ntstrip = ntstrip
        self.width = options.size
        pixels = np.arange(options.size ** 2, dtype=np.uint32)
        self.images = [
            (pixels * np.uint32(0x9E3779B1) + np.uint32(i)).view(np.uint8)
            .reshape(options.size, options.size, 4)
            for i in range(options.images)]
        # Not zeros(): for these, NumPy does not ask for huge pages.
        self.strip = np.empty(
            (options.size, options.size * options.images, 4), np.uint8)

    def slices(self, first=0, end=None):
        for i, image in enumerate(self.images[first:end], first):
            self.strip[:, i * self.width:(i + 1) * self.width] = image

    def slices_on(self, executor, threads):
        n = len(self.images)
        cuts = [n * i // threads for i in range(threads + 1)]
        list(executor.map(self.slices, cuts[:-1], cuts[1:]))

    def concatenate(self):
        self.np.concatenate(self.images, axis=1, out=self.strip)

    def hconcat(self, cv2):
        result = cv2.hconcat(self.images, self.strip)
        if not self.np.shares_memory(result, self.strip):
            raise Wrong("hconcat made an array of its own")

    def verify(self, name, function):
        self.strip.fill(POISON)
        function()
        for i, image in enumerate(self.images):
            tile = self.strip[:, i * self.width:(i + 1) * self.width]
            if not self.np.array_equal(tile, image):
                raise Wrong(f"{name}, tile {i}")

    def merge(self, threads):
        strip = self.ntstrip.Strip.like(self.images, threads=threads)
        return partial(strip.merge, self.images, out=self.strip)

    def methods(self, threads):
        """The sides that work on so many threads."""
        if self.ntstrip:
            yield "ntstrip-python", self.merge(threads)
        if threads > 1:
            executor = concurrent.futures.ThreadPoolExecutor(threads)
            yield "numpy-slices", partial(self.slices_on, executor, threads)
            return
        yield "numpy-slices", self.slices
        yield "numpy-concatenate", self.concatenate
        try:
            import cv2
        except ImportError:
            return
        yield "opencv-hconcat", partial(self.hconcat, cv2)


def find_arrays(options, build, note):
    """None if there is no NumPy."""
    try:
        import numpy as np
    except ImportError:
        note("left out: NumPy and OpenCV (Debian: python3-numpy)")
        return None
    note(f"NumPy {np.__version__}")
    try:
        import cv2
        note(f"OpenCV {cv2.__version__}")
    except ImportError:
        note("left out: OpenCV (Debian: python3-opencv)")
    ntstrip = import_package(build)
    if ntstrip is None:
        note("left out: the Python package (-Dpython=enabled)")
    return Arrays(np, options, ntstrip)


# --- FFmpeg ----------------------------------------------------------------


def colour_of(image):
    return bytes((image & 0xFF, image >> 8 & 0xFF, 0x42, 0xFF))


def ffmpeg_command(n_images, size, threads, frames, end, output):
    """A source of one colour draws one frame and hands it out again and again:
    it costs next to nothing."""
    source = f"s={size}x{size}:r=30,format=rgba"
    graph = "".join(
        f"color=c=0x{colour_of(i).hex()}:{source}[i{i}];"
        for i in range(n_images))
    graph += "".join(f"[i{i}]" for i in range(n_images))
    graph += f"hstack=inputs={n_images}{end}"
    return ["ffmpeg", "-hide_banner", "-nostdin", "-nostats",
            "-filter_complex_threads", str(threads), "-filter_complex", graph,
            "-frames:v", str(frames), "-f", *output]


def ffmpeg_sample(n_images, size, threads, timed_frames=FFMPEG_TIMED):
    """A filter behind hstack reads the clock at every strip; FFmpeg writes no
    file."""
    command = ffmpeg_command(
        n_images, size, threads, FFMPEG_BEFORE + timed_frames,
        ",setpts='PTS+0*print(time(0))'", ["null", "-"])
    result = subprocess.run(command, stderr=subprocess.PIPE, text=True,
                            check=True)
    left = [float(line) for line in
            re.findall(r"^\d{9,}\.\d+$", result.stderr, re.MULTILINE)]
    if len(left) != FFMPEG_BEFORE + timed_frames:
        raise Wrong(f"ffmpeg: {len(left)} strips")
    left = left[FFMPEG_BEFORE - 1:]
    return {"ms": statistics.median(
        (end - start) * 1000 for start, end in zip(left, left[1:]))}


def ffmpeg_verify(n_images, size, threads):
    command = ffmpeg_command(n_images, size, threads, 1, "",
                             ["rawvideo", "-pix_fmt", "rgba", "-"])
    row = b"".join(colour_of(i) * size for i in range(n_images))
    with subprocess.Popen(command, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        for y in range(size):
            if process.stdout.read(len(row)) != row:
                process.kill()
                raise Wrong(f"ffmpeg, row {y}")


def find_ffmpeg(options, note):
    """Whether there is FFmpeg. Notes how much of its time is not hstack's."""
    if shutil.which("ffmpeg") is None:
        note("left out: FFmpeg (Debian: ffmpeg)")
        return False
    version = subprocess.run(["ffmpeg", "-version"], stdout=subprocess.PIPE,
                             text=True, check=True).stdout.split()[2]
    ms = ffmpeg_sample(options.images, 16, 1, 100)["ms"]
    note(f"FFmpeg {version}; of its time, sources and the rest: {ms:.2f} ms "
         "(images of 16x16)")
    return True


# --- all of them -----------------------------------------------------------


def make_case(options, threads, program, arrays, ffmpeg):
    sides = {"ntstrip": partial(program.sample, "write auto", threads, 1, 1),
             "contiguous": partial(program.sample, "write contiguous", threads,
                                   1, 1)}
    checks = [partial(program.verify, ["auto", "contiguous"], threads)]
    for name, function in arrays.methods(threads) if arrays else []:
        sides[name] = partial(timed, function)
        checks.append(partial(arrays.verify, name, function))
    if ffmpeg:
        what = options.images, options.size, threads
        sides["ffmpeg-hstack"] = partial(ffmpeg_sample, *what)
        checks.append(partial(ffmpeg_verify, *what))

    return Case({"images": options.images, "width": options.size,
                 "height": options.size, "threads": threads}, sides,
                lambda: [check() for check in checks])


def cases(options, build, note):
    """The composer writes into one strip again and again, as the others do; its
    frames are in the same kind of pages as NumPy's."""
    arrays = find_arrays(options, build, note)
    ffmpeg = find_ffmpeg(options, note)
    if arrays is None and not ffmpeg:
        raise Nothing("there is nothing to compare with")
    with Program(build, options.images, (options.size, options.size), 1, 1,
                 "numpy") as program:
        for threads in options.threads:
            yield make_case(options, threads, program, arrays, ffmpeg)
