#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A capture image for arm64, which is PE32+ and Image at once: by QEMU's
-kernel at EL1 and EL2, by UEFI firmware with a device tree and with ACPI, and
by a stock kexec in a crash. With LARGE=1 in the environment
(make check-image-large), also an initrd of 300 MB."""

from __future__ import annotations

import os
import re
import struct
from pathlib import Path

import cycle
import guests
import images
import trees
from arch import ARM64, BUILD
from guests import Guest
from qemu import Failure, Machine, Spec
from tap import Tap, need
from test_arm64 import AAVMF_VARS, EL2, aavmf

SECONDS = 180
APPEND = "console=ttyAMA0 mitigations=off quiet panic=5"
WRONG = r'purgatorio: part "{}" is wrong'


def machine(name: str, **spec) -> Machine:
    log = BUILD / "tests" / "log" / f"image-arm64-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    return Machine(Spec(qemu=list(ARM64.qemu), control=list(ARM64.control),
                        **spec), log)


def started(m: Machine, guest: Guest, line: str) -> None:
    """The image was proved, and its kernel is up with its initrd."""
    m.expect(r"purgatorio: verify: .*\n", SECONDS)
    need(m.ready("first", SECONDS) == guest.release, "wrong kernel")
    found = m.must("cat /proc/cmdline").strip()
    need(found == line, f"its command line is {found!r}")


def refused(m: Machine, part: str) -> None:
    m.expect(WRONG.format(part), SECONDS)
    m.expect(r"purgatorio: EXIT: STATUS=15\n", 20)


def entered(image: Path, memory: str) -> Machine:
    """A loader of two instructions, which gives what QEMU has at the begin of
    memory, its device tree, and looks at nothing: QEMU's own one loads no
    kernel that has too little memory."""
    at, tree, to = 0x40180000, 0x40000000, 0x40200000
    movz = 0xd2a00000 | tree >> 16 << 5  # x0
    jump = 0x14000000 | (to - at - 4) // 4
    return machine("small", memory=memory, extra=[
        "-device", f"loader,file={image},addr={to:#x},force-raw=on",
        "-device", f"loader,addr={at:#x},data={jump << 32 | movz:#x},data-len=8",
        "-device", f"loader,addr={at:#x},cpu-num=0"])


def too_small(tap: Tap, image: Path) -> None:
    """Two MiB for the loader, and all but the last bytes for the image."""
    size, = struct.unpack_from("<Q", image.read_bytes(), 16)  # image_size
    with tap.check("memory too small: one clear line"):
        with entered(image, f"{2 + (size - 1 >> 20)}M") as m:
            m.expect("purgatorio: loader: its device tree has no memory for "
                     r"the image at 0x4\w{7}\n", SECONDS)
            m.expect("purgatorio: E_MEMORY: the loader's memory map", 20)
            m.expect(r"purgatorio: EXIT: STATUS=19\n", 20)


def by_qemu(tap: Tap, guest: Guest, image: Path) -> None:
    with tap.check("QEMU -kernel, EL1: the image's command line and initrd"):
        with machine("el1", kernel=image, append="theirs=1") as m:
            started(m, guest, APPEND)
            tree = m.must("od -An -tx1 -N4 /sys/firmware/fdt").split()
            need(tree == ["d0", "0d", "fe", "ed"], "no device tree")
    with tap.check("QEMU -kernel, EL2: its initrd is not used, and said so"):
        with machine("el2", kernel=image, initrd=guest.kernel,
                     extra=EL2) as m:
            started(m, guest, APPEND)
            need("purgatorio: loader: its initrd is not used\n"
                 in m.console.text, "not a word of the loader's initrd")
            m.must("dmesg | grep -q 'started at EL2'")
    open_ = images.pack(guest, "arm64-open", "--loader-initrd",
                        "--loader-cmdline", f"--dtb={trees.own()}",
                        append=APPEND, initrds=[])
    with tap.check("QEMU -kernel: the loader's, where the image allows it, "
                   "with a device tree of the image's"):
        with machine("open", kernel=open_, initrd=guest.capture,
                     append="theirs=1") as m:
            started(m, guest, APPEND + " theirs=1")
            need(m.must("cat /proc/device-tree/model") == trees.MODEL + "\0",
                 "not the image's device tree")
            need(int(m.must("awk '/MemTotal/ { print $2 }' /proc/meminfo"))
                 > 512 << 10, "not the loader's memory")
    none = images.pack(guest, "arm64-none", append=APPEND, initrds=[])
    with tap.check("QEMU -kernel: without an initrd, the kernel gets none"):
        with machine("none", kernel=none, initrd=guest.capture) as m:
            m.expect("purgatorio: loader: its initrd is not used", SECONDS)
            m.expect("Unable to mount root fs", SECONDS)
    with tap.check("QEMU -kernel: a flipped bit in the initrd"):
        with machine("bad", kernel=images.flip(image, "initrd")) as m:
            refused(m, "initrd")
            m.expect(r"purgatorio: policy: stop\n", 20)


def firmware(name: str, *paths: Path, more: list[str] | None = None,
             variables: Path = AAVMF_VARS, **files: Path) -> Machine:
    """UEFI, with a disk for each of @paths: where one does not start, the next
    one is tried. @files are on the first one."""
    extra = aavmf(images.FOLDER, variables) + (more or [])
    for order, path in enumerate(paths):
        extra += images.boot_disk(f"arm64-{name}-{order}", order,
                                  BOOTAA64_EFI=path, **files)
        files = {}
    return machine(name, extra=extra)


def by_firmware(tap: Tap, guest: Guest, image: Path) -> None:
    # Firmware that has ACPI's tables shows no device tree.
    tree = ["-machine", "acpi=off"]
    bad = images.flip(image, "kernel")
    with firmware("dt", bad, image, more=tree) as m:
        with tap.check("AAVMF: a flipped bit in the kernel, and the firmware "
                       "is told"):
            refused(m, "kernel")
            m.expect(r"BdsDxe: failed to start .*Security Violation", 20)
        with tap.check("AAVMF, device tree"):
            started(m, guest, APPEND)
            m.must("test -d /sys/firmware/efi && "
                   "test -d /sys/firmware/devicetree/base/psci")
    line = APPEND + " acpi=force"
    acpi = images.pack(guest, "arm64-acpi", append=line)
    with tap.check("AAVMF, ACPI"), firmware("acpi", acpi) as m:
        started(m, guest, line)
        m.must("test -e /sys/firmware/acpi/tables/APIC && "
               "test ! -e /sys/firmware/devicetree/base/psci")


def arrived(run: cycle.Cycle) -> None:
    """What kexec put into its device tree. Its core header describes the dead
    kernel's memory, and, without KALLSYMS_ALL in Debian's kernel, a kernel text
    of nonsense, past which no program can read."""
    m = run.machine
    m.must("[ $(sed -n 's/MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo) "
           f"-lt {256 << 10} ]")
    found = re.findall(r"^LOAD .* physical 0x([0-9a-f]+) bytes 0x([0-9a-f]+)$",
                       m.must("witness headers /proc/vmcore"), re.M)
    need(any(int(a, 16) <= run.marks.address < int(a, 16) + int(n, 16)
             for a, n in found), f"no header for the mark among {found}")


def by_kexec(tap: Tap, guest: Guest, image: Path) -> None:
    guest = images.in_guest(guest, image=image,
                            bad=images.flip(image, "initrd"))
    with cycle.kept(guest, "image-arm64-kexec", SECONDS) as run:
        m = run.machine
        with tap.check("kexec -c -p: a crash, through the image, to the dead "
                       "kernel's memory"):
            m.must("kexec -c -p /boot/image", 60)
            run.crash()
            m.expect(r"purgatorio: verify: .*\n", SECONDS)
            if run.captured(SECONDS) != guest.release:
                raise Failure("wrong kernel")
            line = m.must("cat /proc/cmdline").strip()
            need(line == APPEND, f"its command line is {line!r}")
            arrived(run)
        with tap.check("purgatorio load -p: its parts, to the dead kernel's "
                       "memory"):
            run.again()
            code, said = m.run("purgatorio load -p /boot/bad 2>&1", 60)
            need(code != 0 and "[E_DIGEST]" in said and "initrd" in said,
                 f"a damaged image: {code}, {said}")
            m.must("purgatorio load -p /boot/image", 60)
            run.crash()
            run.captured(SECONDS)
            need(m.must("cat /proc/cmdline").startswith(APPEND),
                 "not the image's command line")
            run.check_core()
            run.check_marker()
        with tap.check("kexec -c -p: a flipped bit in the initrd"):
            run.again()
            m.must("kexec -c -p /boot/bad", 60)
            run.crash()
            refused(m, "initrd")


def large(tap: Tap, guest: Guest) -> None:
    more = images.ballast()
    image = images.pack(guest, "arm64-large", append=APPEND,
                        initrds=[guest.capture, more])
    with tap.check("an initrd of 300 MB"), machine(
            "large", kernel=image, memory="3G") as m:
        m.ready("first", 900)
        need(m.must("wc -c </ballast").strip() == str(300 << 20),
             "it is not whole")
    more.unlink()
    image.unlink()


def main() -> None:
    tap = Tap()
    guest = guests.build(arch=ARM64)
    image = images.pack(guest, "arm64", append=APPEND)
    by_qemu(tap, guest, image)
    too_small(tap, image)
    by_firmware(tap, guest, image)
    by_kexec(tap, guest, image)
    if os.environ.get("LARGE"):
        large(tap, guest)
    tap.finish()


if __name__ == "__main__":
    main()
