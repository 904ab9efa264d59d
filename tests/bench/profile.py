# SPDX-License-Identifier: GPL-2.0
"""Count the instructions of a bench by function of the hypervisor."""
import bisect
import subprocess
from collections import Counter

from icount import BUILD, TOP

IMAGES = {"krypton": BUILD / "hypervisor/krypton.elf",
          "reference": BUILD / "reference-xen/xen-syms"}
LEAST = 2                       # instructions: smaller ones are left out


class Profile:
    """QEMU options that count instructions, and a table of the counts."""

    def __init__(self, hypervisor, work):
        plugin, self.counts = work / "counts.so", work / "counts"
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-fPIC", "-shared",
                        "-o", plugin, TOP / "tests/bench/counts.c"], check=True)
        self.qemu = ["-plugin", f"{plugin},out={self.counts}"]
        self.symbols = []
        if hypervisor in IMAGES:
            names = subprocess.run(["nm", "-n", IMAGES[hypervisor]], check=True,
                                   stdout=subprocess.PIPE, encoding="utf-8")
            self.symbols = sorted((int(x[0], 16), x[2]) for x in
                                  map(str.split, names.stdout.splitlines())
                                  if len(x) == 3 and x[1] in "tTwW")

    def name(self, address):
        """A function; what is outside the image is the guest's."""
        first = self.symbols[0][0] if self.symbols else 0
        if not first <= address < self.symbols[-1][0] + 4096:
            return "kernel" if address >> 47 or 3 << 30 <= address < 4 << 30 \
                else "program"
        return self.symbols[bisect.bisect(self.symbols, (address, "~")) - 1][1]

    def tell(self, cost):
        count = Counter()
        for line in self.counts.read_text().splitlines():
            address, n = line.split()
            count[self.name(int(address, 16))] += int(n)
        total = sum(count.values())
        for name, n in count.most_common():
            if n * cost / total >= LEAST:
                print(f"{n * cost / total:12,.0f}  {name}")
