# SPDX-License-Identifier: BSD-2-Clause
"""Device trees for capture images: QEMU's own, so marked that a kernel shows
which one it has."""

from __future__ import annotations

from pathlib import Path

import images
from arch import ARM64

MODEL = "an image's own"


def own() -> Path:
    """The tree of the virt machine as it is with firmware, with another model
    and with less memory than any of the tests' machines has."""
    images.FOLDER.mkdir(parents=True, exist_ok=True)
    firmware = images.FOLDER / "firmware"
    firmware.write_bytes(bytes(64))
    path = images.FOLDER / "own.dtb"
    images.run(*ARM64.qemu, "-machine", f"dumpdtb={path},dtb-randomness=off",
               "-cpu", ARM64.cpu, "-m", "256M", "-bios", firmware,
               "-display", "none")
    images.run("fdtput", "-t", "s", path, "/", "model", MODEL)
    return path
