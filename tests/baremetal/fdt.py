# SPDX-License-Identifier: BSD-2-Clause
"""Device trees for the tests (Devicetree Specification 0.4, chapter 5)."""

from __future__ import annotations

import struct
from typing import Mapping, Sequence, Union

Node = Mapping[str, Union[bytes, "Node"]]  # a property's value, or a child


def cells(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


def wide(*values: int) -> bytes:
    return struct.pack(f">{len(values)}Q", *values)


def text(value: str) -> bytes:
    return value.encode() + b"\0"


def flatten(root: Node, reserve: Sequence[tuple[int, int]] = (),
            room: int = 0) -> bytes:
    """A tree of version 17, with @room bytes behind its last block."""
    strings = b""
    where: dict[str, int] = {}

    def put(name: str, node: Node) -> bytes:
        nonlocal strings
        out = cells(1) + text(name)
        out += bytes(-len(out) % 4)
        for label, value in node.items():
            if not isinstance(value, bytes):
                continue
            if label not in where:
                where[label] = len(strings)
                strings += text(label)
            out += cells(3, len(value), where[label]) + value
            out += bytes(-len(value) % 4)
        for label, child in node.items():
            if not isinstance(child, bytes):
                out += put(label, child)
        return out + cells(2)

    body = put("", root) + cells(9)
    table = b"".join(wide(*entry) for entry in (*reserve, (0, 0)))
    at = 40 + len(table)
    end = at + len(body) + len(strings)
    return cells(0xD00DFEED, end + room, at, at + len(body), 40, 17, 16, 0,
                 len(strings), len(body)) + table + body + strings + \
        bytes(room)


def parse(blob: bytes) -> tuple[dict, list[tuple[int, int]]]:
    """The root, as flatten() takes it, and the reserve map."""
    magic, total, at, names, table = struct.unpack_from(">5I", blob)
    assert magic == 0xD00DFEED and total <= len(blob), "no device tree"
    reserve = []
    while (entry := struct.unpack_from(">2Q", blob, table)) != (0, 0):
        reserve.append(entry)
        table += 16

    def string(start: int) -> str:
        return blob[start:blob.index(b"\0", start)].decode()

    stack: list[dict] = [{}]
    while True:
        tag, = struct.unpack_from(">I", blob, at)
        at += 4
        if tag == 1:
            name = string(at)
            at += len(name) + 4 & ~3
            stack[-1][name] = child = {}
            stack.append(child)
        elif tag == 2:
            stack.pop()
        elif tag == 3:
            size, name_at = struct.unpack_from(">2I", blob, at)
            stack[-1][string(names + name_at)] = blob[at + 8:at + 8 + size]
            at += 8 + size + 3 & ~3
        elif tag == 9:
            return stack[0][""], reserve
        else:
            assert tag == 4, tag
