# SPDX-License-Identifier: GPL-2.0
"""All tests: the rows of tests/list, and the tests that boots and guests declare.

tests/list              a row has group, name, time-out in seconds, command
tests/list-long         the same, for "make test-long"
tests/boot/sessions     a line is a boot. The boot and each of its cases are tests.
                        A script in tests/boot/guest declares the cases that it
                        reports: "# Cases: NAME ..." (krypton:NAME: on Krypton only)
tests/guest/*/main.c    "* Test: [GROUP/]NAME [OPTIONS] [HYPERVISOR ...]" declares a
                        run of this guest by tests/guest/run, in group guest;
                        with the word "long" after it, for "make test-long"
"""
import re
import shlex
from pathlib import Path
from typing import NamedTuple

CONFIGS = Path(__file__).resolve().parent.parent / "configs"
HYPERVISORS = ("krypton", "krypton-debug", "reference")
BOOT_FIELDS = ("name", "vendor", "hypervisor", "kernel", "image", "memory",
               "dom0", "seconds", "tests")
GUEST_SECONDS = 300     # tests/guest/run's, for each hypervisor
BUILD_SECONDS = 3600    # for a kernel that a boot builds


class Test(NamedTuple):
    group: str
    name: str
    seconds: int        # time-out
    processors: int     # that it keeps busy
    command: str        # under tests/
    long: bool = False  # "make test-long" runs it, "make test" does not

    def __str__(self):
        busy = f"/{self.processors}" if self.processors > 1 else ""
        return (f"{self.group} {self.name} {self.seconds}{busy} "
                f"{self.command}")

    @property
    def full(self):
        return f"{self.group}/{self.name}"

    @property
    def unit(self):
        """The tests that must run together: a boot with its cases, or one test."""
        words = self.command.split()
        boot = words[0] in ("boot/session", "boot/case")
        return f"boot {words[1]}" if boot else self.full


def rows(path, fields):
    """The rows of a table; the last field takes the rest of the line."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        row = line.split(None, fields - 1)
        if len(row) != fields:
            raise ValueError(f"{path}:{number}: expected {fields} fields: "
                             f"{line}")
        yield row


def listed(path, long):
    for group, name, time, command in rows(path, 4):
        seconds, _, processors = time.partition("/")
        yield Test(group, name, int(seconds), int(processors or 1), command,
                   long)


def boots(path):
    """The lines of tests/boot/sessions by name, as dictionaries."""
    table = {}
    for line in path.read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            boot = dict(zip(BOOT_FIELDS, words), cpus="2", threads="one")
            boot.update(x.split("=", 1) for x in words[len(BOOT_FIELDS):])
            table[boot["name"]] = boot
    return table


def declared(boot, scripts, what):
    """The words after "# WHAT: " in the scripts of a boot."""
    for script in boot["tests"].split("+"):
        for words in re.findall(f"^# {what}: (.*)",
                                (scripts / script).read_text(), re.M):
            yield from words.split()


def cases(boot, scripts):
    """The cases of a boot: its own, and those that its guest scripts report."""
    found = boot["cases"].split(",") if "cases" in boot else []
    for word in declared(boot, scripts, "Cases"):
        where, _, name = word.rpartition(":")
        if where in ("", boot["hypervisor"]):
            found.append(name)
    if boot["hypervisor"] != "-":
        found.append("hypervisor-quiet")
    return found + ["kernel-quiet"]


def kernels(boot, scripts):
    """The configurations of Dom0's kernel, or the bare machine's, and the DomUs'."""
    return [boot["kernel"], *([boot["guest"]] if "guest" in boot else []),
            *declared(boot, scripts, "Kernels")]


def built_by_boot(boot, tests):
    """Those kernels of a boot that are built for it alone: not in tests/needs."""
    needs = {command for _, command in rows(tests / "needs", 2)}
    return [name for name in dict.fromkeys(kernels(boot, tests / "boot" / "guest"))
            if (CONFIGS / f"{Path(name).name}.config").exists() and
            f"scripts/build-kernel {name}" not in needs]


def booted(directory):
    """Each boot and its cases, with twice the boot's time: a case may also have
    to boot the session that it compares with."""
    for name, boot in boots(directory / "sessions").items():
        when = boot.get("run")
        if when == "asked":
            continue
        builds = len(built_by_boot(boot, directory.parent))
        test = Test({"-": "native"}.get(boot["hypervisor"], boot["hypervisor"]),
                    f"boot-{name}",
                    2 * int(boot["seconds"]) + 100 + builds * BUILD_SECONDS,
                    int(boot["cpus"]) if boot.get("threads") == "many" else 1,
                    f"boot/session {name}", when == "long")
        yield test
        short = re.sub("^(native|krypton)-", "", name)
        for case in cases(boot, directory / "guest"):
            own = (boot.get("names") == "short" and
                   case.startswith(f"{short}-"))
            yield test._replace(name=case if own else f"{short}-{case}",
                                command=f"boot/case {name} {case}")


def guest(directory, declared):
    """One test of a guest; declared is the text after "Test:"."""
    name, *options = shlex.split(declared)
    group, _, name = name.rpartition("/")
    where = [x for x in options if x in HYPERVISORS]
    long = "long" in options
    options = [x for x in options if x not in (*HYPERVISORS, "long")]
    value = dict(zip(options, options[1:]))
    each = int(value.get("-t", GUEST_SECONDS)) + 50
    return Test(group or "guest", name, each * (len(where) or 2),
                1 if "-i" in options else int(value.get("-c", 1)),
                shlex.join(["guest/run", *options, directory.name, *where]),
                long)


def guests(directory):
    for source in sorted(directory.glob("*/main.c")):
        for line in re.findall(r"^ \* Test: (.*)", source.read_text(), re.M):
            yield guest(source.parent, line)


def everything(tests):
    """All tests below this directory, each boot followed by its cases."""
    found = []
    if (tests / "boot" / "sessions").exists():
        found += booted(tests / "boot")
    found += listed(tests / "list", False)
    if (tests / "list-long").exists():
        found += listed(tests / "list-long", True)
    found += guests(tests / "guest")
    seen = set()
    for test in found:
        if test.full in seen:
            raise ValueError(f"there are two tests {test.full}")
        seen.add(test.full)
    return found


def idle_guests(tests, found):
    """The guests that no test runs, directly or by a program in tests/guest."""
    used = " ".join(t.command for t in found) + " ".join(
        path.read_text() for path in (tests / "guest").glob("*")
        if path.is_file() and path.name != "Makefile")
    return [path.parent.name for path in (tests / "guest").glob("*/main.c")
            if path.parent.name != "lib" and
            not re.search(rf"\b{re.escape(path.parent.name)}\b", used)]
