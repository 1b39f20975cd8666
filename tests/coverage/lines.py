# SPDX-License-Identifier: BSD-2-Clause
"""The linked images with a purgatory, and what of their source each
instruction belongs to."""

from __future__ import annotations

import collections
import re
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
PLUGIN = TREE / "build/tests/ran-1.so"
ARCHS = ("x86_64", "arm64", "ppc64", "s390x")  # PG_ARCH_*, from 1
NAMES = ("purgatory.elf", "purgatory-image.elf", "kexec-tools.elf",
         "linux.elf")
ROW = re.compile(r"^\S+ +(-|\d+) +(0x[0-9a-f]+|0)\b")
# Ours, in C: what else is linked (newlib, libfdt) has tests of its own.
OURS = re.compile(r"^(purgatory|arch|sha256|uart|dropin|fdt|include)/"
                  r".*\.[ch]$")

# What is linked on an architecture that has no use for it (SOUNDNESS.md): the
# swap is s390x's, and only arm64 puts facts of one tree into another.
ELSEWHERE = {"purgatory/swap.c": {"x86_64", "arm64", "ppc64"},
             "fdt/core/facts.c": {"ppc64"}}


@dataclass
class Image:
    path: Path
    code: bytes

    @property
    def arch(self) -> str:
        return self.path.parent.name

    def counts(self, folder: Path) -> Path:
        """The file of what ran, made when it is not there."""
        path = folder / f"{self.arch}-{self.path.stem}"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.truncate(8 * len(self.code))
        return path

    def ran(self, folder: Path) -> list[int]:
        """How often each byte's instruction ran."""
        data = self.counts(folder).read_bytes()
        return list(struct.unpack(f"={len(data) // 8}Q", data))

    def rows(self) -> list[tuple[str, int, int, int]]:
        """(file, line, [from, to)): where the code of each line is."""
        text = subprocess.run(
            ["readelf", "-W", "--debug-dump=decodedline", self.path],
            check=True, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL).stdout
        found = []
        file, last = "", None
        for line in text.splitlines():
            row = ROW.match(line)
            if not row:
                if line.endswith(":"):
                    file = line.removeprefix("CU: ").removesuffix(":")
                    file = file.removeprefix("./")
                continue
            at = int(row[2], 0)
            if last and last[2] < at:
                found.append((last[0], last[1], last[2], at))
            last = None if row[1] == "-" else (file, int(row[1]), at)
        return found


def images() -> list[Image]:
    found = []
    for arch in ARCHS:
        for name in NAMES:
            path = TREE / "build" / arch / name
            if not path.exists():
                continue
            data = path.read_bytes()
            order = ">" if data[5] == 2 else "<"
            table, = struct.unpack_from(order + "Q", data, 32)
            _, _, at, _, _, size = struct.unpack_from(order + "IIQQQQ", data,
                                                      table)
            found.append(Image(path, data[at:at + size]))
    return found


def of(data: bytes) -> Image | None:
    """The image whose code @data begins with, some bytes of which a test may
    have changed."""
    def equal(image: Image) -> float:
        same = sum(a == b for a, b in zip(image.code, data))
        return same / len(image.code)

    near = [i for i in images() if i.code[24:48] == data[24:48]]
    best = max(near or images(), key=equal)
    return best if equal(best) > 0.9 else None


def coverage(arch: str, folder: Path) -> dict[str, dict[int, bool]]:
    """For each file, its lines that have code in an image for @arch, and
    whether an instruction of theirs ran."""
    result: dict[str, dict[int, bool]] = collections.defaultdict(dict)
    for image in images():
        if image.arch != arch:
            continue
        ran = image.ran(folder)
        for file, line, start, end in image.rows():
            if not OURS.match(file) or arch in ELSEWHERE.get(file, ()):
                continue
            lines = result[file]
            lines[line] = lines.get(line, False) or any(ran[start:end])
    return result
