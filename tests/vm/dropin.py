# SPDX-License-Identifier: BSD-2-Clause
"""What kexec has loaded, by its own debug output, and one machine that is put
back to before loading as often as a test wants."""

from __future__ import annotations

import hashlib
import re
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import cycle
import guests
from arch import BUILD, S390X, X86_64, Arch
from gdbstub import Gdb
from guests import INITRD, KERNEL
from qemu import Machine
from tap import need

SECONDS = 240
# On s390x the loader writes parameters and command line into the kernel, from
# whose address 0x10000 on its file is loaded.
S390X_START, S390X_OWN = 0x10000, 0x1480


@dataclass
class Segment:
    start: int
    bytes: int  # in memory
    stored: int  # of these come from kexec, the rest is zero


@dataclass
class Loaded:
    entry: int  # the purgatory's
    segments: list[Segment]
    kernel_at: int = 0  # of each MiB; 0: it is the largest

    @property
    def purgatory(self) -> Segment:
        (found,) = (s for s in self.segments
                    if s.start <= self.entry < s.start + s.bytes)
        return found

    @property
    def kernel(self) -> Segment:
        """By its place, or the one with the most memory."""
        placed = [s for s in self.segments
                  if s.start % (1 << 20) == self.kernel_at]
        return max(placed if self.kernel_at else self.segments,
                   key=lambda s: s.bytes)

    def stored(self, size: int) -> Segment:
        (found,) = (s for s in self.segments if s.stored == size)
        return found


def read(text: str, kernel_at: int = 0) -> Loaded:
    """The output of kexec -d."""
    entry = re.search(r"^kexec_load: entry = (0x[0-9a-f]+)", text, re.M)
    fields = re.findall(r"^segment\[\d+\]\.(bufsz|mem|memsz) *=? *"
                        r"(0x[0-9a-f]+)$", text.replace("=", " = "), re.M)
    need(entry and fields, f"cannot read kexec's output:\n{text}")
    assert entry
    numbers = [int(value, 16) for _, value in fields]
    return Loaded(int(entry[1], 16), [
        Segment(numbers[i + 1], numbers[i + 2], numbers[i])
        for i in range(0, len(numbers), 3)], kernel_at)


def sha256(content: bytes, size: int = 0) -> str:
    """With zeros up to @size."""
    return hashlib.sha256(content.ljust(size, b"\0")).hexdigest()


def kernel_content(arch: Arch, path: Path) -> bytes:
    """What a loader puts into memory of a kernel's file."""
    content = path.read_bytes()
    if arch is X86_64:  # behind the setup code
        return content[512 * (content[0x1F1] + 1):]
    if arch is S390X:  # what no loader writes to
        return content[S390X_START + S390X_OWN:]
    if content[:4] != b"\x7fELF":
        return content
    # Debian's vmlinux has its one PT_LOAD first.
    (first,) = struct.unpack_from("<Q", content, 32)
    kind, _, offset, _, _, size = struct.unpack_from("<IIQQQQ", content, first)
    need(kind == 1, f"{path}: its first program header is not PT_LOAD")
    return content[offset:offset + size]


class Bed:
    """Use as a context manager: the machine is gone at the end."""

    ends = "policy: stop"  # what a purgatory says last when something is wrong

    def __init__(self, arch: Arch, name: str, **spec) -> None:
        self.arch = arch
        self.guest = guests.build(arch=arch)
        self._state = BUILD / "tests" / f"{name}.qcow2"
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2",
                        str(self._state), "8G"], check=True)
        extra = ["-drive", "if=none,id=state,format=qcow2,cache=unsafe,"
                 f"file={self._state}", "-snapshot", *spec.pop("extra", [])]
        self.run = cycle.start(self.guest, name, gdb=True, extra=extra,
                               **spec)
        self.machine: Machine = self.run.machine
        self.gdb: Gdb

    def __enter__(self) -> Bed:
        self._boot()
        self.gdb = Gdb(self.machine, self.arch.name)
        error = self.machine.monitor("savevm retrofitted")
        need(not error, error)
        return self

    def __exit__(self, *what: object) -> None:
        self.machine.__exit__(*what)
        self._state.unlink()
        self.run.dump_file.unlink()

    def _boot(self) -> None:
        self.machine.__enter__()
        self.machine.ready("first", SECONDS)
        self.machine.must(cycle.RETROFIT, 60)

    def back(self) -> None:
        m = self.machine
        error = m.monitor("loadvm retrofitted")
        need(not error, error)
        m.console.seen = len(m.console.text)
        m.control.seen = len(m.control.text)
        m.qmp("cont")

    def load(self, options: str = "", append: str = "", crash: bool = True,
             kexec: str = cycle.RETROFITTED) -> Loaded:
        """Goes back and loads."""
        self.back()
        append = append or self.arch.capture
        return read(self.machine.must(
            f"{kexec} -c -d {'-p' if crash else '-l'} {options} {KERNEL} "
            f"--initrd={INITRD} --append='{append}'", 120),
            S390X_START if self.arch is S390X else 0)

    def flip(self, address: int, bit: int) -> None:
        self.gdb.stop()
        self.gdb.flip(address, bit)
        self.gdb.go()

    def crash(self) -> None:
        self.machine.send("echo c >/proc/sysrq-trigger")

    def said(self, pattern: str) -> str:
        """Waits for a line of the purgatory; all it said up to there."""
        m = self.machine
        start = m.console.seen
        m.expect(pattern, SECONDS)
        return "\n".join(line for line in m.console.text[start:].splitlines()
                         if line.startswith("purgatorio: "))

    def failed(self, status: int = 15) -> str:
        """The report of a purgatory that stopped, because of a digest."""
        text = self.said(f"purgatorio: {self.ends}")
        need(f"EXIT: STATUS={status}" in text, f"another status:\n{text}")
        return text

    def holds(self, text: str) -> dict[str, tuple[str, int]]:
        """Each region that a report names: its own digest and length."""
        return {name: (digest, int(size)) for name, size, digest in re.findall(
            r'holds "([^"]+)" .*\n.*?(\d+) bytes.*, sha256 ([0-9a-f]{64})',
            text)}


class FileBed(Bed):
    """The machine as a file that others begin from: what loadvm puts back on
    s390x has a service signal that was pending when it was done."""

    ends = "back to the kernel that asked"

    def __init__(self, arch: Arch, name: str) -> None:
        self.arch = arch
        self.guest = guests.build(arch=arch)
        self._name = name
        self._state = BUILD / "tests" / f"{name}.state"
        self._start()

    def _start(self, *extra: str) -> None:
        # A normal kexec resets the machine.
        self.run = cycle.start(self.guest, self._name, gdb=True, reboot=True,
                               extra=list(extra))
        self.machine = self.run.machine

    def __enter__(self) -> Bed:
        self._boot()
        self.machine.qmp("migrate", uri=f"exec:cat>{self._state}")
        self._wait("query-migrate", "completed")
        return self

    def _wait(self, query: str, status: str) -> None:
        end = time.monotonic() + SECONDS
        while self.machine.qmp(query).get("status") != status:
            need(time.monotonic() < end, f"{query} does not say {status}")
            self.machine.pump(0.05)

    def back(self) -> None:
        self.machine.__exit__(None, None, None)
        self._start("-incoming", f"exec:cat {self._state}")
        self.machine.__enter__()
        self._wait("query-status", "running")
        self.gdb = Gdb(self.machine, self.arch.name)
