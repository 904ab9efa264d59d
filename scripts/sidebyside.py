# SPDX-License-Identifier: GPL-2.0
"""Run tests side by side, as many as there are processors for."""
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait


def units(tests):
    """What must run in one piece, as lists of tests; first what may take
    longest, so that the last ones are short."""
    found = {}
    for test in tests:
        found.setdefault(test.unit, []).append(test)
    return sorted(found.values(), key=lambda unit: -unit[0].seconds)


def run(tests, jobs, one):
    """Call one(test) for each, as they fit on so many processors; returns what
    it returned, as they ended."""
    waiting = units(tests)
    results, running = [], {}
    with ThreadPoolExecutor(jobs) as pool:
        while waiting or running:
            for unit in list(waiting):
                need = min(max(test.processors for test in unit), jobs)
                if sum(running.values()) + need <= jobs:
                    waiting.remove(unit)
                    running[pool.submit(lambda u: [one(t) for t in u],
                                        unit)] = need
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                results += future.result()
                del running[future]
    return results
