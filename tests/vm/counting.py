# SPDX-License-Identifier: BSD-2-Clause
"""Counts guest instructions in a window of addresses (counter/counter.c)."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from guests import BUILD



class Counter:
    """Give `options` to QEMU; set the window before code there first runs."""

    def __init__(self, name: str, newer: bool = False) -> None:
        """@newer: for QEMU 9 and later."""
        plugin = BUILD / "tests" / f"counter-{2 if newer else 1}.so"
        path = BUILD / "tests" / f"{name}.count"
        path.write_bytes(bytes(24))
        self._file = path.open("r+b")
        self._map = mmap.mmap(self._file.fileno(), 24)
        self.options = ["-plugin", f"{plugin},window={path}"]

    def window(self, low: int, high: int) -> None:
        """Counts in [low, high) from now on, from 0."""
        self._map[:] = struct.pack("=3Q", low, high, 0)

    @property
    def count(self) -> int:
        return struct.unpack("=3Q", self._map[:])[2]
