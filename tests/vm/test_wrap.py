#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`purgatorio lint` passes what Debian's kexec and Linux bring, and ours, and
finds what is wrong with each of the objects broken here; `purgatorio retrofit`
and its way back. Nothing runs in a guest, but the packages are the guests'."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import Callable

import elf_object
import packages
from arch import ALL, BUILD
from elf_object import Object
from tap import Tap, need

PROGRAM = Path(os.environ.get("PURGATORIO", BUILD / "host/purgatorio"))
SHN_ABS, SHN_COMMON = 0xFFF1, 0xFFF2


def run(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(PROGRAM), *map(str, arguments)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kexec(arch: str) -> Path:
    return packages.fetch("kexec-tools", ALL[arch].debian) / "sbin/kexec"


def stock(arch: str) -> bytes:
    """The object that Debian's kexec embeds."""
    content = kexec(arch).read_bytes()
    at = content.find(b"\x7fELF", 64)
    while not elf_object.is_object(content, at):
        at = content.find(b"\x7fELF", at + 4)
    return elf_object.cut(content, at)


def ours(arch: str, loader: str = "kexec-tools") -> bytes:
    return (BUILD / arch / f"{loader}.ro").read_bytes()


def compiled(source: str, *flags: str) -> bytes:
    """An x86_64 object, linked with -r as kexec-tools links its own, with all
    the symbols of ours but for those of @source."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "x.c").write_text(source)
        subprocess.run(["gcc", "-O1", "-ffreestanding", "-c", *flags,
                        folder / "x.c", "-o", folder / "x.o"], check=True)
        subprocess.run(["ld", "-r", "-e", "purgatory_start", folder / "x.o",
                        "-o", folder / "x.ro"], check=True)
        return (folder / "x.ro").read_bytes()


START = "void purgatory_start(void) { %s }\n"
FIELD = {"type": 16, "machine": 18, "entry": 24}


def field(name: str, layout: str, value: int) -> Callable[[Object], None]:
    return lambda o: struct.pack_into(o.order + layout, o.data, FIELD[name],
                                      value)


def symbol(name: str, **fields: int) -> Callable[[Object], None]:
    return lambda o: o.set_symbol(name, **fields)


def section(where: str, **fields: int) -> Callable[[Object], None]:
    return lambda o: o.set_section(where, **fields)


def relocation(**fields: int) -> Callable[[Object], None]:
    return lambda o: o.set_relocation(".rela.text", 0, **fields)


# What is broken, in which object, for whom, and what lint says.
BROKEN: list[tuple[str, str, str, Callable[[Object], None], str]] = [
    ("linked fully", "x86_64", "kexec-tools", field("type", "H", 3),
     "e_type is 3"),
    ("for another machine", "x86_64", "kexec-tools", field("machine", "H", 3),
     "e_machine is 3"),
    ("for a machine without one", "arm64", "linux", lambda o: None,
     "no purgatory for such a machine"),
    ("a symbol is missing", "x86_64", "kexec-tools",
     lambda o: o.rename("sha256_digest", "sha256_digesT"),
     "symbol sha256_digest (the digest) is missing"),
    ("a symbol is local", "x86_64", "kexec-tools",
     symbol("sha256_regions", info=0), "sha256_regions (what is verified) is "
     "not global"),
    ("a symbol has another size", "x86_64", "kexec-tools",
     symbol("entry64_regs", size=128), "has 128 bytes and not 136"),
    ("a symbol is in .bss", "x86_64", "kexec-tools",
     symbol("cmdline_end", shndx=4, value=0), "cannot be set"),
    ("a symbol is common", "x86_64", "kexec-tools",
     symbol("backup_start", shndx=SHN_COMMON), "is common"),
    ("a symbol is undefined", "x86_64", "kexec-tools",
     symbol("panic_kernel", shndx=0), "panic_kernel (a crash kernel) is not "
     "defined"),
    ("a symbol is absolute", "x86_64", "linux",
     symbol("stack_end", shndx=SHN_ABS), "is absolute"),
    ("a symbol leaves its section", "x86_64", "linux",
     symbol("entry64_regs", value=1 << 20), "leaves section .data"),
    ("a symbol is there twice", "x86_64", "kexec-tools",
     lambda o: o.rename("serial_baud", "serial_base"),
     "is there 2 times"),
    ("an alignment of 0", "x86_64", "linux", section(".data", addralign=0),
     "alignment 0"),
    ("an alignment of 24", "x86_64", "kexec-tools",
     section(".text", addralign=24), "alignment 24"),
    ("a section leaves the file", "x86_64", "kexec-tools",
     section(".data", offset=1 << 30), "leave the file"),
    ("no section is executable", "x86_64", "linux",
     section(".text", flags=2), "no section is executable"),
    ("the entry is nowhere", "x86_64", "linux",
     field("entry", "Q", 1 << 30), "lies in no executable section"),
    ("the entry is not purgatory_start", "x86_64", "kexec-tools",
     field("entry", "Q", 0x40), "is not purgatory_start"),
    ("no symbol table", "x86_64", "kexec-tools", section(".symtab", type=1),
     "no symbol table"),
    ("too large for the room", "stock s390x", "kexec-tools",
     section(".bss", size=0xF000), "has room for 57344"),
    ("no .toc", "stock ppc64", "kexec-tools",
     section(".toc", name=0), "no section .toc"),
    ("run_at_load is elsewhere", "stock ppc64", "kexec-tools",
     symbol("run_at_load", value=0x704), "run_at_load is not 0x5c behind"),
    ("an unknown relocation", "stock arm64", "kexec-tools",
     relocation(type=278), "relocation type 278"),
    ("a relocation behind its section", "stock x86_64", "kexec-tools",
     relocation(offset=1 << 24), "leaves section .text"),
    ("a relocation without a symbol", "stock x86_64", "kexec-tools",
     relocation(symbol=60000), "names symbol 60000"),
    ("a relocation for zeroed memory", "stock x86_64", "kexec-tools",
     section(".text", type=8), "null pointer"),
    ("relocations for Linux on ppc64", "stock ppc64", "linux",
     lambda o: None, "Linux applies none of that kind"),
    ("the other byte order", "stock s390x", "kexec-tools",
     field("machine", "H", 62), "byte order is not this machine's"),
    ("a GOT", "extern int other; " + START % "other = 1;", "kexec-tools",
     lambda o: None, "relocation type 42"),
    ("an undefined function", "void far(void); " + START % "far();",
     "kexec-tools", lambda o: None, "symbol far is not defined, and section "
     ".text refers to it"),
    ("a common variable", "int mine; " + START % "mine = 1;", "kexec-tools",
     lambda o: None, "symbol mine is common, and section .text refers to it"),
    ("thread-local storage", "__thread int mine = 1; " + START % "mine = 2;",
     "kexec-tools", lambda o: None, "thread-local"),
    ("a constructor", "__attribute__((constructor)) void f(void) { __asm__(\"\"); } " +
     START % "", "kexec-tools", lambda o: None, "nobody calls"),
]


def object_of(what: str) -> bytes:
    if what.startswith("stock "):
        return stock(what.split()[1])
    if what in ALL:
        return ours(what)
    flags = ["-fpic" if "other" in what else "-fno-pic", "-fcommon"]
    return compiled(what, *flags)


def lint(data: bytes, loader: str) -> subprocess.CompletedProcess:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        return run("lint", f"--for={loader}", file.name)


def passes(what: str, data: bytes, loader: str) -> None:
    done = lint(data, loader)
    need(done.returncode == 0 and not done.stdout and not done.stderr,
         f"{what}: {done.returncode}\n{done.stdout}{done.stderr}")


def broken(tap: Tap) -> None:
    for name, what, loader, change, said in BROKEN:
        with tap.check(f"lint: {name}"):
            data = object_of(what)
            if loader == "linux" and what == "x86_64":
                data = ours(what, "linux")
            changed = Object(data)
            change(changed)
            done = lint(bytes(changed.data), loader)
            need(done.returncode == 1 and said in done.stdout + done.stderr,
                 f"{done.returncode}, without {said!r}:\n{done.stdout}"
                 f"{done.stderr}")
    with tap.check("lint: what is no object at all"):
        for data in (b"", b"\x7fELF", b"#!/bin/sh\n" * 20,
                     ours("x86_64")[:5000]):
            done = lint(data, "kexec-tools")
            need(done.returncode == 1 and len(done.stderr.splitlines()) == 1,
                 f"{done.returncode}\n{done.stdout}{done.stderr}")


def retrofit(tap: Tap, folder: Path, arch: str) -> None:
    original, copy, again = kexec(arch), folder / "copy", folder / "again"
    with tap.check(f"{arch}: retrofit, lint, and back again byte for byte"):
        done = run("retrofit", f"--kexec={original}", "-o", copy)
        need(done.returncode == 0, done.stderr)
        need(copy.stat().st_mode & 0o777 == 0o755, "it cannot be executed")
        need(copy.read_bytes()[:64] == original.read_bytes()[:64],
             "the program's own header is another")
        done = run("lint", "--for=kexec-tools", copy)
        need(done.returncode == 0, done.stdout + done.stderr)
        done = run("retrofit", "--restore", f"--kexec={copy}", "-o", again)
        need(done.returncode == 0, done.stderr)
        need(again.read_bytes() == original.read_bytes(),
             "what came back is not the original")
    with tap.check(f"{arch}: a copy can be retrofitted again"):
        done = run("retrofit", f"--kexec={copy}", "-o", again)
        need(done.returncode == 0, done.stderr)
        need(again.read_bytes() == copy.read_bytes(), "another copy")


def refusals(tap: Tap, folder: Path) -> None:
    original, copy = kexec("x86_64"), folder / "copy"
    run("retrofit", f"--kexec={original}", "-o", copy)
    content = copy.read_bytes()

    def refused(name: str, word: str, program: bytes, *options: str) -> None:
        """Nothing is written, and one line says why."""
        with tap.check(f"retrofit refuses {name}"):
            (folder / "program").write_bytes(program)
            (folder / "out").unlink(missing_ok=True)
            done = run("retrofit", f"--kexec={folder / 'program'}", "-o",
                       folder / "out", *options)
            need(done.returncode == 1 and word in done.stderr and
                 len(done.stderr.splitlines()) == 1,
                 f"{done.returncode}: {done.stderr}")
            need(not (folder / "out").exists(), "it wrote something")

    refused("what is no program", "not an ELF file", b"#!/bin/sh\n" * 20)
    refused("a program without a purgatory", "no purgatory",
            Path("/bin/true").read_bytes())
    refused("to restore an original", "has not retrofitted it",
            original.read_bytes(), "--restore")
    refused("to restore what has changed", "was changed since",
            content[:5000] + bytes([content[5000] ^ 1]) + content[5001:],
            "--restore")
    refused("half a copy", "cut off", content[:-1000], "--restore")
    refused("another machine's purgatory", "another architecture",
            original.read_bytes(),
            f"--purgatory={BUILD / 'arm64' / 'kexec-tools.ro'}")
    changed = Object(ours("x86_64"))
    changed.set_symbol("entry64_regs", size=1)
    (folder / "bad.ro").write_bytes(changed.data)
    refused("a purgatory that lint refuses", "entry64_regs",
            original.read_bytes(), f"--purgatory={folder / 'bad.ro'}")
    with tap.check("retrofit does not replace the program itself"):
        before = hashlib.sha256(content).digest()
        done = run("retrofit", f"--kexec={copy}", "-o", copy)
        need(done.returncode == 2 and "its own copy" in done.stderr,
             done.stderr)
        need(hashlib.sha256(copy.read_bytes()).digest() == before, "changed")


def main() -> None:
    tap = Tap()
    for arch in ALL.values():
        if arch.debian and arch.busybox:
            with tap.check(f"lint passes Debian's purgatory for {arch.name}"):
                passes(arch.name, stock(arch.name), "kexec-tools")
    for path in sorted(BUILD.glob("*/*.ro")):
        if path.parent.name in ALL:
            with tap.check(f"lint passes ours, {path.parent.name}/"
                           f"{path.name}"):
                passes(str(path), path.read_bytes(),
                       path.stem.removesuffix("-be"))
    with tap.check("lint reads the purgatory inside of a program"):
        need(run("lint", "--for=kexec-tools", kexec("x86_64")).returncode ==
             0, "not passed")
        done = run("lint", "--for=linux", kexec("x86_64"))
        need(done.returncode == 1 and "purgatory_sha_regions" in done.stdout,
             done.stdout)
    broken(tap)
    with tempfile.TemporaryDirectory() as name:
        for arch in ALL.values():
            if arch.busybox and arch.drop_in("kexec-tools.ro").exists():
                retrofit(tap, Path(name), arch.name)
        refusals(tap, Path(name))
    tap.finish()


if __name__ == "__main__":
    main()
