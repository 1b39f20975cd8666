#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A capture image, loaded by a stock kexec as if it were a kernel, by either
system call: the crash, and what the capture kernel sees."""

from __future__ import annotations

import cycle
import images
from qemu import Failure
from tap import Tap, need

SECONDS = 180
# "kexec -c" is kexec_load(2), "kexec -s" kexec_file_load(2).
WAYS = {"kexec -c": "kexec -c -p", "kexec -s": "kexec -s -p",
        "purgatorio load": "purgatorio load -p"}


def crash(tap: Tap, run: cycle.Cycle, way: str, where: str = "") -> None:
    machine = run.machine
    with tap.check(f"{way}: a crash, through the image, to the dead kernel's "
                   f"memory{where}"):
        run.again()
        machine.must(f"{WAYS[way]} /boot/image", 60)
        loaded = machine.must("cat /sys/kernel/kexec_crash_loaded")
        need(loaded == "1\n", "the kernel says that nothing is loaded")
        run.crash()
        machine.expect(r"purgatorio: verify: .*\n", 60)
        if where:
            machine.expect("purgatorio: entering the next kernel at "
                           r"0x[1-9a-f]\w{8}\n", 60)
        if run.captured(SECONDS) != run.guest.release:
            raise Failure("wrong kernel")
        words = machine.must("cat /proc/cmdline").split()
        need("panic=5" in words, f"not the image's command line: {words}")
        need(any(w.startswith("elfcorehdr=") for w in words),
             f"kexec's elfcorehdr= is lost: {words}")
        run.check_core()
        run.check_marker()
        # kexec_file_load(2) keeps the first MiB out of the core header
        # (Linux's arch/x86/kernel/crash.c, elf_header_exclude_ranges()).
        if way != "kexec -s":
            run.check_low_memory()


def flipped(tap: Tap, run: cycle.Cycle, way: str, name: str) -> None:
    machine = run.machine
    with tap.check(f"{way}: a flipped bit in {name} is refused by its name"):
        run.again()
        machine.must(f"{WAYS[way]} /boot/bad", 60)
        run.crash()
        machine.expect(rf'purgatorio: part "{name}" is wrong', 60)
        machine.expect(r"purgatorio: EXIT: STATUS=15\n", 20)
        machine.expect(r"purgatorio: policy: stop\n", 20)


def refused_by_load(tap: Tap, run: cycle.Cycle) -> None:
    with tap.check("purgatorio load: a flipped bit is refused before it is "
                   "loaded"):
        run.again()
        status, said = run.machine.run("purgatorio load -p /boot/bad", 60)
        need(status == 1 and "initrd: range" in said and "E_DIGEST" in said,
             f"it ended with {status}: {said}")


def main() -> None:
    tap = Tap()
    guest = images.build()
    image = images.pack(guest, "kexec", append=cycle.CAPTURE + " panic=5")
    guest = images.in_guest(guest, image=image,
                            bad=images.flip(image, "initrd"))
    with cycle.kept(guest, "image-kexec", SECONDS) as run:
        for way in "kexec -s", "purgatorio load":
            crash(tap, run, way)
        flipped(tap, run, "kexec -s", "initrd")
        refused_by_load(tap, run)
    with cycle.kept(guest, "image-kexec-high", SECONDS, memory="6G",
                    append=cycle.FIRST.replace(
                        "crashkernel=256M",
                        "crashkernel=256M,high crashkernel=72M,low")) as run:
        crash(tap, run, "kexec -c", ", above 4 GiB")
        flipped(tap, run, "kexec -c", "initrd")
    tap.finish()


if __name__ == "__main__":
    main()
