#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A small kernel with our linux.ro in the place of its own purgatory: crash
and capture by kexec_file_load(2), what is said of corruption; and lint passes
the purgatory that Linux would have had.

    tests/vm/test_dropin_linux.py [ARCH...]
"""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import time

import cycle
import guest_kernel
import guests
import qemu
from arch import ALL, BUILD, Arch
from gdbstub import Gdb
from guests import Guest
from tap import Tap, need

SECONDS = 240
ARCHS = ("x86_64", "ppc64", "s390x")
CHUNK = 64 << 20
# ppc64's /proc/iomem does not name it.
TREE = "/proc/device-tree/chosen/linux,crashkernel-"


def with_dropin(name: str) -> Arch:
    return dataclasses.replace(ALL[name], own_kernel=True, linux_dropin=True,
                               modules=())


def lint(arch: Arch) -> None:
    root, _ = guest_kernel.build(arch)
    done = subprocess.run([str(BUILD / "host/purgatorio"), "lint",
                           "--for=linux", str(root / "boot/purgatory.ro")],
                          text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    need(done.returncode == 0, done.stdout)


class Bed:
    """The machine once it has loaded, as a file that a second one begins
    from."""

    def __init__(self, arch: Arch) -> None:
        self.arch, self.name = arch, f"dropin-linux-{arch.name}"
        self.guest = self._guest()
        self.state = BUILD / "tests" / f"{self.name}.state"
        self.initrd = 0  # where the kernel has put it

    def _guest(self) -> Guest:
        guest = guests.build(arch=self.arch)
        if self.arch.name not in guest_kernel.ROOM:
            return guest
        kernel = guest_kernel.with_drop_in(
            self.arch, BUILD / "tests" / f"{self.name}.kernel")
        # Where the capture kernel comes in the place of the dead one, QEMU
        # keeps translations of that one's code: both have to be the same
        # (SOUNDNESS.md).
        if self.arch.name in guest_kernel.UNCOMPRESSED:
            guest = guests.build(arch=self.arch,
                                 more={guests.KERNEL[1:]: kernel})
        return dataclasses.replace(guest, kernel=kernel)

    def start(self, **spec) -> cycle.Cycle:
        return cycle.start(self.guest, self.name, gdb=True,
                           qemu=qemu.newer() if self.arch.name == "x86_64"
                           else list(self.arch.qemu), **spec)


def wait(machine: qemu.Machine, query: str, status: str) -> None:
    end = time.monotonic() + SECONDS
    while machine.qmp(query).get("status") != status:
        need(time.monotonic() < end, f"{query} does not say {status}")
        machine.pump(0.05)


def crash_region(machine: qemu.Machine, arch: Arch) -> tuple[int, int]:
    """Its first byte, and the one behind it."""
    if arch.name == "ppc64":
        start, size = (int(machine.must(
            f"od -An -v -tx1 {TREE}{name} | tr -d ' \\n'"), 16)
            for name in ("base", "size"))
        return start, start + size
    line = machine.must("grep 'Crash kernel' /proc/iomem").split()[0]
    first, last = (int(x, 16) for x in line.split("-"))
    return first, last + 1


def find(machine: qemu.Machine, span: tuple[int, int], content: bytes) -> int:
    """Where @content begins, which begins and ends on pages."""
    file = BUILD / "tests" / "dropin-linux.memory"
    for at in range(*span, CHUNK):
        size = min(CHUNK, span[1] - at)
        error = machine.monitor(f'pmemsave {at:#x} {size:#x} "{file}"')
        need(not error, error)
        offset = file.read_bytes().find(content)
        file.unlink()
        if offset >= 0:
            return at + offset
    raise qemu.Failure("the initrd is not in the crash region")


def whole(bed: Bed) -> None:
    run = bed.start()
    with run.machine as machine:
        machine.ready("first", SECONDS)
        run.leave_marks()
        run.load("file")
        bed.initrd = find(machine, crash_region(machine, bed.arch),
                          bed.guest.capture.read_bytes()[:4096])
        machine.qmp("migrate", uri=f"exec:cat>{bed.state}")
        wait(machine, "query-migrate", "completed")
        machine.qmp("cont")
        run.crash()
        run.captured(SECONDS)
        text = machine.console.text
        need("purgatorio: verify: " in text and
             "purgatorio: entering" in text,
             f"our purgatory was not there:\n{text[-2000:]}")
        run.check_core()
        run.check_marker()
        run.power_off()


def corrupt(bed: Bed) -> None:
    """The initrd's archive, wherever the kernel has put it."""
    run = bed.start(extra=["-incoming", f"exec:cat {bed.state}"])
    with run.machine as machine:
        wait(machine, "query-status", "running")
        gdb = Gdb(machine, bed.arch.name)
        gdb.stop()
        gdb.flip(bed.initrd + 9, 7)
        gdb.go()
        machine.send("echo c >/proc/sysrq-trigger")
        machine.expect('purgatorio: part "initrd" is wrong', SECONDS)
        machine.expect("purgatorio: EXIT: STATUS=15", SECONDS)
        if bed.arch.name == "s390x":
            machine.expect("back to the kernel that asked", SECONDS)
    run.dump_file.unlink()
    bed.state.unlink()


def main() -> None:
    tap = Tap()
    for name in sys.argv[1:] or ARCHS:
        arch = with_dropin(name)
        with tap.check(f"{name}: lint passes Linux's own purgatory"):
            lint(arch)
        bed = Bed(arch)
        with tap.check(f"{name}: kexec -s -p, crash, capture"):
            whole(bed)
        with tap.check(f"{name}: a corrupt initrd is named"):
            corrupt(bed)
    tap.finish()


if __name__ == "__main__":
    main()
