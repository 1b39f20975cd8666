#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The whole crash cycle of Debian's stock ppc64le kernel: under a hypervisor's
firmware (pseries, SLOF) with the radix and the hash MMU, and on bare metal
(powernv, skiboot; with 1 CPU in test_ppc64be); and how many instructions the
purgatory takes, against kexec-tools'."""

from __future__ import annotations

import re
from typing import Callable

import cycle
import guests
from arch import PPC64
from counting import Counter
from qemu import Machine
from tap import Tap, need
from test_cycle import SECONDS, whole_cycle

# "at least 6.5 times fewer"; as a drop-in, with one digest over everything,
# "2.2 on ppc64le"
FEWER, FEWER_INSIDE = 6.5, 2.2
# For the disk, which every machine here has.
PHB = ["-device", "pnv-phb,index=0,id=phb0",
       "-device", "pnv-phb-root-port,bus=phb0,id=port0"]

RADIX = "grep -q 'MMU.*: Radix' /proc/cpuinfo"
HASH = "grep -q 'MMU.*: Hash' /proc/cpuinfo"


def window(loader: str, text: str) -> tuple[int, int]:
    """Where @loader's debug output says that its purgatory lies."""
    if loader == "purgatorio":
        found = re.search(r"^  (0x\w+)  (0x\w+) .* purgatory$", text, re.M)
        need(found, f"no segment \"purgatory\":\n{text}")
        assert found
        return int(found[1], 16), int(found[2], 16)
    entry = re.search(r"^kexec_load: entry = (0x\w+)", text, re.M)
    need(entry, f"no entry:\n{text}")
    assert entry
    at = int(entry[1], 16)
    segments = [tuple(int(x, 16) for x in found) for found in re.findall(
        r"\.mem +=? *(0x\w+)\nsegment\[\d+\]\.memsz *= *(0x\w+)", text)]
    (low, size), = (s for s in segments if s[0] <= at < s[0] + s[1])
    return low, low + size


def count(loader: str,
          then: Callable[[Machine], None] = lambda _: None) -> int:
    """Instructions in @loader's purgatory, which runs in real mode: nothing
    else of the two kernels has such addresses. @then: in the capture kernel.
    """
    counter = Counter(f"ppc64-{loader}")
    run = cycle.start(guests.build(arch=PPC64), f"ppc64-count-{loader}",
                      extra=counter.options)
    with run.machine as machine:
        machine.ready("first", SECONDS)
        if loader == "retrofitted":
            machine.must(cycle.RETROFIT, 60)
        text = machine.must(
            cycle.load_command(loader, PPC64.capture, "-d") + " 2>&1", 60)
        counter.window(*window(loader, text))
        run.crash()
        run.captured(2 * SECONDS)
        then(machine)
    run.dump_file.unlink()
    return counter.count


def powernv(cpus: int) -> None:
    """OPAL has one console: the guests work alone (guest/alone.sh)."""
    run = cycle.start(guests.build(arch=PPC64), f"ppc64-powernv{cpus}",
                      append=PPC64.first + " rdinit=/bin/alone", cpus=cpus,
                      qemu=["qemu-system-ppc64", "-machine", "powernv9", *PHB],
                      control=[])
    with run.machine as machine:
        low = machine.expect(r"@first (\w{64})", 2 * SECONDS)[1]
        machine.expect("purgatorio: entering the next kernel", SECONDS)
        found = machine.expect(r"@captured (\w{64})", 2 * SECONDS)[1]
        need(found == low, f"low memory was {low} and is {found}")
        for step in ("verify", "copy", "handoff"):
            machine.expect(rf"^\s*{step}\s+OK\s", SECONDS)
    run.dump_file.unlink()


def normal() -> None:
    """-l and -e: the next kernel moves itself to 0 and finds its words."""
    run = cycle.start(guests.build(arch=PPC64), "ppc64-normal")
    with run.machine as machine:
        machine.ready("first", SECONDS)
        machine.must("purgatorio load -l /boot/vmlinuz "
                     "--initrd=/boot/capture.img "
                     f"--append='console={PPC64.console} quiet again'", 60)
        machine.send("purgatorio load -e")
        machine.ready("first", SECONDS)
        machine.must("grep -qw again /proc/cmdline")
        machine.must("test $(cat /sys/kernel/kexec_crash_size) = 0")
    run.dump_file.unlink()


def main() -> None:
    tap = Tap()
    with tap.check("pseries, radix, 1 CPU"):
        whole_cycle("ppc64-radix", arch=PPC64, before=RADIX)
    with tap.check("pseries, radix, 4 CPUs"):
        whole_cycle("ppc64-cpus4", arch=PPC64, cpus=4,
                    before=RADIX + " && [ $(nproc) = 4 ]")
    with tap.check("pseries, hash, 1 CPU"):
        whole_cycle("ppc64-hash", arch=PPC64, before=HASH,
                    append=PPC64.first + " disable_radix")
    with tap.check("pseries, hash, 4 CPUs, a CPU without radix"):
        whole_cycle("ppc64-power8", arch=PPC64, cpu="power8", cpus=4,
                    before=HASH + " && [ $(nproc) = 4 ]")
    with tap.check("powernv, skiboot, 4 CPUs"):
        powernv(4)
    with tap.check("pseries, a normal load"):
        normal()
    with tap.check(f"{FEWER} times fewer instructions than kexec-tools"):
        ours, theirs = count("purgatorio"), count("kexec")
        tap.note(f"{ours:,} against {theirs:,}, ratio {theirs / ours:.1f}")
        need(ours > 10_000_000, "that is not all of the digest")
        need(theirs / ours >= FEWER, f"only {theirs / ours:.2f} times fewer")
    with tap.check(f"{FEWER_INSIDE} times fewer when it is inside of kexec"):
        inside = count("retrofitted")
        tap.note(f"{inside:,} against {theirs:,}, ratio {theirs / inside:.2f}")
        need(theirs / inside >= FEWER_INSIDE,
             f"only {theirs / inside:.2f} times fewer")
    tap.finish()


if __name__ == "__main__":
    main()
