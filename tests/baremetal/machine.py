# SPDX-License-Identifier: BSD-2-Clause
"""Runs a purgatory on bare metal, and prints TAP of what was judged."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

TREE = Path(__file__).resolve().parents[2]
# tests/compilers/run has others.
BUILD = Path(os.environ.get("PURGATORIO_BUILD", TREE / "build"))
COMMAND = BUILD / "host" / "purgatorio"
SECONDS = 60  # after which a guest counts as hung


@dataclass
class Run:
    """What a machine said and how it ended; `status` None: it was killed."""

    text: str
    status: int | None

    def values(self) -> dict[str, int]:
        """The payload's `name=0x…` lines (the last of each name)."""
        found = re.findall(r"^([\w.]+)=0x([0-9a-f]+)$", self.text, re.M)
        return {name: int(value, 16) for name, value in found}


def machine(command: list[str], seconds: float = SECONDS) -> Run:
    """Runs @command with its serial port on standard output."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=seconds)
        return Run(tidy(done.stdout), done.returncode)
    except subprocess.TimeoutExpired as late:
        return Run(tidy(late.stdout or b""), None)


def tidy(output: bytes) -> str:
    return output.decode(errors="replace").replace("\r", "")


def scratch_folder() -> Path:
    """A folder that is gone when the program ends."""
    path = Path(tempfile.mkdtemp(prefix="purgatorio-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


class Image:
    """A packed image whose memory can be read and broken by address."""

    def __init__(self, data: bytes, facts: dict) -> None:
        self.data = bytearray(data)
        self.facts = facts
        # ELF's EI_DATA: the byte order of the machine.
        self.order = ">" if data[5] == 2 else "<"

    def number(self, address: int, form: str = "Q") -> int:
        """The integer at @address."""
        form = self.order + form
        size = struct.calcsize(form)
        return struct.unpack(form, self.read(address, size))[0]

    def copy(self) -> Image:
        return Image(bytes(self.data), self.facts)

    def offset(self, address: int) -> int:
        """Where in the file the byte for @address is."""
        (table,) = struct.unpack_from(self.order + "Q", self.data, 32)
        (count,) = struct.unpack_from(self.order + "H", self.data, 56)
        for i in range(count):
            kind, _, at, _, start, size = struct.unpack_from(
                self.order + "IIQQQQ", self.data, table + 56 * i)
            if kind == 1 and start <= address < start + size:
                return at + address - start
        raise KeyError(hex(address))

    def flip(self, address: int, bit: int = 0) -> None:
        self.data[self.offset(address)] ^= 1 << bit

    def write(self, address: int, value: bytes) -> None:
        at = self.offset(address)
        self.data[at:at + len(value)] = value

    def read(self, address: int, size: int) -> bytes:
        at = self.offset(address)
        return bytes(self.data[at:at + size])

    def reseal(self) -> None:
        """Makes the digest over purgatory and manifest right again
        (PROTOCOL.md), after the manifest was changed."""
        base = int(self.facts["purgatory"], 0)
        at = int(self.facts["manifest"]["address"], 0)
        size = int(self.facts["manifest"]["bytes"])
        code = self.read(base, self.number(base + 32))
        self.write(at + 24, bytes(32))
        digest = hashlib.sha256(code + self.read(at, size)).digest()
        self.write(at + 24, digest)

    def save(self, path: Path) -> Path:
        path.write_bytes(self.data)
        return path


def pack(output: Path, kernel: Path, *options: str) -> Image:
    """`purgatorio pack`, and what `inspect --json` says of the result."""
    subprocess.run([COMMAND, "pack", f"--output={output}", *options, kernel],
                   check=True)
    facts = subprocess.run([COMMAND, "inspect", "--json", output], check=True,
                           stdout=subprocess.PIPE).stdout
    return Image(output.read_bytes(), json.loads(facts))


def tap(tests: list[tuple[str, Callable[[], str | None]]]) -> int:
    """Runs each test; one that returns a text is skipped for that reason."""
    wanted = sys.argv[1:]
    if wanted:
        tests = [t for t in tests if any(word in t[0] for word in wanted)]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, test) in enumerate(tests, 1):
        try:
            reason = test()
        except Exception:
            failed += 1
            print(f"not ok {number} - {name}")
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
        else:
            skip = f" # SKIP {reason}" if reason else ""
            print(f"ok {number} - {name}{skip}", flush=True)
    return 1 if failed else 0
