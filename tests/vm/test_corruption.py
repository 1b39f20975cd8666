#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""One bit of the loaded parts is turned over in a real machine, between
loading and the crash: the purgatory names the part, the range and both
digests, and does what the policy says.

    tests/vm/test_corruption.py [ARCH...]

With FLIPS=N in the environment, N random ones more (flips.py).
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
from pathlib import Path

import cycle
import flips
import guests
import manifest
from arch import ALL, Arch
from gdbstub import Gdb
from guests import BUILD
from manifest import Loaded, Range
from qemu import Failure, Machine
from tap import Tap, need

E_SELF, E_DIGEST = 14, 15

# Parts of one range.
SMALL = {"x86_64": ("boot_params", "cmdline", "elfcorehdr"),
         "arm64": ("dtb", "elfcorehdr"),
         "ppc64": ("dtb", "elfcorehdr")}
# Interrupts that cannot come, by `info registers`.
DAIF = 0x3C0  # PSTATE: all four masked
# Where a CPU waits that was stopped.
WAITS = {"arm64": "pg_arch_stop", "ppc64": "pg_ppc64_halt"}


class Bed:
    """One machine, put back to just after loading before every crash."""

    def __init__(self, machine: Machine, arch: Arch) -> None:
        self.machine, self.arch = machine, arch
        self.gdb = Gdb(machine, arch.name)
        self.loaded: dict[str, Loaded] = {}

    def load(self, policy: str) -> None:
        m = self.machine
        m.must(cycle.load_command("purgatorio", self.arch.capture,
                                  f"--on-mismatch={policy}"), 60)
        self.loaded[policy] = manifest.read(m)
        error = m.monitor(f"savevm {policy}")
        need(not error, error)

    def crash_with(self, policy: str, address: int, bit: int) -> None:
        """Goes back, turns the bit over by the gdb stub, crashes."""
        m = self.machine
        error = m.monitor(f"loadvm {policy}")
        need(not error, error)
        m.console.seen = len(m.console.text)
        m.control.seen = len(m.control.text)
        self.gdb.stop()
        self.gdb.flip(address, bit)
        self.gdb.go()
        m.send("echo c >/proc/sysrq-trigger")

    def said(self, pattern: str, seconds: float = 30) -> str:
        """Waits for a line of the purgatory; all it said up to there."""
        m = self.machine
        start = m.console.seen
        m.expect(pattern, seconds)
        return "\n".join(
            line for line in m.console.text[start:].splitlines()
            if line.startswith("purgatorio: ") or line.startswith("  "))

    def halted(self) -> bool:
        """Does the CPU wait in pg_arch_stop() with interrupts off?"""
        m = self.machine
        for _ in range(40):
            m.pump(0.05)
            text = m.monitor("info registers")
            if self.arch.name == "x86_64":
                flags = re.search(r"(?:RFL|EFL)=([0-9a-f]+)", text)
                if "HLT=1" in text and flags and (
                        not int(flags[1], 16) & 0x200):
                    return True
                continue
            pc = re.search(r"(?:PC=|NIP )([0-9a-f]+)", text)
            stop = (self.loaded["stop"].image +
                    symbol(self.arch, WAITS[self.arch.name]))
            if pc and stop <= int(pc[1], 16) < stop + 64 and self.deaf(text):
                return True
        return False

    def deaf(self, text: str) -> bool:
        """Will no interrupt have an effect? On ppc64, those that wake it
        from the hypervisor are dismissed; it says so by having a status."""
        if self.arch.name == "ppc64":
            r31 = re.search(r"GPR28(?: [0-9a-f]{16}){3} ([0-9a-f]{16})", text)
            return bool(r31) and 0 < int(r31[1], 16) < 40
        flags = re.search(r"PSTATE=([0-9a-f]+)", text)
        return bool(flags) and int(flags[1], 16) & DAIF == DAIF


def judge(text: str, name: str, status: int) -> list[str]:
    """The common part of every report; the two digests."""
    need(f'"{name}"' in text, f"{name!r} is not named:\n{text}")
    digests = re.findall(r"(expected|computed) ([0-9a-f]{64})$", text, re.M)
    need([d[0] for d in digests] == ["expected", "computed"],
         f"not one pair of digests:\n{text}")
    need(f"EXIT: STATUS={status}" in text, f"wrong status:\n{text}")
    return [d[1] for d in digests]


def flip_in_range(bed: Bed, span: Range, offset: int, bit: int) -> None:
    """Policy stop; the report has the very numbers."""
    loaded = bed.loaded["stop"]
    address = span.start + offset
    bed.crash_with("stop", address, bit)
    text = bed.said("policy: stop")
    expected, computed = judge(text, span.part, E_DIGEST)
    where = f"[{span.start:#x}, {span.start + span.bytes:#x})"
    need(where in text, f"no {where}:\n{text}")
    need(expected == span.sha256, f"expected {span.sha256}:\n{text}")
    wanted = loaded.flipped_sha256(span, address, bit)
    need(computed == wanted, f"should compute {wanted}:\n{text}")
    need(bed.halted(), "the CPU is not halted with interrupts off")


def flip_in_purgatory(bed: Bed, address: int, bit: int, name: str) -> None:
    bed.crash_with("stop", address, bit)
    text = bed.said("policy: stop")
    expected, computed = judge(text, name, E_SELF)
    need(expected != computed, f"equal digests:\n{text}")
    need(bed.halted(), "the CPU is not halted with interrupts off")


def flip_anywhere(bed: Bed, run: cycle.Cycle, flip: flips.Flip) -> str:
    """A verdict of flips.py; Failure where it was silent or misnamed."""
    m = bed.machine
    # A reset must not end the machine.
    m.qmp("set-action", shutdown="pause")
    if flip.kind in bed.loaded["stop"].parts and flip.span:
        flip_in_range(bed, flip.span, flip.address - flip.span.start, flip.bit)
        return "detected"
    bed.crash_with("stop", flip.address, flip.bit)
    start = m.console.seen
    if flip.kind in flips.UNREAD:
        run.captured()
        need("is wrong" not in m.console.text[start:], "something was wrong")
        return "harmless"
    try:
        text = bed.said("policy: stop")
    except Failure as failure:
        # Broken code cannot always say so.
        need(flip.kind == "purgatory" and
             flips.ENTERED not in m.console.text[start:], str(failure))
        m.monitor("system_reset")
        return "dead"
    need(re.search(flips.NAMED[flip.kind], text), f"misnamed:\n{text}")
    need(flips.ENTERED not in text, f"entered all the same:\n{text}")
    return "detected"


def symbol(arch: Arch, name: str) -> int:
    """The offset of a function in the purgatory's image."""
    table = subprocess.run(["nm", str(arch.purgatory)], check=True, text=True,
                           stdout=subprocess.PIPE).stdout
    match = re.search(rf"^([0-9a-f]+) \w {name}$", table, re.M)
    if not match:
        raise Failure(f"purgatory.elf has no symbol {name}")
    return int(match[1], 16)


def stop_tests(tap: Tap, bed: Bed) -> None:
    loaded = bed.loaded["stop"]
    kernel, initrd = loaded.part("kernel"), loaded.part("initrd")
    with tap.check("the kernel's first byte"):
        flip_in_range(bed, kernel[0], 0, 0)
    with tap.check("the kernel's last byte"):
        flip_in_range(bed, kernel[-1], kernel[-1].bytes - 1, 7)
    with tap.check("the initrd's first byte"):
        flip_in_range(bed, initrd[0], 0, 3)
    with tap.check("the initrd's last byte"):
        flip_in_range(bed, initrd[-1], initrd[-1].bytes - 1, 0)
    for name in SMALL[bed.arch.name]:
        with tap.check(f"a byte of {name}"):
            (span,) = loaded.part(name)
            flip_in_range(bed, span, span.bytes // 3, 4)
    choose = random.Random()
    seed = choose.randrange(1 << 32)
    choose.seed(seed)
    for _ in range(3):
        span = choose.choice(kernel + initrd)
        offset, bit = choose.randrange(span.bytes), choose.randrange(8)
        with tap.check(f"a random bit of the {span.part} (seed {seed:#x}: "
                       f"{span.start + offset:#x} bit {bit})"):
            flip_in_range(bed, span, offset, bit)
    with tap.check("a digest in the manifest"):
        flip_in_purgatory(bed, loaded.digest_at + 5, 2, "manifest")
    with tap.check("the manifest's own digest"):
        flip_in_purgatory(bed, loaded.manifest + 24 + 31, 0, "manifest")
    with tap.check("the purgatory's code"):
        # Runs after the check: what runs before it cannot be relied upon.
        flip_in_purgatory(bed, loaded.image +
                          symbol(bed.arch, "pg_copy_memory"), 1,
                          "purgatory")
    with tap.check("the manifest's magic number: E_MAGIC"):
        bed.crash_with("stop", loaded.manifest, 0)
        text = bed.said("policy: stop")
        need("EXIT: STATUS=1\n" in text + "\n", text)
        need(bed.halted(), "the CPU is not halted with interrupts off")


def boot_test(tap: Tap, bed: Bed, run: cycle.Cycle) -> None:
    with tap.check("policy boot: it says so and enters the kernel"):
        # The last byte of a cpio archive is padding.
        span = bed.loaded["boot"].part("initrd")[-1]
        bed.crash_with("boot", span.start + span.bytes - 1, 6)
        text = bed.said("policy: boot anyway")
        need('"initrd" is wrong' in text and "E_DIGEST" in text, text)
        run.captured()
    with tap.check("policy boot: the capture kernel's log has the status"):
        log = bed.machine.must("purgatorio log")
        need("E_DIGEST" in log and '"initrd" is wrong' in log, log)


def reset_test(tap: Tap, bed: Bed) -> None:
    with tap.check("policy reset: the machine resets"):
        (span,) = bed.loaded["reset"].part("elfcorehdr")
        bed.crash_with("reset", span.start, 0)
        text = bed.said("policy: reset")
        judge(text, "elfcorehdr", E_DIGEST)
        bed.machine.ended(20)
        need(bed.machine.end_reason() == "guest-reset",
             f"it ended by {bed.machine.end_reason()}")


def corrupt(tap: Tap, arch: Arch) -> None:
    guest = guests.build(arch=arch)
    state = Path(BUILD / "tests" / f"corruption-{arch.name}.qcow2")
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(state),
                    "8G"], check=True)
    run = cycle.start(guest, f"corruption-{arch.name}", gdb=True, extra=[
        "-drive", f"if=none,id=state,format=qcow2,cache=unsafe,file={state}",
        "-snapshot"])
    with run.machine as machine:
        machine.ready("first", 120)
        bed = Bed(machine, arch)
        for policy in ("reset", "boot", "stop"):
            bed.load(policy)
        stop_tests(tap, bed)
        flips.campaign(tap, arch.name, bed.loaded["stop"],
                       lambda flip: flip_anywhere(bed, run, flip))
        machine.qmp("set-action", shutdown="poweroff")
        boot_test(tap, bed, run)
        reset_test(tap, bed)
    state.unlink()


def main() -> None:
    tap = Tap()
    for name in sys.argv[1:] or SMALL:
        tap.note(name)
        corrupt(tap, ALL[name])
    tap.finish()


if __name__ == "__main__":
    main()
