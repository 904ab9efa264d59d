# SPDX-License-Identifier: GPL-2.0
"""Run a command for a bounded time, and leave none of its processes running."""
import os
import select
import signal
import subprocess
import time
from pathlib import Path

_marks = set()  # those of the running commands


def _ticks():
    """The present time, in the unit of process start times in /proc."""
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) *
               os.sysconf("SC_CLK_TCK"))


def _find_marked(mark, since):
    """Find the processes with mark ("NAME=value") in their environment, even in
    sessions of their own. Also says whether it is unclear for some processes:
    during an exec, a process shows no environment. Of those, only processes that
    started after since can belong to the command."""
    found, unclear = {}, False
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            env = (proc / "environ").read_bytes()
            if mark in env.split(b"\0"):
                found[int(proc.name)] = (proc / "comm").read_text().strip()
            elif not env:
                os.readlink(proc / "exe")  # fails for a kernel thread or an ended process
                stat = (proc / "stat").read_text().rpartition(")")[2].split()
                unclear = unclear or int(stat[19]) >= since
        except OSError:
            continue
    found.pop(os.getpid(), None)
    return found, unclear


def _wait_marked(mark, since):
    """Wait up to a second for what the command started to end by itself."""
    for _ in range(50):
        found, unclear = _find_marked(mark, since)
        if not found and not unclear:
            break
        time.sleep(0.02)


def _kill_marked(mark, since=0):
    """Kill the marked processes until none is left; returns their names."""
    killed = {}
    for _ in range(100):
        found, unclear = _find_marked(mark, since)
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        killed.update(found)
        if not found and not unclear:
            break
        time.sleep(0.02)
    return list(killed.values())


def _ended(child, seconds):
    """Wait for the child's end; returns whether it ended in time."""
    with open(os.pidfd_open(child.pid), "rb", buffering=0) as pidfd:
        return bool(select.select([pidfd], [], [], seconds)[0])


def _reap(child):
    """The child's exit code, and the processor time of it and its children."""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_utime + usage.ru_stime


def _stop(child):
    """Ask the command's process group to end, then kill it."""
    for sig in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, sig)
        except ProcessLookupError:
            break
        if _ended(child, 10):
            break


def _die(signum, _frame):
    for mark in list(_marks):
        _kill_marked(mark)
    os._exit(128 + signum)


def on_signals():
    """Kill the commands when a signal ends this process."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _die)


def run(argv, limit, variables, out, cwd):
    """Run argv with variables added to its environment; the first variable must
    be unique to this command. Returns the exit code (None after a time-out), the
    seconds of processor time, and the names of the processes that the command
    left running, which are killed."""
    env = dict(os.environ, **variables)
    key = os.fsencode("=".join(next(iter(variables.items()))))
    _marks.add(key)
    since = _ticks()
    try:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=subprocess.STDOUT, env=env, cwd=cwd,
                                 start_new_session=True)
        in_time = _ended(child, limit)
        if not in_time:
            _stop(child)
        code, busy = _reap(child)
        if in_time:
            _wait_marked(key, since)
    finally:
        left = _kill_marked(key, since)
        _marks.discard(key)
    return code if in_time else None, busy, left
