# SPDX-License-Identifier: GPL-2.0
"""What entries to a kernel cost, on bare hardware and as Dom0.

The time stamp counter counts instructions. The machines have one Intel processor,
and kernel and hypervisor run without mitigations (mitigations=off, spec-ctrl=no).
tests/boot/progs/costs.c measures, as process 1.
"""
import re
import shutil
import sys
import tempfile
from pathlib import Path

from counts import Counts
from icount import BUILD, KRYPTON, NATIVE, TOP, XEN, boot_linux
from record import Group

sys.path.append(str(TOP / "tests/boot"))
from initrd import DEBIAN, archive, bzimage  # noqa: E402, our own

END = r"BENCH (end 0|error .*)\n"
PROGRAMS = {"32": ("i386-pv", "bin/costs"), "64": (DEBIAN, "amd64/bin/costs")}
ROWS = {
    "int80": "system call by int $0x80",
    "int80-ldt": "the same, from a segment of the LDT",
    "fast-call": {"32": "system call by the vDSO (SYSENTER)",
                  "64": "system call by SYSCALL"},
    "signal": "signal to itself, and return",
    "interrupt": "timer interrupt (tick)",
    "switch": "switch to another process, by an eventfd",
    "fault-read": "page fault, zero page",
    "fault-write": "page fault, new page",
    "fault-protection": "page fault, write protection",
    "map-unmap": "mmap and munmap, untouched",
    "protect-page": "mprotect, a page",
    "unmap-page": "munmap, a page",
    "fork-exit": "fork, exit, wait",
    "fork-page": "the same, a page more",
    "fork-exec": "fork, exec, exit, wait",
    "read-byte": {"32": "read a byte of a file in highmem",
                  "64": "read a byte of a file"},
}


def machines(width):
    """Hypervisor and its option, of each column."""
    xpti = {"": "xpti=no", ", XPTI": "xpti=yes"} if width == "64" else {"": ""}
    return {NATIVE: ("native", "")} | {
        name + suffix: (hypervisor, option) for suffix, option in xpti.items()
        for name, hypervisor in ((KRYPTON, "krypton"), (XEN, "reference"))}


def costs(hypervisor, option, width, row=None, counts=None):
    """Boot the program; returns {row's key: instructions}."""
    config, program = PROGRAMS[width]
    with tempfile.TemporaryDirectory() as work:
        root, initrd = Path(work) / "root", Path(work) / "initrd"
        root.mkdir()
        shutil.copy(BUILD / "test-programs" / program, root / "init")
        archive(root, initrd)
        text, end = boot_linux(hypervisor, bzimage(config), initrd,
                               f"row={row}" if row else "", END,
                               counts.qemu if counts else [], option)
    if not end[1].startswith("end"):
        sys.exit(f"bench: error: on {hypervisor}: {end[0].strip()}")
    return {name: int(cost) for name, cost in
            re.findall(r"BENCH ([\w-]+) (\d+)\n", text)}


def count(hypervisor, option, width, row):
    """What counts.c counts in a row: (figure, its Row)."""
    with tempfile.TemporaryDirectory() as work:
        counts = Counts(hypervisor, Path(work), PROGRAMS[width][0])
        figure = costs(hypervisor, option, width, row, counts)[row]
        return figure, counts.rows()[0]


class Entry(Group):
    """Rows of one width of the kernel."""

    def __init__(self, name, width):
        super().__init__(name)
        self.width = width
        self.machines = machines(width)
        self.columns = list(self.machines)
        self.keys = {key: words if isinstance(words, str) else words[width]
                     for key, words in ROWS.items()}

    def measure(self):
        found = {name: costs(*machine, self.width)
                 for name, machine in self.machines.items()}
        return {words: {name: x[key] for name, x in found.items() if key in x}
                for key, words in self.keys.items()
                if any(key in x for x in found.values())}

    def profile(self, key):
        for name, machine in self.machines.items():
            figure, row = count(*machine, self.width, key)
            print(f"{self.keys[key]}, {name}: {figure:,}")
            row.tell(row.total() / max(figure, 1))
