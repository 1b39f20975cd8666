# SPDX-License-Identifier: BSD-2-Clause
"""The two guests: what lies in the initramfs of the kernel that crashes and
in that of the capture kernel. Both have the same init (guest/init.sh)."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import guest_kernel
import packages
from arch import BUILD, TREE, X86_64, Arch
from initramfs import Initramfs

# Paths in the first guest.
KERNEL, INITRD = "/boot/vmlinuz", "/boot/capture.img"
SMALL = "/boot/small.img"  # an initramfs of busybox alone


@dataclass
class Guest:
    """Files on the host."""

    arch: Arch
    release: str
    kernel: Path
    first: Path  # initramfs of the first kernel
    capture: Path  # initramfs of the capture kernel


def build(peer: bool = True, arch: Arch = X86_64,
          more: dict[str, Path] | None = None) -> Guest:
    """Makes both initramfs under build/tests/. @peer: the first guest also
    has kexec-tools. @more: other files of it."""
    root, release = (guest_kernel.build(arch) if arch.own_kernel
                     else packages.kernel(arch.debian))
    kernel = root / "boot" / f"{arch.kernel_file}-{release}"
    name = "guest" if arch is X86_64 else f"guest-{arch.variant}"
    folder = BUILD / "tests" / (f"{name}-peer" if peer else name)
    if more:
        folder = folder.with_name("-".join(
            (folder.name, *(Path(path).name for path in more))))
    folder.mkdir(parents=True, exist_ok=True)

    capture = _base(arch)
    if arch.busybox:
        _program(capture, arch, "makedumpfile", "usr/bin/makedumpfile")
    _modules(capture, root / "lib" / "modules" / release, *arch.modules)
    capture_path = _write(folder / "capture.cpio", capture.build())

    first = _base(arch)
    if arch.purgatory.exists():
        first.add_file("lib/purgatorio/"
                       f"{arch.image or arch.name}/purgatory.elf",
                       arch.purgatory)
    for name in ("kexec-tools.ro", "linux.ro"):
        if arch.drop_in(name).exists():
            first.add_file("lib/purgatorio/"
                           f"{arch.image or arch.name}/"
                           f"{arch.drop_in(name).name}", arch.drop_in(name))
    if (arch.host / "example-loader").exists():
        first.add_file("bin/example-loader", arch.host / "example-loader",
                       0o755)
    if peer and arch.busybox:
        _program(first, arch, "kexec-tools", "sbin/kexec")
        small = Initramfs()
        _busybox(small, arch)
        first.add(SMALL[1:], small.build())
    first.add_file(KERNEL[1:], kernel)
    first.add_file(INITRD[1:], capture_path)
    for path, source in (more or {}).items():
        first.add_file(path, source)
    return Guest(arch, release, kernel,
                 _write(folder / "first.cpio", first.build()), capture_path)


def _base(arch: Arch) -> Initramfs:
    files = Initramfs()
    if arch.busybox:
        _busybox(files, arch)
    else:
        files.add_file("init", arch.shell, 0o755)
    for folder in ("dev", "proc", "sys", "tmp", "mnt"):
        files.folder(folder)
    files.add("etc/passwd", b"root:x:0:0::/:/bin/sh\n"
              b"nobody:x:65534:65534::/:/bin/sh\n")
    files.add_file("bin/witness", arch.witness, 0o755)
    if arch.command.exists():
        files.add_file("bin/purgatorio", arch.command, 0o755)
    return files


def _busybox(files: Initramfs, arch: Arch) -> None:
    busybox = packages.fetch("busybox-static", arch.debian)
    files.add_file("bin/busybox", busybox / "bin" / "busybox", 0o755)
    # All architectures have the same ones; this one's can be asked.
    native = packages.fetch("busybox-static", packages.host_arch())
    applets = subprocess.run([str(native / "bin" / "busybox"), "--list"],
                             check=True, text=True,
                             stdout=subprocess.PIPE).stdout.split()
    for applet in applets:
        if applet != "busybox":
            files.link(f"bin/{applet}", "busybox")
    files.add_file("init", TREE / "tests/vm/guest/init.sh", 0o755)
    files.add_file("bin/alone", TREE / "tests/vm/guest/alone.sh", 0o755)


def _program(files: Initramfs, arch: Arch, package: str, path: str) -> None:
    """A program of a package and the libraries that it needs."""
    roots = packages.fetch_with_libraries(package, arch.debian)
    program = roots[0] / path
    files.add_file(f"bin/{program.name}", program, 0o755)
    for name, library in packages.libraries(program, roots).items():
        folder = (arch.loader_folder if name.startswith(("ld-", "ld64"))
                  else f"lib/{arch.triplet}")
        files.add_file(f"{folder}/{name}", library, 0o755)


def _modules(files: Initramfs, folder: Path, *wanted: str) -> None:
    """Kernel modules in lib/modules, and in lib/modules/order the order in
    which they load: each after what its .modinfo says it depends on."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        (source,) = (p for p in folder.glob("**/*.ko")
                     if p.stem.replace("-", "_") == name)
        content = source.read_bytes()
        match = re.search(rb"\0depends=([^\0]*)\0", content)
        for other in match[1].decode().split(",") if match else []:
            if other:
                visit(other)
        order.append(name)
        files.add(f"lib/modules/{name}.ko", content)

    for name in wanted:
        visit(name)
    files.add("lib/modules/order", "".join(f"{n}\n" for n in order).encode())


def _write(path: Path, content: bytes) -> Path:
    """Leaves an equal file alone: another test may be booting from it."""
    if not path.exists() or (hashlib.sha256(path.read_bytes()).digest() !=
                             hashlib.sha256(content).digest()):
        new = path.with_suffix(f".{os.getpid()}")
        new.write_bytes(content)
        new.rename(path)
    return path
