# SPDX-License-Identifier: BSD-2-Clause
"""A small client of QEMU's gdb stub (the GDB Remote Serial Protocol, manual
appendix E), for what the tests need: stop, break, read registers, and read
and write memory by physical address."""

from __future__ import annotations

import time

from qemu import Failure, Machine

# The order of QEMU's `g` packets. All are 64 bits wide.
REGISTERS = {
    "x86_64": ("rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 "
               "pc").split(),
    "s390x": ["mask", "pc"] + [f"r{i}" for i in range(16)],
    "arm64": [f"x{i}" for i in range(31)] + ["sp", "pc"],
    "ppc64": [f"r{i}" for i in range(32)] + [f"f{i}" for i in range(32)] +
    ["pc", "msr"],
}
CHUNK = 1024  # bytes in one memory packet; QEMU takes up to 2047


class Gdb:
    def __init__(self, machine: Machine, arch: str = "x86_64") -> None:
        self._machine = machine
        self._names = REGISTERS[arch]
        self._order = "big" if arch == "s390x" else "little"

    def stop(self) -> None:
        """Stops the machine, if it runs."""
        self._machine.gdb_write(b"\x03")
        self._stopped(10)
        if self._ask("Qqemu.PhyMemMode:1") != "OK":
            raise Failure("QEMU's gdb stub knows no physical addresses")

    def go(self) -> None:
        self._send("c")

    def breakpoint(self, address: int) -> None:
        """A hardware breakpoint; @address as the CPU will fetch it."""
        self._must(f"Z1,{address:x},1")

    def clear(self, address: int) -> None:
        self._must(f"z1,{address:x},1")

    def wait(self, seconds: float) -> dict[str, int]:
        """Waits for a breakpoint; the registers there."""
        self._stopped(seconds)
        return self.registers()

    def registers(self) -> dict[str, int]:
        raw = bytes.fromhex(self._ask("g"))
        return {name: int.from_bytes(raw[8 * i:8 * i + 8], self._order)
                for i, name in enumerate(self._names)}

    def read(self, address: int, count: int) -> bytes:
        """Physical memory."""
        out = b""
        while len(out) < count:
            n = min(CHUNK, count - len(out))
            answer = self._ask(f"m{address + len(out):x},{n:x}")
            if len(answer) != 2 * n:
                raise Failure(f"cannot read physical {address:#x}: {answer}")
            out += bytes.fromhex(answer)
        return out

    def write(self, address: int, data: bytes) -> None:
        for at in range(0, len(data), CHUNK):
            part = data[at:at + CHUNK]
            self._must(f"M{address + at:x},{len(part):x}:{part.hex()}")

    def flip(self, address: int, bit: int = 0) -> None:
        """Turns one bit of physical memory over, and sees that it did."""
        old = self.read(address, 1)[0]
        self.write(address, bytes([old ^ 1 << bit]))
        if self.read(address, 1)[0] != old ^ 1 << bit:
            raise Failure(f"physical {address:#x} is not memory")

    # ---------------------------------------------------------- packets --

    def _must(self, packet: str) -> None:
        answer = self._ask(packet)
        if answer != "OK":
            raise Failure(f"QEMU's gdb stub: {packet[:40]}: {answer!r}")

    def _ask(self, packet: str) -> str:
        self._send(packet)
        return self._receive(10)

    def _send(self, packet: str) -> None:
        total = sum(packet.encode()) % 256
        self._machine.gdb_write(f"${packet}#{total:02x}".encode())

    def _stopped(self, seconds: float) -> None:
        answer = self._receive(seconds)
        if not answer.startswith(("T", "S")):
            raise Failure(f"QEMU's gdb stub did not stop but said {answer!r}")

    def _receive(self, seconds: float) -> str:
        channel = self._machine.gdb
        end = time.monotonic() + seconds
        while True:
            start = channel.text.find("$", channel.seen)
            mark = channel.text.find("#", start)
            if start >= 0 and 0 <= mark <= len(channel.text) - 3:
                break
            left = end - time.monotonic()
            if left <= 0 or not self._machine.pump(left):
                raise Failure("QEMU's gdb stub does not answer within "
                              f"{seconds:g} s")
        channel.seen = mark + 3
        self._machine.gdb_write(b"+")
        return channel.text[start + 1:mark]
