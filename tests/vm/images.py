# SPDX-License-Identifier: BSD-2-Clause
"""Capture images for the tests: packed on the host, broken, signed, and put
where a loader finds them."""

from __future__ import annotations

import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import guests
import packages
from arch import BUILD, X86_64
from guests import Guest
from initramfs import Initramfs
from qemu import Failure

FOLDER = BUILD / "tests" / "image"
COMMAND = X86_64.host / "purgatorio"
# Init answers on the second port, like that of any guest.
APPEND = "console=ttyS0 mitigations=off quiet panic=5"
# Where the purgatory speaks; it knows an s390x machine's console, and ppc64's.
CONSOLES = {"x86_64": "ttyS0", "arm64": "pl011,0x9000000"}


def run(*words: object) -> str:
    """A program of the host; what it says. Raises Failure."""
    done = subprocess.run([str(word) for word in words], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise Failure(f"{words[0]} ended with {done.returncode}:\n"
                      f"{done.stdout}")
    return done.stdout


def pack(guest: Guest, name: str, *options: object, append: str = APPEND,
         initrds: list[Path] | None = None) -> Path:
    """An image of the guest's kernel; by default with the capture kernel's
    initrd."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.efi"
    words: list[object] = [COMMAND, "pack", "--format=image", "-o", path]
    if guest.arch.name in CONSOLES:
        words.append(f"--console={CONSOLES[guest.arch.name]}")
    if append:
        words.append(f"--append={append}")
    for initrd in [guest.capture] if initrds is None else initrds:
        words.append(f"--initrd={initrd}")
    run(*words, *options, guest.kernel)
    return path


def part(image: Path, name: str) -> tuple[int, int]:
    """Where a part lies in the file, and its length."""
    for line in run(COMMAND, "inspect", image).splitlines():
        words = line.split()
        if len(words) == 4 and words[0] == name and len(words[3]) == 64:
            return int(words[1], 16), int(words[2])
    raise Failure(f"{image.name} has no part {name}")


def flip(image: Path, name: str, where: str = "") -> Path:
    """A copy with one bit turned over in the middle of part @name."""
    start, size = part(image, name)
    content = bytearray(image.read_bytes())
    content[start + size // 2] ^= 0x10
    path = image.with_suffix(f".{where or name}.bad.efi")
    path.write_bytes(content)
    return path


def archive(name: str, content: bytes) -> Path:
    """An initrd of one file."""
    files = Initramfs()
    files.add(name, content)
    path = FOLDER / f"{name.replace('/', '-')}.cpio"
    path.write_bytes(files.build())
    return path


def ballast() -> Path:
    """An initrd of 300 MB."""
    dice = random.Random(7)
    return archive("ballast", b"".join(dice.randbytes(1 << 20)
                                       for _ in range(300)))


def alone() -> Path:
    """An initrd with an init, /alone, for machines that have no second port: it
    says "@up" and the command line on the console."""
    files = Initramfs()
    files.add("alone", b"#!/bin/sh\nmount -t devtmpfs dev /dev\n"
              b"mount -t proc proc /proc\nexec >/dev/console\n"
              b"echo \"@up $(cat /proc/cmdline)\"\npoweroff -f\n", 0o755)
    path = FOLDER / "alone.cpio"
    path.write_bytes(files.build())
    return path


def in_guest(guest: Guest, **files: Path) -> Guest:
    """The guest whose first kernel finds @files in /boot."""
    more = Initramfs()
    for name, path in files.items():
        more.add_file(f"boot/{name}", path)
    first = (FOLDER /
             f"first-{guest.arch.name}-{'-'.join(sorted(files))}.cpio")
    first.write_bytes(guest.first.read_bytes() + more.build())
    return replace(guest, first=first)


def boot_disk(name: str, order: int = 0, **files: Path) -> list[str]:
    """QEMU's options for a disk from which UEFI boots, the lowest @order
    first; names with a dot are written with an underscore."""
    folder = FOLDER / f"{name}.esp"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "EFI/BOOT").mkdir(parents=True)
    for file, path in files.items():
        to = folder / file.replace("_", ".")
        if to.name in ("BOOTX64.EFI", "BOOTAA64.EFI", "grubx64.efi"):
            to = folder / "EFI/BOOT" / to.name
        shutil.copy(path, to)
    return ["-drive", f"if=none,id=esp{order},format=raw,file=fat:rw:{folder}",
            "-device", f"virtio-blk-pci,drive=esp{order},bootindex={order}"]


def grub(platform: str, package: str, arch: str, configuration: str,
         *more: str) -> Path:
    """GRUB as a program for UEFI, of Debian's @package for @arch, which does
    what @configuration says; with @more modules."""
    file = FOLDER / f"grub-{arch}.cfg"
    file.write_text(configuration)
    modules = packages.fetch(package, arch) / "usr/lib/grub" / platform
    loader = FOLDER / f"grub-{arch}.efi"
    tools = packages.fetch_with_libraries("grub-common")
    program = tools[0] / "usr/bin/grub-mkimage"
    libraries = packages.libraries(program, tools)
    paths = ":".join(sorted({str(p.parent) for p in libraries.values()}))
    (dynamic,) = (p for n, p in libraries.items() if n.startswith("ld-"))
    run(dynamic, "--library-path", paths, program, "-O", platform, "-d",
        modules, "-p", "/EFI/BOOT", "-c", file, "-o", loader, "part_msdos",
        "fat", "linux", "search", "search_fs_file", "echo", "normal",
        *more)
    return loader


def build() -> Guest:
    return guests.build(peer=True)
