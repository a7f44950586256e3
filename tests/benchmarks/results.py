# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
#
# Reads the CSV of 'bench': the columns before 'side' name the case, those
# behind 'round' are figures.

import csv
import math
import statistics


class Results:
    """One CSV: its head, and the figures of each side of each case."""

    def __init__(self, lines):
        lines = list(lines)
        self.head = [line[2:].strip() for line in lines
                     if line.startswith("# ")]
        table = csv.DictReader(
            line for line in lines if not line.startswith("#"))
        columns = table.fieldnames or []
        if not self.head or "side" not in columns:
            raise ValueError("not the CSV of bench, or of a program before it")
        self.case_columns = columns[:columns.index("side")]
        self.figures = columns[columns.index("round") + 1:]
        self.cases = {}         # (value of each column): side: [row]
        for row in table:
            key = tuple(row[column] for column in self.case_columns)
            self.cases.setdefault(key, {}).setdefault(row["side"], []).append(
                row)

    @property
    def context(self):
        return ", ".join(self.head[1:3])

    def named(self):
        """Each case as a dictionary, and its sides."""
        for key, sides in self.cases.items():
            yield dict(zip(self.case_columns, key)), sides


def load(path):
    with open(path, encoding="utf-8", newline="") as file:
        try:
            return Results(file)
        except ValueError as error:
            raise SystemExit(f"{path}: {error}") from error


def by_round(rows, figure):
    """An empty list for a figure that a side does not have."""
    return {row["round"]: float(row[figure]) for row in rows if row[figure]}


def spread(rows, figure):
    """The median, the least and the most of the rounds."""
    values = by_round(rows, figure).values()
    return statistics.median(values), min(values), max(values)


def ratios(rows, base, figure):
    """The ratio in each round that both sides have: a machine that is slower
    for a while is slower for both."""
    over, under = by_round(rows, figure), by_round(base, figure)
    return [value / under[number] for number, value in over.items()
            if under.get(number)]


def short(value):
    """Three significant digits."""
    digits = 2 - math.floor(math.log10(abs(value))) if value else 0
    return f"{value:.{min(max(digits, 0), 5)}f}"
