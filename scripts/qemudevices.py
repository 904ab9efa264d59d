# SPDX-License-Identifier: GPL-2.0
"""QEMU's arguments for a machine's devices and firmware (scripts/run-qemu)."""
import shutil
import sys
from pathlib import Path

OVMF = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")


def wrong(cause, remedy):
    print(f"run-qemu: error: {cause}\nrun-qemu: remedy: {remedy}", file=sys.stderr)
    sys.exit(2)


def network(index, kind, tftp):
    model = {"virtio": "virtio-net-pci", "e1000": "e1000"}.get(kind)
    if not model:
        wrong(f"no network card {kind}", "use virtio or e1000")
    net = f"10.0.{index + 2}"
    # 10.0.x.100:7 echoes
    user = (f"user,id=net{index},net={net}.0/24,"
            f"guestfwd=tcp:{net}.100:7-cmd:cat")
    if tftp:
        user += f",tftp={tftp}"
    return ["-netdev", user, "-device", f"{model},netdev=net{index},romfile="]


def disk(index, spec):
    kind, _, path = spec.partition(":")
    device = {"virtio": "virtio-blk-pci,drive=",
              "ahci": "ide-hd,bus=ide.{},drive="}.get(kind)
    if not device or not path:
        wrong(f"no disk {spec}", "use virtio:FILE or ahci:FILE")
    if not Path(path).exists():
        wrong(f"there is no {path}", f"truncate -s 1G {path} makes an empty disk")
    form = "qcow2" if path.endswith(".qcow2") else "raw"
    path = path.replace(",", ",,")
    return ["-drive", f"file={path},format={form},cache=unsafe,if=none,"
            f"id=disk{index}",
            "-device", device.format(index) + f"disk{index}"]


def uefi(variables):
    """OVMF in flash memory: its code, and its variables in a file of their own."""
    if not OVMF.exists():
        wrong(f"there is no {OVMF}", "apt-get install ovmf")
    if not variables.exists():
        shutil.copy(OVMF.with_name("OVMF_VARS_4M.fd"), variables)
    return ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={OVMF}",
            "-drive", f"if=pflash,format=raw,unit=1,file={variables}"]
