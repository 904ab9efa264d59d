# SPDX-License-Identifier: GPL-2.0
"""The boots of tests/boot/sessions: how each is made, and what its log says.

A boot is shared by many cases. Its console's log stays in
build/boots/NAME/console.log, with a stamp of all that went into it.
"""
import fcntl
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
IMAGES = BUILD / "images"
FIELDS = "name vendor hypervisor kernel image memory dom0 seconds tests"
HYPERVISORS = {"reference": BUILD / "reference-xen" / "xen"}
PAYLOAD_BYTES = 500_000


def sessions():
    """All boots by name, as dictionaries."""
    table = {}
    for line in (HERE / "sessions").read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            table[words[0]] = dict(zip(FIELDS.split(), words))
    return table


def kernel_dir(config):
    return BUILD / "kernel" / config


def bzimage(config):
    return kernel_dir(config) / "arch" / "x86" / "boot" / "bzImage"


def modules(config):
    return sorted((kernel_dir(config) / "modules").rglob("*.ko"))


def inputs(boot):
    """Every file that goes into a boot."""
    files = [HERE / "sessions", HERE / "boots.py", TOP / "scripts/run-qemu",
             IMAGES / f"{boot['image']}.cpio.gz", bzimage(boot["kernel"])]
    if boot["hypervisor"] != "-":
        files.append(HYPERVISORS[boot["hypervisor"]])
        files.append(bzimage("i386-pv-up"))
    return files + modules(boot["kernel"])


def stamp(boot):
    digest = hashlib.sha256(repr(sorted(boot.items())).encode())
    for path in inputs(boot):
        if not path.exists():
            sys.exit(f"error: there is no {path}\nremedy: make test builds it; "
                     "or see tests/needs for the command that does")
        digest.update(path.read_bytes())
    return digest.hexdigest()


def archive(root, out):
    """Pack a directory as an initramfs archive, to follow another one."""
    names = "\0".join(str(p.relative_to(root)) for p in sorted(root.rglob("*")))
    with open(out, "wb") as file:
        cpio = subprocess.run(
            ["cpio", "--null", "--quiet", "-o", "-H", "newc", "-R", "0:0"],
            input=names.encode() + b"\0", cwd=root, check=True,
            stdout=subprocess.PIPE).stdout
        file.write(gzip.compress(cpio, 1))


def add_modules(root, config):
    target = root / "lib" / "modules"
    target.mkdir(parents=True)
    for path in modules(config):
        shutil.copy(path, target / path.name)


def make_initrd(boot, work):
    """The image, and behind it what depends on the kernel."""
    extra = work / "extra"
    shutil.rmtree(extra, ignore_errors=True)
    extra.mkdir(parents=True)
    add_modules(extra, boot["kernel"])
    if boot["hypervisor"] != "-":
        guest = work / "guest"
        shutil.rmtree(guest, ignore_errors=True)
        add_modules(guest, boot["kernel"])
        archive(guest, work / "guest.cpio.gz")
        (extra / "boot").mkdir()
        shutil.copy(bzimage(boot["kernel"]), extra / "boot" / "bzImage")
        shutil.copy(bzimage("i386-pv-up"), extra / "boot" / "bzImage-up")
        join(extra / "boot" / "domu.cpio.gz", IMAGES / "domu.cpio.gz",
             work / "guest.cpio.gz")
    archive(extra, work / "extra.cpio.gz")
    initrd = work / "initrd"
    join(initrd, IMAGES / f"{boot['image']}.cpio.gz", work / "extra.cpio.gz")
    return initrd


def join(target, *parts):
    with open(target, "wb") as out:
        for part in parts:
            data = part.read_bytes()
            # the kernel wants each archive to begin at a multiple of four
            out.write(data + b"\0" * (-len(data) % 4))


def payload(work):
    """What the guests fetch over the network, and its hash."""
    tftp = work / "tftp"
    tftp.mkdir(exist_ok=True)
    data = os.urandom(PAYLOAD_BYTES)
    (tftp / "payload").write_bytes(data)
    return tftp, hashlib.md5(data).hexdigest()


def command(boot, work):
    initrd = make_initrd(boot, work)
    tftp, digest = payload(work)
    disks = []
    for kind in ("virtio", "ahci"):
        disk = work / f"{kind}.img"
        disk.unlink(missing_ok=True)
        with open(disk, "wb") as file:
            file.truncate(320 << 20)
        disks += ["--disk", f"{kind}:{disk}"]
    words = f"krypton.test={boot['tests']} krypton.payload={digest}"
    cmd = [str(TOP / "scripts/run-qemu"), "--vendor", boot["vendor"],
           "--memory", boot["memory"], "--timeout", boot["seconds"],
           "--kernel", str(bzimage(boot["kernel"])), "--initrd", str(initrd),
           "--nic", "virtio", "--nic", "e1000", "--tftp", str(tftp),
           "--log", str(work / "console.log"), *disks]
    if boot["hypervisor"] == "-":
        # QEMU's 32-bit AMD processor is a K7 that Linux warns of under SMP
        system = "x86_64" if boot["vendor"] == "amd" else "i386"
        return cmd + ["--system", system, "--append",
                      f"console=ttyS0 {words}"]
    return cmd + ["--xen", str(HYPERVISORS[boot["hypervisor"]]),
                  "--xen-args", f"dom0_mem={boot['dom0']}M",
                  "--append", f"console=hvc0 earlyprintk=xen {words}"]


def boot_now(name):
    """Boot, whatever was there before; returns run-qemu's exit code."""
    boot = sessions()[name]
    work = BUILD / "boots" / name
    work.mkdir(parents=True, exist_ok=True)
    mark = work / "stamp"
    mark.unlink(missing_ok=True)
    now = stamp(boot)
    code = subprocess.run(command(boot, work)).returncode
    for left in ("virtio.img", "ahci.img", "initrd", "extra.cpio.gz",
                 "guest.cpio.gz"):
        (work / left).unlink(missing_ok=True)
    for left in ("extra", "guest", "tftp"):
        shutil.rmtree(work / left, ignore_errors=True)
    (work / "result").write_text(str(code))
    mark.write_text(now)
    return code


class Lock:
    """One boot of a name at a time, also between processes."""

    def __init__(self, name):
        work = BUILD / "boots"
        work.mkdir(parents=True, exist_ok=True)
        self.file = open(work / f".{name}.lock", "w")

    def __enter__(self):
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_):
        self.file.close()


def log_lines(name, fresh=False):
    """The boot's log; boots first if there is none of just these inputs."""
    work = BUILD / "boots" / name
    with Lock(name):
        mark = work / "stamp"
        known = mark.exists() and mark.read_text() == stamp(sessions()[name])
        if fresh or not known:
            print(f"booting {name}", flush=True)
            boot_now(name)
        text = (work / "console.log").read_text(errors="replace")
        result = int((work / "result").read_text())
    return result, text.replace("\r", "").splitlines()
