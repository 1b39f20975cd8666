# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's gdb stub (GDB Remote Serial Protocol, manual appendix E) for
thousands of short runs of one machine: nothing is looked at twice."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import time
from pathlib import Path

CHUNK = 1024  # bytes in one memory packet; QEMU takes up to 2047


class Lost(Exception):
    """The machine does not answer any more: it has to be started again."""


class Machine:
    """A stopped machine, its serial port on a pipe."""

    def __init__(self, command: list[str], scratch: Path) -> None:
        path = scratch / f"gdb-{os.getpid()}"
        path.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [*command, "-S", "-gdb", f"unix:{path},server=on,wait=off"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        assert self.process.stdout
        os.set_blocking(self.process.stdout.fileno(), False)
        self.socket = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + 30
        while True:
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise Lost(f"QEMU did not start: {self.text()}") from None
                time.sleep(0.02)
        self.buffer = b""
        self.must("Qqemu.PhyMemMode:1")
        # For ppc64, QEMU's "g" fails before it was asked for this.
        self.ask("qXfer:features:read:target.xml:0,ffb")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.socket.close()

    def text(self) -> str:
        """What the serial port said since it was asked last."""
        assert self.process.stdout
        try:
            said = os.read(self.process.stdout.fileno(), 1 << 20)
        except BlockingIOError:
            return ""
        return said.decode(errors="replace").replace("\r", "")

    # ---------------------------------------------------------- packets --

    def send(self, packet: str) -> None:
        total = sum(packet.encode()) % 256
        try:
            self.socket.sendall(f"${packet}#{total:02x}".encode())
        except OSError:
            raise Lost("QEMU has gone") from None

    def receive(self, seconds: float = 30) -> str | None:
        """The next packet; None when there is none in time."""
        end = time.monotonic() + seconds
        while True:
            start = self.buffer.find(b"$")
            mark = self.buffer.find(b"#", start)
            if start >= 0 and 0 <= mark <= len(self.buffer) - 3:
                packet = self.buffer[start + 1:mark].decode()
                self.buffer = self.buffer[mark + 3:]
                self.socket.sendall(b"+")
                return packet
            left = end - time.monotonic()
            if left <= 0:
                return None
            ready, _, _ = select.select([self.socket], [], [], left)
            more = self.socket.recv(65536) if ready else None
            if more == b"":
                raise Lost("QEMU has gone")
            self.buffer += more or b""

    def ask(self, packet: str) -> str:
        self.send(packet)
        answer = self.receive()
        if answer is None:
            raise Lost(f"QEMU's gdb stub does not answer {packet[:20]}")
        return answer

    def must(self, packet: str) -> None:
        answer = self.ask(packet)
        if answer != "OK":
            raise Lost(f"QEMU's gdb stub: {packet[:40]}: {answer!r}")

    def read(self, address: int, count: int) -> bytes:
        """Physical memory."""
        out = b""
        while len(out) < count:
            n = min(CHUNK, count - len(out))
            out += bytes.fromhex(self.ask(f"m{address + len(out):x},{n:x}"))
        return out

    def write(self, address: int, data: bytes) -> None:
        for at in range(0, len(data), CHUNK):
            part = data[at:at + CHUNK]
            self.must(f"M{address + at:x},{len(part):x}:{part.hex()}")

    def go(self, seconds: float) -> bool:
        """Lets it run to a breakpoint. False: it ran out of time, and is
        stopped where it is; or it has shut down."""
        self.send("c")
        answer = self.receive(seconds)
        if answer is not None:
            return answer.startswith("T05")
        self.socket.sendall(b"\x03")
        if self.receive(5) is None:
            raise Lost("QEMU cannot be stopped")
        return False
