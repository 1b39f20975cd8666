# SPDX-License-Identifier: BSD-2-Clause
"""Which functions a QEMU guest of arm64 enters, in order, and with what: by
QEMU's gdb stub (the GDB Remote Serial Protocol, GDB manual, appendix E)."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

REGISTERS = 33  # x0 to x30, sp, pc: the first of a `g` packet, 8 bytes each
SECONDS = 60


@dataclass
class Call:
    """A function that was entered, and x0 to x30 there."""

    name: str
    x: list[int]


class Stub:
    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(SECONDS)
        end = time.monotonic() + SECONDS
        while True:
            try:
                self._socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                assert time.monotonic() < end, "QEMU opens no gdb stub"
                time.sleep(0.05)
        self._data = b""

    def ask(self, packet: str) -> str:
        total = sum(packet.encode()) % 256
        self._socket.sendall(f"+${packet}#{total:02x}".encode())
        while True:
            start = self._data.find(b"$")
            mark = self._data.find(b"#", start)
            if 0 <= start < mark <= len(self._data) - 3:
                break
            more = self._socket.recv(65536)
            assert more, "QEMU ended"
            self._data += more
        answer = self._data[start + 1:mark].decode()
        self._data = self._data[mark + 3:]
        return answer

    def close(self) -> None:
        self._socket.close()


def trace(command: list[str], scratch: Path, functions: dict[int, str],
          last: str) -> list[Call]:
    """Runs QEMU until the function @last is entered."""
    path = scratch / f"gdb-{os.getpid()}"
    path.unlink(missing_ok=True)
    process = subprocess.Popen(
        [*command, "-S", "-gdb", f"unix:{path},server=on,wait=off"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    calls: list[Call] = []
    try:
        stub = Stub(path)
        stub.ask("?")
        for address in functions:
            assert stub.ask(f"Z1,{address:x},4") == "OK"
        while not calls or calls[-1].name != last:
            assert stub.ask("c").startswith("T"), "it did not stop"
            raw = bytes.fromhex(stub.ask("g")[:16 * REGISTERS])
            x = [int.from_bytes(raw[8 * i:8 * i + 8], "little")
                 for i in range(REGISTERS)]
            at = x[REGISTERS - 1]
            calls.append(Call(functions[at], x[:31]))
            # Past the breakpoint.
            assert stub.ask(f"z1,{at:x},4") == "OK"
            stub.ask("s")
            assert stub.ask(f"Z1,{at:x},4") == "OK"
        stub.close()
        return calls
    finally:
        process.kill()
        process.wait()
