# SPDX-License-Identifier: GPL-2.0-only
"""
One processor of two is held at an instruction of Krypton's, and the other one
goes on: by QEMU's gdbstub, which runs and steps each of them alone.
"""
import re
import subprocess

import debugger

SECONDS = 60            # until anything stops that must
STEPS = 1000            # until it must be where it is to be held
IF = 0x200
# Where a processor waits for others, and what it does for the debug build alone
WAIT = re.compile("lock|flush|pause|resume|kill")
MEASURES = ("hold_", "lockorder_", "stack_", "quiet_")
# Operands in memory: on the own stack, anywhere; and what others see without
PRIVATE = re.compile(r"-?(0x[0-9a-f]+)?\(%r[sb]p\)")
SHARED = re.compile(r"\(|%[fg]s:|(^|,)0x")
SEEN = ("in", "out", "cli", "sti", "popf", "lock", "rep", "invlpg")


class Code:
    """Krypton's instructions, and where a processor waits for another."""
    def __init__(self, elf, all_of_them):
        self.names, self.all = debugger.symbols(elf), all_of_them
        self.what, self.after, self.waits = {}, {}, {}
        self.stops, self.measures = set(), set()
        text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", elf],
                              check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        last = where = None
        for line in text.split("\n"):
            if label := re.match(r"[0-9a-f]+ <(\S+)>:", line):
                where = label.group(1)
            elif insn := re.match(r" *([0-9a-f]+):\t(\S+) *(.*)", line):
                address, what = int(insn.group(1), 16), insn.group(2)
                self.after[last], last = address, address
                self.what[address] = what
                if what == "pause" and WAIT.search(where):
                    self.waits[address] = where
                if where.startswith(MEASURES):
                    self.measures.add(address)
                elif self.all or what in SEEN or (
                        SHARED.search(PRIVATE.sub("", insn.group(3))) and
                        not what.startswith(("call", "j", "lea", "nop"))):
                    self.stops.add(address)
        for word in WAIT.pattern.split("|"):
            if word not in " ".join(self.waits.values()):
                raise OSError(f"no function with \"{word}\" in its name waits:"
                              " mend WAIT, or the name")


def stops_of(trace, code):
    """
    For each instruction that comes for the first time by its way of calls: a
    breakpoint and its RSP, the last one up to it where the processor had not been
    before; the instruction and its RSP; how often it comes after the breakpoint.
    """
    seen, keys, calls, stops, last = set(), set(), [], [], 0
    for k, (rip, rsp) in enumerate(trace):
        if (rip, rsp) not in seen and rip not in code.measures:
            seen.add((rip, rsp))
            last = k
        if rip in code.stops and (rip, *calls) not in keys:
            keys.add((rip, *calls))
            stops.append((*trace[last], rip, rsp,
                          trace[last + 1:k + 1].count((rip, rsp))))
        if code.what[rip].startswith("call"):
            calls.append(code.after[rip])
        elif code.what[rip].startswith("ret") and calls:
            calls.pop()
    return stops


class Machine:
    """
    Both processors stand still between two calls. The one that is held comes to
    the address "end" after its call, the other one to "done" after its own.
    """
    def __init__(self, gdb, code, stops, end, done):
        self.gdb, self.code, self.end, self.done = gdb, code, end, done
        self.inserted, self.at = set(), None    # where a processor stands
        self.insert([*stops, code.names["panic"]])

    def insert(self, addresses, command="Z"):
        for x in addresses:
            self.gdb.ask("%s0,%x,1" % (command, x))
        self.inserted ^= set(addresses)

    def remove(self, addresses):
        self.insert(addresses, "z")

    def step(self, cpu):
        self.gdb.go(f"vCont;s:{cpu:x}", SECONDS)

    def run(self, cpu=None, seconds=SECONDS, over=True):
        """All, or one of them, to the next breakpoint: (which, RIP)."""
        if over and self.at and self.at[1] in self.inserted:
            self.step(self.at[0])
        self.at = None
        stopped = self.gdb.go(f"vCont;c:{cpu:x}" if cpu else "c", seconds)
        if stopped is None and seconds == SECONDS:
            raise OSError("nothing goes on")
        if stopped:
            self.at = stopped, self.gdb.registers(stopped)[0]
            if self.at[1] == self.code.names["panic"]:
                raise OSError("panic")
        return self.at or (None, None)

    def to(self, cpu, address, rsp=None):
        """
        Whether this one comes there, alone as long as it waits for nobody; at
        the end of its call it did not.
        """
        waits, end = set(self.code.waits) - {address}, self.end
        alone = cpu
        self.insert(waits | {address, end})
        while (at := self.run(alone)) != (cpu, address) or (
                rsp and self.gdb.registers(cpu)[1] != rsp):
            if at == (cpu, end):
                break
            if alone and at[1] in waits:
                self.remove(waits)
                alone = None
        self.remove({address, end} | (waits if alone else set()))
        return at[1] == address

    def record(self, cpu, other, back):
        """[(RIP, RSP)] until the return."""
        trace, top = [], self.gdb.registers(cpu)[1]
        while (now := self.gdb.registers(cpu))[0] != back or now[1] <= top:
            if now[0] in self.code.waits and trace.count(now[:2]):
                self.run(other, 0.002)
            if trace and trace[-1][0] == now[0]:    # a string instruction
                self.to(cpu, self.code.after[now[0]])
            else:
                trace.append(now[:2])
                self.step(cpu)
        self.at = None
        return [(rip, rsp - top) for rip, rsp in trace]

    def hold(self, cpu, stop, top):
        address, rsp, last, its_rsp, times = stop
        if (self.gdb.registers(cpu)[:2] != (address, top + rsp) and
                not self.to(cpu, address, top + rsp)):
            return False
        for _ in range(STEPS):
            if not times:
                break
            self.step(cpu)
            at = self.gdb.registers(cpu)[:2]
            times -= at == (last, top + its_rsp)
            if times and at[0] in self.code.waits:
                break                       # nobody would come
        self.at = None
        return not times

    def let_other(self, cpu, other):
        """Whether it comes to its end while this one stands still."""
        waits, done = self.code.waits, (other, self.done)
        rip, _, flags = self.gdb.registers(cpu)
        self.insert(done[1:])
        for _ in range(20):
            self.insert(waits)
            at = self.run(other)
            self.remove(waits)
            if at == done or "lock" in waits[at[1]] or not flags & IF:
                break
            self.insert([rip])
            at = self.run(over=False)       # an interrupt comes first
            self.remove([rip])
            if at == done:
                break
        self.remove(done[1:])
        self.at = None
        return at == done
