# SPDX-License-Identifier: BSD-2-Clause
"""A cpio archive in the "newc" format, as the kernel's initramfs wants it
(Documentation/driver-api/early-userspace/buffer-format.rst).

Reproducible: entries are sorted, owned by root, dated 1970, numbered from 1.
Not compressed: unpacking under emulation costs more than reading.
"""

from __future__ import annotations

from pathlib import Path

DIRECTORY, FILE, SYMLINK = 0o040000, 0o100000, 0o120000


class Initramfs:
    """Collects files by their path in the guest, without a leading slash."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[int, bytes]] = {}

    def add(self, path: str, content: bytes, mode: int = 0o644) -> None:
        self._parents(path)
        self._entries[path] = (FILE | mode, content)

    def add_file(self, path: str, source: Path, mode: int = 0o644) -> None:
        self.add(path, source.read_bytes(), mode)

    def link(self, path: str, target: str) -> None:
        self._parents(path)
        self._entries[path] = (SYMLINK | 0o777, target.encode())

    def folder(self, path: str) -> None:
        self._parents(path + "/")

    def _parents(self, path: str) -> None:
        parts = path.split("/")[:-1]
        for i in range(1, len(parts) + 1):
            self._entries.setdefault("/".join(parts[:i]),
                                     (DIRECTORY | 0o755, b""))

    def build(self) -> bytes:
        out = bytearray()
        for number, path in enumerate(sorted(self._entries), 1):
            mode, content = self._entries[path]
            _append(out, number, path, mode, content)
        _append(out, 0, "TRAILER!!!", 0, b"")
        return bytes(out) + bytes(-len(out) % 512)


def _append(out: bytearray, number: int, path: str, mode: int,
            content: bytes) -> None:
    name = path.encode() + b"\0"
    links = 2 if mode & DIRECTORY == DIRECTORY else 1
    # ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor
    # rdevminor namesize check
    fields = (number, mode, 0, 0, links, 0, len(content), 0, 0, 0, 0,
              len(name), 0)
    out += b"070701" + b"".join(b"%08X" % f for f in fields) + name
    out += bytes(-len(out) % 4)
    out += content
    out += bytes(-len(out) % 4)
