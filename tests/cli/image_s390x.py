#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""purgatorio pack --format=image for an s390x kernel, from outside: the file is
the kernel's with two instructions changed, every changed byte is named, and
what it was made of comes out of it again, raw or as an ELF file. TAP."""

from __future__ import annotations

import random
import struct
import sys
import tempfile
from pathlib import Path

import image
from image import flips_are_named, made_twice, ok, refused, run

FLIPS = 60
LINKED = 0x11000  # behind a command line of 896 bytes
ONCE = 8  # from the purgatory's first byte to its second entry


def make_kernel() -> bytes:
    """As arch/s390/boot/head.S lays it out."""
    kernel = bytearray(random.Random(1).randbytes(0x30000))
    kernel[0:8] = bytes.fromhex("0008000080000200")
    kernel[0x10000:0x11000] = bytes(0x1000)
    kernel[0x10000:0x10004] = bytes.fromhex("a7f40010")
    kernel[0x10008:0x1000e] = b"S390EP"
    kernel[0x10010:0x10014] = bytes.fromhex("a7f400d0")
    struct.pack_into(">QQ", kernel, 0x10428, 0x20000, 896)
    text = b"6.1.9-test (x@y) #1\0"
    kernel[0x20000:0x20000 + len(text)] = text
    return bytes(kernel)


def sections(content: bytes) -> dict[str, tuple[int, int]]:
    """Each section's offset and length, by the raw image's table."""
    distance, = struct.unpack_from(">i", content, 0x10002)
    door = 0x10000 + 2 * distance - ONCE - 0x10000
    assert content[door:door + 8] == b"PGSECTS1"
    count, = struct.unpack_from("<I", content, door + 8)
    found = {}
    for i in range(count):
        name, size, at = struct.unpack_from("<8sII", content,
                                            door + 16 + 40 * i)
        found[name.rstrip(b"\0").decode()] = (at, size)
    return found


def facts(folder: Path, kernel: bytes) -> bytes:
    path = folder / "a.img"
    words = ["pack", "--format=image", "--append=quiet",
             f"--initrd={folder}/initrd", folder / "vmlinuz"]
    content = made_twice(path, *words)
    ok(content[:0x10000] == kernel[:0x10000],
       "what an IPL reads is the kernel's")
    ok(content[0x10006:0x10010] == kernel[0x10006:0x10010] and
       content[0x10016:len(kernel)] == kernel[0x10016:],
       "and so is all behind, but for two instructions")
    found = sections(content)
    door = found[".door"][0]
    for at in 0x10000, 0x10010:
        code, distance = struct.unpack_from(">Hi", content, at)
        ok(code == 0xc0f4 and at + 2 * distance == door + 0x10000 + ONCE,
           f"at {at:#x} it branches to the purgatory")
    at, size = found[".linux"]
    ok(at == LINKED and content[at:at + size] == kernel[LINKED:],
       ".linux lies where it runs")
    at, size = found[".head"]
    ok(content[at:at + size] == kernel[:LINKED], ".head is the kernel's")
    at, size = found[".initrd"]
    ok(content[at:at + size] == (folder / "initrd").read_bytes(),
       ".initrd is the file")
    for name, wanted in ((".cmdline", b"quiet"), (".uname", b"6.1.9-test")):
        at, size = found[name]
        ok(content[at:at + size] == wanted, f"{name} is there")
    said = run("inspect", path).stdout
    ok("image-s390x" in said and "log        0x2000, 57344 bytes" in said and
       ".head" in said, "inspect shows it", said)
    return content


def every_byte(folder: Path, form: str, content: bytes) -> None:
    dice = random.Random(3)
    places = [dice.randrange(len(content)) for _ in range(FLIPS)]
    places += [dice.randrange(0x100) for _ in range(20)]
    places += [0x10000, 0x10002, 0x10010, 0x10400, 0x10480, LINKED - 1, LINKED]
    flips_are_named(folder / "bad.img", content, places, dice, f"{form}: ")


def hostile(folder: Path, content: bytes) -> None:
    """The branch, the table, and a cut file."""
    bad = folder / "bad.img"
    dice = random.Random(4)
    door = sections(content)[".door"][0]
    wrong = []
    for _ in range(200):
        broken = bytearray(content)
        for _ in range(dice.randrange(1, 4)):
            start, size = dice.choice(((0x10000, 6), (door, 16 + 40 * 6)))
            broken[start + dice.randrange(size)] = dice.randrange(256)
        if dice.randrange(4) == 0:
            del broken[dice.randrange(len(broken)):]
        bad.write_bytes(broken)
        for command in "inspect", "verify":
            done = run(command, bad)
            if done.returncode not in (0, 1) or (
                    done.returncode and done.stdout.count("\n") != 1):
                wrong.append(f"{done.returncode} {done.stdout}")
    ok(not wrong, "a damaged table crashes nothing", "\n".join(wrong))


def both_ways(folder: Path, content: bytes) -> bytes:
    raw, elf, again = (folder / name for name in ("a.img", "c.elf", "c.img"))
    run("pack", "--format=image-elf", "-o", elf, raw)
    run("pack", "--format=image", "-o", again, elf)
    ok(again.read_bytes() == content,
       "an ELF file of it, and the image of that, is the same")
    ok(elf.read_bytes()[0x10000:LINKED] == content[0x10000:LINKED],
       "both are entered alike")
    done = run("pack", "--format=image", "--append=other", "-o", again, raw)
    new = again.read_bytes()
    at, size = sections(new)[".cmdline"]
    ok(new[at:at + size] == b"other" and run("verify", again).returncode == 0,
       "another command line", done.stdout)
    bad = bytearray(content)
    bad[LINKED + 7] ^= 1
    (folder / "bad.img").write_bytes(bad)
    again.unlink()
    done = run("pack", "--format=image", "-o", again, folder / "bad.img")
    ok(done.returncode == 1 and "kernel: range 1" in done.stdout and
       not again.exists(), "a damaged one is refused", done.stdout)
    return elf.read_bytes()


def refusals(folder: Path) -> None:
    kernel, out = folder / "vmlinuz", folder / "no.img"
    for name, status, text, more in (
            ("a device tree", 2, "takes none", (f"--dtb={kernel}",)),
            ("microcode", 2, "loads none", (f"--ucode={kernel}",)),
            ("revocation data", 2, "no UEFI", (f"--sbat={kernel}",)),
            ("capture mode", 2, "no UEFI", ("--efi-capture",))):
        refused(name, status, text, out, "pack", "--format=image", "-o", out,
                *more, kernel)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kernel = make_kernel()
        (folder / "vmlinuz").write_bytes(kernel)
        (folder / "initrd").write_bytes(bytes(range(256)) * 1000)
        content = facts(folder, kernel)
        elf = both_ways(folder, content)
        every_byte(folder, "raw", content)
        every_byte(folder, "ELF", elf)
        hostile(folder, content)
        refusals(folder)
    print(f"1..{image.COUNT}")
    return image.FAILED != 0


if __name__ == "__main__":
    sys.exit(main())
