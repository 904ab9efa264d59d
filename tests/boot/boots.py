# SPDX-License-Identifier: GPL-2.0
"""The boots of tests/boot/sessions: run them and read their logs.

Many cases share a boot. build/boots/NAME keeps its log and a stamp of all its inputs.
"""
import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import leftovers
from initrd import (BUILD, DEBIAN_DOM0, IMAGES, bzimage, guest_inputs, make_initrd,
                    modules, suffix)
from kernels import build_other_kernels, kernels
from repack import repack

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
sys.path.append(str(TOP / "scripts"))
import testlist  # noqa: E402, our own

HYPERVISORS = {"reference": BUILD / "reference-xen" / "xen",
               "krypton": BUILD / "krypton"}
PAYLOAD_BYTES = 500_000
# Options for the most expensive checks of i386-pv-debug, which are off by default.
# Sampling does not wake an idle processor (session idle counts timers).
CHECKS = "debug_pagealloc=on kfence.sample_interval=100 kfence.deferrable=1"


def sessions():
    """All boots by name, as dictionaries. The tests in the guest get the
    environment's variables KTEST_*. KTEST_LIMIT sets the seconds for the boot,
    KTEST_VENDOR the processor's vendor, KTEST_MACHINE the option for run-qemu;
    KTEST_CHECKS turns every check on, and gives each boot four times as long, except
    for distributions' kernels."""
    wishes = " ".join(sorted(f"{name}={value}" for name, value in
                             os.environ.items() if name.startswith("KTEST_")))
    table = testlist.boots(HERE / "sessions")
    for boot in table.values():
        boot["wishes"] = wishes
        if "KTEST_CHECKS" in os.environ and "drivers" not in boot:
            boot.update(kernel="i386-pv-debug", checks="on",
                        seconds=str(4 * int(boot["seconds"])))
        for variable, field in (("KTEST_LIMIT", "seconds"), ("KTEST_VENDOR", "vendor"),
                                ("KTEST_MACHINE", "machine")):
            boot[field] = os.environ.get(variable, boot.get(field, ""))
    return table


def cases(name):
    """The cases of this boot, as tests/boot/case judges them."""
    return {test.command.split()[2] for test in testlist.everything(HERE.parent)
            if test.command.startswith(f"boot/case {name} ")}


def inputs(boot):
    """Every file that goes into a boot."""
    files = [*HERE.glob("*.py"), TOP / "scripts/run-qemu",
             TOP / "scripts/make-rescue",
             IMAGES / f"{boot['image']}.cpio.gz", bzimage(boot["kernel"])]
    if boot["hypervisor"] != "-":
        files.append(HYPERVISORS[boot["hypervisor"]])
        files += guest_inputs(boot, kernels(boot))
    if "disk" in boot:
        files.append(BUILD / boot["disk"] / "key")
    return files + modules(boot["kernel"])


def stamp(boot):
    digest = hashlib.sha256(repr(sorted(boot.items())).encode())
    for path in inputs(boot):
        if not path.exists():
            sys.exit(f"error: there is no {path}\nremedy: make test builds it; "
                     "tests/needs has the command that builds it alone")
        digest.update(path.read_bytes())
    return digest.hexdigest()


def payload(work):
    """The directory with the file that guests fetch over the network, and its hash."""
    tftp = work / "tftp"
    tftp.mkdir(exist_ok=True)
    data = os.urandom(PAYLOAD_BYTES)
    (tftp / "payload").write_bytes(data)
    return tftp, hashlib.md5(data).hexdigest()


def command(boot, work):
    initrd = make_initrd(boot, work, kernels(boot))
    tftp, digest = payload(work)
    disks = []
    for kind in ("virtio", "ahci"):
        disk = work / f"{kind}.img"
        disk.unlink(missing_ok=True)
        with open(disk, "wb") as file:
            file.truncate(320 << 20)
        disks += ["--disk", f"{kind}:{disk}"]
    if "disk" in boot:
        disk = work / "disk.img"
        subprocess.run(["cp", "--sparse=always",
                        BUILD / boot["disk"] / "disk.img", disk], check=True)
        disks += ["--disk", f"virtio:{disk}"]
    vcpus = boot.get("vcpus", boot["cpus"])
    words = (f"krypton.test={boot['tests']} krypton.payload={digest} "
             f"krypton.cpus={vcpus} krypton.memory={boot['dom0']} "
             f"{boot['wishes']}")
    if "guest" in boot:
        words += f" krypton.guest={suffix(boot['guest'])[1:]}"
    if "checks" in boot:
        words += f" {CHECKS}"
    cmd = [str(TOP / "scripts/run-qemu"), "--vendor", boot["vendor"],
           "--memory", boot["memory"], "--timeout", boot["seconds"],
           "--cpus", boot["cpus"], "--threads", boot.get("threads", "one"),
           *boot["machine"].split(),
           "--tftp", str(tftp), "--log", str(work / "console.log"), *disks]
    for card in boot.get("nics", "virtio,e1000").split(","):
        cmd += ["--nic", card]
    kernel = bzimage(boot["kernel"])
    if "pack" in boot:
        kernel = repack(kernel, boot["pack"], work / "kernel")
    files = ["--kernel", str(kernel), "--initrd", str(initrd)]
    if boot["hypervisor"] == "-":
        # Linux warns of QEMU's 32-bit AMD processor, a K7, under SMP
        system = "x86_64" if boot["vendor"] == "amd" else "i386"
        return [*cmd, *files, "--system", system,
                "--append", f"console=ttyS0 {words}"]
    options = (f"dom0_mem={boot['dom0']}M dom0_max_vcpus={vcpus} "
               f"{boot.get('option', '')}")
    words = f"console=hvc0 earlyprintk=xen {words}"
    if boot["kernel"] == DEBIAN_DOM0:
        words = f"root=LABEL=dom0 rw net.ifnames=0 systemd.show_status=0 {words}"
    xen = str(HYPERVISORS[boot["hypervisor"]])
    if boot.get("loader") == "uefi":
        cmd += ["--uefi", str(work / "variables"), "--screen"]
    if "loader" in boot:
        return [*cmd, "--cdrom", rescue(f"{work}/rescue.iso", xen, options, files, words)]
    return [*cmd, *files, "--xen", xen, "--xen-args", options, "--append", words]


def rescue(image, xen, options, files, words):
    """Make a CD that boots the same with GRUB and multiboot 2."""
    subprocess.run([TOP / "scripts/make-rescue", image, xen,
                    f"{options} loglvl=all noreboot", files[1], words,
                    files[3]], check=True)
    return image


def boot_now(name):
    """Boot, even if there is a log already; returns run-qemu's exit code."""
    boot = sessions()[name]
    build_other_kernels(boot)
    work = BUILD / "boots" / name
    work.mkdir(parents=True, exist_ok=True)
    mark = work / "stamp"
    mark.unlink(missing_ok=True)
    leftovers.keep_failure(work)
    now = stamp(boot)
    code = subprocess.run(command(boot, work)).returncode
    leftovers.remove(work)
    (work / "result").write_text(str(code))
    mark.write_text(now)
    return code


class Lock:
    """Lets one process at a time boot a session."""

    def __init__(self, name):
        work = BUILD / "boots"
        work.mkdir(parents=True, exist_ok=True)
        self.file = open(work / f".{name}.lock", "w")

    def __enter__(self):
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_):
        self.file.close()


def log_lines(name, since=0):
    """The result and log of the boot. Boots first unless there is a log of the
    same inputs that is not older than since."""
    work = BUILD / "boots" / name
    with Lock(name):
        mark = work / "stamp"
        if not (mark.exists() and mark.stat().st_mtime >= since and
                mark.read_text() == stamp(sessions()[name])):
            print(f"booting {name}", flush=True)
            boot_now(name)
        text = (work / "console.log").read_text(errors="replace")
        result = int((work / "result").read_text())
    return result, text.replace("\r", "").splitlines()
