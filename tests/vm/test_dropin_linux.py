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

import cycle
import guest_kernel
import guests
import qemu
from arch import ALL, BUILD, X86_64, Arch
from gdbstub import Gdb
from tap import Tap, need

SECONDS = 240
ARCHS = ("x86_64", "ppc64")


def with_dropin(name: str) -> Arch:
    return dataclasses.replace(ALL[name], own_kernel=True, linux_dropin=True,
                               modules=())


def start(arch: Arch, test: str, **spec) -> cycle.Cycle:
    guest = guests.build(arch=arch)
    if arch.name in guest_kernel.ROOM:
        guest = dataclasses.replace(guest, kernel=guest_kernel.with_drop_in(
            arch, guest.kernel, BUILD / "tests" / f"{test}.kernel"))
    return cycle.start(guest, test,
                       qemu=qemu.newer() if arch.name == "x86_64"
                       else list(arch.qemu), **spec)


def lint(arch: Arch) -> None:
    root, _ = guest_kernel.build(arch)
    done = subprocess.run([str(BUILD / "host/purgatorio"), "lint",
                           "--for=linux", str(root / "boot/purgatory.ro")],
                          text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    need(done.returncode == 0, done.stdout)


def whole(arch: Arch) -> None:
    run = start(arch, f"dropin-linux-{arch.name}")
    with run.machine as machine:
        machine.ready("first", SECONDS)
        run.leave_marks()
        run.load("file")
        run.crash()
        run.captured(SECONDS)
        text = machine.console.text
        need("purgatorio: verify: " in text and
             "purgatorio: entering" in text,
             f"our purgatory was not there:\n{text[-2000:]}")
        run.check_core()
        run.check_marker()
        run.power_off()
    run.dump_file.unlink()


def corrupt(arch: Arch) -> None:
    """The initrd's archive, wherever the kernel has put it."""
    run = start(arch, f"dropin-linux-corrupt-{arch.name}", gdb=True)
    with run.machine as machine:
        machine.ready("first", SECONDS)
        run.load("file")
        region = machine.must("grep 'Crash kernel' /proc/iomem").split()[0]
        first, last = (int(x, 16) for x in region.split("-"))
        memory = guests.BUILD / "tests" / f"dropin-linux-{arch.name}.memory"
        error = machine.monitor(f"pmemsave {first:#x} {last + 1 - first:#x} "
                                f'"{memory}"')
        need(not error, error)
        head = run.guest.capture.read_bytes()[:4096]
        at = memory.read_bytes().find(head)
        memory.unlink()
        need(at >= 0, "the initrd is not in the crash region")
        gdb = Gdb(machine, arch.name)
        gdb.stop()
        gdb.flip(first + at + 9, 7)
        gdb.go()
        machine.send("echo c >/proc/sysrq-trigger")
        machine.expect('purgatorio: part "initrd" is wrong', SECONDS)
        machine.expect("purgatorio: EXIT: STATUS=15", SECONDS)
    run.dump_file.unlink()


def main() -> None:
    tap = Tap()
    for name in sys.argv[1:] or ARCHS:
        arch = with_dropin(name)
        with tap.check(f"{name}: lint passes Linux's own purgatory"):
            lint(arch)
        with tap.check(f"{name}: kexec -s -p, crash, capture"):
            whole(arch)
        if arch.name == X86_64.name:
            with tap.check(f"{name}: a corrupt initrd is named"):
                corrupt(arch)
    tap.finish()


if __name__ == "__main__":
    main()
