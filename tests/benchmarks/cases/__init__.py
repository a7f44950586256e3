# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
#
# What the benchmarks share: the case, and the programs of a build that take the
# samples.

import argparse
import os
import pathlib
import subprocess
import sys
from typing import Callable, NamedTuple

MIB = 1 << 20
BYTES_PER_PIXEL = 4
PLUGINS = "gst/ntmosaic", "ext/ntimages"    # in the build folder


class Wrong(Exception):
    """A strip is not right, or is missing."""


class Nothing(Exception):
    """There is nothing to compare with."""


class Case(NamedTuple):
    """A line of the table: what all sides have in common."""

    fields: dict                # the columns that name it
    sides: dict                 # for each, a function that returns its figures
    verify: Callable = lambda: None     # raises Wrong


class Build:
    """The programs of a build folder, and the plugin that they load."""

    def __init__(self, folder):
        folder = pathlib.Path(folder).resolve()
        self.python = folder / "ext" / "python"
        self.programs = folder / "tests" / "benchmarks"
        self.env = {
            **os.environ,
            "GST_PLUGIN_PATH_1_0": ":".join(
                str(folder / plugin) for plugin in PLUGINS),
            "GST_REGISTRY_1_0": str(self.programs / "registry.bin"),
        }
        self.about = self.run("bench-copy")

    def start(self, program, *arguments, **env):
        try:
            return subprocess.Popen(
                [self.programs / program, *map(str, arguments)],
                env={**self.env, **env}, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        except FileNotFoundError as error:
            raise SystemExit(f"{error.filename} is not there: is --build the "
                             "build folder, and built?") from error

    def run(self, program, *arguments):
        """The program's figures: it prints lines "NAME VALUE"."""
        process = self.start(program, *arguments)
        text = process.communicate()[0]
        if process.returncode != 0:
            raise Wrong(f"{program} {' '.join(map(str, arguments))[:200]}")
        return read_pairs(text.splitlines())


def import_package(build):
    """The Python package of the build, or None."""
    sys.path.insert(0, str(build.python))
    try:
        import ntstrip
    except ImportError:
        return None
    return ntstrip


def read_pairs(lines):
    return dict(line.split(" ", 1) for line in lines if line.strip())


def available_bytes():
    """The memory that the system can give, in bytes."""
    with open("/proc/meminfo", encoding="utf-8") as file:
        values = dict(line.split(":", 1) for line in file)
    return int(values["MemAvailable"].split()[0]) * 1024


def fits(options, n_bytes):
    """Whether a case may use so much memory, and the system has it."""
    return n_bytes <= min(options.memory * MIB, available_bytes())


def left_out(what):
    print(f"left out, too much memory: {what}", file=sys.stderr)


def count(word):
    """A number: one or more."""
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{word} is less than 1")
    return number


def size(word):
    """"1024" or "1021x1024", in pixels."""
    width, _, height = word.partition("x")
    pixels = int(width), int(height or width)
    if not all(1 <= number <= 65536 for number in pixels):
        raise argparse.ArgumentTypeError(f"{word} is not 1 to 65536 pixels")
    return pixels


def n_bytes(word):
    """"64K", "400M", "1G" or bytes."""
    units = {"K": 10, "M": 20, "G": 30}
    if word[-1].upper() in units:
        return int(word[:-1]) << units[word[-1].upper()]
    return int(word)


def list_of(convert):
    """An option's words, between commas."""
    def split(text):
        return [convert(word) for word in text.split(",")]
    split.__name__ = f"list of {convert.__name__}"
    return split


def choice(*names):
    """One of these words."""
    def check(word):
        if word not in names:
            raise argparse.ArgumentTypeError(
                f"{word} is none of {', '.join(names)}")
        return word
    return check


def n_cpus():
    return len(os.sched_getaffinity(0))
