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
from arch import ARM64, X86_64, Arch
from counting import Counter
from gdbstub import Gdb
from guests import BUILD
from tap import Tap, need

# "at least 5 times fewer with portable C alone"
FEWER = 5
# With AVX2, how many depends on how well the ranges fill the lanes.
FEWER_AVX2 = 20
SHANI, AVX2, BACKENDS = 1, 2, 7  # PG_FEATURE_X86_*
# "at least 14 times fewer"
FEWER_ARM64 = 14


@dataclass
class Target:
    """Where a loader has put what we count: [low, high), and the next
    kernel's entry, where counting ends."""

    low: int
    high: int
    kernel: int


def by_kexec(machine: qemu.Machine, arch: Arch,
             loader: str = "kexec") -> Target:
    """Loads with kexec-tools; what its debug output says."""
    text = machine.must(cycle.load_command(loader, arch.capture, "-d"), 240)
    entry = re.search(r"^kexec_load: entry = (0x[0-9a-f]+)", text, re.M)
    segments = [tuple(int(x, 16) for x in found) for found in re.findall(
        r"\.mem +=? *(0x[0-9a-f]+)\nsegment\[\d+\]\.memsz *= *(0x[0-9a-f]+)",
        text)]
    need(entry and len(segments) >= 4, f"cannot read kexec's output:\n{text}")
    assert entry
    at = int(entry[1], 16)
    (low, size), = (s for s in segments if s[0] <= at < s[0] + s[1])
    # The kernel is the segment with the most memory; on x86, startup_64
    # follows (Documentation/arch/x86/boot.rst, 64-bit boot protocol).
    kernel = max(segments, key=lambda s: s[1])[0] + arch.entry_offset
    return Target(low, low + size, kernel)


def by_purgatorio(machine: qemu.Machine, arch: Arch) -> Target:
    machine.must(cycle.load_command("purgatorio", arch.capture), 60)
    loaded = manifest.read(machine)
    return Target(loaded.image, loaded.manifest + loaded.manifest_bytes,
                  loaded.entry)


def count(machine: qemu.Machine, arch: Arch, counter: Counter,
          target: Target) -> int:
    """Crashes; the instructions up to the next kernel's first."""
    gdb = Gdb(machine, arch.name)
    counter.window(target.low, target.high)
    gdb.stop()
    gdb.breakpoint(target.kernel)
    gdb.go()
    machine.send("echo c >/proc/sysrq-trigger")
    registers = gdb.wait(300)
    need(registers["pc"] == target.kernel,
         f"stopped at {registers['pc']:#x}, not at {target.kernel:#x}")
    gdb.clear(target.kernel)
    return counter.count


def measure(tap: Tap, newer: bool, loaders: dict,
            arch: Arch = X86_64, cpu: str = "",
            uses: int | None = None, test: str = "counts") -> dict[str, int]:
    """The counts by loader, of one boot. @uses: the backends' features that
    the purgatory, the last of @loaders, must have found. @test: who counts;
    two may at a time."""
    name = f"{test}-newer" if newer else test
    name += f"-{arch.name}"
    command = qemu.newer() if newer else list(arch.qemu)
    state = BUILD / "tests" / f"{name}.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(state),
                    "4G"], check=True)
    counter = Counter(name, newer)
    extra = ["-drive", f"if=none,id=state,format=qcow2,cache=unsafe,"
             f"file={state}", "-snapshot"]
    run = cycle.start(guests.build(arch=arch), name, gdb=True, qemu=command,
                      extra=extra + counter.options,
                      cpu=cpu or arch.cpu)
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
            counts[loader] = count(machine, arch, counter,
                                   load(machine, arch))
            tap.note(f"{arch.name}, {loader}"
                     f"{', QEMU with SHA-NI' if newer else ''}"
                     f"{f', -cpu {cpu}' if cpu else ''}: "
                     f"{counts[loader]:,} instructions")
        if uses is not None:
            features = re.findall(r"CPU features (0x[0-9a-f]+)",
                                  machine.console.text)
            need(features and int(features[-1], 16) & BACKENDS == uses,
                 f"the purgatory found other features: {features}")
    state.unlink()
    return counts


def main() -> None:
    tap = Tap()
    counts: dict[str, int] = {}
    portable = f"portable C: {FEWER} times fewer than kexec-tools"
    with tap.check(portable):
        counts = measure(tap, False, {"kexec-tools": by_kexec,
                                      "purgatorio": by_purgatorio},
                         cpu="max,avx2=off", uses=0)
        ratio = counts["kexec-tools"] / counts["purgatorio"]
        tap.note(f"ratio {ratio:.1f}")
        need(ratio >= FEWER, f"only {ratio:.2f} times fewer")
    with tap.check(f"AVX2: {FEWER_AVX2} times fewer than kexec-tools"):
        lanes = measure(tap, False, {"purgatorio": by_purgatorio}, uses=AVX2)
        need(counts, "there is no count to compare with")
        ratio = counts["kexec-tools"] / lanes["purgatorio"]
        tap.note(f"ratio {ratio:.1f}")
        need(ratio >= FEWER_AVX2, f"only {ratio:.2f} times fewer")
    with tap.check("SHA-NI: fewer than portable C"):
        fast = measure(tap, True, {"purgatorio": by_purgatorio},
                       uses=SHANI | AVX2)
        need(counts, "there is no count to compare with")
        tap.note(f"ratio to kexec-tools "
                 f"{counts['kexec-tools'] / fast['purgatorio']:.1f}, to "
                 f"portable C {counts['purgatorio'] / fast['purgatorio']:.1f}")
        need(fast["purgatorio"] < counts["purgatorio"], "no, more")
    with tap.check(f"arm64: {FEWER_ARM64} times fewer than kexec-tools"):
        arm64 = measure(tap, False, {"kexec-tools": by_kexec,
                                     "purgatorio": by_purgatorio}, ARM64)
        ratio = arm64["kexec-tools"] / arm64["purgatorio"]
        tap.note(f"ratio {ratio:.1f}")
        need(ratio >= FEWER_ARM64, f"only {ratio:.2f} times fewer")
    tap.finish()


if __name__ == "__main__":
    main()
