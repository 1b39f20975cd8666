# SPDX-License-Identifier: BSD-2-Clause
"""A small kernel for guests whose Debian kernel cannot capture: built from
Debian's linux-source with nothing but what kernel/common.config,
kernel/<arch>.config and what Arch.kernel_options names say. (tinyconfig would
give what a fragment makes visible its default, and take twice as long.) It is
kept in build/cache/<debian's arch>/linux-<hash of these>/ and built once, in
some minutes. Where Arch.linux_dropin says so, our linux.ro takes the place of
its own purgatory, which goes to boot/purgatory.ro. In boot/ there lie
vmlinuz-<release>, which boots, and what ALSO and UNCOMPRESSED name."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import packages
from arch import TREE, Arch

SOURCE = Path("/usr/src/linux-source-6.1.tar.xz")
# What Linux calls the architecture, and where the image is.
LINUX = {"arm64": ("arm64", "aarch64-linux-gnu-", "arch/arm64/boot/Image"),
         "ppc64": ("powerpc", "powerpc64le-linux-gnu-", "vmlinux"),
         "ppc64be": ("powerpc", "powerpc64-linux-gnu-", "vmlinux"),
         "s390x": ("s390", "s390x-linux-gnu-", "arch/s390/boot/bzImage"),
         "x86_64": ("x86", "x86_64-linux-gnu-", "arch/x86/boot/bzImage")}
# More images, which go to boot/ too.
MORE = {"ppc64be": ("arch/powerpc/boot/zImage",)}
# Kernels with our linux.ro for their own purgatory and so much room for it that
# another one can be put there, without building them again. That needs an image
# that is not compressed: where there are both, only that one has it.
ROOM = {"ppc64": 128 << 10, "ppc64be": 128 << 10, "s390x": 128 << 10}
ROOM_END = b"purgatorio.room\n"
# What else of the build is kept: the file that the image is made of, and what
# has debug information.
ALSO = {"s390x": {"elf": "arch/s390/boot/vmlinux", "vmlinux": "vmlinux"}}
# Where the image can also be had uncompressed, as boot/image-<release>.
UNCOMPRESSED = {"s390x": ["-d", "KERNEL_GZIP", "-e", "KERNEL_UNCOMPRESSED"]}


def build(arch: Arch) -> tuple[Path, str]:
    """As packages.kernel(): a root with boot/vmlinuz-<release>, and the
    release. Raises packages.Unavailable."""
    fragments = [TREE / "tests/vm/kernel" / f"{name}.config"
                 for name in ("common", arch.name, *arch.kernel_options)]
    if not SOURCE.exists():
        raise packages.Unavailable(f"{SOURCE} is not there; install "
                                   "linux-source-6.1")
    wanted = b"".join(fragment.read_bytes() for fragment in fragments)
    if arch.linux_dropin and arch.name not in ROOM:
        wanted += arch.drop_in("linux.ro").read_bytes()
    key = hashlib.sha256(wanted + _version()).hexdigest()
    root = packages.CACHE / arch.debian / f"linux-{key[:16]}"
    if not root.is_dir():
        with packages.alone("linux"):
            if not root.is_dir():
                packages.say(f"building a kernel for {arch.variant} from "
                             f"{SOURCE}")
                with packages._building(root) as work:
                    _build(arch, fragments, _source(), work)
    (kernel,) = (root / "boot").glob(f"{arch.kernel_file}-*")
    return root, kernel.name.removeprefix(f"{arch.kernel_file}-")


def vmlinux(arch: Arch) -> Path:
    """The kernel's ELF file with debug information."""
    root, release = build(arch)
    if "vmlinux" not in ALSO.get(arch.name, {}):
        raise packages.Unavailable(f"{arch.name}'s kernel is built without "
                                   "debug information")
    return root / "boot" / f"vmlinux-{release}"


def with_drop_in(arch: Arch, output: Path) -> Path:
    """A copy of the kernel with the present linux.ro in its room."""
    root, release = build(arch)
    name = "image" if arch.name in UNCOMPRESSED else arch.kernel_file
    kernel = root / "boot" / f"{name}-{release}"
    data = kernel.read_bytes()
    start = data.index(ROOM_END) + len(ROOM_END) - ROOM[arch.name]
    if data[start:start + 4] != b"\x7fELF":
        raise packages.Unavailable(f"{kernel} has no room for a purgatory")
    inside = _padded(arch)
    output.write_bytes(data[:start] + inside + data[start + len(inside):])
    return output


def _padded(arch: Arch) -> bytes:
    """Loaders do not look at what is behind an object."""
    ours = arch.drop_in("linux.ro").read_bytes()
    room = ROOM[arch.name] - len(ROOM_END)
    if len(ours) > room:
        raise packages.Unavailable(f"linux.ro has {len(ours)} bytes, and there "
                                   f"is room for {room}")
    return ours + bytes(room - len(ours)) + ROOM_END


def _version() -> bytes:
    return subprocess.run(["dpkg-query", "-W", "linux-source-6.1"],
                          check=True, stdout=subprocess.PIPE).stdout


def _source() -> Path:
    """The unpacked source, which no build writes to; without what is large
    and not for these architectures."""
    stamp = hashlib.sha256(_version()).hexdigest()[:16]
    root = packages.CACHE / f"linux-source-{stamp}"
    if not root.is_dir():
        with packages._building(root) as work:
            _run(["tar", "-xf", str(SOURCE), "--strip-components=1",
                  "--exclude=*/drivers/gpu/drm/amd/*.h", "-C", str(work)],
                 str(packages.CACHE))
    return root


def _build(arch: Arch, fragments: list[Path], source: Path,
           work: Path) -> None:
    linux, cross, image = LINUX[arch.name]
    with tempfile.TemporaryDirectory(prefix="linux-",
                                     dir=packages.CACHE) as folder:
        make = ["make", "-s", f"-j{os.cpu_count()}", "-C", str(source),
                f"O={folder}", f"ARCH={linux}", f"CROSS_COMPILE={cross}"]
        wanted = Path(folder) / "all.config"
        wanted.write_text("".join(map(Path.read_text, fragments)))
        _run(make + [f"KCONFIG_ALLCONFIG={wanted}", "allnoconfig"], folder)
        for fragment in fragments:
            _check((Path(folder) / ".config").read_text(),
                   fragment.read_text())
        replace = arch.linux_dropin or arch.name in ROOM
        if replace and arch.name not in UNCOMPRESSED:
            _replace_purgatory(arch, make, Path(folder), linux)
        more = MORE.get(arch.name, ())
        _run(make + [path.rsplit("/", 1)[-1] for path in (image, *more)],
             folder)
        release = subprocess.run(make + ["kernelrelease"], cwd=folder,
                                 check=True, text=True, env=_environment(),
                                 stdout=subprocess.PIPE).stdout.strip()
        (work / "boot").mkdir()

        def keep(path: str, name: str) -> None:
            shutil.copy(Path(folder) / path, work / "boot" / name)

        keep(image, f"{arch.kernel_file}-{release}")
        for path in more:
            shutil.copy(Path(folder) / path, work / "boot")
        keep(".config", "config")
        for name, path in ALSO.get(arch.name, {}).items():
            keep(path, f"{name}-{release}")
        if arch.name in UNCOMPRESSED:
            _run([str(source / "scripts/config"), *UNCOMPRESSED[arch.name]], folder)
            _run(make + ["olddefconfig"], folder)
            if replace:
                _replace_purgatory(arch, make, Path(folder), linux)
            _run(make + [image.rsplit("/", 1)[1]], folder)
            keep(image, f"image-{release}")
        if replace:
            keep("purgatory.ro", "purgatory.ro")


def _replace_purgatory(arch: Arch, make: list[str], folder: Path,
                       linux: str) -> None:
    """As doc/dropin.md says: kbuild makes the object again only when what it
    is made of is newer."""
    where = f"arch/{linux}/purgatory/"
    _run(make + [where], str(folder))
    shutil.copy(folder / where / "purgatory.ro", folder)
    if arch.name in ROOM:
        (folder / where / "purgatory.ro").write_bytes(_padded(arch))
    else:
        shutil.copy(arch.drop_in("linux.ro"), folder / where / "purgatory.ro")
    (folder / where / "kexec-purgatory.o").unlink()


def _check(have: str, want: str) -> None:
    """Kconfig drops silently what depends on something that is not there."""
    lost = [line for line in re.findall(r"^CONFIG_.*", want, re.M)
            if line not in have.splitlines()]
    if lost:
        raise packages.Unavailable("the kernel's configuration does not take "
                                   + ", ".join(lost))


def _environment() -> dict[str, str]:
    """Not what the make above us has set."""
    return {k: v for k, v in os.environ.items()
            if not k.startswith(("MAKE", "MFLAGS", "ARCH", "LLVM", "CROSS",
                                 "V"))}


def _run(command: list[str], folder: str) -> None:
    done = subprocess.run(command, cwd=folder, text=True,
                          env=_environment(), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise packages.Unavailable(f"{' '.join(command)} failed:\n"
                                   f"{done.stdout[-2000:]}")
