# SPDX-License-Identifier: GPL-2.0
"""Run a command for a bounded time and leave nothing of it running."""
import os
import signal
import subprocess
from pathlib import Path

_marks = set()  # of the commands that run now


def _kill_marked(mark):
    """Kill the processes that carry mark ("NAME=value") in their environment,
    wherever they went: a session of their own does not hide them."""
    killed = []
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            env = (proc / "environ").read_bytes().split(b"\0")
            if mark in env and int(proc.name) != os.getpid():
                killed.append((proc / "comm").read_text().strip())
                os.kill(int(proc.name), signal.SIGKILL)
        except OSError:
            continue
    return killed


def _stop(child):
    """Ask the command's process group to end, then insist."""
    for sig in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, sig)
            child.wait(10)
            return
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            break
    child.wait()


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
    must be unlike that of any other command. Returns its exit code, None
    after a time-out, and the names of the processes that it left behind,
    which are killed."""
    env = dict(os.environ, **variables)
    key = os.fsencode("=".join(next(iter(variables.items()))))
    _marks.add(key)
    code = None
    try:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=subprocess.STDOUT, env=env, cwd=cwd,
                                 start_new_session=True)
        try:
            code = child.wait(limit)
        except subprocess.TimeoutExpired:
            _stop(child)
    finally:
        left = _kill_marked(key)
        _marks.discard(key)
    return code, left
