# SPDX-License-Identifier: BSD-2-Clause
"""Each rule of the manifest check, on bare metal: one machine that is entered
again and again, each time with a manifest that breaks just that rule
(PROTOCOL.md, "What a purgatory checks"). A refusal names the field, leaves with
the rule's status, and enters nothing."""

from __future__ import annotations

import copy
import re
import struct
import sys
from pathlib import Path
from typing import Callable, Iterator, Sequence

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "faults"))
from again import Again  # noqa: E402
from common import (FILL, OTHER, RESERVED, Plan,  # noqa: E402
                    manifest_address)
from machine import scratch_folder, tap  # noqa: E402
from targets import TARGETS, Target  # noqa: E402

# PG_E_* (purgatorio/status.h).
(MAGIC, VERSION, ARCH, SIZE, RANGE, ORDER, FILLS, COPY, SWAP, HANDOFF, LOG,
 POLICY) = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13
UNREACHABLE = 18
RELATIVE, SKIP, ARG0 = 1, 2, 0x10
MOST = 2**64 - 1
NO_MEMORY = 1 << 61  # beyond what any of these CPUs addresses

# Offsets (purgatorio/manifest.h): of tables and fields, and in their entries.
PARTS, RANGES, FILLS_AT, COPIES = 56, 64, 72, 80
ENTRY = {PARTS: 72, RANGES: 56, FILLS_AT: 24, COPIES: 32}
START, BYTES = 0, 8  # of a range or a fill
SOURCE, DESTINATION = 0, 8  # of a copy; its bytes are at 16

Change = tuple[int, bytes]
Rule = tuple[str, int, str, list[Change]]


def whole(target: Target) -> Target:
    """The same machine with an image that has all that a manifest can say: a
    fill, two copies and a log."""
    target = copy.copy(target)
    say = target.say

    def more(plan: Plan) -> None:
        say(plan)
        plan.part("zeros", OTHER, b"z" * 100, memory=8192, flags=FILL)
        for number in (1, 2):
            plan.part(f"backup-{number}", OTHER, None, memory=4096,
                      flags=RESERVED)
            plan.say(f"copy {target.window + 0x900000 + 8192 * number:#x} "
                     f"backup-{number} 4096")

    target.say = more  # type: ignore[method-assign]
    return target


class Manifest:
    """Says which bytes make a field another one."""

    def __init__(self, target: Target) -> None:
        self.image, self.order = target.image, target.image.order
        self.at, self.base = manifest_address(self.image), target.entry()

    def field(self, offset: int, value: int, form: str = "Q") -> Change:
        return self.at + offset, struct.pack(self.order + form, value)

    def place(self, table: int, index: int, offset: int = 0) -> int:
        start = self.image.number(self.at + table, "I")
        return self.at + start + index * ENTRY[table] + offset

    def entry(self, table: int, index: int, offset: int, value: int,
              form: str = "Q") -> Change:
        return self.place(table, index, offset), struct.pack(
            self.order + form, value)

    def number(self, table: int, index: int, offset: int) -> int:
        return self.image.number(self.place(table, index, offset))

    def count(self, table: int) -> int:
        return self.image.number(self.at + table + 4, "I")


def header(m: Manifest, arch: int) -> Iterator[Rule]:
    yield "the magic number", MAGIC, "magic", [m.field(7, 0x21, "B")]
    yield "an old version", VERSION, "version", [m.field(8, 0, "I")]
    yield "a newer version", VERSION, "version", [m.field(8, 2, "I")]
    yield "no machine", ARCH, "arch", [m.field(12, 0, "I")]
    yield "another machine", ARCH, "arch", [m.field(12, arch % 4 + 1, "I")]
    yield "too small", SIZE, "bytes", [m.field(16, 247, "I")]
    yield "too large", SIZE, "bytes", [m.field(16, (4 << 20) + 1, "I")]
    yield "an unknown flag", VERSION, "flags", [m.field(20, 4, "I")]
    for table, name, most in ((PARTS, "parts", 64), (RANGES, "ranges", 65536),
                              (FILLS_AT, "fills", 64), (COPIES, "copies", 16)):
        start = m.image.number(m.at + table, "I")
        yield (f"too many {name}", SIZE, name,
               [m.field(table + 4, most + 1, "I")])
        yield (f"{name} in the header", SIZE, name, [m.field(table, 240, "I")])
        yield (f"{name} at an odd place", SIZE, name,
               [m.field(table, start + 4, "I")])
        yield (f"{name} behind the manifest", SIZE, name,
               [m.field(table, 2**32 - 8, "I")])
        yield (f"{name} over the manifest's end", SIZE, name,
               [m.field(table, m.image.number(m.at + 16, "I") - 8, "I")])
    for value in (0, 4):
        yield (f"policy {value}", POLICY, "policy",
               [m.field(232, value, "I"), m.field(236, value, "I")])
    yield "two policies", POLICY, "policy_twin", [m.field(236, 3, "I")]


def ranges(m: Manifest) -> Iterator[Rule]:
    first = m.number(RANGES, 0, START)
    yield ("a part without a name", RANGE, "parts",
           [m.entry(PARTS, 1, 0, 0, "B")])
    yield ("a name without an end", RANGE, "parts",
           [(m.place(PARTS, 0), b"x" * 24)])
    yield ("a part's flag", VERSION, "parts", [m.entry(PARTS, 1, 68, 1, "I")])
    yield ("a range's flag", VERSION, "ranges",
           [m.entry(RANGES, 0, 52, 4, "I")])
    yield ("a range of no part", RANGE, "ranges",
           [m.entry(RANGES, 0, 48, m.count(PARTS), "I")])
    yield "an empty range", RANGE, "ranges", [m.entry(RANGES, 0, BYTES, 0)]
    yield ("a range that wraps", RANGE, "ranges",
           [m.entry(RANGES, 0, BYTES, MOST)])
    yield ("a range in the purgatory", RANGE, "ranges",
           [m.entry(RANGES, 0, START, m.base)])
    yield ("a range in the manifest", RANGE, "ranges",
           [m.entry(RANGES, 0, START, m.at + 8)])
    yield ("ranges that overlap", ORDER, "ranges",
           [m.entry(RANGES, 1, START, first)])
    yield ("ranges out of order", ORDER, "ranges",
           [m.entry(RANGES, 1, START, first - 65536)])
    yield "a log's flag", VERSION, "log", [m.field(228, 2, "I")]
    yield "a small log", LOG, "log", [m.field(224, 4095, "I")]
    yield ("a log at an odd place", LOG, "log",
           [m.field(216, m.image.number(m.at + 216) + 4)])
    yield "a log that wraps", LOG, "log", [m.field(216, MOST - 7)]
    yield "a log in the purgatory", LOG, "log", [m.field(216, m.base)]
    yield "a log over a range", LOG, "log", [m.field(216, first)]


def writes(m: Manifest) -> Iterator[Rule]:
    """Each of the two copies, and the fill, against all that is needed."""
    fill, size = m.number(FILLS_AT, 0, START), m.number(FILLS_AT, 0, BYTES)
    kernel = m.number(RANGES, 0, START)
    log = m.image.number(m.at + 216)
    one, two = (m.number(COPIES, i, DESTINATION) for i in (0, 1))
    source = m.number(COPIES, 0, SOURCE)
    yield "a fill's flag", VERSION, "fills", [m.entry(FILLS_AT, 0, 16, 2, "I")]
    yield "an empty fill", FILLS, "fills", [m.entry(FILLS_AT, 0, BYTES, 0)]
    yield ("a fill that wraps", FILLS, "fills",
           [m.entry(FILLS_AT, 0, BYTES, MOST)])
    for where, at in (("the purgatory", m.base), ("a range", kernel),
                      ("the log", log)):
        yield (f"a fill over {where}", FILLS, "fills",
               [m.entry(FILLS_AT, 0, START, at)])
        yield (f"a copy over {where}", COPY, "copies",
               [m.entry(COPIES, 0, DESTINATION, at)])
    yield "a copy's flag", VERSION, "copies", [m.entry(COPIES, 1, 24, 4, "I")]
    yield "an empty copy", COPY, "copies", [m.entry(COPIES, 0, 16, 0)]
    yield ("a copy from memory that wraps", COPY, "copies",
           [m.entry(COPIES, 0, SOURCE, MOST - 8)])
    yield ("a copy to memory that wraps", COPY, "copies",
           [m.entry(COPIES, 0, DESTINATION, MOST - 8)])
    yield ("a copy onto itself", COPY, "copies",
           [m.entry(COPIES, 0, DESTINATION, source + 8)])
    yield ("a copy of what a fill loses", COPY, "copies",
           [m.entry(COPIES, 0, SOURCE, fill + size - 8)])
    yield ("a copy over a fill", COPY, "copies",
           [m.entry(COPIES, 0, DESTINATION, fill + size - 8)])
    yield ("two copies to one place", COPY, "copies",
           [m.entry(COPIES, 1, DESTINATION, one + 8)])
    yield ("a copy of another one", COPY, "copies",
           [m.entry(COPIES, 1, SOURCE, one + 8)])
    yield ("a copy over another's source", COPY, "copies",
           [m.entry(COPIES, 1, DESTINATION, source + 8)])
    assert one != two


def handoff(m: Manifest, arch: int) -> Iterator[Rule]:
    log = m.image.number(m.at + 216)
    yield ("a handoff's flag", VERSION, "handoff", [m.field(108, 2, "I")])
    yield ("another machine's handoff", HANDOFF, "handoff.protocol",
           [m.field(104, arch % 3 + 1, "I"),
            m.field(120, m.number(RANGES, 0, START))])
    yield ("a handoff of drop-ins", HANDOFF, "handoff.protocol",
           [m.field(104, 5, "I")])
    yield ("an entry in no range", HANDOFF, "handoff.entry",
           [m.field(112, log)])
    yield ("an entry at the end of everything", HANDOFF, "handoff.entry",
           [m.field(112, MOST)])
    yield ("an entry that is not verified", HANDOFF, "handoff.entry",
           [m.entry(RANGES, i, 52, SKIP, "I") for i in range(m.count(RANGES))])
    # An image's: its flags, its work area, and no writes beside.
    image = [m.field(104, 5 + arch, "I"), m.field(128, log + 0x200000),
             m.field(136, 0xF000), m.field(144, 0)]
    yield ("an image's flag", VERSION, "handoff.args",
           [*image, m.field(144, 8)])
    yield ("an image's work area in the log", HANDOFF, "handoff.args",
           [*image, m.field(128, log)])
    yield ("a small work area", HANDOFF, "handoff.args",
           [*image, m.field(136, 0xEFFF)])
    yield ("an image with a fill", HANDOFF, "handoff.args",
           [*image, m.field(COPIES + 4, 0, "I")])
    if arch == 4:
        return  # no arguments; and where anything is, its swap's rules say
    yield "parameters in no range", HANDOFF, "handoff.args", [m.field(120, 0)]
    yield ("relative parameters in no range", HANDOFF, "handoff.args",
           [m.field(108, ARG0, "I")])
    yield ("a swap, which this machine has not", SWAP, "swap_bytes",
           [m.field(88, 0x10000000), m.field(96, 0x1000)])


def reach(m: Manifest, arch: int) -> Iterator[Rule]:
    last = m.count(RANGES) - 1
    if arch != 4:  # there they lie outside of what is exchanged
        yield ("a range in no memory", UNREACHABLE, "ranges",
               [m.entry(RANGES, last, START, NO_MEMORY)])
        yield ("a fill in no memory", UNREACHABLE, "fills",
               [m.entry(FILLS_AT, 0, START, NO_MEMORY)])
        yield ("a copy to no memory", UNREACHABLE, "copies",
               [m.entry(COPIES, 0, DESTINATION, NO_MEMORY)])
        yield ("a log in no memory", UNREACHABLE, "log",
               [m.field(216, NO_MEMORY)])
    yield ("a copy from no memory", UNREACHABLE, "copies",
           [m.entry(COPIES, 0, SOURCE, NO_MEMORY)])


def swap(m: Manifest) -> Iterator[Rule]:
    """An s390x crash region, and what lies outside of it."""
    start, size = (m.image.number(m.at + at) for at in (88, 96))
    yield ("a swap that wraps", SWAP, "swap_bytes",
           [m.field(88, MOST - 4095), m.field(96, 8192)])
    yield "a swap from an odd place", SWAP, "swap_start", [
        m.field(88, start + 1)]
    yield "a swap of odd size", SWAP, "swap_bytes", [m.field(96, size - 1)]
    yield ("a swap of halves that overlap", SWAP, "swap_start",
           [m.field(96, start + 4096)])
    yield "a small swap", SWAP, "swap_bytes", [m.field(96, 4096)]
    yield ("a purgatory where the lowcore comes", SWAP, "image",
           [m.field(88, m.base - 4096)])
    yield ("a range that stays", SWAP, "ranges",
           [m.entry(RANGES, m.count(RANGES) - 1, START, start + size - 8)])
    yield ("a fill that stays", SWAP, "fills",
           [m.entry(FILLS_AT, 0, START, start + size - 8)])
    yield ("a copy that stays", SWAP, "copies",
           [m.entry(COPIES, 0, DESTINATION, start + size - 8)])
    yield "a log that stays", SWAP, "log", [m.field(216, start + size - 4096)]
    yield ("an entry beyond what is exchanged", HANDOFF, "handoff.entry",
           [m.field(112, size)])


def judge(again: Again, status: int, where: str, changes: list[Change]
          ) -> None:
    how, value, said = again.once(*changes)
    assert how == "stop", (how, hex(value), said)
    assert value == status, (value, said)
    assert re.search(rf"^purgatorio: manifest: {re.escape(where)}\[\d+\] 0x",
                     said, re.M), said
    assert f"EXIT: STATUS={status}\n" in said, said


def good(again: Again) -> None:
    how, value, said = again.once()
    assert how == "on", (how, hex(value), said)
    assert "manifest" not in said and "EXIT" not in said, said
    if again.target.moved:
        again.end()  # the halves have changed places


def main(name: str, more: Sequence[tuple[str, Callable[[Again], None]]] = ()
         ) -> int:
    target = whole(TARGETS[name])
    target.prepare(scratch_folder())
    again = Again(target)
    m = Manifest(target)
    rules = [*header(m, target.arch), *ranges(m), *writes(m),
             *handoff(m, target.arch), *reach(m, target.arch),
             *(swap(m) if target.moved else ())]

    def broken(status: int, where: str, changes: list[Change]
               ) -> Callable[[], None]:
        return lambda: judge(again, status, where, changes)

    tests: list[tuple[str, Callable[[], str | None]]] = [
        ("no rule broken: it goes on", lambda: good(again))]
    tests += [(text, broken(status, where, changes))
              for text, status, where, changes in rules]
    tests += [(text, lambda test=test: test(again))  # type: ignore[misc]
              for text, test in more]
    tests.append(("and again", lambda: good(again)))
    try:
        return tap(tests)
    finally:
        again.end()
