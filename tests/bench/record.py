# SPDX-License-Identifier: GPL-2.0
"""A group of rows that a bench measures, and the last recorded run of it: a table of
Documentation/pv-costs.md. The bench prints its table in the page's form; to record a
run is to paste it there.
"""
import re

from icount import KRYPTON, NATIVE, TOP
from plot import plot

PAGE = TOP / "Documentation/pv-costs.md"
NOTE = 0.01                     # changes up to this part are not worth a line


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def number(cell):
    """The number at the start of a cell: "1,023 (2.8)" is 1023."""
    found = re.match(r"[\d,.]+", cell)
    return float(found[0].replace(",", "")) if found else None


def show(value):
    """Without a fraction from 100 on, which has two digits below that."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.2f}"


class Group:
    """A table. Subclasses add measure(), which returns {row: {column: number}}, and
    keys, {KEY: row}: profile(KEY) prints where what the row counts goes."""

    unit = "instructions"       # what the figures count
    columns = [NATIVE, KRYPTON]
    base = NATIVE               # the column that the ratios divide by
    ratios = None               # the columns that have them (default: all others)
    limit = 0.03                # the part by which a row may become worse,
    slack = 0                   # and the figure that this may always be
    judged = True               # whether -c judges it
    kernel = True               # whether a kernel executes a part of it
    keys = {}

    def __init__(self, name):
        self.name = name

    def ratio(self, rows):
        """{row: {column: figure divided by the base's}}"""
        names = self.ratios or [x for x in self.columns if x != self.base]
        return {row: {name: of[name] / of[self.base] for name in names
                      if of.get(self.base) and name in of}
                for row, of in rows.items()}

    def print(self, rows):
        """The table, with ratios in parentheses."""
        ratio = self.ratio(rows)
        print("|", " | ".join([self.unit, *self.columns]), "|")
        print("|---" * (1 + len(self.columns)) + "|")
        for row, of in rows.items():
            line = [row]
            for name in self.columns:
                part = ratio[row].get(name)
                line.append(show(of[name]) + (f" ({part:3.1f})" if part else "")
                            if name in of else "")
            print("|", " | ".join(line), "|")
        if any(ratio.values()):
            plot(self.name, f"{self.unit}, divided by those of {self.base}", ratio,
                 self.ratios or [x for x in self.columns if x != self.base])

    def recorded(self):
        """The page's table of this group."""
        lines = PAGE.read_text().splitlines()
        rows = {}
        for at, line in enumerate(lines):
            if line.startswith("|") and cells(line) == [self.unit, *self.columns]:
                for row in lines[at + 2:]:
                    if not row.startswith("|"):
                        break
                    name, *values = cells(row)
                    rows[name] = {c: x for c, x in
                                  zip(self.columns, map(number, values))
                                  if x is not None}
                break
        return rows

    def changes(self, now, before):
        """(column, row, before, now) where they differ."""
        for name in self.columns:
            for row, of in now.items():
                old, new = before.get(row, {}).get(name), of.get(name)
                if None not in (old, new) and \
                        abs(new - old) > max(NOTE * old, self.slack):
                    yield name, row, old, new

    def worse(self, now, before):
        """The changes for Krypton's worse. What the base column changed by is the
        kernel's own, and no fault of the hypervisor's."""
        for name, row, old, new in self.changes(now, before):
            own = abs(now[row].get(self.base, 0) -
                      before[row].get(self.base, 0)) if self.kernel else 0
            if name.startswith(KRYPTON) and \
                    new > old * (1 + self.limit) + own + self.slack:
                yield name, row, old, new

    def run(self, check):
        """Measure, print, compare; returns whether Krypton has become worse."""
        now, before = self.measure(), self.recorded()
        self.print(now)
        for name, row, old, new in self.changes(now, before):
            print(f"changed: {name}: {row}: {show(old)} to {show(new)}" +
                  (f" ({new / old - 1:+.1%})" if old else ""))
        bad = list(self.worse(now, before)) if check and self.judged else []
        for name, row, old, new in bad:
            print(f"bench: error: {name}: {row}: {show(new)}, recorded "
                  f"{show(old)}; see where: tests/bench/bench -p")
        missing = [row for row in now if row not in before]
        if missing:
            print("not recorded:", ", ".join(missing))
        return bool(bad) or check and self.judged and bool(missing)
