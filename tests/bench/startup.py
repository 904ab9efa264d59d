# SPDX-License-Identifier: GPL-2.0
"""How long the hypervisors take to start Dom0, and what memory they keep.

The time stamp counter counts instructions, and the time of waits. A stub that boots
instead of the hypervisors measures the share of firmware and boot loader, which is
subtracted. "Frames kept" are the frames of the machine's memory map that Dom0 does
not have and physinfo does not call free. Reference Xen does not start the largest
machines: it would touch more memory than this one has.
"""
import subprocess
import tempfile
from pathlib import Path

from counts import Counts
from icount import BUILD, HYPERVISORS, KRYPTON, MACHINES, TOP, XEN, boot
from record import Group

OPTIONS = {"krypton": "noreboot",
           "reference": "cet=no console=com1 loglvl=error noreboot bootscrub=0"}
# MiB of the machine, of Dom0
SIZES = [(512, 64), (2048, 1024), (8192, 1024), (61440, 1024), (204800, 1024),
         (614400, 1024)]
LARGE = 8192
ROWS = {f"startup-{memory}": (f"machine of {memory:,} MiB, Dom0 of {dom0:,} MiB",
                              memory, dom0) for memory, dom0 in SIZES}


def instructions(image, options, memory, pattern, more=()):
    return boot(image, options, memory, BUILD / "guest/startup", pattern,
                more=more)[1]


def start(name, memory, dom0, more=()):
    return instructions(HYPERVISORS[name],
                        f"{OPTIONS[name]} dom0_mem={dom0}M", memory,
                        r"BENCH tsc (\w+) (\w+) machine (\d+) dom0 (\d+) free (\d+)",
                        more)


def measure(name, memory, dom0, before):
    found = start(name, memory, dom0)
    took = (int(found[1], 16) << 32 | int(found[2], 16)) - before
    kept = int(found[3]) - int(found[4]) - int(found[5])
    return took, kept


def make_guest():
    subprocess.run(["make", "-s", "-C", TOP / "tests/guest",
                    TOP / "build/guest/startup"], check=True)


def make_stub(stub):
    subprocess.run(["gcc", "-m32", "-nostdlib", "-static", "-no-pie",
                    "-Wl,-Ttext=0x200000", "-Wl,--build-id=none", "-o", stub,
                    TOP / "tests/bench/stub.S"], check=True)


class Startup(Group):
    """Machines of many sizes."""

    unit = "instructions until Dom0 starts"
    columns = [KRYPTON, XEN, "Krypton, frames kept", "Xen, frames kept"]
    base, ratios = XEN, [KRYPTON]
    kernel = False
    keys = {key: words for key, (words, *_) in ROWS.items()}

    def measure(self):
        stub = BUILD / "bench-stub"
        make_stub(stub)
        make_guest()
        rows = {}
        for words, memory, dom0 in ROWS.values():
            before = int(instructions(stub, "", memory,
                                      r"\b([0-9a-f]{16})\n")[1], 16)
            row = rows[words] = {}
            for column in self.columns[:2]:
                if column == KRYPTON or memory <= LARGE:
                    row[column], row[f"{column.split()[-1]}, frames kept"] = \
                        measure(MACHINES[column], memory, dom0, before)
        return rows

    def profile(self, key):
        """Those of firmware and boot loader count, too, as a program's."""
        words, memory, dom0 = ROWS[key]
        make_guest()
        for column in self.columns[:1 if memory > LARGE else 2]:
            with tempfile.TemporaryDirectory() as work:
                counts = Counts(MACHINES[column], Path(work), option=",from=start")
                start(MACHINES[column], memory, dom0, counts.qemu)
                row = counts.rows()[0]
            print(f"{words}, {column}: {row.total():,}")
            row.tell(1)
