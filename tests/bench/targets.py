#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Guest instructions of the whole purgatory phase, from its entry to the next
kernel's, of ours and of kexec-tools', for the same kernel and initramfs on the
same machine. Exact: they depend on neither host nor load. Prints JSON.

    targets.py x86_64|x86_64-shani|arm64|ppc64|s390x|growth
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "vm"), str(TESTS / "baremetal")]
import manifest  # noqa: E402
import qemu  # noqa: E402
import test_counts  # noqa: E402
from arch import ARM64, X86_64, Arch  # noqa: E402

# Of the segments of the growing image.
GROWTH_MIB = [1, 4, 16, 64, 256]


class Quiet:
    """Stands in for tap.Tap: standard output is for the result."""

    def note(self, text: str) -> None:
        print(f"  {'BENCH':8} {text}", file=sys.stderr, flush=True)


def by_breakpoint(arch: Arch, newer: bool = False, ours_only: bool = False,
                  cpu: str = "") -> dict:
    """Where a debugger can stop the machine at the next kernel's entry."""
    hashed = 0

    def ours(machine: qemu.Machine, arch: Arch) -> test_counts.Target:
        nonlocal hashed
        target = test_counts.by_purgatorio(machine, arch)
        hashed = sum(r.bytes for r in manifest.read(machine).ranges)
        return target

    loaders: dict = {} if ours_only else {
        "kexec-tools": test_counts.by_kexec}
    loaders["purgatorio"] = ours
    counts = test_counts.measure(Quiet(), newer, loaders, arch, cpu=cpu)
    return {**counts, "hashed_bytes": hashed}


class Hashed:
    """How much the purgatory says that it verified."""

    bytes = 0

    def ask(self, machine: qemu.Machine) -> None:
        log = json.loads(machine.must("purgatorio log --json"))
        self.bytes = sum(s["bytes"] for s in log["steps"]
                         if s["step"] == "verify")


def ppc64() -> dict:
    import test_ppc64
    hashed = Hashed()
    return {"kexec-tools": test_ppc64.count("kexec"),
            "purgatorio": test_ppc64.count("purgatorio", hashed.ask),
            "hashed_bytes": hashed.bytes}


def s390x() -> dict:
    import test_s390x
    hashed = Hashed()
    return {"kexec-tools": test_s390x.counted("kexec")[0],
            "purgatorio": test_s390x.counted("purgatorio", hashed.ask)[0],
            "hashed_bytes": hashed.bytes}


def growth() -> dict:
    """Ours alone, on bare metal, for ever larger images."""
    import pc
    from counting import Counter
    points = []
    for mib in GROWTH_MIB:
        pc.initrd.write_bytes(bytes(range(256)) * (mib << 12))
        image = pc.packed(window="0x2000000+400M")
        counter = Counter(f"growth-{mib}")
        purgatory = next(x for x in image.facts["segments"]
                         if x["name"] == "purgatory")
        start = int(purgatory["address"], 0)
        counter.window(start, start + purgatory["memory_bytes"])
        run = pc.boot(image, *counter.options, memory="1G", seconds=600)
        if "payload: done" not in run.text:
            raise RuntimeError(f"{mib} MiB: {run.text}")
        points.append({"bytes": sum(p["bytes"] for p in image.facts["parts"]),
                       "ranges": sum(p["ranges"]
                                     for p in image.facts["parts"]),
                       "instructions": counter.count})
        Quiet().note(f"{mib} MiB: {counter.count:,} instructions")
    return {"points": points}


def main() -> int:
    jobs = {"x86_64": lambda: by_breakpoint(X86_64),
            "x86_64-shani": lambda: by_breakpoint(X86_64, True, True),
            "arm64": lambda: by_breakpoint(ARM64),
            "ppc64": ppc64, "s390x": s390x, "growth": growth}
    if len(sys.argv) != 2 or sys.argv[1] not in jobs:
        print(__doc__, file=sys.stderr)
        return 2
    print(json.dumps(jobs[sys.argv[1]]()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
