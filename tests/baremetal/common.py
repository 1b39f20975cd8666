# SPDX-License-Identifier: BSD-2-Clause
"""What bare-metal tests of several architectures share: images by way of
build/tests/plan, machines that stop without ending, and verdicts."""

from __future__ import annotations

import json
import os
import re
import select
import socket
import struct
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from machine import BUILD, COMMAND, SECONDS, Image, Run, tidy

PLAN = BUILD / "tests/plan"

# PG_PART_*, PG_SPEC_* (purgatorio/manifest.h, purgatorio/purgatorio.h).
OTHER, KERNEL, INITRD, FDT = 0, 1, 2, 5
FIXED, FILL, NO_VERIFY, RESERVED = 1, 4, 8, 16

# Offsets in struct pg_manifest.
MANIFEST_COPIES = 80
MANIFEST_CONSOLE = 152


@dataclass
class Plan:
    """An image to be: see tests/baremetal/plan.c."""

    arch: int
    purgatory: Path
    scratch: Path
    lines: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)

    def window(self, start: int, size: int) -> None:
        self.lines.append(f"window {start:#x} {size:#x}")

    def part(self, name: str, kind: int, content: bytes | None,
             memory: int = 0, alignment: int = 0, fixed: int = 0,
             flags: int = 0) -> None:
        file = "-"
        if content is not None:
            path = self.scratch / f"part-{name}"
            path.write_bytes(content)
            file = str(path)
        self.lines.append(f"part {name} {kind} {file} {memory:#x} "
                          f"{alignment:#x} {fixed:#x} "
                          f"{flags | (FIXED if fixed else 0)}")

    def say(self, line: str) -> None:
        """What the manifest shall say, after placing."""
        self.late.append(line)

    def make(self, name: str = "image.elf") -> Image:
        path = self.scratch / name
        text = "\n".join([f"arch {self.arch} {self.purgatory}", *self.lines,
                          "place", *self.late, f"write {path}", ""])
        done = subprocess.run([PLAN], input=text, text=True,
                              stderr=subprocess.PIPE)
        assert done.returncode == 0, f"{done.stderr}{text}"
        facts = subprocess.run([COMMAND, "inspect", "--json", path],
                               check=True, stdout=subprocess.PIPE).stdout
        return Image(path.read_bytes(), json.loads(facts))


def part_address(image: Image, name: str) -> int:
    part = next(p for p in image.facts["parts"] if p["name"] == name)
    return int(part["address"], 0)


def manifest_address(image: Image) -> int:
    return int(image.facts["manifest"]["address"], 0)


def symbol(purgatory: Path, name: str) -> int:
    """The offset of @name in a purgatory's image."""
    table = subprocess.run(["nm", purgatory], check=True, text=True,
                           stdout=subprocess.PIPE).stdout
    match = re.search(rf"^([0-9a-f]+) \w {name}$", table, re.M)
    assert match, f"no symbol {name}"
    return int(match[1], 16)


# ---------------------------------------------------------------- running --


class Stopped(Run):
    """A machine that did not end: `registers` as QEMU's monitor shows them."""

    registers: str = ""


def watch(command: list[str], scratch: Path, stops: bytes = b"policy: stop",
          seconds: float = SECONDS, order: str = "") -> Run:
    """Runs QEMU, with its serial port on standard output, until it ends, says
    @stops at the start of a line's end, or takes too long; in the latter two
    cases the registers are read, after the monitor was given @order, before
    it is killed."""
    path = scratch / f"monitor-{os.getpid()}"
    path.unlink(missing_ok=True)
    process = subprocess.Popen(
        [*command, "-monitor", f"unix:{path},server,nowait"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    assert process.stdout
    output = b""
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            ready, _, _ = select.select([process.stdout], [], [], 0.5)
            if not ready:
                continue
            more = os.read(process.stdout.fileno(), 65536)
            if not more:
                return Run(tidy(output), process.wait())
            output += more
            if stops in output and output.endswith(b"\n"):
                time.sleep(0.2)  # it goes on to its last instruction
                break
        run = Stopped(tidy(output), None)
        run.registers = _registers(path, order)
        return run
    finally:
        process.kill()
        process.wait()


def _registers(path: Path, order: str) -> str:
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.settimeout(10)
        monitor.connect(str(path))
        text = b""
        while not text.endswith(b"(qemu) "):
            text += monitor.recv(65536)
        for line in filter(None, (order, "info registers")):
            monitor.sendall(line.encode() + b"\n")
            text = b""
            while not text.endswith(b"(qemu) "):
                text += monitor.recv(65536)
            time.sleep(0.1)
        return tidy(text)


# ---------------------------------------------------------------- judging --


def judge_mismatch(run: Run, name: str, status: int) -> None:
    """The part is named, both digests are there, nothing was booted."""
    assert f'"{name}"' in run.text, run.text
    digests = re.findall(r"(expected|computed) ([0-9a-f]{64})$", run.text,
                         re.M)
    assert [d[0] for d in digests] == ["expected", "computed"], run.text
    assert digests[0][1] != digests[1][1]
    assert f"EXIT: STATUS={status}\n" in run.text, run.text
    assert run.status == status, (run.status, run.text)
    assert "payload" not in run.text


def judge_range(run: Run, address: int) -> None:
    """The one range that is named holds @address."""
    spans = re.findall(r"\[(0x[0-9a-f]+), (0x[0-9a-f]+)\)", run.text)
    (start, end), = spans
    assert int(start, 0) <= address < int(end, 0)
    assert int(end, 0) - int(start, 0) <= 64 << 10


def judge_refusal(run: Run, status: int, said: str) -> None:
    """The manifest was refused."""
    assert said in run.text, run.text
    assert f"EXIT: STATUS={status}\n" in run.text, run.text
    assert run.status == status, (run.status, run.text)
    assert "payload" not in run.text


def fnv1a(data: bytes) -> int:
    """The payloads' hash."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


# ------------------------------------------------------------ device trees --


def device_tree(bootargs: str) -> bytes:
    """The smallest tree that says something (Devicetree Specification 5)."""
    strings = b"bootargs\0"
    text = bootargs.encode() + b"\0"
    body = struct.pack(">I4x", 1)  # the root node
    body += struct.pack(">I", 1) + b"chosen\0\0"
    body += struct.pack(">III", 3, len(text), 0)
    body += text + bytes(-len(text) % 4)
    body += struct.pack(">III", 2, 2, 9)
    at = 40 + 16
    total = at + len(body) + len(strings)
    return struct.pack(">10I", 0xD00DFEED, total, at, at + len(body), 40, 17,
                       16, 0, len(strings), len(body)) + bytes(16) + \
        body + strings
