# SPDX-License-Identifier: GPL-2.0-only
"""For nmi-steps: a NMI, #DB or #MC where the machine is stopped in the hypervisor.

NMI: its saved address must be where it was sent, which must be reached again with the
same CR3, then the guest's handler. #DB comes after an instruction that has TF set: what
is next must be reached with the same CR3 and without TF, and the guest notices nothing.
#MC is raised by QEMU's monitor: the same, if mce_trap() returns, as the gdbstub has it do
(it would panic: tests/boot/panic). For a guest only a MOV SS with a breakpoint brings #DB
into the hypervisor (tests/guest/breakpoints), or SYSENTER with TF.
"""
TF = 0x100
DB_STACK_END = 0x900	# of a CPU's block: behind struct cpu and the first stack
NMI, DB, MC = 2, 1, 18
# What QEMU's monitor wants: bank, valid and not corrected, the code can go on
MACHINE_CHECK = "mce 0 1 0xb200000000000000 1 0 0"


def stub_of(names, kind, vector):
    return names["xpti_stubs" if kind == "xpti" else "trap_stubs"] + 16 * vector


def one_nmi(gdb, monitor, address, names, kind, guest, idle):
    root = monitor.root()
    monitor.ask("inject-nmi")
    if not gdb.run_to(stub_of(names, kind, NMI)):
        return "the NMI does not come"
    if (at := gdb.word(gdb.register(7))) != address:
        return f"the NMI comes at {at:x}"
    if not idle and not (gdb.run_to(address) and monitor.root() == root):
        return "it does not return with the same tables"
    if not gdb.run_to(guest["nmi"]):
        return "Dom0's handler is not reached"
    return ""


def come_to(gdb, address, good, seconds=10):
    """
    Run to an address, with a stack pointer that is good; False: it does not. The
    way back from a handler may be the same code on another stack.
    """
    for _ in range(100):
        if not gdb.run_to(address, seconds):
            return False
        if good(gdb.register(7)):
            return True
        gdb.ask("s")
    return False


def one_db(gdb, monitor, names, kind):
    gdb.set_register(17, gdb.flags() | TF)
    if not gdb.run_to(stub_of(names, kind, DB)):
        return "#DB does not come"
    frame, root = gdb.register(7), monitor.root()
    if gdb.word(frame + 8) & 3:
        return "#DB comes in the guest"
    at, before = gdb.word(frame), gdb.word(frame + 24)
    if not (come_to(gdb, at, lambda sp: sp == before) and monitor.root() == root):
        return "it does not return with the same tables"
    return "TF is still set" if gdb.flags() & TF else ""


def one_mc(gdb, monitor, address, names, kind):
    root, before = monitor.root(), gdb.register(7)
    monitor.hmp(MACHINE_CHECK)
    if not gdb.run_to(stub_of(names, kind, MC)):
        return "#MC does not come"
    if (at := gdb.word(gdb.register(7))) != address:
        return f"#MC comes at {at:x}"
    if not gdb.run_to(names["mce_trap"]):
        return "mce_trap() is not reached"
    stack = gdb.register(7)
    gdb.set_register(16, gdb.word(stack))
    gdb.set_register(7, stack + 8)
    if not (come_to(gdb, address, lambda sp: sp == before) and monitor.root() == root):
        return "it does not return with the same tables"
    return ""


def one(what, gdb, monitor, address, names, kind, guest, idle):
    """The machine is stopped at this address: what was wrong, or ''."""
    if what == "db":
        return one_db(gdb, monitor, names, kind)
    if what == "mc":
        return one_mc(gdb, monitor, address, names, kind)
    return one_nmi(gdb, monitor, address, names, kind, guest, idle)
