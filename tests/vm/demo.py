#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""make demo: a stock Debian kernel crashes, purgatorio hands over, and the
dead kernel's memory comes back as a dump that `crash` reads."""

from __future__ import annotations

import argparse
import concurrent.futures
import re
import sys
import time

import cycle
import guests
import packages
from cycle import CAPTURE, INITRD, KERNEL
from qemu import Failure

WIDTH = 76


class Teller:
    """Tells what happens, with the seconds since the beginning."""

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

    def quote(self, text: str, prefix: str = "    | ") -> None:
        for line in text.rstrip("\n").splitlines():
            print(f"          {prefix}{line}"[:150], flush=True)


def play(loader: str) -> list[tuple[str, str]]:
    """The whole story; the rows of the summary."""
    tell = Teller()
    tell.act("1. Two guests, from Debian's own packages")
    guest = guests.build()
    tell.say(f"kernel {guest.release}, untouched, as Debian ships it")
    tell.say(f"initramfs of the first kernel {_mb(guest.first)}, of the "
             f"capture kernel {_mb(guest.capture)}")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        # 0.9 GB on the first run, while the machine boots.
        symbols = pool.submit(packages.vmlinux, guest.release)
        run = cycle.start(guest, "demo", watch=_filter(tell))
        with run.machine:
            rows = _crash(tell, run, loader)
        tell.act("5. The host reads the dump")
        if not symbols.done():
            tell.say("waiting for the kernel's debug symbols (first run)")
        symbols.result()
    tell.say("crash vmlinux dump", "crash")
    answer = cycle.ask_crash(run.dump_file, guest.release, "sys")
    release = re.search(r"RELEASE: (.*)", answer)
    panic = re.search(r"PANIC: \"?(.*?)\"?$", answer, re.MULTILINE)
    if not release or not panic or release[1] != guest.release:
        raise Failure(f"crash does not know the dump:\n{answer}")
    tell.quote(f"RELEASE: {release[1]}\nPANIC:   {panic[1]}")
    rows.append(("crash read the dump", f"{release[1]}: {panic[1]}"))
    rows.append(("all of it took", f"{tell.now():.1f} s"))
    return rows


def _filter(tell: Teller):
    """Shows what the machine itself says, except for the long traces."""
    wanted = re.compile(r"purgatorio|Kernel panic|EXIT:|sha256 digests")

    def watch(line: str) -> None:
        if wanted.search(line):
            tell.quote(line, "console| ")
    return watch


def _crash(tell: Teller, run: cycle.Cycle, loader: str) -> list:
    rows: list[tuple[str, str]] = []
    m = run.machine
    tell.act("2. The first kernel")
    tell.say("power on (QEMU, x86_64, no KVM: every instruction is emulated)",
             "on")
    m.ready("first", 90)
    tell.say("booted; its command line reserves crashkernel=256M", "booted")
    run.leave_marks()
    tell.say(f"a process holds {run.marks.text.strip()!r} at physical "
             f"{run.marks.address:#x}")
    tell.say(f"sha256 of the first 640 KB: {run.marks.low_sha256[:16]}...")
    tell.say(f"# {cycle.load_command(loader)}", "load")
    tell.quote(run.load(loader))
    tell.say("the capture kernel waits in the reserved memory", "loaded")

    tell.act("3. It crashes, and the purgatory takes over")
    tell.say("# echo c >/proc/sysrq-trigger", "panic")
    run.crash()
    release = run.captured()
    tell.say(f"the capture kernel {release} has booted", "captured")

    tell.act("4. The capture kernel looks at the dead one's memory")
    core = run.check_core()
    tell.say(f"/proc/vmcore: {core['loads']} ranges, {core['size'] >> 20} MB")
    run.check_marker()
    tell.say("the process's marker is where it was")
    run.check_low_memory()
    tell.say("the first 640 KB read back as they were before the crash")
    if loader == "purgatorio":
        tell.say("# purgatorio log")
        tell.quote(m.must("purgatorio log"))
    tell.say("# makedumpfile -d 31 /proc/vmcore /dev/vda", "dump")
    dump = run.write_dump()
    tell.say(f"a filtered dump of {dump.stored_bytes >> 20} MB lies on the "
             "disk", "dumped")
    run.power_off()
    tell.say("power off", "off")

    at = tell.times
    rows += [
        ("first kernel up in", f"{at['booted'] - at['on']:.1f} s"),
        ("capture kernel loaded in", f"{at['loaded'] - at['load']:.1f} s"),
    ]
    if loader == "purgatorio":
        rows += [(f"purgatory: {step}", what)
                 for step, what in _steps(m.control.text)]
    rows += [
        ("panic to capture kernel's init",
         f"{at['captured'] - at['panic']:.1f} s"),
        ("dump written in", f"{at['dumped'] - at['dump']:.1f} s, "
         f"{dump.stored_bytes >> 20} MB of {core['size'] >> 20} MB"),
        ("power on to power off", f"{at['off'] - at['on']:.1f} s"),
    ]
    return rows


def _steps(text: str) -> list[tuple[str, str]]:
    """The table of `purgatorio log`, as far as the summary shows it."""
    return []


def _mb(path) -> str:
    return f"{path.stat().st_size / (1 << 20):.1f} MB"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loader", default="purgatorio",
                        choices=["purgatorio", "kexec"],
                        help="kexec: Debian's kexec-tools, for comparison")
    options = parser.parse_args()
    try:
        rows = play(options.loader)
    except (Failure, packages.Unavailable) as error:
        print(f"\nThe demonstration failed: {error}", file=sys.stderr)
        print("The whole console is in build/tests/log/demo.log.",
              file=sys.stderr)
        return 1
    print(f"\n{'=' * WIDTH}")
    print("A kernel died and told its story:\n")
    for name, value in rows:
        print(f"  {name:32} {value}")
    print(f"{'=' * WIDTH}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
