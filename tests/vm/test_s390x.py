#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The whole crash cycle of a small s390x kernel: all of the dead kernel's
memory, 128 MiB, changes places with the capture kernel's; a mismatch is the
answer to the first call; -l and -e."""

from __future__ import annotations

import re
import time
from typing import Callable

import cycle
import guests
from arch import S390X
from counting import Counter
from gdbstub import Gdb
from qemu import Machine
from tap import Tap, need
from test_cycle import SECONDS, whole_cycle

E_DIGEST = 15
CRASH = 128 << 20
# "at least 3 times fewer"; inside of kexec, with one digest and by C, but
# hashed once instead of twice
FEWER = 3
FEWER_INSIDE = 1.8
# The capture kernel runs at 0, in as much memory as was exchanged.
EXCHANGED = "grep -q '^00000000-07ffffff : System RAM' /proc/iomem"


def exchanged(cpus: int) -> None:
    """By hand, for what whole_cycle() does not look at."""
    guest = guests.build(arch=S390X)
    run = cycle.start(guest, f"s390x-{cpus}", cpus=cpus)
    with run.machine as machine:
        machine.ready("first", SECONDS)
        machine.must(f"[ $(nproc) = {cpus} ]")
        marks = run.leave_marks()
        need(marks.address < CRASH, f"the mark is at {marks.address:#x}, "
             "which is not exchanged")
        run.load("purgatorio")
        run.crash()
        run.captured(SECONDS)
        machine.must(EXCHANGED)
        core = run.check_core()
        need(core["ram"] == CRASH, f"/proc/vmcore has {core['ram']} bytes")
        run.check_marker()
        run.write_dump()
        run.power_off()
    run.dump_file.unlink()


def mismatch() -> None:
    """One bit of the loaded kernel: the first call refuses, and the kernel
    goes on with its panic."""
    guest = guests.build(arch=S390X)
    run = cycle.start(guest, "s390x-mismatch", gdb=True)
    with run.machine as machine:
        machine.ready("first", SECONDS)
        text = machine.must(cycle.load_command(
            "purgatorio", S390X.capture, "--debug"), 60)
        found = re.search(r"^ +0x([0-9a-f]+) .* kernel$", text, re.M)
        need(found, f"no kernel among the segments:\n{text}")
        assert found
        gdb = Gdb(machine, "s390x")
        gdb.stop()
        gdb.flip(int(found[1], 16) + 12345, 3)
        gdb.go()
        run.crash()
        machine.expect(r'purgatorio: part "kernel" is wrong', 30)
        machine.expect(f"EXIT: STATUS={E_DIGEST}", 30)
        machine.expect("Kernel panic - not syncing: sysrq", 30)
        machine.ended(60)
        need("entering the next kernel" not in machine.console.text,
             "the next kernel was entered")
    run.dump_file.unlink()


def replaced() -> None:
    """A normal load, entered through the purgatory in 31-bit mode."""
    run = cycle.start(guests.build(arch=S390X), "s390x-normal", reboot=True)
    with run.machine as machine:
        machine.ready("first", SECONDS)
        machine.must(f"purgatorio load -l {guests.KERNEL} "
                     f"--initrd={guests.INITRD} "
                     f"--append='{S390X.options} again=1'")
        machine.send("purgatorio load -e")
        machine.ready("first", SECONDS)
        machine.must("grep -q again=1 /proc/cmdline")
        need("purgatorio: entering the next kernel at 0x10000"
             in machine.console.text, "not by the purgatory")
        run.power_off()
    run.dump_file.unlink()


def counted(loader: str, then: Callable[[Machine], None] = lambda _: None
            ) -> tuple[int, float]:
    """Guest instructions in the crash region, where nothing but the purgatory
    runs, and seconds from the panic to the capture kernel's init. @then: in
    the capture kernel."""
    counter = Counter(f"s390x-{loader}")
    run = cycle.start(guests.build(arch=S390X), f"s390x-count-{loader}",
                      extra=counter.options)
    with run.machine as machine:
        machine.ready("first", SECONDS)
        if loader == "retrofitted":
            machine.must(cycle.RETROFIT, 60)
        run.load(loader)
        counter.window(CRASH, 2 * CRASH)
        begin = time.monotonic()
        run.crash()
        run.captured(SECONDS)
        seconds = time.monotonic() - begin
        then(machine)
    run.dump_file.unlink()
    return counter.count, seconds


def fewer(tap: Tap) -> None:
    counts = {}
    for loader in "kexec", "purgatorio", "retrofitted":
        counts[loader], seconds = counted(loader)
        tap.note(f"{loader}: {counts[loader]:,} instructions, panic to init "
                 f"{seconds:.2f} s")
    for loader, least in ("purgatorio", FEWER), ("retrofitted", FEWER_INSIDE):
        ratio = counts["kexec"] / counts[loader]
        tap.note(f"{loader}: ratio {ratio:.1f}")
        need(ratio >= least, f"only {ratio:.2f} times fewer")


def main() -> None:
    tap = Tap()
    with tap.check(f"{FEWER} times fewer instructions than kexec-tools, "
                   f"{FEWER_INSIDE} times inside of it"):
        fewer(tap)
    with tap.check("1 CPU: the log, a dump that crash reads"):
        whole_cycle("s390x", arch=S390X, dump=True)
    for cpus in 1, 4:
        with tap.check(f"{cpus} CPUs: all memory exchanged, a dump"):
            exchanged(cpus)
    with tap.check("a mismatch is the first call's answer"):
        mismatch()
    with tap.check("-l and -e"):
        replaced()
    with tap.check("the peer, kexec-tools, in the same bed"):
        whole_cycle("s390x-peer", arch=S390X, loader="kexec")
    tap.finish()


if __name__ == "__main__":
    main()
