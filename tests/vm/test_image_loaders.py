#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A capture image and the loaders of PCs: QEMU's -kernel under SeaBIOS and by
PVH, also on its microvm, GRUB's linux and multiboot2; initrds of all kinds, and
what a loader may add. With LARGE=1 in the environment (make check-image-large),
also an initrd of 300 MB."""

from __future__ import annotations

import os
from pathlib import Path

import images
from arch import BUILD
from guests import Guest
from qemu import QEMU, Machine, Spec
from tap import Tap, need
from test_image_uefi import firmware

SECONDS = 120


def start(name: str, image: Path, append: str = "", initrd: Path | None = None,
          memory: str = "1G", extra: list[str] | None = None) -> Machine:
    log = BUILD / "tests" / "log" / f"loaders-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    return Machine(Spec(kernel=image, append=append, initrd=initrd,
                        memory=memory, extra=extra or []), log)


def cmdline(machine: Machine) -> list[str]:
    return machine.must("cat /proc/cmdline").split()


def seabios(tap: Tap, guest: Guest) -> None:
    image = images.pack(guest, "bios")
    other = images.archive("other", b"not the image's\n")
    with tap.check("QEMU -kernel, SeaBIOS: by the 32-bit boot protocol; what "
                   "the loader adds is left out, but for kexec's words"):
        with start("bios", image, "root=/dev/sda memmap=1M$0x30000000",
                   other) as machine:
            machine.expect("purgatorio: loader: its initrd is not used",
                           SECONDS)
            need(machine.ready("first", SECONDS) == guest.release,
                 "wrong kernel")
            need(cmdline(machine) == images.APPEND.split() +
                 ["memmap=1M$0x30000000"], f"got {cmdline(machine)}")
            machine.must("test ! -e /other")
    for part in ("door", "stub", "kernel"):
        with tap.check(f"SeaBIOS: a flipped bit in {part} is refused by its "
                       "name"):
            with start("bad", images.flip(image, part)) as machine:
                machine.expect(rf'purgatorio: part "{part}" is wrong', SECONDS)
                machine.expect(r"purgatorio: EXIT: STATUS=15\n", 20)
    with tap.check("memory too small: one clear line"):
        with start("small", image, memory="72M") as machine:
            machine.expect("purgatorio: loader: the kernel unpacks itself "
                           "where its memory map has no RAM: 0x", SECONDS)
            machine.expect("purgatorio: E_MEMORY: the loader's memory map",
                           20)
            machine.expect("purgatorio: EXIT: STATUS=19\n", 20)


def policies(tap: Tap, guest: Guest) -> None:
    """No command line and no initrd of its own, all of the loader's."""
    image = images.pack(guest, "open", "--loader-initrd", "--loader-cmdline",
                        append="", initrds=[])
    with tap.check("without initrd and command line, the loader's are taken "
                   "where allowed"):
        with start("open", image, images.APPEND, guest.capture) as machine:
            machine.ready("first", SECONDS)
            need(cmdline(machine) == images.APPEND.split(),
                 f"got {cmdline(machine)}")
    image = images.pack(guest, "none", append=images.APPEND.replace(
        "quiet ", ""), initrds=[])
    with tap.check("without an initrd, the kernel gets none"):
        with start("none", image, initrd=guest.capture) as machine:
            machine.expect("its initrd is not used", SECONDS)
            machine.expect("Unable to mount root fs", SECONDS)


def three(tap: Tap, guest: Guest) -> None:
    microcode = images.archive("kernel/x86/microcode/GenuineIntel.bin",
                               b"none")
    image = images.pack(guest, "three", f"--ucode={microcode}", initrds=[
        images.archive("one", b"1\n"), guest.capture,
        images.archive("three", b"3\n")])
    with tap.check("microcode and three initrds reach the kernel"):
        with start("three", image) as machine:
            machine.ready("first", SECONDS)
            need(machine.must("cat /one /three") == "1\n3\n",
                 "an archive is missing")
            machine.must("test -e /kernel/x86/microcode/GenuineIntel.bin")


def refused(machine: Machine, part: str) -> None:
    machine.expect(rf'purgatorio: part "{part}" is wrong', SECONDS)
    machine.expect(r"purgatorio: EXIT: STATUS=15\n", 20)


def pvh(tap: Tap, guest: Guest) -> None:
    image = images.pack(guest, "pvh", "--format=image-elf")
    other = images.archive("other", b"not the image's\n")
    with tap.check("QEMU -kernel, PVH: command line and initrd are the "
                   "image's, but for kexec's words"):
        with start("pvh", image, "root=/dev/sda memmap=1M$0x30000000",
                   other) as machine:
            machine.expect("purgatorio: loader: its initrd is not used",
                           SECONDS)
            need(machine.ready("first", SECONDS) == guest.release,
                 "wrong kernel")
            need(cmdline(machine) == images.APPEND.split() +
                 ["memmap=1M$0x30000000"], f"got {cmdline(machine)}")
            machine.must("test ! -e /other")
    with tap.check("PVH: a flipped bit in initrd is refused by its name"):
        with start("pvh-bad", images.flip(image, "initrd")) as machine:
            refused(machine, "initrd")


def microvm(tap: Tap, guest: Guest) -> None:
    """It has one serial port. Without KVM, Linux finds no clock there unless
    ACPI is off."""
    line = f"{images.APPEND} rdinit=/alone"
    image = images.pack(guest, "microvm", "--format=image-elf", append=line,
                        initrds=[guest.capture, images.alone()])
    log = BUILD / "tests" / "log" / "loaders-microvm.log"
    with tap.check("QEMU's microvm, PVH by its firmware"), Machine(Spec(
            kernel=image, append="root=/dev/sda memmap=1M$0x30000000",
            qemu=[QEMU, "-machine", "microvm,acpi=off"], control=[]),
            log) as machine:
        machine.expect(r"purgatorio: verify: .*\n", SECONDS)
        machine.expect(rf"@up {line} memmap=1M\$0x30000000\n", SECONDS)


def by_grub(name: str, command: str, image: Path) -> Machine:
    """A machine whose GRUB boots @image by @command."""
    loader = images.grub(
        "x86_64-efi", "grub-efi-amd64-bin", "amd64",
        "search --file --set=root /image.efi\necho 'by GRUB'\n"
        f"{command} /image.efi 'memmap=1M$0x30000000'\nboot\n", "multiboot2")
    disk = images.boot_disk(name, BOOTX64_EFI=loader, image_efi=image)
    log = BUILD / "tests" / "log" / f"loaders-{name}.log"
    return Machine(Spec(extra=firmware(False) + disk), log)


def grub(tap: Tap, guest: Guest, command: str, *options: str) -> None:
    image = images.pack(guest, f"grub-{command}", *options)
    with tap.check(f"GRUB's {command} loads it"):
        with by_grub(f"grub-{command}", command, image) as machine:
            machine.expect("by GRUB", SECONDS)
            machine.expect(r"purgatorio: verify: .*\n", SECONDS)
            need(machine.ready("first", SECONDS) == guest.release,
                 "wrong kernel")
            need(cmdline(machine) == images.APPEND.split() +
                 ["memmap=1M$0x30000000"], f"got {cmdline(machine)}")
            machine.must("test -d /sys/firmware/efi")
    with tap.check(f"GRUB's {command}: a flipped bit in initrd is refused by "
                   "its name"):
        with by_grub(f"grub-{command}-bad", command,
                     images.flip(image, "initrd")) as machine:
            machine.expect("by GRUB", SECONDS)
            refused(machine, "initrd")


def large(tap: Tap, guest: Guest) -> None:
    more = images.ballast()
    image = images.pack(guest, "large", initrds=[guest.capture, more])
    with tap.check("an initrd of 300 MB"):
        with start("large", image, memory="3G") as machine:
            machine.ready("first", 900)
            need(machine.must("wc -c </ballast").strip() == str(300 << 20),
                 "it is not whole")
    more.unlink()
    image.unlink()


def main() -> None:
    tap = Tap()
    guest = images.build()
    seabios(tap, guest)
    policies(tap, guest)
    three(tap, guest)
    pvh(tap, guest)
    microvm(tap, guest)
    grub(tap, guest, "linux")
    grub(tap, guest, "multiboot2", "--format=image-elf")
    if os.environ.get("LARGE"):
        large(tap, guest)
    tap.finish()


if __name__ == "__main__":
    main()
