# SPDX-License-Identifier: GPL-2.0
"""What a boot leaves in its directory, build/boots/NAME."""
import shutil


def keep_failure(work):
    """Keep the log of the boot before this one if it failed or did not end."""
    result, log = work / "result", work / "console.log"
    if log.exists() and not (result.exists() and result.read_text() == "0"):
        log.replace(work / "failed.log")
    result.unlink(missing_ok=True)


def remove(work):
    """Remove what a boot was made of: all but its log and its result."""
    for left in ("virtio.img", "ahci.img", "disk.img", "initrd", "extra.cpio.gz",
                 "guest.cpio.gz", "rescue.iso", "kernel", "variables"):
        (work / left).unlink(missing_ok=True)
    for left in ("extra", "guest", "tftp"):
        shutil.rmtree(work / left, ignore_errors=True)
