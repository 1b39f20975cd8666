#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What `purgatorio load` says on a real machine when it cannot: one clear
line with the remedy, a status that is not 0, and what was loaded before stays
loaded, byte for byte."""

from __future__ import annotations

import re
import struct

import cycle
import guests
import manifest
from guests import INITRD, KERNEL
from qemu import Machine
from tap import Tap, need

SECONDS = 120
LOAD = f"purgatorio load -p {KERNEL} --initrd={INITRD}"


def refused(machine: Machine, command: str, status: str, *words: str) -> str:
    """Runs @command, which must fail with one line that has the status'
    name and all @words."""
    code, output = machine.run(f"{command} 2>&1", 60)
    lines = output.strip().splitlines()
    need(code not in (0, 126, 127) and code < 128,
         f"{command!r} ended with {code}:\n{output}")
    need(len(lines) == 1, f"not one line:\n{output}")
    for word in (f"[{status}]", *words):
        need(word.lower() in output.lower(), f"no {word!r} in:\n{output}")
    return lines[0]


class Bed:
    """A machine on which a capture kernel is loaded already."""

    def __init__(self, tap: Tap, machine: Machine) -> None:
        self.tap, self.machine = tap, machine
        machine.must(cycle.load_command("purgatorio"), 60)
        self.before = manifest.read(machine)

    def case(self, name: str, command: str, status: str,
             *words: str) -> None:
        """One refusal, after which everything is as before."""
        with self.tap.check(name):
            line = refused(self.machine, command, status, *words)
            self.tap.note(line)
            self.unchanged()

    def unchanged(self) -> None:
        loaded = self.machine.must("cat /sys/kernel/kexec_crash_loaded")
        need(loaded == "1\n", "what was loaded before is gone")
        now = manifest.read(self.machine)
        need(now.memory == self.before.memory,
             "the crash region has changed")


def put(machine: Machine, path: str, content: bytes) -> None:
    """A small file in the guest."""
    text = "".join(f"\\\\x{b:02x}" for b in content)
    machine.must(f"printf '%b' \"{text}\" >{path}")
    size = machine.must(f"wc -c <{path}").strip()
    need(size == str(len(content)), f"{path} has {size} bytes")


def arm64_image() -> bytes:
    """The header of an arm64 kernel (Documentation/arm64/booting.rst)."""
    return struct.pack("<IIQQQQQQ4sI", 0xD503201F, 0x14000000, 0, 0x20000,
                       0xA, 0, 0, 0, b"ARM\x64", 0)


def arm64_elf() -> bytes:
    """An ELF64 header with nothing behind it: ET_EXEC, EM_AARCH64."""
    return struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 183, 1,
                       0x40080000, 0, 0, 0, 64, 56, 0, 64, 0, 0)


def bad_files(bed: Bed) -> None:
    m = bed.machine
    put(m, "/tmp/arm64", arm64_image())
    put(m, "/tmp/elf", arm64_elf())
    m.must(f"head -c 5000000 {KERNEL} >/tmp/short; "
           f"head -c 600 {KERNEL} >/tmp/shorter; : >/tmp/empty; "
           "truncate -s 300M /tmp/huge")
    bed.case("an arm64 kernel", "purgatorio load -p /tmp/arm64",
             "E_KERNEL_ARCH", "kernel:", "x86_64")
    bed.case("another machine's ELF file", "purgatorio load -p /tmp/elf",
             "E_FORMAT", "kernel:", "an arm64 ELF file")
    bed.case("a truncated bzImage", "purgatorio load -p /tmp/short",
             "E_TRUNCATED", "kernel:")
    bed.case("a bzImage that ends in its header",
             "purgatorio load -p /tmp/shorter", "E_TRUNCATED",
             "kernel:")
    bed.case("an empty file", "purgatorio load -p /tmp/empty",
             "E_TRUNCATED", "kernel:")
    bed.case("a text file", "purgatorio load -p /init", "E_FORMAT",
             "kernel:", "bzImage")
    bed.case("a file that is not there", "purgatorio load -p /no/kernel",
             "E_IO", "/no/kernel")
    bed.case("a folder", "purgatorio load -p /tmp", "E_IO", "/tmp")
    bed.case("an initrd that does not fit",
             f"purgatorio load -p {KERNEL} --initrd=/tmp/huge", "E_NO_SPACE",
             "initrd:", "reserve more", "crashkernel= reserves 256 MiB")
    m.must("rm /tmp/huge")
    bed.case("a command line that is too long",
             f"{LOAD} --append=$(head -c 3000 /dev/zero | tr '\\0' x)",
             "E_LIMIT", "command line")


def corrupt_image(bed: Bed) -> None:
    m = bed.machine
    m.must(f"purgatorio pack -w 0x10000000+200M -o /tmp/image "
           f"--initrd={INITRD} {KERNEL}", 60)
    m.must("printf X | dd of=/tmp/image bs=1 seek=9000000 conv=notrunc "
           "2>/dev/null")
    bed.case("a corrupt image of `pack`", "purgatorio load -p /tmp/image",
             "E_MISMATCH", "image:", "initrd:")
    m.must("rm /tmp/image")


def refused_rights(bed: Bed) -> None:
    """Each of these takes something away for good, the last first."""
    m = bed.machine
    bed.case("an ordinary user", f"su -s /bin/sh nobody -c '{LOAD}'",
             "E_PRIVILEGE", "root")
    bed.case("root without CAP_SYS_BOOT", f"witness no-boot {LOAD}",
             "E_PRIVILEGE", "CAP_SYS_BOOT")
    m.must("echo integrity >/sys/kernel/security/lockdown")
    bed.case("a locked-down kernel", LOAD, "E_LOCKDOWN", "lockdown")
    m.must("echo 1 >/proc/sys/kernel/kexec_load_disabled")
    bed.case("kernel.kexec_load_disabled", LOAD, "E_PRIVILEGE",
             "kexec_load_disabled")


def normal_cases(bed: Bed) -> None:
    m, tap = bed.machine, bed.tap
    bed.case("-e with nothing loaded", "purgatorio load -e", "E_NOT_LOADED")
    with tap.check("--dry-run loads nothing"):
        m.must(f"{LOAD} --dry-run", 60)
        bed.unchanged()
    with tap.check("--status says what is loaded"):
        text = m.must("purgatorio load --status")
        need(re.search(r"crash|panic", text), text)
    with tap.check("loading again replaces what was loaded"):
        m.must(f"{LOAD} --append=second", 60)
        now = manifest.read(m)
        need(now.memory != bed.before.memory, "it is still the same")
        (span,) = now.part("cmdline")
        need(now.at(span.start, 6) == b"second", "another command line")
        bed.before = now


def unload(bed: Bed) -> None:
    m = bed.machine
    with bed.tap.check("-u -p unloads"):
        m.must("purgatorio load -u -p")
        need(m.must("cat /sys/kernel/kexec_crash_loaded") == "0\n",
             "it is still loaded")


def no_reservation(tap: Tap, guest: guests.Guest) -> None:
    name = "no crashkernel= on the command line"
    run = cycle.start(guest, "refusals-none",
                      append=cycle.FIRST.replace("crashkernel=256M ", ""))
    with tap.check(name), run.machine as machine:
        machine.ready("first", SECONDS)
        tap.note(refused(machine, LOAD, "E_NO_CRASH_REGION",
                         "crashkernel="))


def main() -> None:
    tap = Tap()
    guest = guests.build()
    run = cycle.start(guest, "refusals")
    with run.machine as machine:
        machine.ready("first", SECONDS)
        bed = Bed(tap, machine)
        bad_files(bed)
        corrupt_image(bed)
        normal_cases(bed)
        unload(bed)
        machine.must(cycle.load_command("purgatorio"), 60)
        bed.before = manifest.read(machine)
        refused_rights(bed)
    no_reservation(tap, guest)
    tap.finish()


if __name__ == "__main__":
    main()
