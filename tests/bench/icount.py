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
SECONDS = 600
HYPERVISORS = {"krypton": BUILD / "krypton",
               "reference": BUILD / "reference-xen/xen"}


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
         "-kernel", image, "-append", options, "-initrd", initrd, *more])
    try:
        found, text, end = None, "", time.monotonic() + SECONDS
        while not found and qemu.poll() is None and time.monotonic() < end:
            time.sleep(0.2)
            text = log.read_text(errors="replace").replace("\r", "")
            found = re.search(pattern, text)
        if not found:
            sys.exit(f"{Path(sys.argv[0]).name}: error: {image} did not come "
                     f"to the end of its boot:\n{text[-2000:]}")
        return text, found
    finally:
        # End QEMU regularly if a plugin has to write its counts
        (qemu.terminate if more else qemu.kill)()
        qemu.wait()
        log.unlink()
