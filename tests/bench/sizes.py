# SPDX-License-Identifier: BSD-2-Clause
"""How large the purgatories are: ours, and those that Debian's kexec and
kernels carry inside of them as relocatable ELF files."""

from __future__ import annotations

import lzma
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vm"))
import packages  # noqa: E402

TREE = Path(__file__).resolve().parents[2]
DEBIAN = {"x86_64": "amd64", "arm64": "arm64", "ppc64": "ppc64el",
          "s390x": "s390x"}
MACHINE = {"x86_64": 62, "arm64": 183, "ppc64": 21, "s390x": 22}
ET_REL, SHT_NOBITS, SHF_ALLOC, SHF_EXECINSTR = 1, 8, 2, 4
IMAGE_MAGIC = b"PGIMAGE1"


def ours(arch: str) -> dict[str, int]:
    """By the image's own header (PROTOCOL.md, "The image header")."""
    data = (TREE / "build" / arch / "purgatory.elf").read_bytes()
    at = data.index(IMAGE_MAGIC) - 16
    order = ">" if data[5] == 2 else "<"
    const, memory = struct.unpack_from(order + "QQ", data, at + 32)
    return {"loaded": const, "memory": memory}


def _relocatable(data: bytes, at: int, arch: str) -> dict[str, int] | None:
    """The purgatory whose ELF header is at @at, if it is one."""
    if len(data) < at + 64 or data[at + 4] != 2:
        return None
    order = ">" if data[at + 5] == 2 else "<"
    kind, machine = struct.unpack_from(order + "HH", data, at + 16)
    shoff, = struct.unpack_from(order + "Q", data, at + 40)
    size, count = struct.unpack_from(order + "HH", data, at + 58)
    if kind != ET_REL or machine != MACHINE[arch] or size != 64:
        return None
    if at + shoff + count * size > len(data):
        return None
    found = {"loaded": 0, "memory": 0}
    code = 0
    for i in range(count):
        _, kind, flags, _, _, content = struct.unpack_from(
            order + "IIQQQQ", data, at + shoff + i * size)
        if not flags & SHF_ALLOC:
            continue
        found["memory"] += content
        found["loaded"] += 0 if kind == SHT_NOBITS else content
        code += content if flags & SHF_EXECINSTR else 0
    return found if code else None


def embedded(data: bytes, arch: str) -> dict[str, int] | None:
    """The first relocatable ELF file inside of @data."""
    at = data.find(b"\x7fELF", 1)
    while at != -1:
        found = _relocatable(data, at, arch)
        if found:
            return found
        at = data.find(b"\x7fELF", at + 1)
    return None


def kexec_tools(arch: str) -> dict[str, int] | None:
    root = packages.fetch("kexec-tools", DEBIAN[arch])
    return embedded((root / "sbin/kexec").read_bytes(), arch)


def linux(arch: str) -> dict[str, int] | None:
    """Of Debian's kernel; only some architectures' can load files."""
    root, release = packages.kernel(DEBIAN[arch])
    found, = root.glob(f"boot/vmlinu?-{release}")
    data = found.read_bytes()
    if arch == "x86_64":
        data = _unpack_bzimage(data)
    return embedded(data, arch)


def _unpack_bzimage(data: bytes) -> bytes:
    """Documentation/arch/x86/boot.rst, payload_offset and payload_length."""
    offset, length = struct.unpack_from("<II", data, 0x248)
    at = ((data[0x1f1] or 4) + 1) * 512 + offset
    payload = data[at:at + length]
    if not payload.startswith(b"\xfd7zXZ"):
        raise packages.Unavailable("Debian's kernel is not packed with xz")
    return lzma.LZMADecompressor().decompress(payload)


def measure(archs: list[str]) -> dict[str, dict[str, dict[str, int]]]:
    result: dict[str, dict[str, dict[str, int]]] = {}
    for arch in archs:
        row = {"purgatorio": ours(arch)}
        for name, of in (("kexec-tools", kexec_tools), ("Linux", linux)):
            size = of(arch) if name == "kexec-tools" or arch == "x86_64" \
                else None
            if size:
                row[name] = size
        result[arch] = row
    return result
