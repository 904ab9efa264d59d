# SPDX-License-Identifier: GPL-2.0
"""Run tests side by side, as many as there are processors for."""
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import groupby


def seconds(test):
    """Its time-out: what stands before the slash."""
    return int(test[2].split("/")[0])


def _boot(test):
    """What must not be torn apart: a boot and its cases, else the test."""
    words = test[3].split()
    return words[1] if words[0] in ("boot/session", "boot/case") else test


def _processors(tests):
    """How many of them the tests, one after the other, keep busy."""
    return max(int((test[2].split("/") + [1])[1]) for test in tests)


def run(tests, jobs, one):
    """Call one(test) for each, in the order given where they fit on so many
    processors; returns what it returned, as they ended."""
    waiting = [list(unit) for _, unit in groupby(tests, _boot)]
    results, running = [], {}
    with ThreadPoolExecutor(jobs) as pool:
        while waiting or running:
            for unit in list(waiting):
                need = min(_processors(unit), jobs)
                if sum(running.values()) + need <= jobs:
                    waiting.remove(unit)
                    running[pool.submit(lambda u: [one(t) for t in u],
                                        unit)] = need
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                results += future.result()
                del running[future]
    return results
