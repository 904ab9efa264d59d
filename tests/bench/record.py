# SPDX-License-Identifier: GPL-2.0
"""The last recorded run of the benches: the tables of Documentation/pv-costs.md.

A bench prints its table in the page's form; to record a run is to paste it there.
"""
import re

from icount import TOP

PAGE = TOP / "Documentation/pv-costs.md"
NOTE = 0.01                     # changes up to this part are not worth a line


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def number(cell):
    """The number at the start of a cell: "1,023 (2.8)" is 1023."""
    found = re.match(r"[\d,]+", cell)
    return int(found[0].replace(",", "")) if found else None


def recorded(columns):
    """The page's table with these columns, as {row: {column: number}}."""
    lines = PAGE.read_text().splitlines()
    for at, line in enumerate(lines):
        if line.startswith("|") and cells(line)[1:] == columns:
            rows = {}
            for row in lines[at + 2:]:
                if not row.startswith("|"):
                    return rows
                name, *values = cells(row)
                rows[name] = dict(zip(columns, map(number, values)))
    return {}


def changes(now, before, column):
    """(row, before, now) of this column where they differ, the worst first."""
    both = [(row, before[row][column], now[row][column]) for row in now
            if row in before and column in before[row] and column in now[row]]
    return sorted((x for x in both if abs(x[2] / x[1] - 1) > NOTE),
                  key=lambda x: x[1] / x[2])


def worse(now, before, column, base, limit):
    """The changes that are worse than the limit. What the base column changed by
    is the kernel's own, and no fault of the hypervisor's."""
    for row, old, new in changes(now, before, column):
        own = abs(now[row].get(base, 0) - before[row].get(base, 0))
        if new > old * (1 + limit) + own:
            yield row, old, new


def markdown(title, columns, rows, cell):
    """Print a table; cell(row, column) is a cell's text."""
    print("|", " | ".join([title, *columns]), "|")
    print("|---" * (1 + len(columns)) + "|")
    for row in rows:
        print("|", " | ".join([row, *(cell(row, c) for c in columns)]), "|",
              flush=True)
