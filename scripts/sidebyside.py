# SPDX-License-Identifier: GPL-2.0
"""Run tests side by side, as the processors allow."""
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait


def units(tests):
    """Lists of tests that must run together. Those with the longest time-out
    come first, so that the last ones are short."""
    found = {}
    for test in tests:
        found.setdefault(test.unit, []).append(test)
    return sorted(found.values(), key=lambda unit: -unit[0].seconds)


def run(tests, jobs, one):
    """Call one(test) for each test, as they fit on so many processors. Returns
    the results in the order in which the tests ended."""
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
