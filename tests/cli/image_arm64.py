#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""purgatorio pack --format=image for an arm64 kernel, from outside: an Image
and a PE file at once, every changed byte is named, and which device trees are
refused. TAP."""

from __future__ import annotations

import random
import struct
import sys
import tempfile
from pathlib import Path

import image
from image import flips_are_named, layout, made_twice, ok, refused, run

FLIPS = 60
NEEDS = 0x50000
MIB = 1 << 20


def make_kernel() -> bytes:
    """An Image without a PE header (Documentation/arch/arm64/booting.rst)."""
    kernel = bytearray(random.Random(3).randbytes(0x30000))
    struct.pack_into("<II4Q", kernel, 0, 0x14000010, 0, 0, NEEDS, 0xa, 0)
    struct.pack_into("<QQ4sI", kernel, 0x28, 0, 0, b"ARM\x64", 0)
    text = b"Linux version 6.1.9-test (x@y) #1\0"
    kernel[0x20000:0x20000 + len(text)] = text
    return bytes(kernel)


def tree(name: str) -> bytes:
    """A device tree whose /chosen has the property @name of 16 bytes
    (Devicetree Specification 5)."""
    strings = name.encode() + b"\0"
    body = struct.pack(">I4xI8sIII16xIII", 1, 1, b"chosen\0\0", 3, 16, 0, 2, 2,
                       9)
    at = 40 + 16
    return struct.pack(">10I", 0xd00dfeed, at + len(body) + len(strings), at,
                       at + len(body), 40, 17, 16, 0, len(strings),
                       len(body)) + bytes(16) + body + strings


def facts(folder: Path, kernel: bytes) -> bytes:
    path = folder / "a.efi"
    words = ["pack", "--format=image", "--append=quiet",
             f"--initrd={folder}/initrd", f"--dtb={folder}/own.dtb",
             folder / "Image"]
    content = made_twice(path, *words)
    found = layout(content)
    ok(all(at == address for at, address, _ in found.values()),
       "each section lies where it will lie in memory", found)
    jump, offset, size, flags = struct.unpack_from("<4xIQQQ", content)
    at, _, length = found[".linux"]
    ok(content[at:at + length] == kernel and at % (2 * MIB) == 0,
       "the kernel, as it was given, is at a multiple of 2 MiB")
    ok(4 + 4 * (jump & 0x3ffffff) == found[".door"][0] and
       jump >> 26 == 5 and flags == 0xa and offset == 0 and
       size == at + NEEDS + 2 * MIB and content[0x38:0x3c] == b"ARM\x64",
       "as an Image, it is the door, with memory for kernel and tree")
    ok(run("verify", path).returncode == 0, "verify finds nothing wrong")
    return content


def every_byte(folder: Path, content: bytes) -> None:
    dice = random.Random(1)
    places = [dice.randrange(len(content)) for _ in range(FLIPS)]
    for at, _, size in layout(content).values():
        places += [at, at + size - 1, at + dice.randrange(size)]
    flips_are_named(folder / "bad.efi", content, places, dice)


def refusals(folder: Path) -> None:
    kernel, out = folder / "Image", folder / "no.efi"
    big = bytearray(kernel.read_bytes())
    big[24] |= 1
    (folder / "big").write_bytes(big)
    for name in ("linux,elfcorehdr", "linux,usable-memory-range"):
        (folder / name).write_bytes(tree(name))
    words = ("pack", "--format=image", "-o", out)
    for name, status, text, more in (
            ("a big-endian kernel", 1, "is big-endian", (folder / "big",)),
            ("a device tree that is none", 1, "device tree: ",
             (f"--dtb={kernel}", kernel)),
            ("a capturing machine's device tree", 1,
             "linux,elfcorehdr in its /chosen",
             (f"--dtb={folder}/linux,elfcorehdr", kernel)),
            ("one with a part of a machine's memory", 1,
             "linux,usable-memory-range in its /chosen",
             (f"--dtb={folder}/linux,usable-memory-range", kernel)),
            ("an ELF file", 1, "use --format=image",
             ("--format=image-elf", kernel))):
        refused(name, status, text, out, *words, *more)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kernel = make_kernel()
        (folder / "Image").write_bytes(kernel)
        (folder / "initrd").write_bytes(bytes(range(256)) * 1000)
        (folder / "own.dtb").write_bytes(tree("kaslr-seed"))
        content = facts(folder, kernel)
        every_byte(folder, content)
        refusals(folder)
    print(f"1..{image.COUNT}")
    return image.FAILED != 0


if __name__ == "__main__":
    sys.exit(main())
