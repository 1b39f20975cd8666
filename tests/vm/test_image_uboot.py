#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A capture image with a device tree of its own, in the hands of U-Boot on
arm64: booti and bootefi; what is damaged is refused."""

from __future__ import annotations

from pathlib import Path

import guests
import images
import packages
import trees
from arch import ARM64
from guests import Guest
from qemu import Machine
from tap import Tap, need
from test_image_arm64 import APPEND, SECONDS, machine, refused, started

HIGH = "0x100000000"


def uboot(name: str, memory: str = "1G", **files: Path) -> Machine:
    """U-Boot, with @files on a disk."""
    program = (packages.fetch("u-boot-qemu", "all") /
               "usr/lib/u-boot/qemu_arm64/u-boot.bin")
    return machine(f"uboot-{name}", memory=memory, reboot=True, extra=[
        "-bios", str(program), *images.boot_disk(f"uboot-{name}", **files)])


def stop(m: Machine) -> None:
    m.expect("Hit any key to stop autoboot", SECONDS)
    m.type("")
    m.expect(r"^=> ", 30)


def load(m: Machine, file: str, address: str, command: str) -> None:
    m.type(f"load virtio 0:1 {address} {file}")
    m.expect("bytes read", SECONDS)
    m.expect(r"^=> ", 20)
    m.type(f"{command} {address}"
           f"{' -' if command == 'booti' else ''} $fdtcontroladdr")


def check_tree(m: Machine) -> None:
    need(m.must("cat /proc/device-tree/model") == trees.MODEL + "\0",
         "not the image's device tree")
    m.must("test -d /proc/device-tree/psci")


def booti(tap: Tap, guest: Guest, image: Path, bad: Path) -> None:
    with uboot("booti", "5G", IMAGE_EFI=image, BAD_EFI=bad) as m:
        with tap.check("U-Boot, booti: a flipped bit in the initrd, and the "
                       "machine is reset by what the tree says of PSCI"):
            stop(m)
            load(m, "BAD.EFI", HIGH, "booti")
            refused(m, "initrd")
            m.expect(r"purgatorio: policy: reset\n", 20)
            stop(m)
        with tap.check("U-Boot, booti above 4 GiB: the image's device tree, "
                       "U-Boot's memory, three initrds"):
            load(m, "IMAGE.EFI", HIGH, "booti")
            m.expect(r"purgatorio: entering the next kernel at 0x1\w{8}\n",
                     SECONDS)
            m.console.seen = 0
            started(m, guest, APPEND)
            check_tree(m)
            need(int(m.must("awk '/MemTotal/ { print $2 }' /proc/meminfo"))
                 > 4 << 20, "not U-Boot's memory")
            need(m.must("cat /one /three") == "1\n3\n",
                 "an archive is missing")


def bootefi(tap: Tap, guest: Guest, image: Path) -> None:
    with uboot("bootefi", IMAGE_EFI=image,
               BAD_EFI=images.flip(image, "dtb")) as m:
        with tap.check("U-Boot, bootefi: a flipped bit in the device tree, and "
                       "U-Boot is told"):
            stop(m)
            load(m, "BAD.EFI", "$kernel_addr_r", "bootefi")
            refused(m, "dtb")
            m.expect(r"## Application failed, r = 26$", 20)
        with tap.check("U-Boot, bootefi: the image's device tree, with "
                       "U-Boot's fix-ups"):
            m.expect(r"^=> ", 20)
            load(m, "IMAGE.EFI", "$kernel_addr_r", "bootefi")
            started(m, guest, APPEND)
            need("purgatorio: device tree: with the firmware's fix-ups\n"
                 in m.console.text, "no fix-ups")
            check_tree(m)
            m.must("test -e /proc/device-tree/chosen/u-boot,version && "
                   "test -d /sys/firmware/efi")


def capture_mode(tap: Tap, guest: Guest) -> None:
    image = images.pack(guest, "arm64-capture", "--efi-capture", append=APPEND)
    with uboot("capture", IMAGE_EFI=image) as m, tap.check(
            "capture mode: the stub leaves U-Boot's boot services, and enters "
            "through the purgatory with U-Boot's device tree"):
        stop(m)
        load(m, "IMAGE.EFI", "$kernel_addr_r", "bootefi")
        m.expect("purgatorio: leaving boot services", SECONDS)
        m.expect("purgatorio: entering the next kernel", SECONDS)
        need(m.ready("first", SECONDS) == guest.release, "wrong kernel")
        line = m.must("cat /proc/cmdline").strip()
        need(line == APPEND, f"its command line is {line!r}")
        m.must("test ! -d /sys/firmware/efi && "
               "test -d /proc/device-tree/psci")


def main() -> None:
    tap = Tap()
    guest = guests.build(arch=ARM64)
    tree = f"--dtb={trees.own()}"
    initrds = [images.archive("one", b"1\n"), guest.capture,
               images.archive("three", b"3\n")]
    image = images.pack(guest, "arm64-dtb", tree, append=APPEND,
                        initrds=initrds)
    reset = images.pack(guest, "arm64-reset", tree, "--on-mismatch=reset",
                        append=APPEND, initrds=initrds)
    booti(tap, guest, image, images.flip(reset, "initrd"))
    bootefi(tap, guest, image)
    capture_mode(tap, guest)
    tap.finish()


if __name__ == "__main__":
    main()
