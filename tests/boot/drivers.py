# SPDX-License-Identifier: GPL-2.0
"""The drivers that the tests load, where a kernel has them as modules."""
import shutil
import subprocess
from pathlib import Path

# Drivers that the tests need and that distribution kernels build as modules, in the
# order in which they name their cards: eth0 is virtio's
BOTH_DRIVERS = """xen-blkfront xen-netfront ext4 virtio_pci virtio_blk virtio_net
    e1000 xen-evtchn xen-gntalloc xenfs"""
DOMU_DRIVERS = f"{BOTH_DRIVERS} xen-pcifront"
BACK_DRIVERS = "loop bridge xen-blkback xen-netback xen-gntdev xen-privcmd"
DOM0_DRIVERS = f"{BOTH_DRIVERS} {BACK_DRIVERS} ahci sd_mod"
EFI_DRIVERS = "efivarfs"		# a 64-bit Dom0's

CLOUD = "debian-amd64-cloud"	# has the drivers of virtual machines alone


def drivers_of(config, names):
    """Those of these drivers that a kernel of Debian's has."""
    absent = {"ahci", "e1000"} if config == CLOUD else set()
    return [name for name in names.split() if name not in absent]


def all_drivers(config):
    """Those that a kernel of Debian's may have to load in the tests."""
    return drivers_of(config, f"{DOM0_DRIVERS} {DOMU_DRIVERS} {EFI_DRIVERS}")


def add_drivers(root, tree, names):
    """Add these modules of a tree with their dependencies, and a list of them to load."""
    version = next((tree / "lib" / "modules").iterdir()).name
    here = Path("lib/modules") / version
    (root / here).mkdir(parents=True)
    for line in subprocess.run(
            ["/sbin/modprobe", "-d", tree, "-S", version, "--show-depends",
             "-a", *names], check=True, stdout=subprocess.PIPE,
            encoding="utf-8").stdout.splitlines():
        kind, path = line.split()[:2]
        if kind == "insmod":
            target = root / Path(path).relative_to(tree)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        shutil.copy(tree / here / name, root / here)
    subprocess.run(["/sbin/depmod", "-b", root, version], check=True)
    (root / here / "load").write_text(" ".join(names) + "\n")
