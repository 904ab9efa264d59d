# SPDX-License-Identifier: GPL-2.0
"""The kernels of a boot: Dom0's, or that of the bare machine, and the DomUs'."""
import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
SCRIPTS = TESTS.parent / "scripts"
sys.path.append(str(SCRIPTS))
import testlist  # noqa: E402, our own


def kernels(boot):
    """The configurations of the additional kernels for DomUs."""
    return testlist.kernels(boot, TESTS / "boot" / "guest")[1:]


def build_other_kernels(boot):
    """Build those that only boots need."""
    for name in testlist.built_by_boot(boot, TESTS):
        build_kernel(name)


def build_kernel(name):
    """Does so under scripts/run-tests alone, beside other tests. Exits if it cannot be
    built, with the code of a skipped test if the archive does not have its source."""
    if "TESTS_SINCE" not in os.environ:
        return
    code = subprocess.run(["nice", SCRIPTS / "build-kernel", name],
                          env={"JOBS": "2", **os.environ}).returncode
    if code:
        sys.exit(code)
