# SPDX-License-Identifier: BSD-2-Clause
"""Relocatable ELF64 objects in bytes, to be broken: one field at a time."""

from __future__ import annotations

import struct

EHDR = "16sHHIQQQIHHHHHH"
SECTION = ("name", "type", "flags", "addr", "offset", "size", "link", "info",
           "addralign", "entsize")
SECTION_LAYOUT, SECTION_BYTES = "IIQQQQIIQQ", 64
SYMBOL = ("name", "info", "other", "shndx", "value", "size")
SYMBOL_LAYOUT, SYMBOL_BYTES = "IBBHQQ", 24
ET_REL, SHT_SYMTAB = 1, 2


def order(data: bytes, at: int = 0) -> str:
    return ">" if data[at + 5] == 2 else "<"


def is_object(data: bytes, at: int) -> bool:
    return (data[at + 4] == 2 and data[at + 5] in (1, 2) and
            struct.unpack_from(order(data, at) + "H", data, at + 16)[0] ==
            ET_REL)


def cut(data: bytes, at: int) -> bytes:
    """The object at @at, whose section headers stand last."""
    header = struct.unpack_from(order(data, at) + EHDR, data, at)
    return data[at:at + header[6] + header[12] * SECTION_BYTES]


class Object:
    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)
        self.order = order(data)
        header = struct.unpack_from(self.order + EHDR, data)
        self._table, self._count, self._names = header[6], header[12], header[13]

    def _section(self, index: int) -> dict[str, int]:
        return dict(zip(SECTION, struct.unpack_from(
            self.order + SECTION_LAYOUT, self.data,
            self._table + index * SECTION_BYTES)))

    def _text(self, strings: dict[str, int], offset: int) -> str:
        start = strings["offset"] + offset
        return self.data[start:self.data.index(0, start)].decode()

    def _index(self, name: str) -> int:
        names = self._section(self._names)
        (found,) = [i for i in range(1, self._count)
                    if self._text(names, self._section(i)["name"]) == name]
        return found

    def set_section(self, where: str, **fields: int) -> None:
        index = self._index(where)
        section = {**self._section(index), **fields}
        struct.pack_into(self.order + SECTION_LAYOUT, self.data,
                         self._table + index * SECTION_BYTES,
                         *section.values())

    def _symbol(self, name: str) -> tuple[int, dict[str, int]]:
        (table,) = [s for s in map(self._section, range(self._count))
                    if s["type"] == SHT_SYMTAB]
        strings = self._section(table["link"])
        for at in range(table["offset"], table["offset"] + table["size"],
                        SYMBOL_BYTES):
            symbol = dict(zip(SYMBOL, struct.unpack_from(
                self.order + SYMBOL_LAYOUT, self.data, at)))
            if self._text(strings, symbol["name"]) == name:
                return at, symbol
        raise KeyError(name)

    def set_symbol(self, name: str, **fields: int) -> None:
        at, symbol = self._symbol(name)
        struct.pack_into(self.order + SYMBOL_LAYOUT, self.data, at,
                         *{**symbol, **fields}.values())

    def rename(self, name: str, to: str) -> None:
        """To a name of the same length."""
        _, symbol = self._symbol(name)
        (table,) = [s for s in map(self._section, range(self._count))
                    if s["type"] == SHT_SYMTAB]
        start = self._section(table["link"])["offset"] + symbol["name"]
        self.data[start:start + len(to)] = to.encode()

    def set_relocation(self, name: str, number: int, **fields: int) -> None:
        """@fields: offset, type, symbol."""
        at = self._section(self._index(name))["offset"] + number * 24
        offset, info = struct.unpack_from(self.order + "QQ", self.data, at)
        offset = fields.get("offset", offset)
        info = (fields.get("symbol", info >> 32) << 32 |
                fields.get("type", info & 0xFFFFFFFF))
        struct.pack_into(self.order + "QQ", self.data, at, offset, info)
