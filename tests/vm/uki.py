# SPDX-License-Identifier: BSD-2-Clause
"""A unified kernel image as distributions make them: systemd's stub with
sections that objcopy adds (systemd-stub(7))."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

import packages
from arch import Arch

STUBS = {"amd64": "linuxx64.efi.stub", "arm64": "linuxaa64.efi.stub"}
PAGE = 4096


def build(arch: Arch, output: Path, sections: list[tuple[str, bytes]]) -> Path:
    """Writes @output: the stub of @arch's package, and @sections behind it.
    A name may occur several times."""
    stub = (packages.fetch("systemd-boot-efi", arch.debian) /
            "usr/lib/systemd/boot/efi" / STUBS[arch.debian])
    output.write_bytes(stub.read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        for name, content in sections:
            part = Path(folder) / "section"
            part.write_bytes(content)
            # objcopy adds no second section of a name, but renames to it.
            _objcopy(arch, output, "--add-section", f".new={part}",
                     "--change-section-vma", f".new={_end(arch, output):#x}")
            _objcopy(arch, output, "--rename-section", f".new={name}")
    return output


def _objcopy(arch: Arch, path: Path, *options: str) -> None:
    subprocess.run([f"{arch.triplet}-objcopy", *options, str(path)],
                   check=True)


def _end(arch: Arch, path: Path) -> int:
    """The first page behind the last section."""
    text = subprocess.run([f"{arch.triplet}-objdump", "-h", str(path)],
                          check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    ends = [int(vma, 16) + int(size, 16) for size, vma in re.findall(
        r"^ *\d+ \S+ +([0-9a-f]{8}) +([0-9a-f]+) ", text, re.M)]
    return (max(ends) + PAGE - 1) // PAGE * PAGE
