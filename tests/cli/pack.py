#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The command itself: purgatorio pack, inspect and verify. Prints TAP.

Kernels are made here: small, valid bzImages that nothing will ever run.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable

TREE = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("PURGATORIO",
                              TREE / "build/host/purgatorio"))
PURGATORY = TREE / "build/x86_64/purgatory.elf"
WINDOW = "--window=0x10000000+64M"
IMAGE_BYTES = 3 * 1024 * 1024 + 16
RANGE = 64 * 1024


def bzimage() -> bytearray:
    """A bzImage of boot protocol 2.15 (Documentation/arch/x86/boot.rst)."""
    setup = bytearray(1024)
    setup[0x1f1] = 1
    struct.pack_into("<I", setup, 0x1f4, IMAGE_BYTES // 16)
    struct.pack_into("<H", setup, 0x1fe, 0xaa55)
    setup[0x200:0x206] = b"\xeb\x6aHdrS"
    struct.pack_into("<H", setup, 0x206, 0x020f)
    setup[0x211] = 1
    struct.pack_into("<I", setup, 0x22c, 0x7fffffff)
    struct.pack_into("<I", setup, 0x230, 0x200000)
    struct.pack_into("<BBH", setup, 0x234, 1, 21, 0x7f)
    struct.pack_into("<I", setup, 0x238, 2047)
    struct.pack_into("<QI", setup, 0x258, 0x1000000, 0x800000)
    return setup + bytes(i * 31 >> 3 & 255 for i in range(IMAGE_BYTES))


class Test:
    """One folder for all files, and a counter of checks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        self.failed = 0

    def ok(self, good: bool, name: str, detail: object = "") -> None:
        self.count += 1
        print(f"{'' if good else 'not '}ok {self.count} - {name}")
        if not good:
            self.failed += 1
            for line in str(detail).splitlines():
                print(f"# {line}")

    def skip(self, name: str, why: str) -> None:
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}")

    def write(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def run(self, *arguments: object, program: Path = PROGRAM,
            environment: dict[str, str] | None = None,
            before: Callable[[], None] | None = None,
            stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess:
        return subprocess.run([str(program), *map(str, arguments)],
                              cwd=self.folder, text=True, stdout=stdout,
                              stderr=subprocess.PIPE, preexec_fn=before,
                              restore_signals=False,
                              env={**os.environ, **(environment or {})})

    def fails(self, name: str, status: int, word: str,
              *arguments: object, **how: object) -> None:
        """It says one line with @word, ends with @status and leaves no file
        behind."""
        files = sorted(self.folder.iterdir())
        run = self.run(*arguments, **how)
        lines = run.stderr.splitlines()
        good = (run.returncode == status and len(lines) == 1 and
                lines[0].startswith("purgatorio") and word in lines[0] and
                not run.stdout and files == sorted(self.folder.iterdir()))
        self.ok(good, name, f"status {run.returncode}, expected {status} and "
                f"'{word}':\n{run.stderr}{run.stdout}")


def test_usage(t: Test) -> None:
    run = t.run("--version")
    t.ok(run.returncode == 0 and run.stdout.startswith("purgatorio "),
         "--version", run)
    for command in ([], ["pack"], ["inspect"], ["verify"]):
        run = t.run(*command, "--help")
        t.ok(run.returncode == 0 and run.stdout.startswith("Usage:") and
             not run.stderr, f"{' '.join(command)} --help", run)
        t.ok(all(len(line) < 80 for line in run.stdout.splitlines()),
             f"{' '.join(command)} --help fits a terminal", run.stdout)
    t.fails("no command", 2, "no command")
    t.fails("an unknown command", 2, "no command 'pak'", "pak")
    t.fails("an unknown option", 2, "--frob", "pack", "--frob")
    t.fails("an unknown letter", 2, "-z", "pack", "-z")
    t.fails("a missing argument", 2, "--initrd needs", "pack", "--initrd")
    t.fails("no kernel", 2, "no kernel", "pack", "-o", "x", WINDOW)
    t.fails("two kernels", 2, "more than one", "pack", "-o", "x", WINDOW, "a",
            "b")
    t.fails("no output", 2, "-o IMAGE", "pack", WINDOW, "good")
    t.fails("no window", 2, "--window", "pack", "-o", "x", "good")
    t.fails("no image to inspect", 2, "one image", "inspect")
    t.fails("no image to verify", 2, "at least one", "verify")


def test_arguments(t: Test) -> None:
    for text in ("", "256M", "1-", "-1", "x+1", "0x20000000-0x1fffffff",
                 "0-0xffffffffffffffff", "1 +2", "1+2Q", "1++2",
                 "0x1ffffffffffffffff+1", "16777216T+1"):
        t.fails(f"window '{text}'", 2, "E_USAGE", "pack", f"--window={text}")
    for text in ("", "ttyS4", "ttyS0,", "ttyS0,fast", "8250", "8250,port",
                 "8250,port,0xfff9", "8250,port,0x3f8,1,1", "8250,mmio,-1",
                 "8250,mmio,0x1000,9600,3", "vga,0xb8000",
                 "8250,port,0x3f8,9999999", "none,1"):
        t.fails(f"console '{text}'", 2, "E_USAGE", "pack", f"--console={text}")
    for option, text in (("on-mismatch", "hang"), ("reset", "port"),
                         ("reset", "port,0x10000,1"),
                         ("reset", "port,0xcf9,256"), ("backup", "x"),
                         ("backup", "-1")):
        t.fails(f"--{option}={text}", 2, "E_USAGE", "pack",
                f"--{option}={text}")
    for text, console in (
            ("none", ("none", "0x0", 0, 0)),
            ("ttyS0", ("8250 port", "0x3f8", 0, 1)),
            ("ttyS3,9600", ("8250 port", "0x2e8", 9600, 1)),
            ("8250,port,0x3f8", ("8250 port", "0x3f8", 0, 1)),
            ("8250,mmio,0xfe032000,115200,4",
             ("8250 mmio", "0xfe032000", 115200, 4))):
        run = t.run("pack", WINDOW, "-o", "image", f"--console={text}",
                    "good")
        shown = shown_json(t, "image")["console"]
        t.ok(run.returncode == 0 and
             tuple(shown[key] for key in
                   ("kind", "address", "baud", "stride")) == console,
             f"--console={text} is understood", f"{run.stderr}{shown}")
    t.run("pack", "--window=0x10000000-0x13ffffff", "-o", "image", "good",
          "--on-mismatch=reset", "--reset=port,0xcf9,6", "--backup=640K")
    shown = shown_json(t, "image")
    t.ok(shown["on_mismatch"] == "reset" and shown["reset"] ==
         {"kind": "port", "address": "0xcf9", "value": 6} and
         shown["copies"][0]["bytes"] == 655360,
         "--on-mismatch, --reset and --backup are in the image", shown)


def shown_json(t: Test, image: str) -> dict:
    return json.loads(t.run("inspect", "--json", image).stdout)


def test_round_trip(t: Test) -> None:
    initrd = t.write("initrd", os.urandom(2 * RANGE + 500))
    line = "root=/dev/sda1 quiet"
    arguments = ["pack", WINDOW, "--initrd", initrd, "--append", line,
                 "--console=ttyS0,115200"]
    t.run(*arguments, "-o", "one", "good")
    run = t.run(*arguments, "-o", "two", t.folder / "good")
    t.ok(run.returncode == 0 and not run.stderr and not run.stdout,
         "pack says nothing when it is done", run)
    t.ok((t.folder / "one").read_bytes() == (t.folder / "two").read_bytes(),
         "the same inputs give the same bytes")
    shown = shown_json(t, "one")
    parts = {part["name"]: part for part in shown["parts"]}
    sums = {
        "initrd": hashlib.sha256(initrd.read_bytes()).hexdigest(),
        "kernel": hashlib.sha256(bzimage()[1024:]).hexdigest(),
        "cmdline": hashlib.sha256(line.encode() + b"\0").hexdigest(),
    }
    for name, digest in sums.items():
        t.ok(parts[name]["sha256"] == digest,
             f"{name}: inspect shows what sha256sum shows", parts[name])
    text = t.run("inspect", "one").stdout
    t.ok(all(digest in text for digest in sums.values()),
         "and the same for people", text)
    t.ok(max(map(len, text.splitlines())) < 132, "no line is too wide", text)
    content = (t.folder / "one").read_bytes()
    ranges = [r for r in shown["ranges"] if r["part"] ==
              shown["parts"].index(parts["initrd"])]
    start = content.index(initrd.read_bytes())
    good = [hashlib.sha256(content[start + (i * RANGE):
                                   start + (i * RANGE) + r["bytes"]]
                           ).hexdigest() == r["sha256"]
            for i, r in enumerate(ranges)]
    t.ok(good == [True] * 3, "each range's digest is right", ranges)
    run = t.run("verify", "one", "two")
    t.ok(run.returncode == 0 and len(run.stdout.splitlines()) == 2,
         "verify accepts both", run)
    run = t.run("verify", "-q", "one")
    t.ok(run.returncode == 0 and not run.stdout, "verify --quiet", run)
    with open("/dev/full", "w", encoding="ascii") as full:
        run = t.run("inspect", "one", stdout=full)
        t.ok(run.returncode == 1 and "E_IO" in run.stderr,
             "inspect to a full disk fails", run)
        run = t.run("verify", "one", stdout=full)
        t.ok(run.returncode == 1, "verify to a full disk fails", run)
    damaged = bytearray(content)
    damaged[start + RANGE + 5] ^= 4
    t.write("damaged", damaged)
    run = t.run("verify", "one", "damaged")
    t.ok(run.returncode == 1 and "E_DIGEST" in run.stderr and
         "initrd: range 2 of 3" in run.stderr and "one:" in run.stdout,
         "verify names what one flipped bit damaged", run)


def test_inputs(t: Test) -> None:
    good = bzimage()

    def pack(name: str, word: str, content: bytes,
             *arguments: object) -> None:
        t.write("bad", content)
        t.fails(name, 1, word, "pack", "-o", "out", WINDOW, *arguments, "bad")

    def with_field(at: int, form: str, value: int) -> bytes:
        kernel = bytearray(good)
        struct.pack_into(form, kernel, at, value)
        return kernel

    pack("an empty kernel", "E_TRUNCATED", b"")
    pack("a truncated kernel", "E_TRUNCATED", good[:-1])
    pack("half a setup header", "E_TRUNCATED", good[:0x210])
    pack("an old kernel", "E_OLD_KERNEL", with_field(0x206, "<H", 0x0205))
    pack("a 32-bit kernel", "E_FORMAT", with_field(0x236, "<H", 0x7e))
    pack("a contradiction", "E_CORRUPT", with_field(0x230, "<I", 3))
    pack("a kernel for riscv", "riscv",
         bytes(0x38) + b"RSC\x05" + bytes(100))
    pack("that is E_KERNEL_ARCH", "E_KERNEL_ARCH",
         bytes(0x38) + b"RSC\x05" + bytes(100))
    pack("a compressed file", "bunzip2", b"BZh9" + bytes(1000))
    pack("a text file", "E_FORMAT", b"hello " * 1000)
    pack("a long command line", "E_LIMIT", good, "--append", "x" * 2048)
    huge = t.write("huge", bytes(65 << 20))
    pack("an initrd that does not fit", "E_NO_SPACE", good, "--initrd", huge)
    huge.unlink()
    pack("an empty initrd", "E_TRUNCATED", good, "--initrd",
         t.write("nothing", b""))
    pack("a backup beyond the window", "E_OVERLAP", good, "--backup=1G")
    pack("a purgatory that is none", "E_FORMAT", good,
         "--purgatory=/bin/sh")
    elf = bytearray(PURGATORY.read_bytes())
    struct.pack_into("<H", elf, 18, 183)
    pack("a purgatory for arm64", "E_ARCH", good, "--purgatory",
         t.write("arm64.elf", elf))
    pack("no purgatory", "cannot open", good, "--purgatory=none")
    t.fails("no such kernel", 1, "E_IO", "pack", "-o", "out", WINDOW, "none")
    t.fails("a kernel that is a folder", 1, "not a regular file", "pack",
            "-o", "out", WINDOW, "/")
    t.fails("no such initrd", 1, "E_IO", "pack", "-o", "out", WINDOW,
            "--initrd=none", "good")
    t.fails("no such image", 1, "E_IO", "inspect", "none")
    t.fails("an image that is none", 1, "E_FORMAT", "inspect", PURGATORY)
    t.fails("a kernel as an image", 1, "E_FORMAT", "verify", "good")


def test_outputs(t: Test) -> None:
    t.fails("an output folder that is not there", 1, "E_IO", "pack", "-o",
            "none/out", WINDOW, "good")
    t.fails("an output that is a device", 1, "not a regular file", "pack",
            "-o", "/dev/null", WINDOW, "good")
    (t.folder / "old").write_bytes(b"old")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))

    t.fails("a file that may not grow", 1, "E_IO", "pack", "-o", "old", WINDOW,
            "good", before=limit)
    t.ok((t.folder / "old").read_bytes() == b"old",
         "the old file is as it was")
    mount = t.folder / "small"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", mount],
                      check=False, stderr=subprocess.DEVNULL).returncode:
        t.skip("a full disk", "no right to mount a tmpfs")
    else:
        try:
            t.fails("a full disk", 1, "No space left", "pack", "-o",
                    mount / "out", WINDOW, "good")
            t.ok(not list(mount.iterdir()), "nothing is left on it",
                 list(mount.iterdir()))
        finally:
            subprocess.run(["umount", mount], check=True)
    mount.rmdir()


def test_purgatory_places(t: Test) -> None:
    arguments = ["pack", "-o", "out", WINDOW, "good"]
    lib = t.folder / "usr/lib/purgatorio/x86_64"
    installed = t.folder / "usr/bin/purgatorio"
    lib.mkdir(parents=True)
    installed.parent.mkdir(parents=True)
    shutil.copy(PROGRAM, installed)
    t.fails("an installation without a purgatory", 1, "PURGATORIO_LIBDIR",
            *arguments, program=installed)
    shutil.copy(PURGATORY, lib / "purgatory.elf")
    run = t.run(*arguments, program=installed)
    t.ok(run.returncode == 0, "an installed purgatory is found", run)
    run = t.run(*arguments, environment={"PURGATORIO_LIBDIR":
                                         str(lib.parent)})
    t.ok(run.returncode == 0, "$PURGATORIO_LIBDIR is followed", run)
    (t.folder / "out").unlink()
    t.fails("$PURGATORIO_LIBDIR that leads nowhere", 1, "nowhere",
            *arguments, environment={"PURGATORIO_LIBDIR": "/nowhere"})
    run = t.run(*arguments, f"--purgatory={PURGATORY}",
                environment={"PURGATORIO_LIBDIR": "/nowhere"})
    t.ok(run.returncode == 0, "--purgatory comes first", run)


def main() -> int:
    for needed in (PROGRAM, PURGATORY):
        if not needed.exists():
            print(f"1..1\nnot ok 1 - {needed} is not built; run make")
            return 1
    os.environ.pop("PURGATORIO_LIBDIR", None)
    with tempfile.TemporaryDirectory() as folder:
        t = Test(Path(folder))
        t.write("good", bzimage())
        test_usage(t)
        test_arguments(t)
        test_round_trip(t)
        test_inputs(t)
        test_outputs(t)
        test_purgatory_places(t)
    print(f"1..{t.count}")
    return 1 if t.failed else 0


if __name__ == "__main__":
    sys.exit(main())
