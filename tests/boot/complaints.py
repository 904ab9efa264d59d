# SPDX-License-Identifier: GPL-2.0
"""Find the complaints of hypervisors and kernels in a console log."""
import re

# Messages of a hypervisor about a guest that did something forbidden
HYPERVISOR_COMPLAINT = re.compile(
    r"^\(XEN\).*("
    r"\bmm\.c:\d+|domain_crash|crashed|Pagetable walk|Unhandled|"
    r"WARN|\bBUG\b|Assertion|FATAL|Panic|GPF|general protection|"
    r"d\d+v\d+.*(?i:error|fail|illegal|bad |fault|attempt|unsupported|refus)|"
    r"gnttab|grant_table\.c:\d+|event_channel\.c:\d+|Xen call trace)|"
    r"^\(KR\).*(PANIC|crashed|stopped|CPU\d+ vector|does not start|"
    r"no ACPI|refused|out of memory|WARN|BUG)")
# Known and harmless, each with its reason
HYPERVISOR_EXPECTED = re.compile(
    # Linux probes MSRs on every processor, and handles the fault
    r"(RDMSR|WRMSR|rdmsr|wrmsr)"
    # the script suspend asks for it, and the case suspend-refused waits for it
    r"|sleep state S3 is refused"
    # the hypervisor's own advice about the emulated processor
    r"|\(XEN\) \*\*\*|WARNING: (CONSOLE OUTPUT|HMP|NO|SPECULATIVE)"
    r"|BUG_ON|not affected|gnttab: |gnttab_max")
KERNEL_COMPLAINT = re.compile(
    r"WARNING: |\bBUG: |\bBUG \S+ \(|kernel BUG at|UBSAN: |pagealloc: |Oops|"
    r"Call Trace:|cut here|INFO: (possible|rcu|task)|"
    r"inconsistent lock|soft lockup|scheduling while atomic|"
    r"unable to handle|Unable to handle|general protection|segfault at|"
    r"Bad page|stack-protector|double fault|nobody cared|Hardware Error")
# The boot loader's, on UEFI (hypervisor/boot/head.S)
LOADER = "WARNING: no console will be available to OS"
# A kernel must print this when a hostile back end keeps a grant mapped
HOSTILE = {"KTEST: begin dom0-hostile", "KTEST: begin dom0-attacked"}
KERNEL_HOSTILE = re.compile(r"grant_table: WARNING: g\.e\. \S+ still in use!")
# A 64-bit Linux emulates CLI for 32-bit programs that have IOPL 3, as this selftest
# does. As a PV guest it then reads a descriptor where SGDT tells it to (get_desc() in
# arch/x86/lib/insn-eval.c): in the hypervisor's memory. It kills the program.
# Debian's amd64 kernel has a pcifront that removes a root bus after its bridge. A patch
# of the series repairs that in the i386 kernel, whose registers have other names.
KERNEL_FAULT = re.compile(r"Comm: iopl_32 |RIP: e030:sysfs_remove_group\+")
FAULT_BEFORE, FAULT_AFTER = 16, 40	# lines of that message


def hypervisor(lines):
    return [x for x in lines if HYPERVISOR_COMPLAINT.search(x) and
            not HYPERVISOR_EXPECTED.search(x)]


def kernel(lines):
    """The complaints of Dom0's kernel and of the DomUs' kernels."""
    faults = [n for n, x in enumerate(lines) if KERNEL_FAULT.search(x)]
    lines = [x for n, x in enumerate(lines) if not any(
        -FAULT_BEFORE <= n - at <= FAULT_AFTER for at in faults)]
    hostile = not HOSTILE.isdisjoint(lines)
    return [x for x in lines if not x.startswith(("(XEN)", "(KR)", "#", LOADER)) and
            KERNEL_COMPLAINT.search(x) and
            not (hostile and KERNEL_HOSTILE.search(x))]
