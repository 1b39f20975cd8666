# SPDX-License-Identifier: BSD-2-Clause
"""What loaders of drop-ins leave in memory, on any architecture: contents with
a structure, the digest over all of them, and what is said of one that has
changed."""

from __future__ import annotations

import hashlib
import struct
import sys
from pathlib import Path
from typing import Callable

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "faults"))
from again import Again  # noqa: E402
from foreign import Object, executable  # noqa: E402
from machine import BUILD, Image  # noqa: E402

E_HANDOFF, E_SELF, E_DIGEST, E_UNREACHABLE = 10, 14, 15, 18
REGIONS = {"kexec-tools": ("sha256_regions", "sha256_digest"),
           "linux": ("purgatory_sha_regions", "purgatory_sha256_digest")}

Test = Callable[[], "str | None"]


def word(value: int, form: str = "I") -> bytes:
    return struct.pack("<" + form, value)


def cpio(*members: tuple[bytes, bytes]) -> bytes:
    """buffer-format.rst."""
    out = b""
    for name, body in (*members, (b"TRAILER!!!", b"")):
        head = b"070701" + b"".join(b"%08x" % n for n in (
            1, 0o100644, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name) + 1, 0))
        out += head + name + b"\0"
        out += bytes(-len(out) % 4) + body
        out += bytes(-len(out) % 4)
    return out


INITRD = cpio((b"one", b"1\n"), (b"five", b"12345"))


def core(machine: int, virtual: int, start: int) -> bytes:
    """The core header of a machine whose memory begins at @start."""
    out = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 4, machine, 1, 0,
                      64, 0, 0, 64, 56, 2, 0, 0, 0)
    out += struct.pack("<IIQQQQQQ", 4, 0, 0x1000, 0, 0x1000, 400, 400, 0)
    out += struct.pack("<IIQQQQQQ", 1, 7, start, virtual, start, 1 << 28,
                       1 << 28, 0)
    return out + bytes(4096 - len(out))


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4096)


class Segments:
    """A drop-in at @base, and the segments by name, in their loader's order."""

    def __init__(self, arch: str, loader: str, base: int) -> None:
        self.loader = loader
        self.purgatory = Object(BUILD / arch / f"{loader}.ro", base)
        self.segments: dict[str, tuple[int, bytes]] = {}

    def put(self, *variables: tuple[str, bytes]) -> None:
        for name, value in variables:
            self.purgatory.put(name, value)

    def at(self, name: str, value: bytes) -> tuple[int, bytes]:
        """A variable with another value, for Again.once()."""
        p = self.purgatory
        return p.base + p.find(name, len(value)), value

    def digest(self) -> list[tuple[str, bytes]]:
        regions, digest = REGIONS[self.loader]
        words = [n for at, data in self.segments.values()
                 for n in (at, len(data))]
        words += [0] * (32 - len(words))
        sha = hashlib.sha256(b"".join(d for _, d in self.segments.values()))
        return [(regions, struct.pack("<32Q", *words)),
                (digest, sha.digest())]

    def seal(self) -> None:
        self.put(*self.digest())

    def image(self, machine: int) -> Image:
        p = self.purgatory
        segments = [(at, bytes(data)) for at, data in self.segments.values()]
        segments.append((p.base, bytes(p.memory)))
        return Image(executable(segments, p.entry, machine=machine), {})


# In the first member: behind its name, and where its content lies.
NAME, CONTENT = 110, 116
FIRST_LOAD = 64 + 56
CORE_SAYS = "the core header contradicts itself"


class Judge:
    """Tests of what was loaded for @again, whose contents are named as these
    tests name them: kernel, initrd, core."""

    def __init__(self, again: Again, loaded: Segments) -> None:
        self.again, self.loaded = again, loaded

    def goes_on(self, *changes: tuple[int, bytes]) -> str:
        how, value, said = self.again.once(*changes)
        assert how == "on", (how, hex(value), said)
        return said

    def stops(self, status: int, *changes: tuple[int, bytes]) -> str:
        how, value, said = self.again.once(*changes)
        assert (how, value) == ("stop", status), (how, value, said)
        return said

    def wrong(self, name: str, offset: int, value: bytes, *says: str) -> Test:
        """The digest is wrong, every region is listed, and what contradicts
        itself is named."""
        def test() -> None:
            start, data = self.loaded.segments[name]
            assert data[offset:offset + len(value)] != value, "no change"
            said = self.stops(E_DIGEST, (start + offset, value))
            assert "the digest over all that was loaded is wrong" in said, said
            for text in says:
                assert text in said, said
            if "is wrong [" not in said:
                assert "no content contradicts itself" in said, said
            for at, held in self.loaded.segments.values():
                assert f"[{at:#x}, {at + len(held):#x})" in said, said
        return test

    def doubted(self, name: str, part: str, offset: int, value: bytes, at: int,
                says: str) -> Test:
        start = self.loaded.segments[name][0]
        return self.wrong(name, offset, value, f'part "{part}" is wrong',
                          f"at {start + at:#x}: {says}")

    def sealed(self, symbol: Callable[[str], int]) -> Test:
        """Its own constants; and the seal itself."""
        def test() -> None:
            p = self.loaded.purgatory
            constant = bytes(p.memory).index(b"no content contradicts itself")
            for change in ((p.base + constant, b"N"),
                           (symbol("pg_dropin_seal"), b"????")):
                said = self.stops(E_SELF, change)
                assert '"purgatory" code' in said, said
        return test

    def wrong_digest(self) -> None:
        """Not what was loaded is wrong, but the digest over it."""
        said = self.stops(E_DIGEST, self.loaded.at(
            REGIONS[self.loaded.loader][1], b"\xAA" * 32))
        assert "expected " + "aa" * 32 in said, said
        assert "no content contradicts itself" in said, said

    def contents(self) -> list[tuple[str, Test]]:
        """An initrd and a core header, with one thing wrong in each."""
        wrong, doubted = self.wrong, self.doubted
        core_at = list(self.loaded.segments).index("core")
        return [
            ("initrd: no number", doubted(
                "initrd", "initrd", 6 + 8 * 3 + 2, b"g", 6 + 8 * 3,
                "a cpio header holds no number")),
            ("initrd: upper case is a number", wrong(
                "initrd", 6 + 8 * 3 + 2, b"A", 'holds "initrd"')),
            ("initrd: a name too long", doubted(
                "initrd", "initrd", 94, b"00002000", 94,
                "a cpio header's name has no such length")),
            ("initrd: a name that ends early", doubted(
                "initrd", "initrd", NAME + 1, b"\0", NAME + 3,
                "a name in the cpio archive ends elsewhere")),
            ("initrd: padding behind a name", doubted(
                "initrd", "initrd", NAME + 4, b"!", NAME + 3,
                "a cpio archive's padding is not zero")),
            ("initrd: padding behind a file", doubted(
                "initrd", "initrd", CONTENT + 3, b"!", CONTENT + 3,
                "a cpio archive's padding is not zero")),
            ("initrd: a file that is cut off", doubted(
                "initrd", "initrd", 54, b"00010000", CONTENT,
                "a file in the cpio archive is cut off")),
            ("initrd: a second header", doubted(
                "initrd", "initrd", CONTENT + 4, b"1", CONTENT + 4,
                "neither a cpio header nor the begin")),
            ("initrd: the first header, as a compressed one", wrong(
                "initrd", 0, b"\x1f", 'holds "initrd"')),
            ("core header: its version", doubted(
                "core", "elfcorehdr", 20, word(2), 0, CORE_SAYS)),
            ("core header: too many segments", doubted(
                "core", "elfcorehdr", 56, word(200, "H"), 0, CORE_SAYS)),
            ("core header: no core any more", wrong(
                "core", 16, word(2, "H"), f'holds "region {core_at:02}"')),
            ("core header: a segment's type", doubted(
                "core", "elfcorehdr", 64, word(6), 64,
                "the core header has a segment of another type")),
            ("core header: a segment's sizes", doubted(
                "core", "elfcorehdr", FIRST_LOAD + 32, word(1, "Q"),
                FIRST_LOAD, "a segment's sizes in file and memory differ")),
            ("core header: a segment that wraps", doubted(
                "core", "elfcorehdr", FIRST_LOAD + 24, word(2**64 - 4096, "Q"),
                FIRST_LOAD, "a segment wraps around")),
            ("core header: a segment's addresses", doubted(
                "core", "elfcorehdr", FIRST_LOAD + 16, word(0x100800, "Q"),
                FIRST_LOAD, "a segment's addresses contradict each other")),
            ("core header: an address of -1 is kexec-tools' nonsense", wrong(
                "core", FIRST_LOAD + 16, word(2**64 - 1, "Q"),
                'holds "elfcorehdr"')),
            ("core header: behind its segments", doubted(
                "core", "elfcorehdr", 300, b"\1", 300,
                "zeros behind the core header are none")),
        ]

    def trees(self, *more: tuple[int, bytes]) -> list[tuple[str, Test]]:
        """A device tree, "tree", with one thing wrong, and @more besides."""
        start, blob = self.loaded.segments["tree"]
        initrd = list(self.loaded.segments).index("initrd")
        structure, strings = struct.unpack_from(">II", blob, 8)
        header = "the device tree's header contradicts itself"
        harm = "the device tree is damaged"

        def damaged(says: str, at: int, *cells: int) -> Test:
            def test() -> None:
                value = struct.pack(f">{len(cells)}I", *cells)
                assert blob[at:at + len(value)] != value, "no change"
                said = self.stops(E_DIGEST, *more, (start + at, value))
                assert f'part "dtb" is wrong [{start:#x}, ' in said, said
                assert says in said, said
                # Nor does it lead to the initrd any more.
                assert f'holds "region {initrd:02}"' in said, said
            return test

        name = int.from_bytes(b"abc\0", "big")
        return [
            ("tree: where nothing contradicts", self.wrong(
                "tree", blob.index(b"quiet"), b"Q", 'holds "dtb"')),
            ("tree: its magic number", damaged(header, 0, 0xD10DFEED)),
            ("tree: larger than its region", damaged(header, 4, 1 << 16)),
            ("tree: a block outside", damaged(header, 8, 1 << 16)),
            ("tree: an unknown tag", damaged(harm, structure, 7)),
            ("tree: a property before the root", damaged(
                harm, structure, 4, 3)),
            ("tree: a root with a name", damaged(harm, structure + 4, name)),
            ("tree: an end before the root's", damaged(harm, strings - 8, 9)),
            ("tree: a node behind the root", damaged(harm, strings - 4, 1)),
            ("tree: a property's name outside", damaged(
                harm, structure + 16, 1 << 16)),
            ("tree: a property without an end", damaged(
                harm, structure + 12, 1 << 16)),
        ]
