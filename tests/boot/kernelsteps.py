# SPDX-License-Identifier: GPL-2.0
"""A 32-bit kernel with PAE on a bare machine of two CPUs, each of which can be run alone:
by QEMU's gdbstub, with the symbols of its vmlinux."""
import contextlib
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

from initrd import TOP, archive, kernel_dir

sys.path.append(str(TOP / "tests/guest"))
import debugger  # noqa: E402, our own
import stepper  # noqa: E402, our own

# A CPU alone needs some milliseconds, unless it waits for the other one
SECONDS = 10
FRAME = 0x000ffffffffff000
USED = 0x60             # the processor sets these bits: accessed, dirty
EAX, EDX, ESP = 0, 3, 7  # the stub's numbers; a function's first and second argument


class Missed(Exception):
    """The machine does not come there."""


@contextlib.contextmanager
def boot(config, program, append, work):
    """A Kernel before its first instruction, which will run program as process 1."""
    root = work / "root"
    root.mkdir()
    shutil.copy(program, root)
    archive(root, work / "initrd")
    built = kernel_dir(config)
    with subprocess.Popen(
            ["qemu-system-x86_64", "-cpu", "max,-smap,-smep", "-smp", "2", "-m",
             "256", "-nodefaults", "-display", "none", "-no-reboot", "-serial",
             f"file:{work / 'serial'}", "-kernel", built / "arch/x86/boot/bzImage",
             "-initrd", work / "initrd", "-append", "console=ttyS0 nokaslr "
             f"panic=-1 rdinit=/{program.name} {append}", "-gdb",
             f"unix:{work}/gdb,server=on,wait=off", "-S"]) as qemu:
        try:
            gdb = debugger.Gdb(f"{work}/gdb")
            gdb.ask("?")
            yield Kernel(gdb, built / "vmlinux")
        finally:
            qemu.kill()


class Kernel:
    """CPUs are numbered from 1. They stand still, except in to() and what calls it."""
    def __init__(self, gdb, elf):
        self.gdb, self.elf, self.names = gdb, elf, debugger.symbols(elf)
        self.m = stepper.Machine(gdb, SimpleNamespace(names=self.names), [],
                                 None, None)

    def named(self, pattern):
        """The addresses of these symbols."""
        found = {self.names[x] for x in self.names if re.fullmatch(pattern, x)}
        if not found:
            raise OSError(f"the kernel has no symbol {pattern}")
        return found

    def after_calls(self, function):
        """Where the function goes on after each of its calls."""
        text = subprocess.run(["objdump", "-d", "--no-show-raw-insn",
                               f"--disassemble={function}", self.elf], check=True,
                              text=True, stdout=subprocess.PIPE).stdout
        code = re.findall(r"^ *([0-9a-f]+):\t(\S+)", text, re.M)
        return {int(there, 16) for (_, what), (there, _) in zip(code, code[1:])
                if what.startswith("call")}

    def to(self, cpu, where, seconds=SECONDS):
        """(CPU, address) at one of these; this CPU runs alone, or all do (None)."""
        self.m.insert(where)
        at = self.m.run(cpu, seconds)
        self.m.remove(where)
        if not at[0]:
            raise Missed(f"CPU {cpu - 1} alone waits" if cpu else
                         "no CPU comes there")
        return at

    def step_off(self, cpu, address):
        """Let it stop there the next time, not now."""
        if self.gdb.registers(cpu)[0] == address:
            self.m.step(cpu)

    def register(self, cpu, number):
        self.gdb.ask("Hg%x" % cpu)
        return self.gdb.register(number)

    def back(self, cpu):
        """At the first instruction of a function: its return address, and ESP."""
        top = self.register(cpu, ESP)
        return self.gdb.word(top) & 0xffffffff, top

    def leave(self, cpu, back, top):
        """Let this CPU run alone until it has left that function."""
        while self.to(cpu, {back}) and self.register(cpu, ESP) <= top:
            pass

    def pmd(self, root, index):
        """The physical address of a page table."""
        return self.gdb.word(root + 8 * index) & FRAME

    def table(self, frame):
        """The entries of a page table."""
        self.gdb.ask("Qqemu.PhyMemMode:1")
        raw = bytes.fromhex(self.gdb.ask("m%x,800" % frame) +
                            self.gdb.ask("m%x,800" % (frame + 0x800)))
        self.gdb.ask("Qqemu.PhyMemMode:0")
        return [int.from_bytes(raw[x:x + 8], "little") & ~USED
                for x in range(0, 4096, 8)]
