# SPDX-License-Identifier: GPL-2.0
"""What disks, network and idle DomUs cost in instructions, of the whole machine and of
the hypervisor, and how often a processor's whole TLB is flushed.

counts.c counts what tests/boot/progs/traffic.c and costs.c mark. Dom0 and each DomU
have one vCPU. tests/boot/guest/domu-traffic and domu-idlers are the guests' part.
"""
import contextlib
import functools
import re
import sys
import tempfile
from pathlib import Path

import entry
from counts import Counts
from icount import BUILD, KRYPTON, MACHINES, MEMORY, NATIVE, TOP, XEN, boot_linux
from record import Group

sys.path.append(str(TOP / "tests/boot"))
from initrd import bzimage, make_initrd  # noqa: E402, our own

KERNEL = "i386-pv"
# Answers at once, so that the machine waits for no other program of this computer
DISK = ["-drive", "if=none,id=disk,driver=null-co,size=1G,read-zeroes=on",
        "-device", "virtio-blk-pci,drive=disk,ioeventfd=off"]
ROWS = {
    "stream": "1 MiB sequential read by virtio disk, per 4 KiB",
    "read": "4 KiB random read by a DomU",
    "send": "TCP, DomU to Dom0, per 4 KiB",
    "take": "TCP, Dom0 to DomU, per 4 KiB",
    "ask": "UDP round trip",
}
PROCESSORS = {1: "1 processor", 2: "2 processors"}
KEYS = {"stream-1": ROWS["stream"]} | {
    f"{row}-{cpus}": f"{ROWS[row]}, {words}" for row in list(ROWS)[1:]
    for cpus, words in PROCESSORS.items()}
FORK = "fork, exit, wait, 1 processor"
DOMUS = [16, 64]


@functools.cache
def counted(hypervisor, cpus, script="domu-traffic", words="", memory=MEMORY):
    """Boot the script; returns {row: (operations, its Row)}."""
    boot = {"image": "dom0", "kernel": KERNEL, "tests": script,
            "hypervisor": "-" if hypervisor == "native" else hypervisor}
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        initrd, counts = make_initrd(boot, work, []), Counts(hypervisor, work)
        text, _ = boot_linux(
            hypervisor, bzimage(KERNEL), initrd, f"krypton.test={script} {words}",
            "KTEST: done", [*counts.qemu, *DISK, "-smp", str(cpus)], memory=memory)
        rows = counts.rows()
    names = re.findall(r"^BENCH row (\S+) (\d+)$", text, re.M)
    if re.search(r"^KTEST: case \S+: FAIL", text, re.M) or len(names) != len(rows):
        sys.exit(f"bench: error: a row is missing:\n{text}")
    return {name: (int(n), row) for (name, n), row in zip(names, rows)}


class Traffic(Group):
    """Instructions per operation."""

    unit = "instructions per operation"
    columns = [NATIVE, KRYPTON, "Krypton itself", XEN, "Xen itself"]
    base, ratios = XEN, [KRYPTON]
    keys = KEYS

    def measure(self):
        rows = {words: {} for words in KEYS.values()}
        for column, hypervisor in MACHINES.items():
            for key, words in KEYS.items():
                row, cpus = key.split("-")
                if hypervisor == "native" and row != "stream":
                    continue
                n, found = counted(hypervisor, int(cpus))[row]
                rows[words][column] = round(found.total() / n)
                if hypervisor != "native":
                    own = f"{column.split()[-1]} itself"
                    rows[words][own] = round(found.hypervisor / n)
        self.keep_profiles()
        return rows

    def keep_profiles(self):
        """Write all rows' profiles to a file: they are counted already."""
        out = BUILD / "bench" / f"{self.name}.txt"
        out.parent.mkdir(parents=True, exist_ok=True)
        with open(out, "w") as file, contextlib.redirect_stdout(file):
            for key in KEYS:
                self.profile(key)
        print(f"profiles: {out.relative_to(BUILD.parent)}\n")

    def profile(self, key):
        row, cpus = key.split("-")
        for column, hypervisor in MACHINES.items():
            if hypervisor != "native" or row == "stream":
                n, of = counted(hypervisor, int(cpus))[row]
                print(f"{KEYS[key]}, {column}: {of.total() / n:,.0f}")
                of.tell(n)


class Flushes(Group):
    """Full TLB flushes per operation."""

    unit = "full TLB flushes"
    columns = [NATIVE, KRYPTON, XEN]
    base, ratios = XEN, [KRYPTON]
    slack = 0.4                 # on two processors they depend on moments

    def measure(self):
        rows = {FORK: {}} | {KEYS[f"{row}-{cpus}"]: {} for row in ("read", "ask")
                             for cpus in PROCESSORS}
        for column, hypervisor in MACHINES.items():
            row = entry.count(hypervisor, "", "32", "fork-exit")[1]
            rows[FORK][column] = row.total("flushes") / row.spans
            for key, words in KEYS.items():
                row, cpus = key.split("-")
                if words in rows and hypervisor != "native":
                    n, found = counted(hypervisor, int(cpus))[row]
                    rows[words][column] = found.total("flushes") / n
        return {row: {name: round(x, 2) for name, x in of.items()}
                for row, of in rows.items()}


class Idle(Group):
    """The hypervisor's instructions in a second of an idle machine."""

    unit = "hypervisor's instructions per second"
    columns = [KRYPTON, XEN]
    base = XEN
    kernel = False
    keys = {"idle-0": "Dom0 alone"} | {f"idle-{n}": f"{n} idle DomUs" for n in DOMUS}

    @staticmethod
    def counted(column):
        """The rows of this column's hypervisor."""
        words = f"domus={'+'.join(map(str, DOMUS))}"
        return counted(MACHINES[column], 1, "domu-idlers", words,
                       MEMORY + 40 * DOMUS[-1])

    def measure(self):
        rows = {words: {} for words in self.keys.values()}
        for column in self.columns:
            for key, (seconds, row) in self.counted(column).items():
                rows[self.keys[key]][column] = round(row.hypervisor / seconds)
        return rows

    def profile(self, key):
        for column in self.columns:
            seconds, row = self.counted(column)[key]
            print(f"{self.keys[key]}, {column}: {row.hypervisor / seconds:,.0f}")
            row.tell(seconds)
