# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
#
# Pipelines with a mixer: ntmosaic compared with compositor. 'element' feeds
# them ready frames, so that only the mixer costs time; 'sources' feeds them
# from elements that draw or convert frames, which shows what copying on arrival
# is good for. Each run is a process of its own.

from functools import partial
from typing import NamedTuple

from . import (BYTES_PER_PIXEL, Case, choice, count, fits, left_out, list_of,
               size)

RATE = 30

# Figures of bench-pipeline. Wall time is the median from one strip to the next
# for 'element', and the mean for 'sources': most of the strips of a slow source
# are cheap.
ELEMENT_FIGURES = ["step_ms", "cpu_ms", "negotiated_ms", "first_ms", "faults",
                   "peak_mib", "copied_percent", "on_arrival_percent"]
SOURCES_FIGURES = ["wall_ms", "cpu_ms", "delay_ms", "delay_most_ms", "peak_mib",
                   "resting_mib", "copied_percent", "on_arrival_percent"]

# Strips that leave before the timing starts: with the defaults, these are
# enough to use every strip of a pool and every frame of a ring at least once.
ELEMENT_WARM_UP = 5
SOURCES_WARM_UP = 20

TABLE_PADS = [1, 2, 10, 100, 400, 1000]
TABLE_SIZES = [16, 64, 256, 1024]

# --table: a round should take about so long, if a strip costs 10 GB/s and 25
# microseconds a pad.
ROUND_SECONDS = 0.5
GUESS_BYTES_PER_SECOND = 10e9
GUESS_SECONDS_PER_PAD = 25e-6


class Source(NamedTuple):
    """The elements in front of each pad of the mixer."""

    element: str
    caps: str = "RGBA"          # none for ready frames: they say it
    more: str = ""              # elements behind the source
    other_rate: int = RATE      # of all pads but the first


READY = Source("benchsrc pad={}", "")
SOURCES = {
    # benchsrc fills a frame, a memset for each row; paced: when the strip
    # before has left.
    "fast": Source("benchsrc"),
    "paced": Source("benchsrc paced=true"),
    "drawn": Source("videotestsrc"),
    "converted": Source("videotestsrc", "I420",
                        "! videoconvert ! video/x-raw,format=RGBA"),
    "slow": Source("videotestsrc", other_rate=1),
}


class Run(NamedTuple):
    """What all runs of a case share."""

    source: Source
    pads: int
    tile: tuple
    strips: int                 # the warm-up included
    warm_up: int
    ring: int                   # ready frames for each pad
    blend: bool = False         # whether compositor may blend
    columns: int = 0            # tiles in a row; 0: all


def source_text(run, i):
    rate = RATE if i == 0 else run.source.other_rate
    text = " " + run.source.element.format(i)
    if run.source.caps:
        text += (f" num-buffers={max(run.strips * rate // RATE, 1)} ! "
                 f"video/x-raw,format={run.source.caps},width={run.tile[0]},"
                 f"height={run.tile[1]},framerate={rate}/1 {run.source.more}")
    return f"{text} ! mixer.sink_{i}"


def pipeline(run, mixer):
    """The pipeline in the syntax of gst-launch. With ready frames, the fakesink
    holds a strip."""
    sink = (" ! fakesink" if run.source is READY else
            " ! video/x-raw,format=RGBA ! fakesink enable-last-sample=false")
    return f"{mixer} name=mixer{sink}" + "".join(
        source_text(run, i) for i in range(run.pads))


def play(build, run, mixer):
    shape = f"{run.pads}x{run.tile[0]}x{run.tile[1]}"
    return build.run("bench-pipeline", run.strips, run.warm_up, run.ring,
                     f"{shape}/{run.columns}" if run.columns else shape,
                     "-" if run.blend else "source", pipeline(run, mixer))


def make_case(build, run, fields, mixers):
    """@mixers: the name of each side, and its element with its properties."""
    fields = {**fields, "pads": run.pads, "width": run.tile[0],
              "height": run.tile[1], "strips": run.strips - run.warm_up}
    return Case(fields, {name: partial(play, build, run, mixer)
                         for name, mixer in mixers.items()})


# --- element ---------------------------------------------------------------


def add_element_options(parser):
    add = parser.add_argument
    add("--pads", type=count, default=100, metavar="N", help="tiles in a strip")
    add("--size", type=size, default="1024", metavar="WxH", help="of a tile")
    add("--strips", type=count, metavar="N",
        help="strips that are measured in each round: 40; --table: 10 to 500")
    add("--ring", type=count, default=3, metavar="N",
        help="different frames per pad, handed out in turn")
    add("--strips-pool", type=count, metavar="N", help="ntmosaic's 'strips'")
    add("--threads", type=count, metavar="N", help="ntmosaic's 'max-threads'")
    add("--as-is", action="store_true",
        help="let compositor paint a background and blend, as by default")
    add("--table", action="store_true",
        help="1 to 1000 pads of 16x16 to 1024x1024")
    add("--memory", type=count, default=8192, metavar="MIB",
        help="leave out what needs more of it for frames and strips")
    add("--elements", type=list_of(str), metavar="A,B,...",
        default=["ntmosaic", "compositor"],
        help="what is compared, with properties if need be")


def with_properties(options, element, pool):
    if element.startswith("compositor"):
        return element + ("" if options.as_is else " background=transparent")
    if not element.startswith("ntmosaic"):
        return element
    return (element + (f" strips={pool}" if pool else "")
            + (f" max-threads={options.threads}" if options.threads else ""))


def choose_ring(options, strip):
    """The sizes of the ring and of the pool: three frames a pad and the
    element's own pool of three strips, or two and two if memory is short; None
    if that is too much as well."""
    wanted = [(options.ring, options.strips_pool)]
    if options.table:
        wanted.append((2, 2))
    for ring, pool in wanted:
        if fits(options, (ring + (pool or 3)) * strip):
            return ring, pool
    return None


def choose_strips(options, pads, strip):
    if options.strips or not options.table:
        return options.strips or 40
    seconds = strip / GUESS_BYTES_PER_SECOND + pads * GUESS_SECONDS_PER_PAD
    return min(max(int(ROUND_SECONDS / seconds), 10), 500)


def element_cases(options, build, note):
    note("step: from one strip to the next, the median; negotiated, first: "
         "from asking for PLAYING to caps and strip")
    shapes = [(options.pads, options.size)]
    if options.table:
        shapes = [(pads, (side, side)) for side in TABLE_SIZES
                  for pads in TABLE_PADS]
    for pads, tile in shapes:
        strip = pads * tile[0] * tile[1] * BYTES_PER_PIXEL
        chosen = choose_ring(options, strip)
        if chosen is None or strip > 0x7fffffff:
            left_out(f"{pads} pads of {tile[0]}x{tile[1]}")
            continue
        ring, pool = chosen
        run = Run(READY, pads, tile,
                  ELEMENT_WARM_UP + choose_strips(options, pads, strip),
                  ELEMENT_WARM_UP, ring, options.as_is)
        yield make_case(build, run, {},
                        {element: with_properties(options, element, pool)
                         for element in options.elements})


# --- sources ---------------------------------------------------------------


def add_sources_options(parser):
    add = parser.add_argument
    add("--pads", type=count, default=50, metavar="N", help="tiles in a strip")
    add("--size", type=size, default="1024", metavar="WxH", help="of a tile")
    add("--strips", type=count, default=200, metavar="N",
        help="strips in each run; the first 20 are not measured")
    add("--sources", type=list_of(choice(*SOURCES)), metavar="A,B,...",
        default=[*SOURCES], help="only these")
    add("--elements", type=list_of(str), metavar="A,B,...",
        default=["ntmosaic", "ntmosaic copy-on-arrival=false", "compositor",
                 "compositor background=transparent"],
        help="what is compared")


def sources_cases(options, build, note):
    note("delay: from the last frame of a strip to the strip; resting: memory "
         "at the last ten strips")
    warm_up = min(SOURCES_WARM_UP, options.strips // 2)
    for name in options.sources:
        run = Run(SOURCES[name], options.pads, options.size, options.strips,
                  warm_up, 0, False)
        yield make_case(build, run, {"source": name},
                        dict(zip(options.elements, options.elements)))
