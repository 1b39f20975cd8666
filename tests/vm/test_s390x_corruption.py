#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What was loaded is damaged in a living s390x machine, which then panics: the
first call names the part, the range and both digests, and the kernel, which
was told that it cannot capture, goes on with its panic. A bit, a page across
two ranges, the purgatory itself, and each policy. With FLIPS=N in the
environment, N random bits more (flips.py)."""

from __future__ import annotations

import contextlib
import random
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

import cycle
import flips
import guests
import manifest
from arch import S390X
from gdbstub import Gdb
from guests import BUILD
from manifest import Loaded, Range
from qemu import Failure, Machine
from tap import Tap, need
from test_corruption import E_DIGEST, E_SELF, judge, symbol

SECONDS = 120
BACK = "back to the kernel that asked"
PANIC = "Kernel panic - not syncing: sysrq"
MAGIC = 1  # E_MAGIC


def wait(machine: Machine, query: str, status: str) -> None:
    end = time.monotonic() + SECONDS
    while machine.qmp(query).get("status") != status:
        need(time.monotonic() < end, f"{query} does not say {status}")
        machine.pump(0.05)


@dataclass
class Bed:
    """A machine that has loaded with each policy, as a file that others begin
    from. Not by savevm: QEMU would keep a service signal that is pending, and
    give it to the machine that is put back."""

    guest: guests.Guest
    state: dict[str, Path]
    loaded: dict[str, Loaded]

    @contextlib.contextmanager
    def crash(self, policy: str,
              change: Callable[[Gdb], None]) -> Iterator[cycle.Cycle]:
        run = cycle.start(self.guest, "corruption-s390x", gdb=True, extra=[
            "-incoming", f"exec:cat {self.state[policy]}"])
        with run.machine as machine:
            wait(machine, "query-status", "running")
            gdb = Gdb(machine, S390X.name)
            gdb.stop()
            change(gdb)
            gdb.go()
            machine.send("echo c >/proc/sysrq-trigger")
            yield run


def prepare(policies: tuple[str, ...]) -> Bed:
    bed = Bed(guests.build(arch=S390X), {}, {})
    run = cycle.start(bed.guest, "corruption-s390x-load")
    with run.machine as machine:
        machine.ready("first", SECONDS)
        for policy in policies:
            machine.must(cycle.load_command(
                "purgatorio", S390X.capture, f"--on-mismatch={policy}"), 60)
            bed.loaded[policy] = manifest.read(machine)
            bed.state[policy] = BUILD / "tests" / f"s390x-{policy}.state"
            machine.qmp("migrate", uri=f"exec:cat>{bed.state[policy]}")
            wait(machine, "query-migrate", "completed")
            machine.qmp("cont")
    run.dump_file.unlink()
    return bed


def said(run: cycle.Cycle, pattern: str) -> str:
    """Waits for a line of the purgatory; all that it said up to there."""
    start = run.machine.console.seen
    run.machine.expect(pattern, SECONDS)
    return "\n".join(
        line for line in run.machine.console.text[start:].splitlines()
        if line.startswith(("purgatorio: ", "  ")))


def refused(bed: Bed, policy: str, change: Callable[[Gdb], None]) -> str:
    """What the purgatory said in the first call, after which the kernel
    panics as it would without a capture kernel."""
    with bed.crash(policy, change) as run:
        text = said(run, BACK)
        run.machine.expect(PANIC, SECONDS)
        run.machine.ended(SECONDS)
        need("entering the next kernel" not in run.machine.console.text,
             "the next kernel was entered")
    return text


def flip(bed: Bed, policy: str, span: Range, offset: int, bit: int) -> None:
    """The report has the very numbers, whatever the policy."""
    address = span.start + offset
    text = refused(bed, policy, lambda gdb: gdb.flip(address, bit))
    expected, computed = judge(text, span.part, E_DIGEST)
    where = f"[{span.start:#x}, {span.start + span.bytes:#x})"
    need(where in text, f"no {where}:\n{text}")
    need(expected == span.sha256, f"expected {span.sha256}:\n{text}")
    wanted = bed.loaded[policy].flipped_sha256(span, address, bit)
    need(computed == wanted, f"should compute {wanted}:\n{text}")


def flip_own(bed: Bed, address: int, name: str) -> None:
    text = refused(bed, "stop", lambda gdb: gdb.flip(address, 2))
    expected, computed = judge(text, name, E_SELF)
    need(expected != computed, "equal digests")


def overwrite(bed: Bed, spans: list[Range]) -> None:
    """A page that lies in two ranges: both are named."""
    first, second = spans
    text = refused(bed, "stop", lambda gdb: gdb.write(
        second.start - 2048, random.randbytes(4096)))
    named = re.findall(r"in range \d+ \[(0x[0-9a-f]+)", text)
    need([int(n, 16) for n in named] == [first.start, second.start],
         f"not the two:\n{text}")


def magic(bed: Bed) -> None:
    text = refused(bed, "stop", lambda gdb: gdb.flip(
        bed.loaded["stop"].manifest, 0))
    need(f"EXIT: STATUS={MAGIC}\n" in text, text)


def boot(bed: Bed) -> None:
    span = bed.loaded["boot"].part("initrd")[-1]
    with bed.crash("boot", lambda gdb: gdb.flip(
            span.start + span.bytes - 1, 6)) as run:
        said(run, "policy: boot anyway")
        run.captured(SECONDS)
        log = run.machine.must("purgatorio log")
        need("E_DIGEST" in log and '"initrd" is wrong' in log, log)


def flip_anywhere(bed: Bed, it: flips.Flip) -> str:
    """A verdict of flips.py; Failure where it was silent or misnamed."""
    if it.kind in bed.loaded["stop"].parts and it.span:
        flip(bed, "stop", it.span, it.address - it.span.start, it.bit)
        return "detected"
    with bed.crash("stop", lambda gdb: gdb.flip(it.address, it.bit)) as run:
        if it.kind in flips.UNREAD:
            run.captured(SECONDS)
            need("is wrong" not in run.machine.console.text,
                 "something was wrong")
            return "harmless"
        try:
            text = said(run, BACK)
        except Failure as failure:
            need(it.kind == "purgatory" and
                 flips.ENTERED not in run.machine.console.text, str(failure))
            return "dead"
        need(re.search(flips.NAMED[it.kind], text), f"misnamed:\n{text}")
        run.machine.expect(PANIC, SECONDS)
        run.machine.ended(SECONDS)
        need(flips.ENTERED not in run.machine.console.text,
             "the next kernel was entered")
    return "detected"


def tests(tap: Tap, bed: Bed) -> None:
    loaded = bed.loaded["stop"]
    kernel, initrd = loaded.part("kernel"), loaded.part("initrd")
    (parameters,) = loaded.part("parameters")
    for what, span, offset, bit in (
            ("the kernel's first byte", kernel[0], 0, 0),
            ("the kernel's last byte", kernel[-1], kernel[-1].bytes - 1, 7),
            ("the initrd's first byte", initrd[0], 0, 3),
            ("the initrd's last byte", initrd[-1], initrd[-1].bytes - 1, 0),
            ("the parameters", parameters, 0x481, 1)):
        with tap.check(what):
            flip(bed, "stop", span, offset, bit)
    seed = random.randrange(1 << 32)
    random.seed(seed)
    for _ in range(2):
        span = random.choice(kernel + initrd)
        offset, bit = random.randrange(span.bytes), random.randrange(8)
        with tap.check(f"a random bit of the {span.part} (seed {seed:#x}: "
                       f"{span.start + offset:#x} bit {bit})"):
            flip(bed, "stop", span, offset, bit)
    with tap.check("a page in two ranges of the kernel"):
        overwrite(bed, kernel[1:3])
    with tap.check("a digest in the manifest"):
        flip_own(bed, loaded.digest_at + 5, "manifest")
    with tap.check("the purgatory's code"):
        flip_own(bed, loaded.image + symbol(S390X, "pg_swap_memory"),
                 "purgatory")
    with tap.check("the manifest's magic number: E_MAGIC"):
        magic(bed)
    with tap.check("policy reset is the second call's: it is refused"):
        flip(bed, "reset", parameters, 0x400, 0)
    with tap.check("policy boot: it says so, enters the kernel, and the log "
                   "has the status"):
        boot(bed)


def main() -> None:
    tap = Tap()
    bed = prepare(("reset", "boot", "stop"))
    tests(tap, bed)
    flips.campaign(tap, S390X.name, bed.loaded["stop"],
                   lambda it: flip_anywhere(bed, it))
    for state in bed.state.values():
        state.unlink()
    (BUILD / "tests/log/corruption-s390x.dump").unlink()
    tap.finish()


if __name__ == "__main__":
    main()
