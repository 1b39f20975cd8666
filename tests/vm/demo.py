#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""make demo: a stock Debian kernel crashes, purgatorio's purgatory hands
over to a capture kernel, and the dead kernel's memory comes back as a dump
that `crash` reads."""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import re
import sys
import time
from pathlib import Path

import cycle
import guest_kernel
import guests
import packages
from arch import ALL, X86_64, Arch
from guests import BUILD
from qemu import Failure

WIDTH = 76
# What is shown of the machine's console: not the traces.
SHOWN = re.compile(r"purgatorio: |Kernel panic|sha256 digests|digests do not")
Row = tuple[str, str, str]  # indented name, amount, duration


class Teller:
    """Says what happens, with the seconds since the beginning."""

    def __init__(self) -> None:
        self.begin = time.monotonic()
        self.times: dict[str, float] = {}

    def now(self) -> float:
        return time.monotonic() - self.begin

    def act(self, title: str) -> None:
        print(f"\n{title}\n{'-' * len(title)}", flush=True)

    def say(self, text: str, mark: str = "") -> None:
        if mark:
            self.times[mark] = self.now()
        print(f"{self.now():6.1f} s  {text}", flush=True)

    def quote(self, text: str) -> None:
        for line in text.rstrip("\n").splitlines():
            print(f"          | {line}", flush=True)

    def watch(self, line: str) -> None:
        """A line of the machine's console."""
        if SHOWN.search(line):
            self.quote(line)

    def took(self, begin: str, end: str) -> str:
        return f"{self.times[end] - self.times[begin]:.1f} s"


class Demo:
    def __init__(self, loader: str, arch: Arch) -> None:
        self.loader, self.arch = loader, arch
        self.name = "demo" if arch is X86_64 else f"demo-{arch.name}"
        self.tell = Teller()
        self.rows: list[Row] = []
        self.log: dict = {}  # `purgatorio log --json`
        self.core_bytes = 0
        self.dump = cycle.Dump(Path(), 0.0)

    def play(self) -> None:
        tell = self.tell
        tell.act("1. Two guests, made of Debian's own packages")
        guest = guests.build(self.loader == "kexec", self.arch)
        tell.say(f"kernel {guest.release}, "
                 + ("built here from Debian's source"
                    if self.arch.own_kernel else "as Debian ships it"))
        tell.say(f"initramfs of the first kernel {_mb(guest.first)}, of the "
                 f"capture kernel {_mb(guest.capture)}")
        if self.arch.own_kernel:
            self.machine(guest)
            if self.arch.name in guest_kernel.ALSO:
                tell.act("5. The host reads the dump")
                self.read_dump(self.run)
            else:
                tell.say("done", "end")
            return
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            # Some 0.9 GB in the first run, fetched while the machine runs.
            symbols = pool.submit(packages.vmlinux, guest.release,
                                  self.arch.debian)
            self.machine(guest)
            tell.act("5. The host reads the dump")
            if not symbols.done():
                tell.say("waiting for the kernel's debug symbols, which are "
                         "fetched once")
            symbols.result()
        self.read_dump(self.run)

    def machine(self, guest: guests.Guest) -> None:
        self.run = cycle.start(guest, self.name, watch=self.tell.watch)
        with self.run.machine:
            self.first_kernel(self.run)
            self.crash(self.run)
            self.capture(self.run)

    def first_kernel(self, run: cycle.Cycle) -> None:
        tell = self.tell
        tell.act("2. The first kernel")
        tell.say("power on; QEMU emulates every instruction, without KVM",
                 "on")
        run.machine.ready("first", 120)
        tell.say(f"it is up; crashkernel={self.arch.crash_bytes} has "
                 "reserved memory", "up")
        marks = run.leave_marks()
        tell.say(f"a process holds {marks.text.strip()!r}, at physical "
                 f"{marks.address:#x}")
        if self.arch.low_memory:
            tell.say(f"the first {self.arch.low_name} have SHA-256 "
                     f"{marks.low_sha256[:16]}...")
        command = cycle.load_command(self.loader, self.arch.capture)
        tell.say("# " + command.replace(" --", " \\\n" + " " * 16 + "--"),
                 "load")
        tell.quote(run.load(self.loader))
        tell.say("the capture kernel lies in the reserved memory", "loaded")

    def crash(self, run: cycle.Cycle) -> None:
        tell = self.tell
        tell.act("3. It crashes, and the purgatory takes over")
        tell.say("# echo c >/proc/sysrq-trigger", "panic")
        run.crash()
        release = run.captured(120)
        tell.say(f"the capture kernel, {release}, is up", "captured")

    def capture(self, run: cycle.Cycle) -> None:
        tell = self.tell
        tell.act("4. The capture kernel looks at the dead one's memory")
        core = run.check_core()
        self.core_bytes = core["size"]
        tell.say(f"/proc/vmcore has {core['loads']} ranges, "
                 f"{core['size'] >> 20} MB")
        run.check_marker()
        tell.say("the process's marker is where it was")
        run.check_low_memory()
        if self.arch.low_memory:
            tell.say(f"the first {self.arch.low_name} read as they were "
                     "before the crash")
        if self.loader == "purgatorio":
            tell.say("# purgatorio log")
            text = run.machine.must("purgatorio log")
            tell.quote(text.split("what it said:")[0])
            self.log = json.loads(run.machine.must("purgatorio log --json"))
            if self.log["status"] != 0:
                raise Failure(f"the purgatory's log has {self.log}")
        if self.arch.busybox:
            self.write_dump(run)
        run.power_off()
        tell.say("power off", "off")

    def write_dump(self, run: cycle.Cycle) -> None:
        tell = self.tell
        tell.say("# makedumpfile -d 31 /proc/vmcore /dev/vda", "dump")
        self.dump = run.write_dump()
        tell.say(f"the dump, {self.dump.stored_bytes >> 20} MB without what "
                 "nobody needs, lies on a virtio disk", "dumped")

    def read_dump(self, run: cycle.Cycle) -> None:
        tell = self.tell
        tell.say("# crash vmlinux dump", "ask")
        answer = cycle.ask_crash(run.dump_file, run.guest.release,
                                 "sys\nlog | grep sysrq:", self.arch)
        release = re.search(r"RELEASE: (.*)", answer)
        panic = re.search(r"PANIC: \"?(.*?)\"?$", answer, re.MULTILINE)
        last = re.search(r"^\[.*sysrq: .*$", answer, re.MULTILINE)
        if (not release or release[1] != run.guest.release or not panic
                or "sysrq triggered crash" not in panic[1] or not last):
            raise Failure(f"crash does not know the dump:\n{answer}")
        tell.quote(f"RELEASE: {release[1]}\nPANIC:   {panic[1]}\n"
                   f"LOG:     {last[0]}")
        tell.say("done", "end")

    def summary(self) -> None:
        tell, rows = self.tell, self.rows
        rows.append(("the first kernel boots", "", tell.took("on", "up")))
        rows.append((f"{self.loader} loads the capture kernel", "",
                     tell.took("load", "loaded")))
        rows.append(("panic to capture kernel's init", "",
                     tell.took("panic", "captured")))
        steps = [s for s in self.log.get("steps", []) if "seconds" in s]
        if steps:
            whole = sum(s["seconds"] for s in steps)
            rows.append(("  of which the purgatory", "", _ms(whole)))
        names = {"self": "checks itself", "verify": "verifies what it enters",
                 "copy": "saves low memory",
                 "swap": "exchanges memory"}
        for step in steps:
            if step["step"] in names and step["bytes"] > 0:
                rows.append((f"    {names[step['step']]}",
                             f"{step['bytes'] >> 10:,} KB",
                             _ms(step["seconds"])))
        if "dump" in tell.times:
            rows.append(("the dump is written",
                         f"{self.dump.stored_bytes >> 20} of "
                         f"{self.core_bytes >> 20} MB",
                         tell.took("dump", "dumped")))
        rows.append(("power on to power off", "", tell.took("on", "off")))
        if "ask" in tell.times:
            rows.append(("crash reads the dump", "",
                         tell.took("ask", "end")))
        print(f"\n{'=' * WIDTH}")
        print("A kernel died, and its memory was read afterwards.\n")
        for name, amount, duration in rows:
            print(f"  {name:36} {amount:>16} {duration:>14}")
        dump = (f"The dump: {run_path(self.name + '.dump')}   "
                if "dump" in tell.times else "")
        print(f"\n  {dump}The console: {run_path(self.name + '.log')}")
        print("=" * WIDTH)


def run_path(name: str) -> str:
    return str((BUILD / "tests" / "log" / name).relative_to(packages.TREE))


def _mb(path: Path) -> str:
    return f"{path.stat().st_size / (1 << 20):.1f} MB"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loader", default="purgatorio",
                        choices=["purgatorio", "kexec"],
                        help="kexec: Debian's kexec-tools, for comparison")
    parser.add_argument("--arch", default="x86_64", choices=list(ALL))
    options = parser.parse_args()
    demo = Demo(options.loader, ALL[options.arch])
    failures: tuple[type[Exception], ...] = (Failure, packages.Unavailable)
    try:
        demo.play()
    except failures as error:
        print(f"\nThe demonstration failed: {error}", file=sys.stderr)
        print(f"The whole console is in {run_path(demo.name + '.log')}.",
              file=sys.stderr)
        return 1
    demo.summary()
    return 0


if __name__ == "__main__":
    sys.exit(main())
