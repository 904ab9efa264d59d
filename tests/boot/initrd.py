#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The initial ramdisk of a boot: an image plus the files of its kernel."""
import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path

from drivers import BACK_DRIVERS, DOM0_DRIVERS, DOMU_DRIVERS, EFI_DRIVERS, \
    add_drivers, drivers_of
from repack import METHODS, repack

TOP = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
IMAGES = BUILD / "images"
# For PV guests, of the package grub-xen-host
GRUB = [Path(f"/usr/lib/grub-xen/grub-{x}-xen.bin") for x in ("i386", "x86_64")]
# How the names of Debian's own kernels begin, and a Dom0 of Debian's packages, which has
# its root file system on a disk (scripts/build-debian-dom0)
DEBIAN = "debian-amd64"
DEBIAN_DOM0 = "debian-dom0"

# An archive of no files. Xen's tools try to unpack a ramdisk that begins packed, and fail
# with an error message if a second packed archive follows.
NOTHING = (b"070701" + b"%08x" * 13 % (0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 11, 0) +
           b"TRAILER!!!").ljust(512, b"\0")


def suffix(config):
    """How the name of a DomU's kernel ends: -up for i386-pv-up, -6.12 for
    6.12/i386-pv."""
    base, _, name = config.rpartition("/")
    return (f"-{base}" if base else "") + \
        name.removeprefix("i386-pv").removeprefix("debian")


def kernel_dir(config):
    return BUILD / "kernel" / config


def bzimage(config):
    if config == DEBIAN_DOM0:
        return BUILD / DEBIAN_DOM0 / "vmlinuz"
    return kernel_dir(config) / "arch" / "x86" / "boot" / "bzImage"


def modules(config):
    return sorted((kernel_dir(config) / "modules").rglob("*.ko"))


def archive(root, out):
    """Pack a directory as an initramfs archive that can follow another one."""
    names = "\0".join(str(p.relative_to(root)) for p in sorted(root.rglob("*")))
    with open(out, "wb") as file:
        cpio = subprocess.run(
            ["cpio", "--null", "--quiet", "-o", "-H", "newc", "-R", "0:0"],
            input=names.encode() + b"\0", cwd=root, check=True,
            stdout=subprocess.PIPE).stdout
        file.write(gzip.compress(cpio, 1))


def add_modules(root, boot, drivers):
    """Add all modules without loading them, or only drivers, to be loaded."""
    if boot.get("drivers") == "modules":
        add_drivers(root, kernel_dir(boot["kernel"]) / "modules",
                    drivers_of(boot["kernel"], drivers))
        return
    target = root / "lib" / "modules"
    target.mkdir(parents=True)
    for path in modules(boot["kernel"]):
        shutil.copy(path, target / path.name)


def add_guests(extra, boot, work, kernels):
    """Add what Dom0 needs to make DomUs: an i386 kernel as /boot/bzImage, which is
    Dom0's own if that is one, each of kernels by its configuration (i386-pv-up as
    /boot/bzImage-up), and a ramdisk for the i386 kernel and for each of Debian's
    (/boot/amd64.cpio.gz)."""
    (extra / "boot").mkdir(parents=True)
    if boot["kernel"] == DEBIAN_DOM0:
        boot = {**boot, "kernel": "i386-pv"}
    shutil.copy(bzimage(boot["kernel"]), extra / "boot" / "bzImage")
    for config in kernels:
        shutil.copy(bzimage(config), extra / "boot" / f"bzImage{suffix(config)}")
    if "domu-packed" in boot["tests"]:
        for method in METHODS:
            repack(bzimage(boot["kernel"]), method,
                   extra / "boot" / f"bzImage-{method}")
    if "domu-grub" in boot["tests"]:
        for path in GRUB:
            shutil.copy(path, extra / "boot")
    add_ramdisk(extra, boot, work, ["domu"], "domu")
    for config in kernels:
        if config.startswith(DEBIAN):
            add_ramdisk(extra, {"kernel": config, "drivers": "modules"}, work,
                        debian_images(boot), suffix(config)[1:],
                        "dom0-driver" in boot["tests"])


def debian_images(boot):
    """The images that a DomU with Debian's kernel needs in this boot."""
    more = ["amd64-selftests"] if "domu-selftests" in boot["tests"] else []
    return ["amd64", *more]


def guest_inputs(boot, kernels):
    """The files of build/ that add_guests() adds for these kernels."""
    files = [bzimage(config) for config in kernels]
    if "domu-grub" in boot["tests"]:
        files += GRUB
    for config in kernels:
        if config.startswith(DEBIAN):
            files += modules(config)
            files += [IMAGES / f"{x}.cpio.gz" for x in debian_images(boot)]
    return files


def add_ramdisk(extra, boot, work, images, name, serves=False):
    """Add a ramdisk for DomUs: these images, and the files of the kernel; with what a
    driver domain needs if it serves."""
    guest = work / "guest"
    shutil.rmtree(guest, ignore_errors=True)
    add_modules(guest, boot, DOMU_DRIVERS + f" {BACK_DRIVERS}" * serves)
    archive(guest, work / "guest.cpio.gz")
    join(extra / "boot" / f"{name}.cpio.gz", NOTHING,
         *(IMAGES / f"{image}.cpio.gz" for image in images),
         work / "guest.cpio.gz")


def make_initrd(boot, work, kernels):
    """Join the image and the files that depend on the kernel."""
    extra = work / "extra"
    shutil.rmtree(extra, ignore_errors=True)
    extra.mkdir(parents=True)
    parts = [IMAGES / f"{boot['image']}.cpio.gz", work / "extra.cpio.gz"]
    if boot["kernel"] == DEBIAN_DOM0:
        # its own initial ramdisk copies what the others have in /extra
        parts.insert(0, BUILD / DEBIAN_DOM0 / "initrd.img")
        add_guests(extra / "extra", boot, work, kernels)
    else:
        amd64 = boot["kernel"].startswith(DEBIAN)
        add_modules(extra, boot, DOM0_DRIVERS + f" {EFI_DRIVERS}" * amd64)
        if boot["hypervisor"] != "-" and boot["image"] == "dom0":
            add_guests(extra, boot, work, kernels)
    archive(extra, work / "extra.cpio.gz")
    initrd = work / "initrd"
    join(initrd, *parts)
    return initrd


def join(target, *parts):
    with open(target, "wb") as out:
        for part in parts:
            data = part if isinstance(part, bytes) else part.read_bytes()
            # each archive must begin at a multiple of four bytes
            out.write(data + b"\0" * (-len(data) % 4))


def main():
    """Usage: initrd.py DIR WORK: put kernels and ramdisks of both widths for DomUs
    into DIR/boot. WORK is for files that it needs meanwhile."""
    if len(sys.argv) != 3:
        print(main.__doc__, file=sys.stderr)
        return 2
    target, work = map(Path, sys.argv[1:])
    add_guests(target, {"kernel": "i386-pv", "tests": ""}, work, [DEBIAN])
    return 0


if __name__ == "__main__":
    sys.exit(main())
