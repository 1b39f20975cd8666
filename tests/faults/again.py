# SPDX-License-Identifier: BSD-2-Clause
"""One machine that is entered again and again: its registers are put back to
what they were at the purgatory's first instruction."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from stub import Machine  # noqa: E402
from targets import Target  # noqa: E402


class Again:
    def __init__(self, target: Target, hung: float = 20) -> None:
        self.target, self.hung = target, hung
        self.machine: Machine | None = None
        self.stop = target.stop_address()
        self.go_on = target.symbol(target.go_on)

    def begin(self) -> Machine:
        """A machine at the purgatory's first instruction."""
        if self.machine:
            return self.machine
        m = Machine(self.target.command(), self.target.scratch)
        entry = self.target.entry()
        m.must(f"Z1,{entry:x},1")
        if not m.go(120):
            raise SystemExit(f"{self.target.name}: the door does not lead to "
                             f"the purgatory: {m.text()}")
        m.must(f"z1,{entry:x},1")
        self.registers = m.ask("g")
        self.target.find_pc(self.registers)
        for address in (self.stop, self.go_on):
            m.must(f"Z1,{address:x},1")
        self.machine = m
        return m

    def end(self) -> None:
        if self.machine:
            self.machine.close()
        self.machine = None

    def run(self, m: Machine) -> tuple[str, int, str]:
        """How a run ends: 'stop', 'on' or 'lost'; the first argument there,
        and what was said."""
        ended = m.go(self.hung)
        packet = m.ask("g")
        at = self.target.register(packet, self.target.pc)
        first = self.target.register(packet, self.target.argument)
        said = m.text()
        if ended and at == self.stop:
            return "stop", first, said
        if ended and at == self.go_on:
            return "on", first, said
        return "lost", at, said

    def enter(self, m: Machine, registers: dict[int, int] | None = None
              ) -> None:
        """Puts it back to the purgatory's first instruction, or what other
        @registers, by their place in gdb's packet, make of that."""
        m.text()
        start, end = (2 * at for at in self.target.kept)
        now = m.ask("g")
        packet = self.registers[:start] + now[start:end] + self.registers[end:]
        for at, value in (registers or {}).items():
            word = struct.pack(self.target.order + "Q", value).hex()
            packet = packet[:2 * at] + word + packet[2 * at + 16:]
        m.must("G" + packet)

    def once(self, *changes: tuple[int, bytes],
             registers: dict[int, int] | None = None) -> tuple[str, int, str]:
        """One run with other bytes at some addresses, which are put back."""
        m = self.begin()
        self.enter(m, registers)
        kept = [(at, m.read(at, len(data))) for at, data in changes]
        for at, data in changes:
            m.write(at, data)
        ended = self.run(m)
        for at, data in reversed(kept):
            m.write(at, data)
        if ended[0] == "lost":
            self.end()
        return ended
