# SPDX-License-Identifier: GPL-2.0
"""The hypercalls of a kernel, in QEMU's log of its registers.

QEMU logs them whenever the kernel enters xen_hypercall_pv(), which makes all its
hypercalls; a multicall is one. If the hypervisor has interrupted a call, it re-enters
it. On 32-bit this enters the function at its begin, too: continued() recognises that.
"""
import collections
import re
import sys
from pathlib import Path

NUMBERS = {1: "mmu_update", 12: "memory_op", 13: "multicall",
           14: "update_va_mapping", 20: "grant_table_op", 26: "mmuext_op"}
VERSION = 17                    # of a marker, with an argument that nothing else has
FUNCTION = re.compile("^(\\w+) [tT] xen_hypercall_pv$", re.M)
# EAX, EBX, ECX, EDX, ESI, EDI, or those of 64 bits; which of them are arguments
REGISTERS = re.compile(r"^[ER]AX=(\w+) [ER]BX=(\w+) [ER]CX=(\w+) [ER]DX=(\w+)\n"
                       r"[ER]SI=(\w+) [ER]DI=(\w+) ", re.M)
ARGUMENTS = {32: (0, 1, 2, 3), 64: (0, 5, 4, 3)}
# without nochain, QEMU would log a block only where a chain of blocks begins
COMMAND = "log exec,cpu,nochain"


class Kernel:
    """A kernel in the directory where it was built."""

    def __init__(self, image):
        self.image, self.directory = image, Path(image).resolve().parents[3]
        names = self.directory / "System.map"
        found = names.exists() and FUNCTION.search(names.read_text())
        if not found:
            sys.exit(f"{names} has no xen_hypercall_pv")
        self.function = int(found[1], 16)
        self.width = 64 if self.function >> 32 else 32

    def qemu(self, log):
        """Options for QEMU, which logs from COMMAND on."""
        return ["-D", str(log), "-dfilter", f"{self.function:#x}+1"]

    def calls(self, log):
        """(number and three arguments) of each hypercall in the log."""
        for registers in REGISTERS.findall(log.read_text(encoding="latin-1")):
            yield tuple(int(registers[i], 16) for i in ARGUMENTS[self.width])


def continued(call, last):
    """Whether the hypervisor, not the kernel, caused this entry."""
    name, (number, first, second, third) = NUMBERS.get(call[0]), call
    if name in ("mmu_update", "mmuext_op"):
        return bool(second >> 31)
    if name == "memory_op":
        return bool(first >> 6)
    if not last or last[0] != number:
        return False
    if name == "grant_table_op":
        return second > last[2] and third < last[3]
    return name == "multicall" and first > last[1] and second < last[2]


def count(calls, marker):
    """(calls by name, others, number of continuations) after a marker."""
    by_name, other, again = collections.Counter(), 0, 0
    begun, last = False, None
    for call in calls:
        if call[:2] == (VERSION, marker):
            begun = True
        elif begun and call[:2] == (VERSION, marker + 1):
            return by_name, other, again
        elif begun:
            if continued(call, last):
                again += 1
            elif call[0] in NUMBERS:
                by_name[NUMBERS[call[0]]] += 1
            else:
                other += 1
            last = call
    sys.exit(f"the log has no markers {marker:#x} and {marker + 1:#x}")
