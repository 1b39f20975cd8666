#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A unified kernel image as the capture kernel: microcode, several initrds and
the command line come from its sections, and more from the options."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import cycle
import guests
import manifest
import uki
from arch import ARM64, X86_64, Arch
from gdbstub import Gdb
from initramfs import Initramfs
from tap import Tap, need
from test_cycle import SECONDS, log_is_right

IMAGE, ADDED = "/boot/uki.efi", "/boot/added.img"
PARTS = ("ucode", "initrd-1", "initrd-2", "initrd-added")
E_DIGEST = 15


def one_file(name: str) -> bytes:
    files = Initramfs()
    files.add(name, f"this is {name}\n".encode())
    return files.build()


def prepare(arch: Arch) -> guests.Guest:
    """The usual guest, with a unified kernel image and one more initrd."""
    guest = guests.build(arch=arch)
    folder = guests.BUILD / "tests" / f"uki-{arch.name}"
    folder.mkdir(parents=True, exist_ok=True)
    image = uki.build(arch, folder / "uki.efi", [
        (".osrel", b"ID=debian\n"),
        (".cmdline", f"{arch.capture} uki=embedded\n".encode()),
        (".ucode", one_file("from-ucode")),
        (".initrd", guest.capture.read_bytes()),
        (".initrd", one_file("from-second")),
        (".linux", guest.kernel.read_bytes())])
    more = Initramfs()
    more.add_file(IMAGE[1:], image)
    more.add(ADDED[1:], one_file("from-added"))
    first = folder / "first.cpio"
    first.write_bytes(guest.first.read_bytes() + more.build())
    return dataclasses.replace(guest, first=first)


def load(run: cycle.Cycle) -> None:
    run.machine.must(f"purgatorio load -p {IMAGE} --initrd={ADDED} "
                     "--append='uki=added'", 60)


def captured(guest: guests.Guest) -> None:
    """Its parts arrive in the capture kernel, in their order."""
    run = cycle.start(guest, f"uki-{guest.arch.name}")
    with run.machine as machine:
        machine.ready("first", SECONDS)
        run.leave_marks()
        load(run)
        names = manifest.read(machine).parts
        need([n for n in names if n in PARTS] == list(PARTS),
             f"the parts are {names}")
        run.crash()
        run.captured(SECONDS)
        for name in "from-ucode", "from-second", "from-added":
            need(machine.must(f"cat /{name}") == f"this is {name}\n", name)
        line = machine.must("cat /proc/cmdline")
        need(re.match(rf"{re.escape(guest.arch.capture)} uki=embedded "
                      "uki=added ", line), f"the command line is {line}")
        run.check_core()
        run.check_marker()
        run.check_low_memory()
        log_is_right(run)
        run.power_off()
    run.dump_file.unlink()


def flipped(guest: guests.Guest) -> None:
    """One bit of the second initrd: that one is named."""
    run = cycle.start(guest, f"uki-{guest.arch.name}-flipped", gdb=True)
    with run.machine as machine:
        machine.ready("first", SECONDS)
        load(run)
        (span,) = manifest.read(machine).part("initrd-2")
        gdb = Gdb(machine, guest.arch.name)
        gdb.stop()
        gdb.flip(span.start + 5, 3)
        gdb.go()
        run.crash()
        machine.expect(r'purgatorio: part "initrd-2" is wrong', SECONDS)
        machine.expect(f"EXIT: STATUS={E_DIGEST}", 30)
    run.dump_file.unlink()


def main() -> None:
    tap = Tap()
    guest = prepare(X86_64)
    with tap.check("x86_64: microcode, three initrds, two command lines"):
        captured(guest)
    with tap.check("x86_64: one flipped bit in the second initrd"):
        flipped(guest)
    with tap.check("arm64: microcode, three initrds, two command lines"):
        captured(prepare(ARM64))
    tap.finish()


if __name__ == "__main__":
    main()
