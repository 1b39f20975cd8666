#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A capture image on arm64's UEFI firmware, with Secure Boot enforced and a
TPM, by GRUB, and in capture mode: what is damaged or unsigned is refused, and the next one
boots, on the same machine."""

from __future__ import annotations

import json
import socket
import struct
from pathlib import Path

import guests
import images
import trees
from arch import ARM64
from guests import Guest
from tap import Tap, need
from test_image_arm64 import APPEND, SECONDS, firmware, refused, started
from test_image_uefi import CERTIFICATE, sign, tpm

CMD_SET_DATAFD = 16  # of swtpm's control channel
# Debian's variables for tests: Secure Boot is on, this key may sign.
SECURE = Path("/usr/share/AAVMF/AAVMF_VARS.snakeoil.fd")


def pcr11(device: list[str]) -> str:
    """What is in it, asked of the swtpm of a machine that is gone: Debian's
    arm64 kernel has no driver for it. Its control channel (swtpm_ioctls(3))
    takes a socket for commands; there, TPM2_PCR_Read (TPM 2.0, part 3)."""
    path = device[1].split("path=")[1]
    here, there = socket.socketpair()
    with here, there, socket.socket(socket.AF_UNIX) as control:
        control.settimeout(20)
        here.settimeout(20)
        control.connect(path)
        socket.send_fds(control, [struct.pack(">I", CMD_SET_DATAFD)],
                        [there.fileno()])
        need(control.recv(4) == bytes(4), "swtpm takes no socket")
        here.sendall(struct.pack(">HIIIHB3s", 0x8001, 20, 0x17e, 1, 0xb, 3,
                                 b"\0\x08\0"))
        reply = here.recv(4096)
    need(reply[6:10] == bytes(4), f"swtpm answers {reply.hex()}")
    return reply[-32:].hex()


def secure_boot(tap: Tap, guest: Guest, image: Path) -> None:
    signed = sign(image, "arm64-signed")
    bad = sign(images.flip(image, "initrd"), "arm64-signed-bad")
    tampered = images.flip(signed, "cmdline")
    with tap.check("signing leaves every digest right"):
        images.run(images.COMMAND, "verify", signed)
        images.run("sbverify", "--cert", CERTIFICATE, signed)
    with tpm("tpm-tis-device") as device, \
            firmware("secure", image, tampered, bad, signed, more=device,
                     variables=SECURE) as m:
        with tap.check("Secure Boot: unsigned, and changed after signing, it "
                       "is refused by the firmware"):
            for _ in range(2):
                m.expect(r"BdsDxe: failed to load .*Access Denied", SECONDS)
        with tap.check("Secure Boot: damaged before signing, it is refused by "
                       "the stub"):
            refused(m, "initrd")
            m.expect(r"BdsDxe: failed to start .*Security Violation", 20)
        with tap.check("Secure Boot: the signed image boots, and PCR 11 is "
                       "what inspect predicted"):
            started(m, guest, APPEND)
            said = json.loads(images.run(images.COMMAND, "inspect", "--json",
                                         signed))
            m.must("dmesg | grep -q 'secureboot: Secure boot enabled'")
            m.end()
            found, wanted = pcr11(device), said["pe"]["pcr11_sha256"]
            need(found == wanted, f"PCR 11 is {found}, not {wanted}")


def grub(tap: Tap, guest: Guest, image: Path) -> None:
    loader = images.grub("arm64-efi", "grub-efi-arm64-bin", "arm64",
                         "search --file --set=root /image.efi\n"
                         "linux /bad.efi\nboot\necho 'the next one'\n"
                         "linux /image.efi theirs=1\nboot\n")
    with firmware("grub", loader, image_efi=image,
                  bad_efi=images.flip(image, "kernel")) as m:
        with tap.check("GRUB's linux: a flipped bit in the kernel, and GRUB "
                       "goes on"):
            refused(m, "kernel")
            m.expect("the next one", 20)
        with tap.check("GRUB's linux loads it, and its words are not used"):
            started(m, guest, APPEND)
            m.must("test -d /sys/firmware/efi")


def capture_mode(tap: Tap, guest: Guest) -> None:
    """This machine's firmware shows ACPI's tables and no device tree."""
    bare = images.pack(guest, "arm64-bare", "--efi-capture", append=APPEND)
    tree = images.pack(guest, "arm64-tree", "--efi-capture",
                       f"--dtb={trees.own()}", append=APPEND)
    with firmware("capture", bare, images.flip(tree, "dtb"), tree) as m:
        with tap.check("capture mode: without any device tree, one clear "
                       "line"):
            m.expect("purgatorio: capture: the firmware has no device tree, "
                     "and ACPI is not enough; pack with --dtb\n", SECONDS)
            m.expect(r"BdsDxe: failed to start .*Unsupported", 20)
        with tap.check("capture mode: a flipped bit in the device tree, and "
                       "the firmware is told"):
            refused(m, "dtb")
            m.expect(r"BdsDxe: failed to start .*Security Violation", 20)
        with tap.check("capture mode: by the image's device tree, with the "
                       "firmware's memory"):
            m.expect("purgatorio: leaving boot services", SECONDS)
            started(m, guest, APPEND)
            need(m.must("cat /proc/device-tree/model") == trees.MODEL + "\0",
                 "not the image's device tree")
            need(int(m.must("awk '/MemTotal/ { print $2 }' /proc/meminfo"))
                 > 512 << 10, "not the firmware's memory")
            m.must("test ! -d /sys/firmware/efi")


def main() -> None:
    tap = Tap()
    guest = guests.build(arch=ARM64)
    image = images.pack(guest, "arm64-uefi", append=APPEND)
    secure_boot(tap, guest, image)
    grub(tap, guest, image)
    capture_mode(tap, guest)
    tap.finish()


if __name__ == "__main__":
    main()
