# SPDX-License-Identifier: BSD-2-Clause
"""One virtual machine: two serial ports, a QMP monitor, perhaps a gdb stub.

The first port is the console. On the second, the guest's init (guest/init.sh)
takes commands, see Machine.run(). All channels are socket pairs that QEMU
inherits, so that nothing has to be named, waited for or cleaned up.
"""

from __future__ import annotations

import json
import os
import re
import select
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import packages

QEMU = "qemu-system-x86_64"


def newer() -> list[str]:
    """The command of a QEMU that has SHA-NI, from Debian's backports: its
    files, run beside the installed one, with the host's libraries. Raises
    packages.Unavailable."""
    system, data, bios, _ = packages.fetch_all(
        ["qemu-system-x86", "qemu-system-data", "seabios", "ipxe-qemu"],
        suite="bookworm-backports")
    return [str(system / "usr/bin" / QEMU),
            "-L", str(data / "usr/share/qemu"),
            "-L", str(bios / "usr/share/seabios")]


class Failure(Exception):
    """What the machine did not do, and what it said last."""


# Signing pointers by QARMA takes most of what a guest's kernel does; a CPU may
# do it by a way of its own.
FAST = {("qemu-system-aarch64", "max"): "max,pauth-impdef=on"}


@dataclass
class Spec:
    """What to start. Paths of files that exist; sizes as QEMU spells them."""

    kernel: Path | None = None
    initrd: Path | None = None
    append: str = ""
    cpu: str = "max"
    cpus: int = 1
    memory: str = "1G"
    qemu: list[str] = field(default_factory=lambda: [QEMU])
    # The second port; the first is always a -serial.
    control: list[str] = field(
        default_factory=lambda: ["-serial", "chardev:control"])
    gdb: bool = False
    reboot: bool = False  # False: a reset ends QEMU
    extra: list[str] = field(default_factory=list)


class Channel:
    """A socket to the guest and all that came out of it, with times."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.here, self.there = socket.socketpair()
        self.here.setblocking(False)
        self.text = ""
        self.seen = 0  # what expect() has consumed
        self.lines: list[tuple[float, str]] = []
        self.open = True
        self._partial = ""

    def take(self, data: bytes, now: float) -> list[str]:
        text = data.decode(errors="replace").replace("\r", "")
        self.text += text
        *whole, self._partial = (self._partial + text).split("\n")
        self.lines += [(now, line) for line in whole]
        return whole


class Machine:
    """Use as a context manager: the machine is gone at the end."""

    def __init__(self, spec: Spec, log: Path | None = None,
                 watch: Callable[[str], None] | None = None) -> None:
        self.spec, self._watch = spec, watch
        self.console, self.control = Channel("console"), Channel("control")
        self._qmp, self.gdb = Channel("monitor"), Channel("gdb")
        self._log = log.open("w") if log else None
        self.started = time.monotonic()
        self.status: int | None = None
        self.events: list[dict] = []
        self._replies: list[dict] = []
        channels = [self.console, self.control, self._qmp]
        if spec.gdb:
            channels.append(self.gdb)
        self._channels = channels
        command = self._command(channels)
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[c.there.fileno() for c in channels])
        for channel in channels:
            channel.there.close()
        self.control.text = ""
        self.qmp("qmp_capabilities")

    def _command(self, channels: list[Channel]) -> list[str]:
        spec = self.spec
        cpu = FAST.get((Path(spec.qemu[0]).name, spec.cpu), spec.cpu)
        command = [*spec.qemu, "-cpu", cpu, "-smp", str(spec.cpus),
                   "-m", spec.memory, "-display", "none", "-nodefaults",
                   "-no-user-config"]
        if not spec.reboot:
            command.append("-no-reboot")
        for channel in channels:
            command += ["-chardev", f"socket,id={channel.name},"
                        f"fd={channel.there.fileno()}"]
        command += ["-serial", "chardev:console", *spec.control,
                    "-mon", "chardev=monitor,mode=control"]
        if spec.gdb:
            command += ["-gdb", "chardev:gdb"]
        if spec.kernel:
            command += ["-kernel", str(spec.kernel), "-append", spec.append]
        if spec.initrd:
            command += ["-initrd", str(spec.initrd)]
        return command + spec.extra

    def __enter__(self) -> Machine:
        return self

    def end(self) -> None:
        """Ends the machine here and now."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def __exit__(self, *_: object) -> None:
        self.end()
        assert self._process.stdout
        self._process.stdout.close()
        for channel in self._channels:
            channel.here.close()
        if self._log:
            self._log.close()

    # ------------------------------------------------------- listening --

    def pump(self, seconds: float) -> bool:
        """Takes in what arrives within @seconds, returning at the first
        arrival. False when nothing more can come."""
        live = {c.here: c for c in self._channels if c.open}
        if not live:
            return False
        ready, _, _ = select.select(list(live), [], [], max(seconds, 0))
        now = time.monotonic()
        for sock in ready:
            channel = live[sock]
            try:
                data = sock.recv(65536)
            except BlockingIOError:
                continue
            except ConnectionError:
                data = b""
            if not data:
                channel.open = False
                continue
            self._arrived(channel, data, now)
        return True

    def _arrived(self, channel: Channel, data: bytes, now: float) -> None:
        if channel is self.gdb:
            channel.text += data.decode("latin-1")
            return
        for line in channel.take(data, now):
            if channel is self._qmp:
                message = json.loads(line)
                if "event" in message:
                    self.events.append(message)
                elif "QMP" not in message:
                    self._replies.append(message)
            elif self._log:
                self._log.write(f"{now - self.started:8.3f} "
                                f"{channel.name[:4]} {line}\n")
                self._log.flush()
            if channel is self.console and self._watch:
                self._watch(line)

    def expect(self, pattern: str, seconds: float,
               channel: Channel | None = None) -> re.Match[str]:
        """Waits for @pattern in what the channel (default: the console)
        said since the last match. Raises Failure after @seconds or when the
        machine ends without saying it."""
        channel = channel or self.console
        regex = re.compile(pattern, re.MULTILINE)
        end = time.monotonic() + seconds
        while True:
            match = regex.search(channel.text, channel.seen)
            if match:
                channel.seen = match.end()
                return match
            left = end - time.monotonic()
            if left <= 0:
                raise self._failure(f"no {pattern!r} on the {channel.name} "
                                    f"within {seconds:g} s")
            if not self.pump(left):
                raise self._failure(f"the machine ended without {pattern!r} "
                                    f"on the {channel.name}")

    def _failure(self, what: str) -> Failure:
        said = "\n".join("    | " + line for line in
                         self.console.text.splitlines()[-25:])
        if self._process.poll() is not None:
            assert self._process.stdout
            said += self._process.stdout.read().decode(errors="replace")
        return Failure(f"{what}; the console's last lines:\n{said}")

    def ended(self, seconds: float) -> int:
        """Waits for QEMU itself to end; its exit status."""
        end = time.monotonic() + seconds
        while self.pump(min(0.5, end - time.monotonic())):
            if time.monotonic() > end:
                raise self._failure(f"still running after {seconds:g} s")
        return self._process.wait(timeout=10)

    def end_reason(self) -> str:
        """Why QEMU ended, by its own SHUTDOWN event: guest-reset,
        guest-shutdown, ..."""
        for event in self.events:
            if event["event"] == "SHUTDOWN":
                return str(event["data"]["reason"])
        return "none"

    # -------------------------------------------------------- speaking --

    def ready(self, role: str, seconds: float) -> str:
        """Waits for a guest's init; returns its kernel's release. UEFI
        firmware may have left half a line on the port before."""
        return self.expect(rf"@ready {role} (\S+)\n", seconds,
                           self.control)[1]

    def send(self, command: str) -> None:
        """Gives the guest's shell one line, not waiting for its end."""
        self._write(self.control, command.encode() + b"\n")

    def run(self, command: str, seconds: float = 30) -> tuple[int, str]:
        """Runs one line in the guest's shell: exit status and output."""
        start = self.control.seen
        self.send(command)
        match = self.expect(r"\n@status (\d+)\n", seconds, self.control)
        output = self.control.text[start:match.start()].lstrip("\n")
        return int(match[1]), output

    def must(self, command: str, seconds: float = 30) -> str:
        """run(), for a command that has to succeed."""
        status, output = self.run(command, seconds)
        if status != 0:
            raise Failure(f"in the guest, {command!r} ended with {status}:\n"
                          f"{output}")
        return output

    def _write(self, channel: Channel, data: bytes) -> None:
        while data:
            select.select([], [channel.here], [], 10)
            data = data[channel.here.send(data):]

    def type(self, line: str) -> None:
        """Types one line on the console."""
        self._write(self.console, line.encode() + b"\r")

    def gdb_write(self, data: bytes) -> None:
        self._write(self.gdb, data)

    def qmp(self, command: str, seconds: float = 30,
            **arguments: object) -> object:
        """One command to QEMU's monitor; what it returns."""
        request = {"execute": command, "arguments": arguments}
        self._write(self._qmp, json.dumps(request).encode() + b"\n")
        end = time.monotonic() + seconds
        while not self._replies:
            if time.monotonic() > end or not self.pump(1):
                raise self._failure(f"QEMU does not answer {command!r}")
        reply = self._replies.pop(0)
        if "error" in reply:
            raise Failure(f"QEMU: {command}: {reply['error']['desc']}")
        return reply["return"]

    def monitor(self, line: str, seconds: float = 60) -> str:
        """A command of the human monitor, such as savevm. An answer to one
        that should be silent is its error."""
        return str(self.qmp("human-monitor-command", seconds,
                            **{"command-line": line})).strip()

    # ---------------------------------------------------------- timing --

    def time_of(self, pattern: str, after: float = 0.0) -> float | None:
        """When the console first said @pattern: seconds since the start."""
        for when, line in self.console.lines:
            if when - self.started >= after and re.search(pattern, line):
                return when - self.started
        return None
