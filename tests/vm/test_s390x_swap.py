#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How long the exchange of 128 MiB takes, from its first instruction to the
next kernel's, beside kexec-tools' in the same machine: both are loaded once,
and crashed in turn. What counts is the time that the thread of the emulated
CPU was running: on a machine with nothing else to do that is the time on the
wall, and other work does not lengthen it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import cycle
import guests
from arch import S390X
from gdbstub import Gdb
from guests import BUILD
from qemu import Machine
from tap import Tap, need
from test_corruption import symbol

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "baremetal"))
import peer  # noqa: E402

ENTRY = 0x10010  # of the next kernel
SECONDS = 300
ROUNDS = 4
# Both copy the dead kernel's memory once. An exchange of everything was 0.66.
AS_FAST = 0.8


@dataclass
class Swap:
    """Where a loader's purgatory begins to exchange, and what it took."""

    begin: int
    running: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)


def by_kexec(machine: Machine) -> Swap:
    text = machine.must(cycle.load_command("kexec", S390X.capture, "-d"), 60)
    at = re.search(r"^segment\[0\]\.mem += (0x[0-9a-f]+)", text, re.M)
    need(at, f"cannot read kexec's output:\n{text}")
    assert at
    # Its text comes first.
    return Swap(int(at[1], 16) +
                peer.symbols()["post_verification_setup_arch"])


def by_purgatorio(machine: Machine) -> Swap:
    text = machine.must(cycle.load_command("purgatorio", S390X.capture,
                                           "--debug"), 60)
    at = re.search(r"^purgatory: (0x[0-9a-f]+)", text, re.M)
    need(at, f"cannot read the loader's output:\n{text}")
    assert at
    return Swap(int(at[1], 16) + symbol(S390X, "pg_swap_memory"))


def running(machine: Machine) -> float:
    """Seconds that the CPU's thread has run (Linux: sched-stats)."""
    (cpu,) = machine.qmp("query-cpus-fast")
    text = Path(f"/proc/{cpu['thread-id']}/schedstat").read_text()
    return int(text.split()[0]) / 1e9


def measure(machine: Machine, name: str, swap: Swap) -> None:
    error = machine.monitor(f"loadvm {name}")
    need(not error, error)
    machine.control.seen = len(machine.control.text)
    gdb = Gdb(machine, S390X.name)
    gdb.stop()
    for address in swap.begin, ENTRY:
        gdb.breakpoint(address)
    gdb.go()
    machine.send("echo c >/proc/sysrq-trigger")
    for address in swap.begin, ENTRY:
        at = gdb.wait(SECONDS)["pc"]
        need(at == address, f"stopped at {at:#x}, not at {address:#x}")
        gdb.clear(address)
        if address == swap.begin:
            before, begin = running(machine), time.monotonic()
            gdb.go()
    swap.running.append(running(machine) - before)
    swap.wall.append(time.monotonic() - begin)
    gdb.go()


def less(tap: Tap) -> None:
    state = BUILD / "tests" / "s390x-swap.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(state),
                    "4G"], check=True)
    run = cycle.start(guests.build(arch=S390X), "s390x-swap", gdb=True, extra=[
        "-drive", f"if=none,id=state,format=qcow2,cache=unsafe,file={state}",
        "-snapshot"])
    swaps: dict[str, Swap] = {}
    with run.machine as machine:
        machine.ready("first", SECONDS)
        for name, load in (("kexec-tools", by_kexec),
                           ("purgatorio", by_purgatorio)):
            swaps[name] = load(machine)
            error = machine.monitor(f"savevm {name}")
            need(not error, error)
        for _ in range(ROUNDS):
            for name, swap in swaps.items():
                measure(machine, name, swap)
    state.unlink()
    run.dump_file.unlink()
    for name, swap in swaps.items():
        tap.note(f"{name}: running " + ", ".join(
            f"{seconds * 1e3:.0f}" for seconds in swap.running)
            + " ms, on the wall " + ", ".join(
                f"{seconds * 1e3:.0f}" for seconds in swap.wall) + " ms")
    ratio = (min(swaps["kexec-tools"].running) /
             min(swaps["purgatorio"].running))
    tap.note(f"ratio of the best {ratio:.2f}")
    need(ratio >= AS_FAST, f"kexec-tools takes only {ratio:.2f} times as long")


def main() -> None:
    tap = Tap()
    with tap.check("128 MiB exchanged as fast as by kexec-tools"):
        less(tap)
    tap.finish()


if __name__ == "__main__":
    main()
