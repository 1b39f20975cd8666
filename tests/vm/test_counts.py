#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How many guest instructions the purgatory runs from its entry to the next
kernel's, against kexec-tools' for the same kernel, initramfs and command line
in the same machine. The counts are exact: they do not depend on the host."""

from __future__ import annotations

import functools
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

# How many times fewer than kexec-tools: that hashes the memory of the kernel,
# 67 MB of which it reads 8, and the initramfs, at 53 instructions for each
# byte. So the larger the initramfs, the smaller is what is gained by hashing
# less. doc/x86_64.md says how low the instructions for a byte can come.
FEWER, FEWER_AVX2, FEWER_SHANI, FEWER_ARM64 = 5, 32, 105, 15
# With an initramfs of 2 MB, which is busybox alone.
FEWER_AVX2_SMALL, FEWER_SHANI_SMALL = 45, 150
# Instructions of the whole phase for each byte that is hashed.
MOST_AVX2, MOST_SHANI, MOST_ARM64 = 7.5, 2.2, 1.95
# A CPU without vectors that we could use; the C library wants SSSE3 beside
# SSE4.2.
PLAIN = "max,avx2=off,ssse3=off,sse4.1=off,sse4.2=off"
SHANI, AVX2, SSSE3, BACKENDS = 1, 2, 8, 15  # PG_FEATURE_X86_*


@dataclass
class Target:
    """Where a loader has put what we count: [low, high), and the next
    kernel's entry, where counting ends."""

    low: int
    high: int
    kernel: int
    hashed: int = 0  # bytes; 0: unknown


def by_kexec(machine: qemu.Machine, arch: Arch,
             loader: str = "kexec", initrd: str = guests.INITRD) -> Target:
    """Loads with kexec-tools; what its debug output says."""
    text = machine.must(cycle.load_command(loader, arch.capture, "-d", initrd),
                        240)
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


def by_purgatorio(machine: qemu.Machine, arch: Arch,
                  initrd: str = guests.INITRD) -> Target:
    machine.must(cycle.load_command("purgatorio", arch.capture,
                                    initrd=initrd), 60)
    loaded = manifest.read(machine)
    return Target(loaded.image, loaded.manifest + loaded.manifest_bytes,
                  loaded.entry, sum(r.bytes for r in loaded.ranges))


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
            uses: int | None = None, most: float | None = None,
            test: str = "counts") -> dict[str, int]:
    """The counts by loader, of one boot. @uses: the backends' features that
    the purgatory, the last of @loaders, must have found. @most: its
    instructions for each byte that it hashed. @test: who counts; two may at a
    time."""
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
        machine.ready("first", 300)
        error = machine.monitor("savevm booted")
        need(not error, error)
        for loader, load in loaders.items():
            error = machine.monitor("loadvm booted")
            need(not error, error)
            machine.control.seen = len(machine.control.text)
            machine.qmp("cont")
            target = load(machine, arch)
            counts[loader] = count(machine, arch, counter, target)
            tap.note(f"{arch.name}, {loader}"
                     f"{', QEMU with SHA-NI' if newer else ''}"
                     f"{f', -cpu {cpu}' if cpu else ''}: "
                     f"{counts[loader]:,} instructions")
            if most is not None and target.hashed:
                each = counts[loader] / target.hashed
                tap.note(f"{each:.3f} for each of {target.hashed:,} bytes")
                need(each <= most, f"more than {most}")
        if uses is not None:
            features = re.findall(r"CPU features (0x[0-9a-f]+)",
                                  machine.console.text)
            need(features and int(features[-1], 16) & BACKENDS == uses,
                 f"the purgatory found other features: {features}")
    state.unlink()
    return counts


WITH_SMALL = ", small initramfs"
OURS = {"purgatorio": by_purgatorio,
        "purgatorio" + WITH_SMALL: functools.partial(by_purgatorio,
                                                     initrd=guests.SMALL)}
THEIRS = {"kexec-tools": by_kexec,
          "kexec-tools" + WITH_SMALL: functools.partial(by_kexec,
                                                        initrd=guests.SMALL)}


def judge(tap: Tap, theirs: dict[str, int], ours: dict[str, int],
          least: float, least_small: float) -> None:
    """Are ours so many times fewer, with either initramfs?"""
    need(theirs, "there is no count to compare with")
    for which, fewer in (("", least), (WITH_SMALL, least_small)):
        ratio = theirs["kexec-tools" + which] / ours["purgatorio" + which]
        tap.note(f"ratio {ratio:.1f}{which}")
        need(ratio >= fewer, f"only {ratio:.2f} times fewer{which}")


def main() -> None:
    tap = Tap()
    counts: dict[str, int] = {}
    portable = f"portable C: {FEWER} times fewer than kexec-tools"
    with tap.check(portable):
        counts = measure(tap, False, {**THEIRS, **OURS}, cpu=PLAIN, uses=0)
        judge(tap, counts, counts, FEWER, FEWER)
    with tap.check(f"AVX2: {FEWER_AVX2} times fewer than kexec-tools, "
                   f"{FEWER_AVX2_SMALL} with a small initramfs"):
        lanes = measure(tap, False, OURS, uses=AVX2 | SSSE3, most=MOST_AVX2)
        judge(tap, counts, lanes, FEWER_AVX2, FEWER_AVX2_SMALL)
    with tap.check(f"SHA-NI: {FEWER_SHANI} times fewer than kexec-tools, "
                   f"{FEWER_SHANI_SMALL} with a small initramfs"):
        fast = measure(tap, True, OURS, uses=SHANI | AVX2 | SSSE3,
                       most=MOST_SHANI)
        judge(tap, counts, fast, FEWER_SHANI, FEWER_SHANI_SMALL)
    with tap.check(f"arm64: {FEWER_ARM64} times fewer than kexec-tools"):
        arm64 = measure(tap, False, {"kexec-tools": by_kexec,
                                     "purgatorio": by_purgatorio}, ARM64,
                        most=MOST_ARM64)
        ratio = arm64["kexec-tools"] / arm64["purgatorio"]
        tap.note(f"ratio {ratio:.1f}")
        need(ratio >= FEWER_ARM64, f"only {ratio:.2f} times fewer")
    tap.finish()


if __name__ == "__main__":
    main()
