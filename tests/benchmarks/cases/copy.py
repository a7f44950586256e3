# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
#
# Frames into a strip, side by side, without an element: how close to the limit
# of the memory the copy is, with each kernel and number of threads, and whether
# the choice between streaming and ordinary stores is right.

import contextlib
from functools import partial

from . import (BYTES_PER_PIXEL, MIB, Case, Wrong, choice, count, fits,
               left_out, list_of, n_bytes, n_cpus, read_pairs, size)

FIGURES = ["ms"]
STORES = ["auto", "always", "never"]
OTHERS = ["memcpy", "contiguous", "contiguous-cached"]
MODES = ["write", "write+read"]

# As many as the element has by default. Before the timing, a way writes all of
# them once, and leaves its own traces in the cache.
STRIPS = 3

# If a strip is several times as large as the last-level cache, none of its
# bytes are in the cache, whichever set of frames it shows.
LARGE_STRIP_CACHES = 4

# Small strips: a sample takes about 5 ms at 8 GB/s, long for the clock.
SAMPLE_BYTES = 40 * MIB

# Limits: no strip has more tiles, and more frames take too long to make.
MOST_TILES = 65536

# What to see in three minutes: both sides of where streaming begins to pay,
# small and large tiles in it, the hundred tiles of 1024x1024 with every
# kernel, and rows that begin and end within a cache line. Tile, strip, all
# kernels, modes.
DEFAULT_CELLS = [
    ("16", "64K", False, MODES), ("64", "1M", True, MODES),
    ("256", "4M", False, MODES), ("16", "6M", False, MODES),
    ("1024", "8M", False, MODES), ("256", "12M", False, MODES),
    ("512", "16M", False, MODES), ("64", "64M", False, MODES),
    ("2048", "256M", False, MODES[:1]), ("1024", "400M", True, MODES),
    ("1016x1024", "100M", False, MODES[:1]),
    ("1020x1024", "100M", False, MODES[:1]),
    ("1021x1024", "100M", False, MODES[:1]),
]
FULL_TILES = "16,64,256,512,1024,2048,1021x1024,1020x1024,1016x1024"
FULL_STRIPS = "64K,256K,1M,2M,4M,6M,8M,12M,16M,32M,64M,256M,400M,1G"


class Program:
    """A bench-copy that runs: it answers each line with a line."""

    def __init__(self, build, tiles, tile, sets, strips, pages, **env):
        self.process = build.start("bench-copy", tiles, *tile, sets, strips,
                                   pages, **env)
        self.about = read_pairs(iter(self.read, ""))

    def read(self):
        return self.process.stdout.readline().strip()

    def ask(self, *words):
        answer = ""
        with contextlib.suppress(BrokenPipeError):
            print(*words, file=self.process.stdin, flush=True)
            answer = self.read()
        if not answer:
            raise Wrong(f"bench-copy has no answer to: {words}")
        return answer

    def sample(self, *words):
        return {"ms": float(self.ask(*words))}

    def verify(self, ways, threads):
        for way in ways:
            if self.ask("verify", way, threads) != "right":
                raise Wrong(f"{way} on {threads} threads: the strip is not the "
                            "frames side by side")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def add_options(parser):
    add = parser.add_argument
    add("--full", action="store_true",
        help="all tiles, strips and kernels: an hour and more")
    add("--kernels", type=list_of(str), metavar="A,B,...",
        help="in all cells, or 'all'; without it the best one, and all in two "
             "cells")
    add("--tiles", metavar="256,1021x1024,...",
        help="tiles in pixels, each with each strip")
    add("--strips", metavar="64K,400M,...",
        help="strips, each with each tile that is no larger")
    add("--threads", type=list_of(count), metavar="1,2,...",
        default=[*range(1, n_cpus() + 1)], help="threads that write")
    add("--stores", type=list_of(choice(*STORES)), metavar="A,B,...",
        default=STORES, help="stores of the composer")
    add("--modes", type=list_of(choice(*MODES)), metavar="A,B", default=MODES,
        help="write, or write+read by one thread")
    add("--ring", type=count, default=3, metavar="N",
        help="sets of frames for strips that may fit in a cache")
    add("--huge", action="store_true",
        help="ask for huge pages for the frames, as strips have them")
    add("--memory", type=count, default=6144, metavar="MIB",
        help="leave out cells that need more")


def n_tiles(tile, strip):
    return strip // (tile[0] * tile[1] * BYTES_PER_PIXEL)


def cells(options):
    if not (options.full or options.tiles or options.strips):
        for tile, strip, all_kernels, modes in DEFAULT_CELLS:
            yield size(tile), n_bytes(strip), all_kernels, modes
        return
    for tile in list_of(size)(options.tiles or FULL_TILES):
        for strip in list_of(n_bytes)(options.strips or FULL_STRIPS):
            if 1 <= n_tiles(tile, strip) <= MOST_TILES:
                yield tile, strip, options.full, MODES


def cell_cases(options, build, tile, tiles, kernel, modes):
    strip = tiles * tile[0] * tile[1] * BYTES_PER_PIXEL
    large = strip >= LARGE_STRIP_CACHES * int(build.about["cache_bytes"])
    sets = 1 if large else options.ring
    before = 1 if large else STRIPS
    timed = 1 if large else STRIPS * max(SAMPLE_BYTES // strip // STRIPS, 1)
    ways = options.stores + OTHERS

    if not fits(options, (2 * sets + STRIPS) * strip):
        left_out(f"{tiles} tiles of {tile[0]}x{tile[1]}")
        return
    # A process uses one kernel only.
    with Program(build, tiles, tile, sets, STRIPS,
                 "huge" if options.huge else "malloc",
                 NTMOSAIC_CPU=kernel) as program:
        if program.about["kernel"] != kernel:
            raise Wrong(f"asked for kernel {kernel}, got "
                        f"{program.about['kernel']}")
        for threads in options.threads:
            for mode in modes:
                yield Case(
                    {"kernel": kernel, "tile_width": tile[0],
                     "tile_height": tile[1], "tiles": tiles,
                     "strip_bytes": strip, "threads": threads, "mode": mode},
                    {way: partial(program.sample, mode, way, threads, before,
                                  timed) for way in ways},
                    partial(program.verify, ways, threads))


def cases(options, build, note):
    kernels = build.about["kernels"].split(",")
    pages = "huge" if options.huge else "malloc"
    note(f"ms per strip; frames in {pages} pages")
    for tile, strip, all_kernels, modes in cells(options):
        asked = options.kernels or (["all"] if all_kernels else kernels[:1])
        for kernel in kernels if asked == ["all"] else asked:
            yield from cell_cases(options, build, tile, n_tiles(tile, strip),
                                  kernel, [mode for mode in modes
                                           if mode in options.modes])
