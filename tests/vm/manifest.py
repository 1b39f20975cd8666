# SPDX-License-Identifier: BSD-2-Clause
"""What a loader has put into the crash region, read from the memory of the
guest by PROTOCOL.md alone: a second opinion on what `load` says."""

from __future__ import annotations

import hashlib
import re
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path

from qemu import Failure, Machine

PAGE = 4096
PART_BYTES, RANGE_BYTES, COPY_BYTES = 72, 56, 32


@dataclass
class Range:
    start: int
    bytes: int
    sha256: str
    part: str
    flags: int


@dataclass
class Loaded:
    """An image and its manifest, as they lie in memory."""

    region: int  # where `memory` begins
    memory: bytes
    image: int
    const_bytes: int
    manifest: int
    manifest_bytes: int
    digest_at: int  # address of the first range's digest
    entry: int  # of the next kernel
    parts: list[str]
    ranges: list[Range]
    backups: list[tuple[int, int, int]]  # source, destination, bytes

    def part(self, name: str) -> list[Range]:
        found = [r for r in self.ranges if r.part == name]
        if not found:
            raise Failure(f"no part {name!r} among {self.parts}")
        return found

    def at(self, address: int, count: int) -> bytes:
        start = address - self.region
        return self.memory[start:start + count]

    def flipped_sha256(self, span: Range, address: int, bit: int) -> str:
        """The digest of @span with one bit of it turned over."""
        data = bytearray(self.at(span.start, span.bytes))
        data[address - span.start] ^= 1 << bit
        return hashlib.sha256(data).hexdigest()


def crash_regions(machine: Machine) -> list[tuple[int, int]]:
    """Start and length of what the first kernel reserved, low or high. On
    ppc64 only its device tree says where that is."""
    status, text = machine.run("witness hex /proc/device-tree/chosen/"
                               "linux,crashkernel-base")
    if status == 0:
        return [(int(text, 16),
                 int(machine.must("cat /sys/kernel/kexec_crash_size")))]
    text = machine.must("grep 'Crash kernel' /proc/iomem")
    found = re.findall(r"([0-9a-f]+)-([0-9a-f]+) : Crash", text)
    return [(int(a, 16), int(b, 16) + 1 - int(a, 16)) for a, b in found]


def read(machine: Machine) -> Loaded:
    """Finds and reads the image in the guest's crash regions."""
    for start, length in crash_regions(machine):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "memory"
            machine.qmp("pmemsave", val=start, size=length,
                        filename=str(path))
            memory = path.read_bytes()
        for at in range(0, length, PAGE):
            if memory[at + 16:at + 24] != b"PGIMAGE1":
                continue
            # An initrd may carry a purgatory.elf: only the one with a
            # manifest behind it counts.
            size = struct.unpack_from(_order(memory, at) + "Q", memory,
                                      at + 40)[0]
            if memory[at + size:at + size + 8] == b"PURGATOR":
                return _parse(start, memory, at, at + size)
    raise Failure("there is no purgatory in the crash region")


def _order(memory: bytes, image: int) -> str:
    """The byte order, by the image's architecture: s390x is 4."""
    return ">" if memory[image + 24:image + 28] == b"\0\0\0\4" else "<"


def _parse(region: int, memory: bytes, image: int, manifest: int) -> Loaded:
    order = _order(memory, image)

    def table(offset: int, size: int) -> list[int]:
        start, count = struct.unpack_from(order + "II", memory,
                                          manifest + offset)
        return [manifest + start + size * i for i in range(count)]

    parts = [memory[at:at + 24].split(b"\0")[0].decode()
             for at in table(56, PART_BYTES)]
    ranges = []
    for at in table(64, RANGE_BYTES):
        start, count, digest, part, flags = struct.unpack_from(
            order + "QQ32sII", memory, at)
        if flags & 1:
            start += region + image
        ranges.append(Range(start, count, digest.hex(), parts[part], flags))
    backups = []
    for at in table(80, COPY_BYTES):
        source, destination, count, flags = struct.unpack_from(
            order + "QQQI", memory, at)
        if flags & 1:
            destination += region + image
        backups.append((source, destination, count))
    flags, entry = struct.unpack_from(order + "IQ", memory, manifest + 108)
    return Loaded(
        region, memory, region + image,
        struct.unpack_from(order + "Q", memory, image + 32)[0],
        region + manifest,
        struct.unpack_from(order + "I", memory, manifest + 16)[0],
        region + table(64, RANGE_BYTES)[0] + 16,
        entry + (region + image if flags & 1 else 0), parts, ranges,
        backups)
