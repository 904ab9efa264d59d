# SPDX-License-Identifier: GPL-2.0
"""Machines whose time stamp counter counts instructions, for the benches."""
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
SECONDS = 3000
HYPERVISORS = {"krypton": BUILD / "krypton",
               "reference": BUILD / "reference-xen/xen"}
# The names of columns, and what runs there
NATIVE, KRYPTON, XEN = "bare hardware", "Krypton", "reference Xen"
MACHINES = {NATIVE: "native", KRYPTON: "krypton", XEN: "reference"}
# No SVM, as in tests/guest/run: reference Xen then handles SYSENTER of 64-bit guests
INTEL = "max,-smap,-smep,vendor=GenuineIntel,-svm,xlevel=0x80000008"
MEMORY, DOM0 = 2048, 1280       # MiB; Dom0's has to go beyond lowmem
OPTIONS = f"dom0_mem={DOM0}M dom0_max_vcpus=1 noreboot"
XEN_OPTIONS = ("cet=no spec-ctrl=no,eager-fpu console=com1 loglvl=error "
               "bootscrub=0")
WORDS = "quiet mitigations=off"


def boot(image, options, memory, initrd, pattern, cpu="max,-smap,-smep",
         more=()):
    """The console's text up to the first match of pattern, and the match."""
    log = Path(tempfile.mkstemp()[1])
    qemu = subprocess.Popen(
        ["qemu-system-x86_64", "-accel", "tcg", "-cpu", cpu,
         "-icount", "shift=0,sleep=off", "-machine", "pc,memory-backend=ram",
         "-object", f"memory-backend-ram,id=ram,size={memory}M,reserve=off",
         "-m", str(memory), "-nodefaults",
         "-display", "none", "-no-reboot", "-serial", f"file:{log}",
         "-kernel", image, "-append", options, "-initrd", initrd, *more],
        stderr=subprocess.PIPE, encoding="utf-8")
    try:
        found, text, end = None, "", time.monotonic() + SECONDS
        while not found and qemu.poll() is None and time.monotonic() < end:
            time.sleep(0.2)
            text = log.read_text(errors="replace").replace("\r", "")
            found = re.search(pattern, text)
    finally:
        # End QEMU regularly if a plugin has to write its counts
        (qemu.terminate if more else qemu.kill)()
        complaint = qemu.communicate()[1]
        log.unlink()
    if not found:
        sys.exit(f"bench: error: {image} did not come to the end of its boot:\n"
                 f"{text[-2000:]}\n{complaint}")
    return text, found


def boot_linux(hypervisor, kernel, initrd, words, pattern, more=(), option="",
               memory=MEMORY):
    """boot() of Linux on bare hardware, or as a Dom0 of one vCPU."""
    words = f"{WORDS} {words}"
    if hypervisor == "native":
        return boot(kernel, f"console=ttyS0 tsc=reliable {words}", DOM0, initrd,
                    pattern, INTEL, more)
    options = f"{OPTIONS} {option}"
    if hypervisor == "reference":
        options = f"{XEN_OPTIONS} {options}"
    return boot(HYPERVISORS[hypervisor], options, memory,
                f"{kernel} console=hvc0 {words},{initrd}", pattern, INTEL, more)
