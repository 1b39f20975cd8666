#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""purgatorio pack --format=image-elf, from outside: the ELF file's segments,
sections and notes, that every changed byte is named, that every command takes
it as it takes the PE file. TAP."""

from __future__ import annotations

import random
import struct
import sys
import tempfile
from pathlib import Path

import image
import pack as windows
from image import flips_are_named, made_twice, ok, refused, run

FLIPS = 60
PT_LOAD, PT_NOTE, SHT_NOBITS = 1, 4, 8


def segments(content: bytes) -> list[tuple[int, ...]]:
    """type, flags, offset, vaddr, paddr, filesz, memsz, align"""
    at, = struct.unpack_from("<Q", content, 0x20)
    size, count = struct.unpack_from("<HH", content, 0x36)
    return [struct.unpack_from("<IIQQQQQQ", content, at + size * i)
            for i in range(count)]


def sections(content: bytes) -> dict[str, tuple[int, int, int, int]]:
    """Each section's type, address, offset and length."""
    at, = struct.unpack_from("<Q", content, 0x28)
    size, count, names = struct.unpack_from("<HHH", content, 0x3a)
    table = [struct.unpack_from("<IIQQQQ", content, at + size * i)
             for i in range(count)]
    start = table[names][4]
    found = {}
    for name, kind, _, address, offset, length in table[1:]:
        end = content.index(b"\0", start + name)
        found[content[start + name:end].decode()] = (kind, address, offset,
                                                     length)
    return found


def facts(folder: Path, kernel: bytes) -> bytes:
    path = folder / "a.elf"
    words = ["pack", "--format=image-elf", "--append=quiet", "--uname=6.x",
             f"--initrd={folder}/initrd", f"--ucode={folder}/ucode",
             folder / "vmlinuz"]
    content = made_twice(path, *words)
    entry, = struct.unpack_from("<Q", content, 0x18)
    loads = [s for s in segments(content) if s[0] == PT_LOAD]
    base = loads[0][3] - loads[0][2]
    ok(all(s[3] == s[4] == base + s[2] and s[3] % s[7] == s[2] % s[7]
           for s in loads), "an offset in the file is one in memory", loads)
    ok(all(s[1] & 3 != 3 for s in loads),
       "no segment is writable and executable", loads)
    ok(all(a[4] + a[6] <= b[4] for a, b in zip(loads, loads[1:])),
       "segments are in order and apart", loads)
    ok(loads[0][1] & 1 and loads[0][3] <= entry < loads[0][3] + loads[0][6],
       "it is entered in the first one", f"{entry:#x} {loads}")
    found = sections(content)
    inside = [s for s in found if any(
        l[2] <= found[s][2] and found[s][2] + found[s][3] <= l[2] + l[6]
        for l in loads)]
    ok({".linux", ".initrd", ".cmdline", ".ucode", ".uname", ".room"} <=
       set(inside), "sections lie in segments", found)
    ok(all(address == base + offset and address != 0
           for _, address, offset, _ in found.values()),
       "each section has its address", found)
    ok(found[".room"][0] == SHT_NOBITS and len(content) == found[".room"][2],
       "the kernel's room is memory alone", found)
    _, _, at, size = found[".linux"]
    ok(content[at:at + size] == kernel, ".linux is the kernel as it was given")
    (note,) = [s for s in segments(content) if s[0] == PT_NOTE]
    ok(content[note[2]:note[2] + note[5]] ==
       struct.pack("<III4sQ", 4, 8, 18, b"Xen", entry) and note[7] == 4,
       "the note of PVH names the entry", note)
    return content


def every_byte(folder: Path, content: bytes) -> None:
    dice = random.Random(3)
    found = sections(content)
    places = [dice.randrange(len(content)) for _ in range(FLIPS)]
    places += [dice.randrange(0x1000) for _ in range(FLIPS)]
    for kind, _, at, size in found.values():
        if kind != SHT_NOBITS:
            places += [at, at + size - 1, at + dice.randrange(size)]
    flips_are_named(folder / "bad.elf", content, places, dice)


def hostile(folder: Path, content: bytes) -> None:
    bad = folder / "bad.elf"
    dice = random.Random(4)
    wrong = []
    for size in [4, 64, 600, 0x1000, 0x12000] + [
            dice.randrange(len(content)) for _ in range(10)]:
        bad.write_bytes(content[:size])
        done = run("inspect", bad)
        if done.returncode != 1 or done.stdout.count("\n") != 1:
            wrong.append(f"{size}: {done.returncode} {done.stdout}")
    ok(not wrong, "a cut file is refused in one line", "\n".join(wrong))
    wrong = []
    for _ in range(150):
        broken = bytearray(content)
        for _ in range(dice.randrange(1, 5)):
            broken[dice.randrange(0x1000)] = dice.randrange(256)
        bad.write_bytes(broken)
        done = run("inspect", bad)
        if done.returncode not in (0, 1):
            wrong.append(f"{done.returncode} {done.stdout}")
    ok(not wrong, "damaged headers crash nothing", "\n".join(wrong))


def both_ways(folder: Path, content: bytes) -> None:
    elf, efi, again = (folder / name for name in ("a.elf", "c.efi", "c.elf"))
    run("pack", "--format=image", "-o", efi, elf)
    done = run("pack", "--format=image-elf", "-o", again, efi)
    ok(done.returncode == 0 and again.read_bytes() == content,
       "a PE image of it, and the ELF image of that, is the same",
       done.stdout)
    found = image.layout(efi.read_bytes())
    at, _, size = found[".initrd"]
    ok(efi.read_bytes()[at:at + size] == (folder / "initrd").read_bytes() and
       run("verify", efi).returncode == 0, "the PE image has its parts")
    bad = bytearray(content)
    bad[sections(content)[".initrd"][2] + 5] ^= 1
    (folder / "bad.elf").write_bytes(bad)
    again.unlink()
    done = run("pack", "--format=image-elf", "-o", again, folder / "bad.elf")
    ok(done.returncode == 1 and "initrd: range 1" in done.stdout and
       not again.exists(), "a damaged one is refused", done.stdout)


def refusals(folder: Path) -> None:
    kernel, out = folder / "vmlinuz", folder / "no.elf"
    fixed = bytearray(kernel.read_bytes())
    fixed[0x234] = 0
    (folder / "fixed").write_bytes(fixed)
    words = ("pack", "--format=image-elf", "-o", out)
    for name, status, text, more in (
            ("a kernel that cannot be moved", 1, "not relocatable",
             (folder / "fixed",)),
            ("a device tree", 2, "takes none", (f"--dtb={kernel}", kernel)),
            ("capture mode", 2, "UEFI loads no ELF",
             ("--efi-capture", kernel)),
            ("a stub that is none", 1, "[E_", (f"--stub={kernel}", kernel))):
        refused(name, status, text, out, *words, *more)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kernel = bytes(windows.bzimage())
        (folder / "vmlinuz").write_bytes(kernel)
        (folder / "initrd").write_bytes(bytes(range(256)) * 1000)
        (folder / "ucode").write_bytes(b"070701" * 50)
        content = facts(folder, kernel)
        every_byte(folder, content)
        hostile(folder, content)
        both_ways(folder, content)
        refusals(folder)
    print(f"1..{image.COUNT}")
    return image.FAILED != 0


if __name__ == "__main__":
    sys.exit(main())
