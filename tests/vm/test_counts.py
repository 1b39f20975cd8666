#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How many guest instructions the purgatory runs from its entry to the next
kernel's, against kexec-tools' for the same kernel, initramfs and command line
in the same machine. The counts are exact: they do not depend on the host."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

import cycle
import guests
import manifest
import packages
import qemu
from counting import Counter
from gdbstub import Gdb
from guests import BUILD
from tap import Tap, need

# "at least 5 times fewer with portable C alone"
FEWER = 5


@dataclass
class Target:
    """Where a loader has put what we count: [low, high), and the next
    kernel's entry, where counting ends."""

    low: int
    high: int
    kernel: int


def by_kexec(machine: qemu.Machine) -> Target:
    """Loads with kexec-tools; what its debug output says."""
    text = machine.must(cycle.load_command("kexec", options="-d"), 60)
    entry = re.search(r"^kexec_load: entry = (0x[0-9a-f]+)", text, re.M)
    segments = [tuple(int(x, 16) for x in found) for found in re.findall(
        r"\.mem +=? *(0x[0-9a-f]+)\nsegment\[\d+\]\.memsz *= *(0x[0-9a-f]+)",
        text)]
    need(entry and len(segments) >= 4, f"cannot read kexec's output:\n{text}")
    assert entry
    at = int(entry[1], 16)
    (low, size), = (s for s in segments if s[0] <= at < s[0] + s[1])
    # The kernel is the segment with the most memory; startup_64 follows at
    # 0x200 (Documentation/arch/x86/boot.rst, 64-bit boot protocol).
    kernel = max(segments, key=lambda s: s[1])[0] + 0x200
    return Target(low, low + size, kernel)


def by_purgatorio(machine: qemu.Machine) -> Target:
    machine.must(cycle.load_command("purgatorio"), 60)
    loaded = manifest.read(machine)
    return Target(loaded.image, loaded.manifest + loaded.manifest_bytes,
                  loaded.entry)


def count(machine: qemu.Machine, counter: Counter, target: Target) -> int:
    """Crashes; the instructions up to the next kernel's first."""
    gdb = Gdb(machine)
    counter.window(target.low, target.high)
    gdb.stop()
    gdb.breakpoint(target.kernel)
    gdb.go()
    machine.send("echo c >/proc/sysrq-trigger")
    registers = gdb.wait(180)
    need(registers["rip"] == target.kernel,
         f"stopped at {registers['rip']:#x}, not at {target.kernel:#x}")
    gdb.clear(target.kernel)
    return counter.count


def measure(tap: Tap, newer: bool, loaders: dict) -> dict[str, int]:
    """The counts by loader, of one boot."""
    name = "counts-newer" if newer else "counts"
    command = qemu.newer() if newer else [qemu.QEMU]
    state = BUILD / "tests" / f"{name}.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(state),
                    "4G"], check=True)
    counter = Counter(name, newer)
    extra = ["-drive", f"if=none,id=state,format=qcow2,cache=unsafe,"
             f"file={state}", "-snapshot"]
    run = cycle.start(guests.build(), name, gdb=True, qemu=command,
                      extra=extra + counter.options)
    counts = {}
    with run.machine as machine:
        machine.ready("first", 120)
        error = machine.monitor("savevm booted")
        need(not error, error)
        for loader, load in loaders.items():
            error = machine.monitor("loadvm booted")
            need(not error, error)
            machine.control.seen = len(machine.control.text)
            machine.qmp("cont")
            counts[loader] = count(machine, counter, load(machine))
            tap.note(f"{loader}{', QEMU with SHA-NI' if newer else ''}: "
                     f"{counts[loader]:,} instructions")
        if newer:
            features = re.findall(r"CPU features (0x[0-9a-f]+)",
                                  machine.console.text)
            need(features and int(features[-1], 16) & 1,
                 f"the purgatory did not use SHA-NI: {features}")
    state.unlink()
    return counts


def main() -> None:
    tap = Tap()
    counts: dict[str, int] = {}
    portable = f"portable C: {FEWER} times fewer than kexec-tools"
    with tap.check(portable):
        counts = measure(tap, False, {"kexec-tools": by_kexec,
                                      "purgatorio": by_purgatorio})
        ratio = counts["kexec-tools"] / counts["purgatorio"]
        tap.note(f"ratio {ratio:.1f}")
        need(ratio >= FEWER, f"only {ratio:.2f} times fewer")
    with tap.check("SHA-NI: fewer than portable C"):
        fast = measure(tap, True, {"purgatorio": by_purgatorio})
        need(counts, "there is no count to compare with")
        tap.note(f"ratio to kexec-tools "
                 f"{counts['kexec-tools'] / fast['purgatorio']:.1f}, to "
                 f"portable C {counts['purgatorio'] / fast['purgatorio']:.1f}")
        need(fast["purgatorio"] < counts["purgatorio"], "no, more")
    tap.finish()


if __name__ == "__main__":
    main()
