# SPDX-License-Identifier: GPL-2.0
"""Keep the last results of the long tests in Documentation/testing.md.

A line for each test, or boot with its cases: date, tree, seconds, verdict. A
hash of all tracked files but that page names the tree; the lines below say with
what versions each tree was tested. A run replaces the lines of what it ran.
"""
import os
import re
import subprocess
import time

MARK = "<!-- make test-long makes what follows -->\n"
PAGE = "Documentation/testing.md"
HASH = (f"git -c safe.directory='*' ls-files -z ':!{PAGE}' | "
        "xargs -0 sha256sum | sha256sum")
LINE = re.compile(r" {4}\d{4}-\d\d-\d\d (?P<tree>[0-9a-f]{12}) .* (?P<unit>\S+)$")
TREE = re.compile(r" {4}(?P<tree>[0-9a-f]{12}): ")


def said(top, command):
    run = subprocess.run(["sh", "-c", command], cwd=top, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return run.stdout.strip() or "?"


def versions(top):
    linux = said(top, "awk '$2 == \"=\" && /^(VERSION|PATCHLEVEL|SUBLEVEL)/ "
                 "{ printf \"%s%s\", dot, $3; dot = \".\" }' "
                 "build/base-6.1/Makefile")
    xen = said(top, "dpkg-query -W -f '${source:Version}' libxen-dev")
    qemu = said(top, "qemu-system-x86_64 --version | "
                "sed -n 's/.*version \\([0-9.]*\\).*/\\1/p'")
    gcc = said(top, "gcc -dumpfullversion")
    return (f"Linux {linux}, Xen {xen}, gcc {gcc}, QEMU {qemu}, "
            f"{len(os.sched_getaffinity(0))} processors")


def unit_line(tree, results):
    """What came of one test, or of a boot and its cases."""
    count = {v: sum(r.verdict == v for r in results)
             for v in ("passed", "failed", "skipped")}
    verdict = ", ".join(f"{n} {v}" for v, n in count.items() if n)
    return (f"    {time.strftime('%Y-%m-%d')} {tree} "
            f"{sum(r.seconds for r in results):6.0f} s  {verdict:20} "
            f"{results[0].test.full}\n")


def record(top, results, known):
    """Write the results down; known are the names of all long tests."""
    page = top / PAGE
    text = page.read_text() if page.exists() else ""
    if MARK not in text:
        print(f"{PAGE} has no place for the results")
        return
    tree = said(top, HASH)[:12]
    units = {}
    for result in results:
        units.setdefault(result.test.unit, []).append(result)
    lines = {r[0].test.full: unit_line(tree, r) for r in units.values()}
    head, _, rest = text.partition(MARK)
    old, section, tail = rest.partition("\n## ")
    trees = {tree: f"    {tree}: {versions(top)}\n"}
    for line in old.splitlines(keepends=True):
        match = LINE.match(line)
        if match and match["unit"] in known:
            lines.setdefault(match["unit"], line)
        match = TREE.match(line)
        if match:
            trees.setdefault(match["tree"], line)
    used = {LINE.match(line)["tree"] for line in lines.values()}
    page.write_text(head + MARK + "\n" +
                    "".join(lines[name] for name in sorted(lines)) + "\n" +
                    "".join(trees[name] for name in sorted(used)) +
                    section + tail)
