# SPDX-License-Identifier: GPL-2.0
"""The series file and its patches, for the series-* tools."""
import functools
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
# The kernel version that the series is for; mainline is the newest. The entries of another
# one than 6.1 are paths below patches/: it shares patches. OWN has those it does not.
BASE = os.environ.get("BASE", "6.1")
if BASE == "mainline":
    BASE = max((x.name for x in (TOP / "patches").iterdir()),
               key=lambda name: [int(part) for part in name.split(".")])
OWN = TOP / "patches" / BASE
PATCHES, SERIES = ((OWN, TOP / "series") if BASE == "6.1" else
                   (TOP / "patches", OWN / "series"))
CANONICAL = ["-p", "ab", "--no-timestamps", "--no-index", "--diffstat",
             "--sort"]
BANNER = re.compile(r"^# == (.+) ==$")
HUNK = re.compile(r"^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")


def die(cause, remedy=None):
    me = Path(sys.argv[0]).name
    print(f"{me}: error: {cause}", file=sys.stderr)
    if remedy:
        print(f"{me}: remedy: {remedy}", file=sys.stderr)
    sys.exit(1)


def note(text):
    print(f"{Path(sys.argv[0]).name}: {text}", file=sys.stderr, flush=True)


def slug(subject):
    """The file name, without .patch, of the patch with this subject."""
    return re.sub(r"[^a-z0-9_]+", "-", subject.lower()).strip("-")


def output(*argv, cwd=None):
    return subprocess.run(argv, cwd=cwd, check=True, text=True,
                          errors="surrogateescape",
                          stdout=subprocess.PIPE).stdout


@functools.cache
def make_base():
    """The directory of the base tree, see scripts/make-base."""
    run = subprocess.run([TOP / "scripts" / "make-base"], text=True,
                         stdout=subprocess.PIPE)
    if run.returncode:
        sys.exit(run.returncode)
    return Path(run.stdout.split()[0])


class Quilt:
    """A scratch tree in which quilt works on its own copy of the patches."""

    def __init__(self):
        self.scratch = tempfile.TemporaryDirectory()
        top = Path(self.scratch.name)
        self.tree, self.patches = top / "tree", top / "patches"
        self.series = top / "series"
        self.tree.mkdir()
        self.patches.mkdir()
        self.env = dict(os.environ, LC_ALL="C", QUILT_PATCHES=self.patches,
                        QUILT_SERIES=self.series)

    def fill(self, base, patches):
        """Copy the patches, and the files that they touch."""
        for name in {f for p in patches for f in p.files}:
            if (base / name).is_file():
                (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
                (self.tree / name).write_bytes((base / name).read_bytes())
        for patch in patches:
            (self.patches / patch.name).write_bytes(patch.path.read_bytes())
        self.series.write_text("".join(p.name + "\n" for p in patches))

    def __call__(self, *argv, text=None):
        run = subprocess.run(["quilt", "--quiltrc=-", *argv], cwd=self.tree,
                             env=self.env, input=text, text=True,
                             errors="surrogateescape", stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        return run.returncode, run.stdout

    def must(self, *argv, text=None):
        code, said = self(*argv, text=text)
        if code:
            die(f"quilt {' '.join(argv)} failed:\n{said.strip()}",
                "see Documentation/patch-queue.md for how to repair a patch")


class Group:
    """A banner of the series file and the entries below it."""

    def __init__(self, name, lines):
        self.name, self.lines = name, lines
        self.entries = []       # (comment lines, patch name)


def read_series(path=SERIES):
    """Returns the lines before the first banner and the groups."""
    preamble, groups, comment = [], [], []
    in_banner = False
    for line in path.read_text().splitlines():
        banner = BANNER.match(line)
        if banner:
            groups.append(Group(banner[1], comment + [line]))
            comment, in_banner = [], True
        elif not line.strip():
            in_banner = False
            if not groups:
                preamble += comment + [line]
                comment = []
        elif line.startswith("#"):
            (groups[-1].lines if in_banner else comment).append(line)
        else:
            in_banner = False
            if not groups:
                die(f"{path}: {line} comes before the first banner",
                    'open a group with a line "# == name =="')
            groups[-1].entries.append((comment, line.split()[0]))
            comment = []
    if comment:         # at the end of the file, it belongs to no entry
        (groups[-1].lines if groups else preamble).extend(comment)
    while preamble and not preamble[-1].strip():
        preamble.pop()
    return preamble, groups


def write_series(preamble, groups, path=SERIES):
    lines = list(preamble)
    for group in groups:
        lines += ["", *group.lines]
        if group.entries:
            lines.append("")
        for comment, name in group.entries:
            lines += [*comment, name]
    path.write_text("\n".join(lines) + "\n")


class Patch:
    """One patch file: its header, and the lines that it adds and removes."""

    def __init__(self, path):
        self.path, self.name = path, path.name
        self.text = path.read_text(errors="surrogateescape")
        lines = self.text.split("\n")
        end = next((i for i, x in enumerate(lines) if x == "---" or
                    x.startswith("--- ")), len(lines))
        self.header = "\n".join(lines[:end]).strip("\n")
        first, _, self.body = self.header.partition("\n")
        self.body = self.body.strip("\n")
        self.subject = first[9:] if first.startswith("Subject: ") else ""
        self.files, self.added, self.removed = [], [], 0
        self._read_diff(lines[end:])

    def _read_diff(self, lines):
        old = new = 0
        for line in lines:
            if old > 0 or new > 0:
                old -= line[:1] in (" ", "-", "")
                new -= line[:1] in (" ", "+", "")
                if line[:1] == "+":
                    self.added.append(line[1:])
                self.removed += line[:1] == "-"
                continue
            hunk = HUNK.match(line)
            if hunk:
                old, new = (int(x) if x is not None else 1
                            for x in hunk.groups())
            elif line.startswith(("--- ", "+++ ")):
                name = line[4:]
                if name != "/dev/null" and name[2:] not in self.files:
                    self.files.append(name[2:])

    def field(self, name):
        """The value of a header field, including indented continuation lines."""
        found = re.search(rf"^{name}:((?:.*)(?:\n[ \t].*)*)", self.body, re.M)
        return " ".join(found[1].split()) if found else None


def patches(groups):
    return [Patch(PATCHES / name) for g in groups for _, name in g.entries]


@functools.cache
def linux_text(name):
    """The text of a kernel file in the base tree, plus what the series adds."""
    path = make_base() / name
    text = path.read_text(errors="replace") if path.is_file() else ""
    return text + "\n".join(line for p in patches(read_series()[1])
                            if name in p.files for line in p.added)
