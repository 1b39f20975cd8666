#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""purgatorio pack --format=image, from outside: what the file is, that it is
always the same, that every changed byte is named, what is refused. TAP."""

from __future__ import annotations

import hashlib
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pack as windows

TREE = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("PURGATORIO",
                              TREE / "build/host/purgatorio"))
STUB = TREE / "build/x86_64/stub.efi"
FLIPS = 120
COUNT = 0
FAILED = 0


def ok(good: object, name: str, detail: object = "") -> None:
    global COUNT, FAILED
    COUNT += 1
    print(f"{'' if good else 'not '}ok {COUNT} - {name}", flush=True)
    if not good:
        FAILED += 1
        for line in str(detail).splitlines():
            print(f"# {line}")


def run(*words: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(w) for w in (PROGRAM, *words)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def extend(pcr: bytes, data: bytes) -> bytes:
    return hashlib.sha256(pcr + hashlib.sha256(data).digest()).digest()


def layout(image: bytes) -> dict[str, tuple[int, int, int]]:
    """Each PE section's offset, address and length; by the format alone."""
    pe, = struct.unpack_from("<I", image, 0x3c)
    count, = struct.unpack_from("<H", image, pe + 6)
    size, = struct.unpack_from("<H", image, pe + 20)
    found = {}
    for i in range(count):
        at = pe + 24 + size + 40 * i
        name = image[at:at + 8].rstrip(b"\0").decode()
        length, address, _, offset = struct.unpack_from("<IIII", image, at + 8)
        found[name] = (offset, address, length)
    return found


def made_twice(path: Path, *words: object) -> bytes:
    """What `pack` makes of @words, which is the same each time."""
    done = run(*words, "-o", path)
    ok(done.returncode == 0, "an image is made", done.stdout)
    content = path.read_bytes()
    again = path.with_stem("b")
    run(*words, "-o", again)
    ok(content == again.read_bytes(), "the same bytes each time")
    return content


def flips_are_named(bad: Path, content: bytes, places: list[int],
                    dice: random.Random, of: str = "") -> None:
    """`verify` finds a changed bit at each of @places; @bad is written."""
    missed = []
    for place in places:
        broken = bytearray(content)
        broken[place] ^= 1 << dice.randrange(8)
        bad.write_bytes(broken)
        done = run("verify", bad)
        if done.returncode != 1 or "purgatorio: " not in done.stdout:
            missed.append(f"{place:#x}: {done.returncode} {done.stdout}")
    ok(not missed, f"{of}each of {len(places)} flipped bits is named",
       "\n".join(missed))


def refused(name: str, status: int, text: str, out: Path,
            *words: object) -> None:
    """One line with @text, and no @out."""
    done = run(*words)
    ok(done.returncode == status and text in done.stdout and
       done.stdout.count("\n") == 1 and not out.exists(),
       f"refused: {name}", f"{done.returncode} {done.stdout}")


def facts(folder: Path, kernel: bytes) -> bytes:
    image = folder / "a.efi"
    words = ["pack", "--format=image", "--append=quiet", "--uname=6.x",
             f"--initrd={folder}/initrd", f"--ucode={folder}/ucode",
             folder / "vmlinuz"]
    content = made_twice(image, *words)
    found = layout(content)
    ok(all(at == address for at, address, _ in found.values()),
       "each section lies where it will lie in memory", found)
    at, _, size = found[".linux"]
    ok(content[at:at + size] == kernel, ".linux is the kernel as it was given")
    pcr = bytes(32)
    for name in (".linux", ".osrel", ".cmdline", ".initrd", ".ucode", ".dtb",
                 ".uname", ".sbat"):
        if name in found:
            at, _, size = found[name]
            pcr = extend(extend(pcr, name.encode() + b"\0"),
                         content[at:at + size])
    said = json.loads(run("inspect", "--json", image).stdout)["pe"]
    ok(said["pcr11_sha256"] == pcr.hex(), "PCR 11 as TPMs compute it", said)
    access = {s["name"]: s["access"] for s in said["sections"]}
    ok(access[".text"] == "r-x" and "wx" not in " ".join(access.values()),
       "nothing is writable and executable", access)
    setup = (content[0x1f1] + 1) * 512
    syssize, = struct.unpack_from("<I", content, 0x1f4)
    ok(setup == found[".door"][0] and setup + syssize * 16 == len(content),
       "as a bzImage, it is the door and all behind it")
    return content


def every_byte(folder: Path, image: bytes) -> None:
    """A changed bit anywhere is found, and named."""
    bad = folder / "bad.efi"
    dice = random.Random(1)
    found = layout(image)
    places = [dice.randrange(len(image)) for _ in range(FLIPS)]
    for at, _, size in found.values():
        places += [at, at + size - 1, at + dice.randrange(size)]
    places += [0x1f1, 0x1f4, found[".door"][0] + 0x1000,
               found[".door"][0] + 0x10000, len(image) - 1]
    flips_are_named(bad, image, places, dice)
    pe, = struct.unpack_from("<I", image, 0x3c)
    signed = bytearray(image) + b"certificates"
    struct.pack_into("<I", signed, pe + 24 + 64, 0x1234)
    struct.pack_into("<II", signed, pe + 24 + 144, len(image), 12)
    bad.write_bytes(signed)
    done = run("verify", bad)
    ok(done.returncode == 0, "what a signature changes is no damage",
       done.stdout)


def hostile(folder: Path, image: bytes) -> None:
    bad = folder / "bad.efi"
    dice = random.Random(2)
    wrong = []
    for size in [64, 600, 0x6000, 0x17000] + [
            dice.randrange(len(image)) for _ in range(20)]:
        bad.write_bytes(image[:size])
        for command in ("inspect", "verify"):
            done = run(command, bad)
            if done.returncode != 1 or done.stdout.count("\n") != 1:
                wrong.append(f"{command} {size}: {done.returncode} "
                             f"{done.stdout}")
    ok(not wrong, "a cut file is refused in one line", "\n".join(wrong))
    wrong = []
    pe, = struct.unpack_from("<I", image, 0x3c)
    for _ in range(150):
        broken = bytearray(image)
        for _ in range(dice.randrange(1, 5)):
            broken[dice.randrange(pe, pe + 0x400)] = dice.randrange(256)
        bad.write_bytes(broken)
        done = run("inspect", bad)
        if done.returncode not in (0, 1):
            wrong.append(f"{done.returncode} {done.stdout}")
    ok(not wrong, "damaged headers crash nothing", "\n".join(wrong))


def replace(folder: Path, image: bytes) -> None:
    old, new = folder / "a.efi", folder / "new.efi"
    done = run("pack", "--format=image", "-o", new, old)
    ok(done.returncode == 0 and new.read_bytes() == image,
       "an image in the kernel's place gives the same image", done.stdout)
    (folder / "initrd2").write_bytes(b"other" * 999)
    done = run("pack", "--format=image", f"--initrd={folder}/initrd2",
               f"--os-release={folder}/ucode", "-o", new, old)
    content = new.read_bytes()
    found = layout(content)
    at, _, size = found[".initrd"]
    ok(content[at:at + size] == b"other" * 999 and ".osrel" in found,
       "a part is replaced, another added", done.stdout)
    at, _, size = found[".cmdline"]
    ok(content[at:at + size] == b"quiet" and
       run("verify", new).returncode == 0, "the others stay")
    bad = bytearray(image)
    bad[layout(image)[".initrd"][0] + 5] ^= 1
    (folder / "bad.efi").write_bytes(bad)
    new.unlink()
    done = run("pack", "--format=image", "-o", new, folder / "bad.efi")
    ok(done.returncode == 1 and "initrd: range 1" in done.stdout and
       not new.exists(), "a damaged one is refused", done.stdout)


def refusals(folder: Path) -> None:
    kernel, out = folder / "vmlinuz", folder / "no.efi"
    fixed = bytearray(kernel.read_bytes())
    fixed[0x234] = 0
    (folder / "fixed").write_bytes(fixed)
    (folder / "empty").write_bytes(b"")
    stub = STUB.read_bytes()
    (folder / "short").write_bytes(stub[:4096])
    (folder / "other").write_bytes(
        stub[:0x44] + struct.pack("<H", 0xaa64) + stub[0x46:])
    image = ("pack", "--format=image", "-o", out)
    for name, status, text, words in (
            ("a window with an image", 2, "--window",
             (*image, "-w", "1M+1M", kernel)),
            ("an option of images without one", 2, "--format=image",
             ("pack", "-w", "16M+64M", "--uname=x", "-o", out, kernel)),
            ("an unknown format", 2, "format 'x'",
             ("pack", "--format=x", "-o", out, kernel)),
            ("a kernel that cannot be moved", 1, "not relocatable",
             (*image, folder / "fixed")),
            ("a stub that is cut", 1, "[E_",
             (*image, f"--stub={folder}/short", kernel)),
            ("a stub for another machine", 1, "E_ARCH",
             (*image, f"--stub={folder}/other", kernel)),
            ("a stub that is none", 1, "[E_",
             (*image, f"--stub={kernel}", kernel)),
            ("an empty initrd", 1, "E_TRUNCATED",
             (*image, f"--initrd={folder}/empty", kernel)),
            ("a device tree", 2, "takes none",
             (*image, f"--dtb={kernel}", kernel))):
        refused(name, status, text, out, *words)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kernel = bytes(windows.bzimage())
        (folder / "vmlinuz").write_bytes(kernel)
        (folder / "initrd").write_bytes(bytes(range(256)) * 1000)
        (folder / "ucode").write_bytes(b"070701" * 50)
        image = facts(folder, kernel)
        every_byte(folder, image)
        hostile(folder, image)
        replace(folder, image)
        refusals(folder)
    print(f"1..{COUNT}")
    return FAILED != 0


if __name__ == "__main__":
    sys.exit(main())
