#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A capture image for ppc64, which is an ELF file as vmlinux is: by QEMU's
-kernel under SLOF and VOF, by skiboot, and by a stock kexec in a crash; also of
a big-endian kernel, from its zImage.

    tests/vm/test_image_ppc64.py [firmware] [skiboot] [kexec]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import cycle
import guest_kernel
import guests
import images
from arch import BUILD, PPC64, PPC64BE
from guests import Guest
from initramfs import Initramfs
from qemu import Machine, Spec
from tap import Tap, need
from test_ppc64 import PHB

SECONDS = 240
APPEND = "console=hvc0 mitigations=off quiet panic=5"
WRONG = r'purgatorio: part "{}" is wrong'
NOT_USED = "purgatorio: loader: its initrd is not used\n"
VOF = [PPC64.qemu[0], PPC64.qemu[1], PPC64.qemu[2] + ",x-vof=on"]
POWERNV = ["qemu-system-ppc64", "-machine", "powernv9", *PHB]


def machine(name: str, **spec) -> Machine:
    log = BUILD / "tests" / "log" / f"image-ppc64-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    spec = {"qemu": list(PPC64.qemu), "control": list(PPC64.control),
            "cpu": PPC64.cpu, **spec}
    return Machine(Spec(**spec), log)


def started(m: Machine, guest: Guest, line: str, role: str = "first") -> None:
    """The image was proved, and its kernel is up with its initrd. @line: a
    regular expression for all of its command line."""
    m.expect(r"purgatorio: verify: .*\n", SECONDS)
    need(m.ready(role, SECONDS) == guest.release, "wrong kernel")
    found = m.must("cat /proc/cmdline").strip()
    need(re.fullmatch(line, found), f"its command line is {found!r}")


def refused(m: Machine, part: str) -> None:
    m.expect(WRONG.format(part), SECONDS)
    m.expect(r"purgatorio: EXIT: STATUS=15\n", 20)
    m.expect(r"purgatorio: policy: stop\n", 20)


def big_endian() -> Path:
    """Without an initrd: its kernel's last word is a panic."""
    root, release = guest_kernel.build(PPC64BE)
    guest = Guest(PPC64BE, release, root / "boot/zImage", root, root)
    return images.pack(guest, "ppc64-big", append="console=hvc0 panic=-1",
                       initrds=[])


def booted_big(m: Machine) -> None:
    m.expect(r"purgatorio: verify: .*\n", SECONDS)
    m.expect(r"Linux version .*-purgatorio ", SECONDS)
    # It knows no block device, and does not even try.
    m.expect("No working init found", SECONDS)


def archive(name: str) -> Path:
    files = Initramfs()
    files.add(name, b"more\n")
    path = images.FOLDER / f"ppc64-{name}.cpio"
    path.write_bytes(files.build())
    return path


def by_firmware(tap: Tap, guest: Guest, image: Path) -> None:
    with tap.check("SLOF: the image's command line and initrd, and said that "
                   "the loader's is not used"):
        with machine("slof", kernel=image, append="theirs=1",
                     initrd=guest.kernel) as m:
            started(m, guest, APPEND)
            need(NOT_USED in m.console.text, "not a word of their initrd")
    with tap.check("VOF: three initrds"):
        three = images.pack(guest, "ppc64-three", append=APPEND, initrds=[
            archive("one"), guest.capture, archive("three")])
        with machine("vof", kernel=three, qemu=VOF) as m:
            started(m, guest, APPEND)
            m.must("cat /one /three")
    with tap.check("VOF: the loader's, where the image allows it"):
        open_ = images.pack(guest, "ppc64-open", "--loader-initrd",
                            "--loader-cmdline", append=APPEND, initrds=[])
        with machine("open", kernel=open_, initrd=guest.capture,
                     append="theirs=1", qemu=VOF) as m:
            started(m, guest, APPEND + " theirs=1")
    with tap.check("VOF: without an initrd, the kernel gets none"):
        none = images.pack(guest, "ppc64-none", append=APPEND, initrds=[])
        with machine("none", kernel=none, initrd=guest.capture,
                     qemu=VOF) as m:
            m.expect(NOT_USED, SECONDS)
            m.expect("Unable to mount root fs", SECONDS)
    with tap.check("VOF: memory too small"):
        ballast = images.FOLDER / "ppc64-ballast"
        with ballast.open("wb") as file:
            file.truncate(230 << 20)
        large = images.pack(guest, "ppc64-large", initrds=[ballast])
        with machine("small", kernel=large, memory="256M", qemu=VOF) as m:
            m.expect(r"purgatorio: loader: no memory for the image, which "
                     r"ends at 0x\w+\n", SECONDS)
            m.expect(r"purgatorio: E_MEMORY: .*\n", 20)
            m.expect(r"purgatorio: EXIT: STATUS=19\n", 20)
        large.unlink()
    with tap.check("VOF: a big-endian kernel"):
        with machine("big", kernel=big_endian(), qemu=VOF) as m:
            booted_big(m)
    for name, qemu, part in (("slof", list(PPC64.qemu), "initrd"),
                             ("vof", VOF, "kernel")):
        with tap.check(f"{name.upper()}: a flipped bit in {part}"):
            with machine(f"{name}-bad", kernel=images.flip(image, part),
                         qemu=qemu) as m:
                refused(m, part)


def by_skiboot(tap: Tap, guest: Guest, _: Path) -> None:
    """OPAL has one console, and the guest works alone."""
    line = APPEND + " rdinit=/alone"
    image = images.pack(guest, "ppc64-opal", append=line,
                        initrds=[guest.capture, images.alone()])
    with tap.check("skiboot, powernv9"):
        with machine("opal", kernel=image, append="theirs=1", qemu=POWERNV,
                     control=[], memory="2G") as m:
            m.expect(r"purgatorio: verify: .*\n", SECONDS)
            m.expect(f"@up {line}\n", SECONDS)
    with tap.check("skiboot: a big-endian kernel"):
        with machine("opal-big", kernel=big_endian(), qemu=POWERNV,
                     control=[]) as m:
            booted_big(m)
    with tap.check("skiboot: a flipped bit in cmdline"):
        with machine("opal-bad", kernel=images.flip(image, "cmdline"),
                     qemu=POWERNV, control=[], memory="2G") as m:
            refused(m, "cmdline")


def arrived(run: cycle.Cycle) -> None:
    """What kexec put into its device tree."""
    run.check_core()
    run.check_marker()


def by_kexec(tap: Tap, guest: Guest, image: Path) -> None:
    """One machine, put back to before anything was loaded."""
    guest = images.in_guest(guest, image=image,
                            bad=images.flip(image, "initrd"))
    with cycle.kept(guest, "image-ppc64-kexec", SECONDS, cpus=2) as run:
        m = run.machine
        with tap.check("kexec -c -p: a crash, through the image, to the dead "
                       "kernel's memory"):
            m.must("kexec -c -p /boot/image", 60)
            run.crash()
            started(m, guest, APPEND + r" elfcorehdr=\d+K", "capture")
            arrived(run)
        with tap.check("kexec -c -p: a flipped bit in the initrd"):
            run.again()
            m.must("kexec -c -p /boot/bad", 60)
            run.crash()
            refused(m, "initrd")
        with tap.check("purgatorio load -p: its parts, to the dead kernel's "
                       "memory"):
            run.again()
            code, said = m.run("purgatorio load -p /boot/bad 2>&1", 60)
            need(code != 0 and "[E_DIGEST]" in said and "initrd" in said,
                 f"a damaged image: {code}, {said}")
            m.must("purgatorio load -p /boot/image", 60)
            run.crash()
            need(run.captured(SECONDS) == guest.release, "wrong kernel")
            need(m.must("cat /proc/cmdline").startswith(APPEND),
                 "not the image's command line")
            arrived(run)


def main() -> None:
    tap = Tap()
    guest = guests.build(arch=PPC64)
    image = images.pack(guest, "ppc64", append=APPEND)
    parts = {"firmware": by_firmware, "skiboot": by_skiboot,
             "kexec": by_kexec}
    for name in sys.argv[1:] or parts:
        parts[name](tap, guest, image)
    tap.finish()


if __name__ == "__main__":
    main()
