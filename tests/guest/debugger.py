# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's two sockets: GDB's remote protocol, as much as is needed, and QMP."""
import json
import re
import select
import socket
import subprocess
import time


def symbols(elf):
    words = subprocess.run(["nm", elf], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.split("\n")
    return {x.split()[2]: int(x.split()[0], 16) for x in words
            if len(x.split()) == 3}


def wait(log, text, seconds=60):
    """Whether the log has a line with this text, up to its end, in time."""
    wanted = re.compile(re.escape(text) + ".*\n")
    for _ in range(seconds * 10):
        with open(log, errors="replace") as file:
            if wanted.search(file.read()):
                return True
        time.sleep(0.1)
    print(f"the guest does not say \"{text}\"")
    return False


def connect(path):
    for _ in range(100):
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.connect(path)
            return sock
        except OSError:
            sock.close()
            time.sleep(0.1)
    raise OSError(f"nobody listens at {path}")


class Gdb:
    """All processors stop at once; the first one is asked if none is named."""
    def __init__(self, path):
        self.sock = connect(path)
        self.data = b""

    def send(self, text):
        packet = "$%s#%02x" % (text, sum(text.encode()) & 0xff)
        self.sock.sendall(packet.encode())

    def receive(self, seconds):
        end = time.time() + seconds
        while not (found := re.search(rb"\$([^#]*)#..", self.data)):
            left = end - time.time()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                return None
            got = self.sock.recv(4096)
            if not got:
                return None
            self.data += got
        self.data = self.data[found.end():]
        self.sock.sendall(b"+")
        return found.group(1).decode()

    def ask(self, text):
        self.send(text)
        return self.receive(10)

    def register(self, number):
        return int.from_bytes(bytes.fromhex(
            self.ask("g")[16 * number:16 * number + 16]), "little")

    def set_register(self, number, value):
        """Numbers are GDB's: 7 RSP, 16 RIP, 17 the flags, of four bytes."""
        size = 4 if number == 17 else 8
        raw = bytearray.fromhex(self.ask("g"))
        raw[8 * number:8 * number + size] = value.to_bytes(size, "little")
        self.ask("G" + raw.hex())

    def flags(self):
        return self.registers(1)[2]

    def registers(self, cpu):
        """RIP, RSP and flags of one processor, counted from 1."""
        self.ask("Hg%x" % cpu)
        raw = bytes.fromhex(self.ask("g"))
        return (int.from_bytes(raw[128:136], "little"),
                int.from_bytes(raw[56:64], "little"),
                int.from_bytes(raw[136:140], "little"))

    def word(self, address):
        return int.from_bytes(bytes.fromhex(self.ask("m%x,8" % address)),
                              "little")

    def go(self, how, seconds):
        """
        Run by "c" or "vCont;...", and stop in any case: the processor that came
        to a breakpoint, counted from 1, or None.
        """
        self.send(how)
        found = self.receive(seconds)
        if not found:
            self.sock.sendall(b"\x03")
            if not self.receive(10):
                raise OSError("the machine does not stop")
            return None
        stopped = re.match(r"T05thread:0*([0-9a-f]+);", found)
        if not stopped:
            raise OSError(f"the machine says {found}")
        return int(stopped.group(1), 16)

    def run_to(self, address, seconds=10):
        """Whether it gets there; it is stopped in any case."""
        return self.run_to_one([address], seconds) == address

    def run_to_one(self, addresses, seconds=10):
        """The address where it is then: one of these, or where it is stopped."""
        for x in addresses:
            self.ask("Z0,%x,1" % x)
        self.send("c")
        if not self.receive(seconds):
            self.sock.sendall(b"\x03")
            self.receive(10)
        for x in addresses:
            self.ask("z0,%x,1" % x)
        return self.register(16)


class Monitor:
    def __init__(self, path):
        self.file = connect(path).makefile("rw")
        self.file.readline()
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        self.file.write(json.dumps({"execute": command,
                                    "arguments": arguments}) + "\n")
        self.file.flush()
        while "return" not in (got := json.loads(self.file.readline())):
            if "error" in got:
                raise OSError(got)
        return got["return"]

    def root(self):
        return int(re.search(r"CR3=(\w+)", self.hmp("info registers"))[1], 16)

    def hmp(self, line):
        """What the monitor for people says."""
        return self.ask("human-monitor-command", **{"command-line": line})
