# SPDX-License-Identifier: GPL-2.0
"""What an idle DomU costs: with the dynamic tick, and with the periodic one.

A DomU of one processor idles beside an idle Dom0 (tests/boot/guest/domu-tick).
The DomU counts its timer upcalls. Hypervisor entries are the hypercalls (vector
0x82), interrupts and exceptions that QEMU delivers in the whole machine, less
those that it delivers while the DomU is paused. All figures are per second, of a
machine in real time, and so not exact.
"""
import re
import socket
import subprocess
import sys
import time

from icount import BUILD, KRYPTON, MACHINES, TOP, XEN
from record import Group

sys.path.append(str(TOP / "tests/boot"))
import boots  # noqa: E402, our own

SECONDS = 10
ENTRY = re.compile(r"^ *\d+: v=([0-9a-f]{2}) e=[0-9a-f]+ i=(\d)", re.M)
KINDS = "hypercalls", "interrupts", "exceptions"


def tell(monitor, *lines):
    """Say this to QEMU's monitor."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(monitor))
        for line in lines:
            s.sendall(f"{line}\n".encode())
            time.sleep(0.2)
        s.recv(65536)


def kind(vector, software):
    if software == "1":
        return "hypercalls" if vector == 0x82 else "exceptions"
    return "exceptions" if vector < 0x20 else "interrupts"


def entries(monitor, log):
    """What QEMU delivers in a second, by kind."""
    log.unlink(missing_ok=True)
    time.sleep(1)
    tell(monitor, f"logfile {log}", "log int")
    begin = time.monotonic()
    time.sleep(SECONDS)
    tell(monitor, "log none")
    span = time.monotonic() - begin
    count = dict.fromkeys(KINDS, 0)
    for vector, software in ENTRY.findall(log.read_text(errors="replace")):
        count[kind(int(vector, 16), software)] += 1
    log.unlink()
    return {name: n / span for name, n in count.items()}


def spans(qemu, console, monitor, log):
    """The entries in each span that the guest tells the begin of."""
    found = {}
    while qemu.poll() is None:
        time.sleep(0.2)
        text = console.read_text(errors="replace") if console.exists() else ""
        names = re.findall(r"^BENCH begin (\S+)", text, re.M)
        if len(names) > len(found):
            found[names[-1]] = entries(monitor, log)
    return found


def measure(hypervisor):
    work = BUILD / "bench"
    work.mkdir(parents=True, exist_ok=True)
    console, monitor = work / "console.log", work / "monitor"
    console.unlink(missing_ok=True)
    boot = dict(boots.sessions()["idle"], tests="domu-tick",
                hypervisor=hypervisor, machine=f"--monitor {monitor}")
    qemu = subprocess.Popen(boots.command(boot, work),
                            stdout=subprocess.DEVNULL)
    try:
        found = spans(qemu, console, monitor, work / "int.log")
    finally:
        if qemu.poll() is None:
            qemu.terminate()
        qemu.wait()
    text = console.read_text(errors="replace")
    upcalls = dict(re.findall(r"^BENCH upcalls (\S+) ([\d.]+)", text, re.M))
    if len(found) != 4 or len(upcalls) != 2:
        sys.exit(f"bench: error: a span is missing, see {console}")
    return found, upcalls


class Tick(Group):
    """One idle DomU with each tick."""

    unit = "per second"
    columns = ["timer upcalls", "entries", *KINDS, "Dom0 alone, entries"]
    base, judged = None, False

    def measure(self):
        rows = {}
        for column in (KRYPTON, XEN):
            found, upcalls = measure(MACHINES[column])
            for tick in ("dynamic", "periodic"):
                alone = found[f"{tick}-paused"]
                own = {x: found[tick][x] - alone[x] for x in KINDS}
                rows[f"{tick} tick, {column}"] = dict(zip(self.columns, map(round, [
                    float(upcalls[tick]), sum(own.values()), *own.values(),
                    sum(alone.values())])))
        return rows
