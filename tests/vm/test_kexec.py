#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The other ways in: `load -l` and `-e`, from one healthy kernel into the
next, and a capture image that was packed elsewhere."""

from __future__ import annotations

import re

import cycle
import guests
import manifest
from guests import INITRD, KERNEL
from qemu import Failure
from tap import Tap, need

SECONDS = 120


def normal(tap: Tap, guest: guests.Guest) -> None:
    """Boots the same kernel again by -l and -e, then once more."""
    load = (f"purgatorio load -l --reuse-cmdline --append=second {KERNEL} "
            f"--initrd={INITRD}")
    run = cycle.start(guest, f"kexec-{guest.arch.name}", cpus=2)
    with run.machine as machine:
        machine.ready("first", SECONDS)
        with tap.check("-l loads beside the running kernel"):
            machine.must(load, 60)
            loaded = machine.must("cat /sys/kernel/kexec_loaded")
            need(loaded == "1\n", "the kernel says that nothing is loaded")
        with tap.check("-u unloads it, and -l loads it again"):
            machine.must("purgatorio load -u")
            loaded = machine.must("cat /sys/kernel/kexec_loaded")
            need(loaded == "0\n", "it is still loaded")
            machine.must(load, 60)
        with tap.check("-e enters it, through the purgatory"):
            boots = machine.console.text.count("purgatorio: entering")
            machine.send("purgatorio load -e")
            machine.expect(r"purgatorio: verify: .*\n", 60)
            machine.ready("first", SECONDS)
            need(machine.console.text.count("purgatorio: entering") ==
                 boots + 1, "the purgatory did not speak")
            words = machine.must("cat /proc/cmdline").split()
            need("second" in words and "crashkernel=256M" not in words,
                 f"its command line is {words}")
        with tap.check("the next kernel sees all memory and CPUs"):
            total = re.search(r"MemTotal: +(\d+)",
                              machine.must("cat /proc/meminfo"))
            need(total and int(total[1]) > 900_000,
                 "less memory than the machine has")
            count = machine.must("grep -c ^processor /proc/cpuinfo").strip()
            need(count == "2", f"it has {count} CPUs")
    run.dump_file.unlink()


def image(tap: Tap, guest: guests.Guest) -> None:
    """An image of `pack` is a kernel to `load -p`; its digests stay."""
    run = cycle.start(guest, "kexec-image")
    with run.machine as machine, tap.check(
            "an image of `pack` captures, with the digests made at pack time"):
        machine.ready("first", SECONDS)
        run.leave_marks()
        machine.must(f"purgatorio pack -o /tmp/image -w 0x10000000+200M "
                     f"--append='{cycle.CAPTURE}' --initrd={INITRD} {KERNEL}",
                     60)
        machine.must("purgatorio load -p /tmp/image", 60)
        packed = machine.must("purgatorio inspect --json /tmp/image")
        wanted = set(re.findall(r"\"([0-9a-f]{64})\"", packed))
        for span in manifest.read(machine).part("initrd"):
            need(span.sha256 in wanted,
                 f"a digest that pack did not make: {span.sha256}")
        run.crash()
        if run.captured(SECONDS) != guest.release:
            raise Failure("wrong kernel")
        run.check_core()
        run.check_marker()
        run.check_low_memory()
    run.dump_file.unlink()


def main() -> None:
    tap = Tap()
    guest = guests.build()
    normal(tap, guest)
    image(tap, guest)
    tap.finish()


if __name__ == "__main__":
    main()
