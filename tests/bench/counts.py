# SPDX-License-Identifier: GPL-2.0
"""Count instructions by function of hypervisor and kernel, and TLB flushes."""
import bisect
import subprocess
from collections import Counter

from icount import BUILD, TOP

IMAGES = {"krypton": BUILD / "hypervisor/krypton.elf",
          "reference": BUILD / "reference-xen/xen-syms"}
LEAST = 2                       # instructions: smaller ones are left out
PART = 0.002                    # and those that are less than this part


def symbols(lines):
    """Sorted (address, name) of the functions in nm's output, and an end."""
    found = sorted((int(x[0], 16), x[2]) for x in map(str.split, lines)
                   if len(x) == 3 and x[1] in "tTwW")
    return found + [(found[-1][0] + 4096, "")] if found else []


def lookup(table, address):
    """The function of this address, or None."""
    if not table or not table[0][0] <= address < table[-1][0]:
        return None
    return table[bisect.bisect(table, (address, "~")) - 1][1]


class Row:
    """What was counted for a row."""

    def __init__(self, spans):
        self.spans = spans
        self.count = {"instructions": Counter(), "flushes": Counter()}
        self.hypervisor = 0     # its part of the instructions
        self.times = Counter()  # executions of the block at an address

    def total(self, what="instructions"):
        return sum(self.count[what].values())

    def tell(self, operations):
        """Print the functions, for one operation."""
        least = max(LEAST, PART * self.total() / operations)
        for name, n in self.count["instructions"].most_common():
            if n / operations >= least:
                print(f"{n / operations:14,.0f}  {name}")
        for name, n in self.count["flushes"].most_common():
            print(f"{n / operations:14,.2f}  full TLB flushes: {name}")


class Counts:
    """QEMU options that count instructions, and the rows that were counted."""

    def __init__(self, hypervisor, work, kernel="i386-pv", option=""):
        plugin, self.out = work / "counts.so", work / "counts"
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-fPIC", "-shared",
                        "-o", plugin, TOP / "tests/bench/counts.c"], check=True)
        self.qemu = ["-plugin", f"{plugin},out={self.out}{option}"]
        self.own, self.kernel = [], []
        if hypervisor in IMAGES:
            self.own = symbols(subprocess.run(
                ["nm", "-n", IMAGES[hypervisor]], check=True,
                stdout=subprocess.PIPE, encoding="utf-8").stdout.splitlines())
        names = BUILD / "kernel" / kernel / "System.map"
        if names.exists():
            self.kernel = symbols(names.read_text().splitlines())

    def name(self, address):
        """(a function or the guest's part, is it the hypervisor's)"""
        name = lookup(self.own, address)
        if name:
            return name, True
        if address >> 47 or 3 << 30 <= address < 4 << 30:
            return f"kernel: {lookup(self.kernel, address) or 'unknown'}", False
        return "program", False

    def rows(self):
        """What was counted, without rows of no span."""
        rows = []
        for line in self.out.read_text().splitlines():
            what, first, *rest = line.split()
            if what == "row":
                rows.append(Row(int(first)))
                continue
            name, own = self.name(int(first, 16))
            rows[-1].count[what][name] += int(rest[0])
            if what == "instructions":
                rows[-1].times[int(first, 16)] += int(rest[1])
                rows[-1].hypervisor += int(rest[0]) if own else 0
        return [row for row in rows if row.spans]
