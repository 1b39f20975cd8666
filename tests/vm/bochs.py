#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs a bare-metal program under Bochs, which emulates SHA-NI where Debian's
QEMU does not.

    tests/vm/bochs.py [options] FILE.elf|ADDRESS=FILE...

ELF files are loaded by their program headers and the last one's entry is
entered, in 32-bit protected mode with paging off (tests/baremetal/x86_64/
bootsect.S); other files go to the addresses given. What comes out of the
first serial port is printed. Exit status 0 when --until was seen, 1 when not.
"""

from __future__ import annotations

import argparse
import re
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
BOOTSECT = TREE / "build" / "baremetal" / "x86_64" / "bootsect.bin"
SECTOR = 512
TRACK = 16 * 63  # sectors of one cylinder
ENTRIES_MAX = (SECTOR - 8) // 12
PT_LOAD = 1

CONFIGURATION = """\
config_interface: textconfig
display_library: rfb, options="timeout=0"
cpu: model={cpu}, count=1, ips=50000000, reset_on_triple_fault=0
memory: guest={memory}, host={memory}
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=disk, path={disk}, mode=flat, cylinders={cylinders}, \
heads=16, spt=63
boot: disk
com1: enabled=1, mode=file, dev={serial}
port_e9_hack: enabled=0
speaker: enabled=0
sound: waveoutdrv=dummy
log: {log}
panic: action=fatal
error: action=report
info: action=ignore
debug: action=ignore
magic_break: enabled=0
"""


@dataclass
class Piece:
    address: int
    content: bytes


def read_elf(path: Path) -> tuple[int, list[Piece]]:
    """Entry and segments of an ELF file of either class."""
    data = path.read_bytes()
    wide = data[4] == 2
    if data[:4] != b"\x7fELF":
        raise ValueError(f"{path} is not an ELF file")
    if wide:
        entry, offset = struct.unpack_from("<QQ", data, 24)
        size, count = struct.unpack_from("<HH", data, 54)
    else:
        entry, offset = struct.unpack_from("<II", data, 24)
        size, count = struct.unpack_from("<HH", data, 42)
    pieces = []
    for at in range(offset, offset + size * count, size):
        if wide:
            kind, _, start, _, address, stored, memory = struct.unpack_from(
                "<IIQQQQQ", data, at)
        else:
            kind, start, _, address, stored, memory = struct.unpack_from(
                "<IIIIII", data, at)
        if kind == PT_LOAD and memory:
            content = data[start:start + stored]
            pieces.append(Piece(address, content.ljust(memory, b"\0")))
    return entry, pieces


def make_disk(path: Path, entry: int, pieces: list[Piece]) -> int:
    """Writes the boot disk; its length in cylinders."""
    if len(pieces) > ENTRIES_MAX:
        raise ValueError(f"more than {ENTRIES_MAX} pieces")
    sector, body = 2, b""
    table = struct.pack("<II", entry, len(pieces))
    for piece in pieces:
        sectors = -(-len(piece.content) // SECTOR)
        if piece.address + sectors * SECTOR > 1 << 32:
            raise ValueError(f"{piece.address:#x} is beyond 4 GiB")
        table += struct.pack("<III", piece.address, sector, sectors)
        body += piece.content.ljust(sectors * SECTOR, b"\0")
        sector += sectors
    boot = BOOTSECT.read_bytes()
    if len(boot) != SECTOR:
        raise ValueError(f"{BOOTSECT} has {len(boot)} bytes")
    cylinders = -(-sector // TRACK)
    disk = boot + table.ljust(SECTOR, b"\0") + body
    path.write_bytes(disk.ljust(cylinders * TRACK * SECTOR, b"\0"))
    return cylinders


@dataclass
class Outcome:
    serial: str
    matched: bool
    log: str  # Bochs' own


def run(entry: int, pieces: list[Piece], until: str, seconds: float = 30,
        cpu: str = "corei7_icelake_u", memory: int = 512) -> Outcome:
    """Boots the pieces; ends when the serial port said @until, Bochs ended by
    itself, or @seconds have passed."""
    with tempfile.TemporaryDirectory(prefix="bochs-") as name:
        folder = Path(name)
        serial, log = folder / "serial", folder / "log"
        serial.touch()
        cylinders = make_disk(folder / "disk", entry, pieces)
        (folder / "bochsrc").write_text(CONFIGURATION.format(
            cpu=cpu, memory=memory, disk=folder / "disk", serial=serial,
            log=log, cylinders=cylinders))
        # Debian's Bochs begins in its debugger.
        (folder / "commands").write_text("continue\nquit\n")
        process = subprocess.Popen(
            ["bochs", "-q", "-f", str(folder / "bochsrc"), "-rc",
             str(folder / "commands")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd=folder)
        end = time.monotonic() + seconds
        text, matched = "", False
        while not matched and time.monotonic() < end:
            ended = process.poll() is not None
            text = serial.read_text(errors="replace").replace("\r", "")
            matched = re.search(until, text) is not None
            if ended:
                break
            time.sleep(0.02)
        if process.poll() is None:
            process.kill()
        process.wait()
        text = serial.read_text(errors="replace").replace("\r", "")
        said = log.read_text(errors="replace") if log.exists() else ""
        return Outcome(text, matched, said)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cpu", default="corei7_icelake_u")
    parser.add_argument("--memory", type=int, default=512, help="MiB")
    parser.add_argument("--until", default="EXIT: STATUS=",
                        help="regular expression that ends the run")
    parser.add_argument("--timeout", type=float, default=30)
    parser.add_argument("piece", nargs="+")
    options = parser.parse_args()
    entry, pieces = 0, []
    for word in options.piece:
        address, _, name = word.rpartition("=")
        if address:
            pieces.append(Piece(int(address, 0), Path(name).read_bytes()))
        else:
            entry, more = read_elf(Path(name))
            pieces += more
    outcome = run(entry, pieces, options.until, options.timeout, options.cpu,
                  options.memory)
    print(outcome.serial, end="" if outcome.serial.endswith("\n") else "\n")
    if not outcome.matched:
        print(f"bochs: no {options.until!r} within {options.timeout:g} s; "
              "the end of its log:", *outcome.log.splitlines()[-12:],
              sep="\n", file=sys.stderr)
    return 0 if outcome.matched else 1


if __name__ == "__main__":
    sys.exit(main())
