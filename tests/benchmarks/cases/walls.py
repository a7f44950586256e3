# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
#
# Tiles in rows and columns, of ready frames: a grid compared with compositor,
# and a batch, which is one column, compared with a strip, which is one row, of
# the same frames. Beside them, a copy of as many bytes in one piece: what the
# memory can do. Each run of an element is a process of its own.

from functools import partial

from . import (BYTES_PER_PIXEL, Case, choice, count, fits, left_out, list_of,
               n_cpus, size)
from .copy import Program
from .pipelines import ELEMENT_FIGURES, ELEMENT_WARM_UP, READY, Run, play

WALLS = ["grid", "batch"]
FIGURES = ELEMENT_FIGURES

# Sets of ready frames, and of strips in ntmosaic's pool.
RING = 3
POOL = 3

# Of the copy in one piece: strips before the timing, and timed ones. It has one
# set of frames in two places, and three strips.
COPY_BEFORE = 3
COPY_TIMED = 12
COPY_STRIPS = 5


def add_options(parser):
    add = parser.add_argument
    add("--walls", type=list_of(choice(*WALLS)), metavar="A,B", default=WALLS,
        help="only these")
    add("--grid", type=count, default=4, metavar="N",
        help="columns of the grid, and rows")
    add("--grid-size", type=size, default="640x480", metavar="WxH",
        help="of a tile of the grid")
    add("--batch", type=count, default=100, metavar="N",
        help="tiles of the batch, and of the strip")
    add("--batch-size", type=size, default="1024", metavar="WxH",
        help="of a tile of the batch")
    add("--strips", type=count, default=100, metavar="N",
        help="strips that are measured in each round")
    add("--threads", type=count, metavar="N", help="ntmosaic's 'max-threads'")
    add("--memory", type=count, default=8192, metavar="MIB",
        help="leave out what needs more of it for frames and strips")


def make_run(options, pads, tile, columns):
    return Run(READY, pads, tile, ELEMENT_WARM_UP + options.strips,
               ELEMENT_WARM_UP, RING, columns=columns)


def mosaic(options, columns=0):
    return ("ntmosaic" + (f" columns={columns}" if columns else "")
            + (f" max-threads={options.threads}" if options.threads else ""))


def grid_sides(options, build, pads, tile):
    run = make_run(options, pads, tile, options.grid)
    return {"ntmosaic": partial(play, build, run,
                                mosaic(options, options.grid)),
            "compositor": partial(play, build, run,
                                  "compositor background=transparent")}


def batch_sides(options, build, pads, tile):
    return {"batch": partial(play, build, make_run(options, pads, tile, 1),
                             mosaic(options, 1)),
            "strip": partial(play, build, make_run(options, pads, tile, 0),
                             mosaic(options))}


def contiguous(program, threads):
    return {"step_ms": program.sample("write contiguous", threads, COPY_BEFORE,
                                      COPY_TIMED)["ms"]}


def cases(options, build, note):
    note("step: from one strip to the next, the median; negotiated, first: "
         "from asking for PLAYING to caps and strip")
    shapes = {"grid": (options.grid ** 2, options.grid_size, grid_sides),
              "batch": (options.batch, options.batch_size, batch_sides)}
    for wall in options.walls:
        pads, tile, sides = shapes[wall]
        strip = pads * tile[0] * tile[1] * BYTES_PER_PIXEL
        if not fits(options, (RING + POOL + COPY_STRIPS) * strip):
            left_out(f"{wall} of {pads} tiles of {tile[0]}x{tile[1]}")
            continue
        threads = min(options.threads or n_cpus(), n_cpus())
        with Program(build, pads, tile, 1, POOL, "malloc") as program:
            yield Case({"wall": wall, "pads": pads, "width": tile[0],
                        "height": tile[1], "strips": options.strips},
                       {**sides(options, build, pads, tile),
                        "contiguous": partial(contiguous, program, threads)},
                       partial(program.verify, ["contiguous"], threads))
