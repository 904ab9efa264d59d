# SPDX-License-Identifier: GPL-2.0
"""Run one test and judge it: see scripts/run-tests."""
import os
import re
import shlex
import shutil
import time
from pathlib import Path
from typing import NamedTuple

import bounded
import testlist

TOP = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
TESTS = Path(os.environ.get("TESTS", TOP / "tests"))
SKIP = 77


class Result(NamedTuple):
    test: testlist.Test
    verdict: str
    reason: str
    seconds: float = 0
    busy: float = 0     # seconds of processor time

    def __str__(self):
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.verdict:8}{self.test.full} ({self.seconds:.0f} s){reason}"

    def words(self):
        """The result; for a failure also the end of the log and what to try."""
        if self.verdict != "failed":
            return str(self)
        log = log_of(self.test)
        lines = last_lines(log, 12) if log.exists() else []
        return "\n    ".join([
            str(self), *(f"| {x[:160]}" for x in lines), f"log: {log}",
            f"try: make test GROUP={self.test.group} TEST={self.test.name}, "
            "and read the log from its first error on"])


def log_of(test):
    return BUILD / "logs" / test.group / f"{test.name}.log"


def last_lines(log, count):
    lines = log.read_text(errors="replace").replace("\r", "").splitlines()
    return [line for line in lines if line.strip()][-count:]


def cause(log):
    """The first line of the log that names a failure, else its last one."""
    lines = last_lines(log, 12)
    named = [x for x in lines if re.search(r"main\.c:|FAIL|CRASH|PANIC|ERROR|error:", x)]
    return [x[:120] for x in (named or lines[-1:])[:1]]


def run(test, log):
    """Run one test. Returns (verdict, reason, seconds of processor time)."""
    limit = test.seconds
    if "KTEST_CHECKS" in os.environ:    # tests/boot/boots.py
        limit *= 4
    tmp = BUILD / "test-tmp" / test.group / test.name
    shutil.rmtree(tmp, ignore_errors=True)
    tmp.mkdir(parents=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    argv = shlex.split(test.command)
    argv[0] = str(TESTS / argv[0])
    try:
        with open(log, "w") as out:
            code, busy, left = bounded.run(
                argv, limit, {"TEST_TMP": str(tmp), "TEST_LOG": str(log)},
                out, TOP)
    except OSError as error:
        return "failed", f"cannot run {test.command}: {error.strerror}", 0
    if code is None:
        return "failed", f"time-out after {limit} s", busy
    if left:
        return "failed", f"left processes running (killed): {' '.join(left)}", busy
    if code == SKIP:
        reason = last_lines(log, 1)
        return (("skipped", reason[0], busy) if reason else
                ("failed", "skipped without a reason", busy))
    if code != 0:
        return "failed", ": ".join([f"exit code {code}", *cause(log)]), busy
    shutil.rmtree(tmp, ignore_errors=True)
    return "passed", "", busy


def report(test):
    """Run one test and print its result as one block."""
    start = time.monotonic()
    verdict, reason, busy = run(test, log_of(test))
    result = Result(test, verdict, reason, time.monotonic() - start, busy)
    print(result.words(), flush=True)
    return result
