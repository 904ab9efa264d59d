# SPDX-License-Identifier: GPL-2.0
"""Compare the output of the tools' commands between two hypervisors.

The guest's tests dom0-commands (xl), dom0-tools and dom0-libvirt log each command with
its output and exit code.
Numbers, and whether a vCPU just runs or waits, change from moment to moment and are
masked; all other words must be the same.
"""
import re

# Commands that fail on both hypervisors, and why
FAILING = {
    "no-such": "there is no such domain",
    "create-twice": "there is a domain of that name",
    "no-kernel": "there is no such file",
    "no-image": "the file is not a kernel",
    "no-pv": "the ELF file has no notes of a PV kernel",
    "no-ramdisk": "there is no such file",
    "no-memory": "the machine has less memory",
    "little-memory": "the kernel does not fit",
    "no-bridge": "there is no such bridge",
    "no-disk": "there is no such file",
    "no-file": "there is no such file",
    "many-grants": "the default of gnttab_max_frames= is 64",
    "many-maps": "the default of gnttab_max_maptrack_frames= is 1024",
    "detect-name": "Dom0 is a Xen domain, not an HVM one",
    "perf": "neither hypervisor is built with it",
    "lockprof": "as above",
    "cov": "as above",
    "flask-enforce": "as above",
    "flask-bool": "as above",
    "flask-set": "as above",
    "xl-enforce": "as above",
    "amd64-gdbsx": "as above",
    "i386-gdbsx": "as above",
    "ucode": "the file has no microcode",
    "livepatch-load": "the file is not a patch",
    "trace-size": "a trace has set the size",
    "lowmem": "it waits until timeout ends it",
    "hp-smt": "the processors have no siblings",
    "hp-smt-on": "as above",
    "pm-set-vcpu-migration-delay-100": "the scheduler is not credit",
    "xl-psr-cat": "the processor has no such feature",
    "store-exists": "there is no such node",
    "store-gone": "as above",
    **{f"{width}-{what}": "it is for HVM guests"
       for width in ("amd64", "i386")
       for what in ("access", "hvmctx", "hvmcrash", "vmtrace")},
    **{f"{width}-start-twice": "the domain runs already" for width in ("amd64", "i386")},
    **{f"{width}-console": "timeout ends it" for width in ("amd64", "i386")},
}
# Commands that Krypton refuses, and the words of the error
REFUSED = {
    "cpupool-create": "Could not create cpupool",
    "set-parameters": "opening Xen hypfs",
    "ucode": "Function not implemented",
    "livepatch-list": "Function not implemented",
    "livepatch-load": "Function not implemented",
    "trace": "Function not implemented",
    "trace-size": "Function not implemented",
    "hp-offline": "Operation not supported",
    "hp-online": "Operation not supported",
    "hp-mem": "failed, error",
    "hypfs-tree": "Could not open libxenhypfs",
    "hypfs-cat": "Could not open libxenhypfs",
    **{f"{width}-{what}": words for width in ("amd64", "i386") for what, words in
       (("access", "Function not implemented"), ("vmtrace", "Operation not supported"))},
    "pm-get-cpuidle-states": "Xen cpuidle is disabled",
    "pm-get-cpufreq-para": "Xen cpufreq is not enabled",
    "pm-start-1": "Xen cpu idle and frequency is disabled",
    **{f"pm-{what}": "No such device" for what in (
        "set-scaling-maxfreq-0-1000", "set-scaling-minfreq-0-1000",
        "set-scaling-governor-0-performance", "set-scaling-speed-0-1000",
        "set-sampling-rate-0-10000", "set-up-threshold-0-50", "set-sched-smt-enable",
        "set-max-cstate-1", "set-max-cstate-unlimited", "enable-turbo-mode",
        "disable-turbo-mode")},
}
# xenpm's exit code is 0 whatever happens
ENDS_WELL = {name for name in REFUSED if name.startswith("pm-")}
IDENTITY = (r"^(xen_version|xen_extra|xen_changeset|xen_commandline|"
            r"cc_\w+|build_id|hw_caps|virt_caps|xen_scheduler)\b")
# xenctx: all but the registers' names depends on what the vCPU does at that moment
NO_REGISTERS = r"(?!vcpu|flags|.s[ :]|[re][a-ds]|cr\d|dr\d)"
# Lines that depend on the hypervisor's identity: command, pattern
OWN = {
    "info": IDENTITY,
    "xl-info-n": IDENTITY,
    # each has its own features and kinds of guests
    "cpuid": r"", "cpuid-policy": r"", "test-resource": r"",
    # the sessions' processors are of different vendors
    "amd64-cpuid": r"", "i386-cpuid": r"", "capabilities": r"\s*<feature ",
    **{f"{width}-{what}": NO_REGISTERS for width in ("amd64", "i386")
       for what in ("ctx", "ctx-all")},
    # "offline" is also a vCPU that waits for a CPU
    **{name: r"State:" for name in ("dom0-vcpus", "amd64-vcpuinfo", "i386-vcpuinfo")},
    # each hypervisor has its own log
    "dmesg": r"",
    "dmesg-clear": r"",
    # Krypton lets a 32-bit Dom0 claim pages, Xen's compat_memory_op() does not:
    # on Xen, xl fails only when it allocates them
    "no-memory": r"xc: error: panic: .* meminit_pv:|"
                 r"libxl: error: .* xc_dom_boot_mem_init failed:",
    # errno is left over from an earlier call
    "little-memory": r"libxl: error: .* xc_dom_build_image failed:",
    # libxl destroys the domain twice; what the second call finds is random
    "no-bridge": r"libxl: error: libxl_(dom|domain)\.c:",
}


def parse(lines):
    """{command: (result, output lines)} in the order of the log."""
    found, name, told = {}, None, []
    for line in lines:
        begins = re.match(r"KTEST: command (\S+) begins", line)
        ends = re.match(r"KTEST: command (\S+) result=(\d+)", line)
        if begins:
            name, told = begins.group(1), []
        elif ends and ends.group(1) == name:
            found[name] = (int(ends.group(2)), told)
        elif name and line.startswith("# "):
            told.append(line[2:])
    return found


def shape(name, line):
    if name in ("info", "xl-info-n"):
        line = line.split(":")[0]
    # whether a domain runs or is blocked at that moment
    if name.startswith("top"):
        line = re.sub(r"(?<=\s)([-d][-s])[-b]([-c][-p])[-r](?=\s)", r"\1\2", line)
    line = re.sub(r"[-r][-b]([-p][-s][-c][-d])(?=\s|$)", r"\1", line)
    line = re.sub(r"(?<=\s)[-r][-b]([-p])(?=\s)", r"\1", line)
    line = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "N", line)
    line = re.sub(r"\b(0x[0-9a-f]+|[0-9a-f]*\d[0-9a-f.:,/]*)", "N", line)
    return " ".join(line.split())


def words(name, told):
    own = OWN.get(name)
    kept = [x for x in told if own is None or not re.match(own, x)]
    return [shape(name, x) for x in kept if x.strip()]


def results(here, refused=()):
    """Check how each command ended; returns what is wrong, or an empty string."""
    wrong = [f"{name}: exit code {result}: {' | '.join(told[-3:])}"
             for name, (result, told) in here.items()
             if (result != 0) != (name in FAILING or
                                  name in refused and name not in ENDS_WELL)]
    wrong += [f"{name}: not refused with {REFUSED[name]!r}" for name in refused
              if name in here and REFUSED[name] not in " ".join(here[name][1])]
    print(*wrong, sep="\n")
    print(f"commands: {len(here)} logged, {len(wrong)} ended wrong")
    if len(here) < 65:
        return f"{len(here)} commands are too few"
    return f"{len(wrong)} ended wrong: {wrong[0]}" if wrong else ""


def same(here, there):
    """Compare both; returns what is wrong, or an empty string."""
    wrong = results(here, REFUSED)
    different = []
    for name in sorted((set(here) | set(there)) - set(REFUSED)):
        a, b = here.get(name, (None, [])), there.get(name, (None, []))
        x, y = words(name, a[1]), words(name, b[1])
        if name in here and name in there and a[0] == b[0] and x == y:
            print(f"same      {name}: {len(y)} lines")
            continue
        different.append(name)
        print(f"DIFFERENT {name}: exit code {a[0]}, on reference Xen {b[0]}")
        print(*(f"  here  {i}" for i in x if i not in y), sep="\n")
        print(*(f"  there {i}" for i in y if i not in x), sep="\n")
    return wrong or (f"different: {' '.join(different)}" if different else "")
