#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How long the exchange of 128 MiB takes, beside kexec-tools' in the same
machine: both are loaded once, and crashed in turn. Ours is the swap step and
what the handoff exchanges last; what is said on the console in between is not
counted, since kexec-tools says nothing. What counts is the time that the
thread of the emulated CPU was running: on a machine with nothing else to do
that is the time on the wall, and other work does not lengthen it."""

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
ROUNDS = 6
# Both copy the dead kernel's memory once, and 1.04 was seen; what the host's
# memory does in between is worth some hundredths. An exchange of everything
# was 0.66.
AS_FAST = 0.9


@dataclass
class Swap:
    """Where a loader's purgatory exchanges, and what it took."""

    begin: int
    last: int | None = None  # where ours begins again, after the console
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
    base = int(at[1], 16)
    return Swap(base + symbol(S390X, "pg_swap_memory"),
                base + symbol(S390X, "pg_s390x_leave"))


def running(machine: Machine) -> float:
    """Seconds that the CPU's thread has run (Linux: sched-stats)."""
    (cpu,) = machine.qmp("query-cpus-fast")
    text = Path(f"/proc/{cpu['thread-id']}/schedstat").read_text()
    return int(text.split()[0]) / 1e9


def reach(gdb: Gdb, address: int) -> dict[str, int]:
    gdb.breakpoint(address)
    gdb.go()
    registers = gdb.wait(SECONDS)
    need(registers["pc"] == address,
         f"stopped at {registers['pc']:#x}, not at {address:#x}")
    gdb.clear(address)
    return registers


def measure(machine: Machine, name: str, swap: Swap) -> None:
    error = machine.monitor(f"loadvm {name}")
    need(not error, error)
    machine.control.seen = len(machine.control.text)
    gdb = Gdb(machine, S390X.name)
    gdb.stop()
    gdb.breakpoint(swap.begin)
    gdb.go()
    machine.send("echo c >/proc/sysrq-trigger")
    registers = gdb.wait(SECONDS)
    need(registers["pc"] == swap.begin, f"stopped at {registers['pc']:#x}")
    gdb.clear(swap.begin)
    # r14 is where it returns to.
    stretches = [ENTRY] if swap.last is None else [registers["r14"], ENTRY]
    spent = wall = 0.0
    for number, end in enumerate(stretches):
        if number:
            assert swap.last
            reach(gdb, swap.last)
        before, begin = running(machine), time.monotonic()
        reach(gdb, end)
        spent += running(machine) - before
        wall += time.monotonic() - begin
    swap.running.append(spent)
    swap.wall.append(wall)
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
