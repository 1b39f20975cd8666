# SPDX-License-Identifier: BSD-2-Clause
"""kexec-tools' purgatory for s390x on bare metal, as its loader would place
it: the relocatable file that Debian's `kexec` carries, linked to where it
shall run, with the regions and the digest that it is told."""

from __future__ import annotations

import hashlib
import re
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vm"))
import packages  # noqa: E402

ELF_BE = b"\x7fELF\x02\x02\x01"  # 64 bits, big-endian
ET_REL = 1
TOOLS = "s390x-linux-gnu-"
# From the crash region's start: kexec/arch/s390/kexec-image.c places it there.
PLACE, PLACE_END = 0x2000, 0x10000
REGIONS = 16


@dataclass
class Peer:
    elf: bytes
    entry: int


def _relocatable() -> bytes:
    """The ET_REL in kexec's .rodata. Only offsets are used in it, so that
    what follows does no harm."""
    kexec = (packages.fetch("kexec-tools", "s390x") / "sbin/kexec").read_bytes()
    at = 0
    while (at := kexec.find(ELF_BE, at + 1)) > 0:
        if struct.unpack_from(">H", kexec, at + 16)[0] == ET_REL:
            return kexec[at:]
    raise packages.Unavailable("kexec holds no purgatory")


def _nm(file: Path) -> dict[str, int]:
    table = subprocess.run([TOOLS + "nm", file], check=True, text=True,
                           stdout=subprocess.PIPE).stdout
    return {name: int(value, 16) for value, name in
            re.findall(r"^([0-9a-f]+) \w (\S+)$", table, re.M)}


def symbols() -> dict[str, int]:
    """Each symbol of the relocatable file, in its section."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(_relocatable())
        file.flush()
        return _nm(Path(file.name))


def linked(scratch: Path, crash: int, size: int,
           regions: list[tuple[int, bytes]]) -> Peer:
    """For a crash region at @crash. @regions: addresses and contents of what
    it shall verify, sorted."""
    (scratch / "peer.ro").write_bytes(_relocatable())
    output = scratch / "peer.elf"
    subprocess.run([TOOLS + "ld", "-N", "-z", "noexecstack",
                    "--no-warn-rwx-segments", "-e", "purgatory_start",
                    f"-Ttext={crash + PLACE:#x}", "-o", output,
                    scratch / "peer.ro"], check=True)
    found = _nm(output)
    assert found["_end"] <= crash + PLACE_END, hex(found["_end"])
    digest = hashlib.sha256(b"".join(data for _, data in regions)).digest()
    elf = bytearray(output.read_bytes())
    list_ = b"".join(struct.pack(">QQ", at, len(data))
                     for at, data in regions).ljust(16 * REGIONS, b"\0")
    for name, value in (("sha256_regions", list_), ("sha256_digest", digest),
                        ("crash_base", struct.pack(">Q", crash)),
                        ("crash_size", struct.pack(">Q", size))):
        _write(elf, found[name], value)
    return Peer(bytes(elf), found["purgatory_start"])


def _write(elf: bytearray, address: int, value: bytes) -> None:
    (table,) = struct.unpack_from(">Q", elf, 32)
    (count,) = struct.unpack_from(">H", elf, 56)
    for i in range(count):
        kind, _, at, start, _, size = struct.unpack_from(
            ">IIQQQQ", elf, table + 56 * i)
        if kind == 1 and start <= address < start + size:
            offset = at + address - start
            elf[offset:offset + len(value)] = value
            return
    raise KeyError(hex(address))
