# SPDX-License-Identifier: BSD-2-Clause
"""A purgatory object as the loaders of kexec-tools and Linux place it, by
their rules alone: sections in the order of their headers, those with content
first; symbols that are global, in a section with content and of just the size
that is asked for; no relocation."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

ALLOC, EXECUTABLE = 2, 4  # SHF_*
PROGBITS, SYMTAB, RELA, NOBITS, REL = 1, 2, 4, 8, 9  # SHT_*
GLOBAL = 1  # STB_*


@dataclass
class Section:
    name: int
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry: int


class Object:
    """Placed at @base: `memory` is what lies there, with zeroed memory."""

    def __init__(self, path: Path, base: int) -> None:
        self.file, self.base = path.read_bytes(), base
        assert self.file[:5] == b"\x7fELF\2", "no ELF64 file"
        self.order = ">" if self.file[5] == 2 else "<"
        kind, = struct.unpack_from(self.order + "H", self.file, 16)
        assert kind == 1, "not relocatable"
        table, = struct.unpack_from(self.order + "Q", self.file, 40)
        count, = struct.unpack_from(self.order + "H", self.file, 60)
        self.sections = [Section(*struct.unpack_from(
            self.order + "IIQQQQIIQQ", self.file, table + 64 * i))
            for i in range(count)]
        assert not any(s.kind in (REL, RELA) for s in self.sections)
        self._place()

    def _place(self) -> None:
        self.memory = bytearray()
        self.at: dict[int, int] = {}
        for nobits in (False, True):
            for i, s in enumerate(self.sections):
                if not s.flags & ALLOC or (s.kind == NOBITS) != nobits:
                    continue
                self.memory += bytes(-len(self.memory) % s.alignment)
                self.at[i] = len(self.memory)
                self.memory += (bytes(s.size) if nobits else
                                self.file[s.offset:s.offset + s.size])

    @property
    def entry(self) -> int:
        at, = struct.unpack_from(self.order + "Q", self.file, 24)
        for i, s in enumerate(self.sections):
            if (s.flags & EXECUTABLE and
                    s.address <= at < s.address + s.size):
                return self.base + self.at[i] + at - s.address
        raise AssertionError("the entry lies in no executable section")

    def find(self, name: str, size: int) -> int:
        """Where in `memory`."""
        (table,) = (s for s in self.sections if s.kind == SYMTAB)
        strings = self.sections[table.link]
        for at in range(table.offset, table.offset + table.size, 24):
            label, info, _, section, value, length = struct.unpack_from(
                self.order + "IBBHQQ", self.file, at)
            end = self.file.index(b"\0", strings.offset + label)
            if self.file[strings.offset + label:end] != name.encode():
                continue
            assert info >> 4 == GLOBAL and length == size, name
            assert self.sections[section].kind == PROGBITS, name
            return self.at[section] + value
        raise AssertionError(f"no symbol {name}")

    def get(self, name: str, size: int) -> bytes:
        at = self.find(name, size)
        return bytes(self.memory[at:at + size])

    def put(self, name: str, value: bytes) -> None:
        at = self.find(name, len(value))
        self.memory[at:at + len(value)] = value

    def number(self, name: str, value: int, form: str = "Q") -> None:
        self.put(name, struct.pack(self.order + form, value))


def executable(segments: list[tuple[int, bytes]], entry: int,
               machine: int = 21, order: str = "<") -> bytes:
    """An ELF file of these segments; little-endian for ppc64 unless told."""
    at = 64 + 56 * len(segments)
    ident = b"\x7fELF\2" + (b"\2" if order == ">" else b"\1") + b"\1"
    head = struct.pack(order + "16sHHIQQQIHHHHHH", ident, 2, machine, 1, entry,
                       64, 0, 0, 64, 56, len(segments), 0, 0, 0)
    table, body = b"", b""
    for address, data in segments:
        table += struct.pack(order + "IIQQQQQQ", 1, 7, at + len(body), address,
                             address, len(data), len(data), 1)
        body += data
    return head + table + body
