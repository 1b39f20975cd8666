#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A capture image on UEFI firmware: from a disk, with Secure Boot enforced and
a TPM; what is damaged or unsigned is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import images
import packages
from arch import BUILD
from guests import Guest
from qemu import Failure, Machine, Spec
from tap import Tap, need

SECONDS = 120
OVMF = Path("/usr/share/OVMF")
# Debian's firmware for tests: Secure Boot is on, this key may sign.
KEY = Path("/usr/share/ovmf/PkKek-1-snakeoil.key")
CERTIFICATE = Path("/usr/share/ovmf/PkKek-1-snakeoil.pem")


def firmware(secure: bool) -> list[str]:
    kind = "snakeoil" if secure else ""
    code = OVMF / (f"OVMF_CODE_4M.{kind}.fd" if kind else "OVMF_CODE_4M.fd")
    variables = images.FOLDER / f"vars-{kind}.fd"
    shutil.copy(OVMF / (f"OVMF_VARS_4M.{kind}.fd" if kind
                        else "OVMF_VARS_4M.fd"), variables)
    return ["-machine", "q35,smm=on",
            "-global", "driver=cfi.pflash01,property=secure,value=on",
            "-drive", f"if=pflash,format=raw,readonly=on,file={code}",
            "-drive", f"if=pflash,format=raw,file={variables}"]


@contextmanager
def tpm(device: str = "tpm-crb") -> Iterator[list[str]]:
    """A TPM of swtpm's, and QEMU's options for it."""
    with tempfile.TemporaryDirectory() as folder:
        socket = f"{folder}/socket"
        process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={folder}",
             "--ctrl", f"type=unixio,path={socket}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield ["-chardev", f"socket,id=tpm,path={socket}",
                   "-tpmdev", "emulator,id=tpm0,chardev=tpm",
                   "-device", f"{device},tpmdev=tpm0"]
        finally:
            process.terminate()
            process.wait()


def start(name: str, *images_: Path, secure: bool = False,
          more: list[str] | None = None, memory: str = "1G") -> Machine:
    """A machine with a disk for each of @images_: where one does not start, the
    firmware tries the next one."""
    log = BUILD / "tests" / "log" / f"uefi-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    extra = firmware(secure) + (more or [])
    for order, image in enumerate(images_):
        extra += images.boot_disk(f"{name}-{order}", order, BOOTX64_EFI=image)
    return Machine(Spec(memory=memory, extra=extra), log)


def sign(image: Path, name: str) -> Path:
    key = images.FOLDER / "key.pem"
    images.run("openssl", "rsa", "-in", KEY, "-passin", "pass:snakeoil",
               "-out", key)
    signed = images.FOLDER / f"{name}.efi"
    images.run("sbsign", "--key", key, "--cert", CERTIFICATE, "--output",
               signed, image)
    return signed


def booted(machine: Machine, guest: Guest) -> None:
    machine.expect(r"purgatorio: verify: .*\n", SECONDS)
    release = machine.ready("first", SECONDS)
    need(release == guest.release, f"wrong kernel: {release}")
    words = machine.must("cat /proc/cmdline").split()
    need(words == images.APPEND.split(), f"its command line is {words}")


def refused(machine: Machine, part: str) -> None:
    """The stub names the part, the firmware the status it got."""
    machine.expect(rf'purgatorio: part "{part}" is wrong', SECONDS)
    machine.expect(r"purgatorio: EXIT: STATUS=15\n", 20)
    machine.expect(r"BdsDxe: failed to start .*Security Violation", 20)


def plain(tap: Tap, guest: Guest, image: Path) -> None:
    parts = "kernel", "cmdline"
    with start("plain", *(images.flip(image, part) for part in parts),
               image) as machine:
        for part in parts:
            with tap.check(f"OVMF: a flipped bit in {part} is refused by its "
                           "name and EFI_SECURITY_VIOLATION"):
                refused(machine, part)
        with tap.check("OVMF boots it from a disk"):
            booted(machine, guest)
            machine.must("test -d /sys/firmware/efi/efivars")


def entered(machine: Machine, guest: Guest, where: str = r"\w+") -> None:
    """In capture mode: the kernel was entered @where."""
    machine.expect("purgatorio: leaving boot services", SECONDS)
    machine.expect(rf"purgatorio: entering the next kernel at 0x{where}\n",
                   60)
    need(machine.ready("first", SECONDS) == guest.release, "wrong kernel")
    words = machine.must("cat /proc/cmdline").split()
    need(words == images.APPEND.split(), f"command line: {words}")
    machine.must("test ! -d /sys/firmware/efi")
    machine.must("dmesg | grep -q 'ACPI: RSDP'")


def capture_mode(tap: Tap, guest: Guest) -> None:
    image = images.pack(guest, "capture", "--efi-capture")
    with start("capture", images.flip(image, "initrd"), image) as machine:
        with tap.check("capture mode: a flipped bit in initrd is refused "
                       "while there is a firmware to tell"):
            refused(machine, "initrd")
        with tap.check("capture mode: the stub leaves boot services and "
                       "enters through the purgatory"):
            entered(machine, guest)
    # The firmware has no room for it below.
    with start("high", image, memory="5G",
               more=["-machine", "max-ram-below-4g=160M"]) as machine, \
            tap.check("capture mode: loaded above 4 GiB by the firmware, the "
                      "kernel is entered there"):
        entered(machine, guest, r"[1-9a-f]\w{8}")


def secure_boot(tap: Tap, guest: Guest, image: Path) -> None:
    signed = sign(image, "signed")
    with tap.check("signing leaves every digest right"):
        images.run(images.COMMAND, "verify", signed)
        images.run("sbverify", "--cert", CERTIFICATE, signed)
    bad = sign(images.flip(image, "initrd"), "signed-bad")
    with tpm() as device, start(
            "secure", image, images.flip(signed, "initrd"), bad, signed,
            secure=True, more=device) as machine:
        for what in "unsigned", "changed after signing":
            with tap.check(f"Secure Boot: {what}, it is refused by the "
                           "firmware"):
                machine.expect(r"BdsDxe: failed to load .*Access Denied",
                               SECONDS)
        with tap.check("Secure Boot: damaged before signing, it is refused by "
                       "the stub"):
            refused(machine, "initrd")
        with tap.check("Secure Boot: the signed image boots, and PCR 11 is "
                       "what inspect predicted"):
            booted(machine, guest)
            said = json.loads(images.run(images.COMMAND, "inspect", "--json",
                                         signed))
            wanted = said["pe"]["pcr11_sha256"].upper()
            found = machine.must("cat /sys/class/tpm/tpm0/pcr-sha256/11")
            need(found.strip() == wanted, f"PCR 11 is {found}, not {wanted}")
            log = machine.must("cat /sys/kernel/security/tpm0/"
                               "binary_bios_measurements | tr -d '\\0'")
            need(".linux" in log and ".initrd" in log,
                 "the event log does not name the sections")
            machine.must("dmesg | grep -q 'secureboot: Secure boot enabled'")


def shim(tap: Tap, guest: Guest, image: Path) -> None:
    """Debian's shim, which this firmware's key signs once more: to shim, what
    lies beside it as grubx64.efi is the next stage."""
    loader = sign(packages.fetch("shim-unsigned", "amd64") /
                  "usr/lib/shim/shimx64.efi", "shim")
    signed = sign(image, "shim-signed")
    stages = (images.flip(signed, "initrd"),
              sign(images.flip(image, "kernel"), "shim-bad"), signed)
    more = []
    for order, stage in enumerate(stages):
        more += images.boot_disk(f"shim-{order}", order, BOOTX64_EFI=loader,
                                 grubx64_efi=stage)
    with start("shim", secure=True, more=more) as machine:
        with tap.check("shim: changed after signing, it is refused by shim"):
            machine.expect("Verification failed: .*Security Violation",
                           SECONDS)
            machine.type("")
        with tap.check("shim: damaged before signing, it is refused by the "
                       "stub"):
            machine.expect(r'purgatorio: part "kernel" is wrong', SECONDS)
            machine.expect(r"purgatorio: EXIT: STATUS=15\n", 20)
        with tap.check("shim loads it, and its SBAT section is in order"):
            booted(machine, guest)
            machine.must("dmesg | grep -q 'secureboot: Secure boot enabled'")


def main() -> None:
    tap = Tap()
    guest = images.build()
    image = images.pack(guest, "uefi", "--os-release=/etc/os-release")
    plain(tap, guest, image)
    capture_mode(tap, guest)
    secure_boot(tap, guest, image)
    shim(tap, guest, image)
    tap.finish()


if __name__ == "__main__":
    try:
        main()
    except Failure as error:
        raise SystemExit(f"# {error}")
