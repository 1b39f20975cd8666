#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The test bed itself: each of its checks fails when what it checks is
wrong. Memory is broken by the gdb stub after the capture kernel is up."""

from __future__ import annotations

from typing import Callable

import cycle
import guests
import manifest
from gdbstub import Gdb
from qemu import Failure
from tap import Tap, need

SECONDS = 120


def fails(check: Callable[[], object], word: str) -> None:
    try:
        check()
    except Failure as failure:
        need(word in str(failure), f"it failed for another reason: {failure}")
        return
    raise Failure("it did not fail")


def flip(gdb: Gdb, address: int) -> None:
    gdb.stop()
    gdb.flip(address, 3)
    gdb.go()


def main() -> None:
    tap = Tap()
    run = cycle.start(guests.build(), "bed", gdb=True)
    with run.machine as machine:
        machine.ready("first", SECONDS)
        gdb = Gdb(machine)
        run.leave_marks()
        with tap.check("a command that fails in the guest is a failure"):
            fails(lambda: machine.must("exit 3"), "ended with 3")
        with tap.check("no purgatory is found where none is loaded"):
            fails(lambda: manifest.read(machine), "no purgatory")
        run.load("purgatorio")
        loaded = manifest.read(machine)
        run.crash()
        run.captured(SECONDS)
        with tap.check("all is well before anything is broken"):
            run.check_core()
            run.check_marker()
            run.check_low_memory()
        with tap.check("the capture kernel has overwritten low memory, so that "
                       "only the backup can be right"):
            now = machine.must(f"witness read /proc/kcore {cycle.LOW_START} "
                               f"{cycle.LOW_BYTES} | sha256sum").split()[0]
            need(now != run.marks.low_sha256, "it has not")
        with tap.check("a marker with one flipped bit is noticed"):
            flip(gdb, run.marks.address + 100)
            fails(run.check_marker, "does not hold")
            flip(gdb, run.marks.address + 100)
            run.check_marker()
        with tap.check("low memory comes from the backup: a flipped bit there "
                       "is noticed"):
            (source, destination, _), = loaded.backups
            flip(gdb, destination + 0x5000 - source)
            fails(run.check_low_memory, "640 KB")
        with tap.check("a core that is none is noticed"):
            status, text = machine.run("witness headers /bin/busybox 2>&1")
            need(status == 1 and "not an ELF core" in text, text)
            status, text = machine.run("witness read /proc/vmcore "
                                       "0xffff00000000 16 2>&1")
            need(status == 1 and "has no address" in text, text)
        with tap.check("a machine that ends without power-off is noticed"):
            machine.send("reboot -f")
            fails(run.power_off, "did not power off")
    tap.finish()


if __name__ == "__main__":
    main()
