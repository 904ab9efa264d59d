# SPDX-License-Identifier: GPL-2.0
"""Run a command for a bounded time and leave nothing of it running."""
import os
import select
import signal
import subprocess
import time
from pathlib import Path

_marks = set()  # of the commands that run now


def _ticks():
    """Now, as /proc counts the start of processes."""
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) *
               os.sysconf("SC_CLK_TCK"))


def _find_marked(mark, since):
    """The processes with mark ("NAME=value") in their environment, wherever
    they went (a session of their own does not hide them), and whether there
    are some that cannot be told. In the middle of an exec a process shows no
    environment; of those only the ones that began after since may be ours."""
    found, unclear = {}, False
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            env = (proc / "environ").read_bytes()
            if mark in env.split(b"\0"):
                found[int(proc.name)] = (proc / "comm").read_text().strip()
            elif not env:
                os.readlink(proc / "exe")  # none: kernel thread, or has ended
                stat = (proc / "stat").read_text().rpartition(")")[2].split()
                unclear = unclear or int(stat[19]) >= since
        except OSError:
            continue
    found.pop(os.getpid(), None)
    return found, unclear


def _kill_marked(mark, since=0):
    """Kill them until there are none; returns their names."""
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
    """Wait for its end; says whether it came within so many seconds."""
    with open(os.pidfd_open(child.pid), "rb", buffering=0) as pidfd:
        return bool(select.select([pidfd], [], [], seconds)[0])


def _reap(child):
    """Its exit code, and the processor time that it and its children took."""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_utime + usage.ru_stime


def _stop(child):
    """Ask the command's process group to end, then insist."""
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
    """Take the commands along when we are told to end."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _die)


def run(argv, limit, variables, out, cwd):
    """Run argv with variables added to its environment; the first of them
    must be unlike that of any other command. Returns its exit code (None after
    a time-out), the seconds of processor time that it took, and the names of
    the processes that it left behind, which are killed."""
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
    finally:
        left = _kill_marked(key, since)
        _marks.discard(key)
    return code if in_time else None, busy, left
