#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A capture image for s390x, which is memory from address 0 and a kernel at
once: by QEMU's -kernel, by an IPL from a disk by QEMU's firmware and from a
list-directed one under Hercules, and by kexec, also in a crash."""

from __future__ import annotations

import struct
from pathlib import Path

import cycle
import guests
import images
from arch import BUILD, S390X
from guests import Guest
from initramfs import Initramfs
from qemu import Machine, Spec
from tap import Tap, need
from test_cycle import log_is_right
from test_s390x_images import hercules

SECONDS = 180
# The log is where the kernel never goes.
APPEND = (f"console=ttysclp0 {S390X.options} panic=5 "
          "purgatorio.log=0x2000,57344")
WRONG = r'purgatorio: part "{}" is wrong'


def machine(name: str, **spec) -> Machine:
    log = BUILD / "tests" / "log" / f"image-s390x-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    spec = {"memory": "256M", **spec}
    return Machine(Spec(qemu=list(S390X.qemu), control=list(S390X.control),
                        cpu=S390X.cpu, **spec), log)


def started(m: Machine, guest: Guest, line: str) -> None:
    """The image was proved, and its kernel is up with its initrd."""
    m.expect(r"purgatorio: verify: .*\n", SECONDS)
    need(m.ready("first", SECONDS) == guest.release, "wrong kernel")
    found = m.must("cat /proc/cmdline").strip()
    need(found == line, f"its command line is {found!r}")


def refused(m: Machine, part: str) -> None:
    m.expect(WRONG.format(part), SECONDS)
    m.expect(r"purgatorio: EXIT: STATUS=15\n", 20)
    m.expect(r"purgatorio: policy: stop\n", 20)


def by_qemu(tap: Tap, guest: Guest, image: Path) -> None:
    with tap.check("QEMU -kernel: the image's command line and initrd, and "
                   "said that the loader's is not used"):
        with machine("kernel", kernel=image, append="theirs=1",
                     initrd=guest.kernel) as m:
            started(m, guest, APPEND)
            need("purgatorio: loader: its initrd is not used\n"
                 in m.console.text, "not a word of the loader's initrd")
    with tap.check("QEMU -kernel: the loader's, where the image allows it; "
                   "as an ELF file"):
        open_ = images.pack(guest, "s390x-open", "--format=image-elf",
                            "--loader-initrd", "--loader-cmdline",
                            append=APPEND, initrds=[])
        with machine("open", kernel=open_, initrd=guest.capture,
                     append="theirs=1") as m:
            started(m, guest, APPEND + " theirs=1")
    with tap.check("QEMU -kernel: no initrd"):
        none = images.pack(guest, "s390x-none", append=APPEND, initrds=[])
        with machine("none", kernel=none) as m:
            m.expect(r"purgatorio: verify: .*\n", SECONDS)
            m.expect(r"Kernel panic - not syncing: (VFS|No working init)",
                     SECONDS)
    with tap.check("QEMU -kernel: three initrds"):
        more = []
        for i in range(2):
            files = Initramfs()
            files.add(f"one-more-{i}", b"more\n")
            more.append(images.FOLDER / f"s390x-more-{i}.cpio")
            more[-1].write_bytes(files.build())
        three = images.pack(guest, "s390x-three", append=APPEND,
                            initrds=[more[0], guest.capture, more[1]])
        with machine("three", kernel=three) as m:
            started(m, guest, APPEND)
            m.must("cat /one-more-0 /one-more-1")
    for part in "initrd", "parameters":
        with tap.check(f"QEMU -kernel: a flipped bit in {part}"):
            with machine("bad", kernel=images.flip(image, part)) as m:
                refused(m, part)


SECTOR = 2048


def both(value: int) -> bytes:
    """ISO 9660's numbers are there in both byte orders."""
    return struct.pack("<I", value) + struct.pack(">I", value)


def entry(name: bytes, at: int, size: int, folder: bool) -> bytes:
    """A directory's."""
    record = (b"\0" + both(at) + both(size) + bytes(7)
              + bytes([2 if folder else 0, 0, 0, 1, 0, 0, 1, len(name)]) + name)
    record += b"\0" * (~len(record) & 1)
    return bytes([len(record) + 1]) + record


def disk(image: Path) -> list[str]:
    """QEMU's options for a CD from which its firmware, s390-ccw, IPLs @image,
    which goes to address 0: volume descriptors, a catalog and a directory
    (ECMA-119; "El Torito" Bootable CD-ROM Format Specification)."""
    content = image.read_bytes()
    primary = b"\1CD001\1".ljust(156, b"\0") + entry(b"\0", 20, SECTOR, True)
    record = (b"\0CD001\1EL TORITO SPECIFICATION".ljust(0x47, b"\0")
              + struct.pack("<I", 19))
    check = bytearray(b"\1".ljust(30, b"\0") + b"\x55\xaa")
    struct.pack_into("<H", check, 28,
                     -sum(struct.unpack("<16H", check)) & 0xffff)
    boot = struct.pack("<BBHBBHI", 0x88, 0, 0, 0, 0, 4, 21)
    folder = (entry(b"\0", 20, SECTOR, True) + entry(b"\1", 20, SECTOR, True)
              + entry(b"IMAGE.;1", 21, len(content), False))
    path = image.with_suffix(".iso")
    path.write_bytes(bytes(16 * SECTOR) + b"".join(
        sector.ljust(SECTOR, b"\0") for sector in (
            primary, record, b"\xffCD001\1", bytes(check) + boot, folder))
        + content + bytes(-len(content) % SECTOR))
    return ["-device", "virtio-scsi-ccw", "-device",
            "scsi-cd,drive=cd,bootindex=1", "-drive",
            f"if=none,id=cd,format=raw,readonly=on,file={path}"]


def by_ipl(tap: Tap, guest: Guest, image: Path) -> None:
    with tap.check("an IPL from a disk, by QEMU's firmware"):
        with machine("ipl", extra=disk(image)) as m:
            started(m, guest, APPEND)
    bad = images.flip(image, "kernel")
    with tap.check("an IPL from a disk: a flipped bit in the kernel"):
        with machine("ipl-bad", extra=disk(bad)) as m:
            refused(m, "kernel")
    with tap.check("an IPL under Hercules: memory too small"):
        hercules(images.FOLDER, image.read_bytes(), (
            # The range of up to 64 KiB in which 8 MB end.
            "purgatorio: loader: the machine has no memory for the image at "
            "0x7f[0-9a-f]000", "purgatorio: EXIT: STATUS=19"), 8)
    with tap.check("an IPL under Hercules, and its flipped bit"):
        hercules(images.FOLDER, image.read_bytes(), (
            r"purgatorio: verify: \d+ KiB",
            "purgatorio: entering the next kernel at 0x10000",
            "The Linux kernel requires more recent processor hardware"))
        hercules(images.FOLDER, bad.read_bytes(), (
            WRONG.format("kernel"), "purgatorio: EXIT: STATUS=15"))


def by_kexec(tap: Tap, guest: Guest, image: Path) -> None:
    reset = images.pack(guest, "s390x-reset", "--on-mismatch=reset",
                        append=APPEND)
    resets = images.in_guest(guest, image=image,
                             resets=images.flip(reset, "kernel"))
    guest = images.in_guest(guest, image=image,
                            bad=images.flip(image, "initrd"))
    for way in "kexec -c -p", "kexec -s -p":
        with tap.check(f"{way}: a crash, through the image, to the dead "
                       "kernel's memory"):
            run = cycle.start(guest, f"image-s390x{way[-5:-3]}")
            with run.machine as m:
                m.ready("first", SECONDS)
                run.leave_marks()
                m.must(f"{way} /boot/image", 60)
                run.crash()
                m.expect(r"purgatorio: verify: .*\n", SECONDS)
                need(run.captured(SECONDS) == guest.release, "wrong kernel")
                line = m.must("cat /proc/cmdline").strip()
                need(line == APPEND, f"its command line is {line!r}")
                run.check_core()
                run.check_marker()
                log_is_right(run)
            run.dump_file.unlink()
        with tap.check(f"{way}: a flipped bit in the initrd"):
            run = cycle.start(guest, f"image-s390x{way[-5:-3]}-bad")
            with run.machine as m:
                m.ready("first", SECONDS)
                m.must(f"{way} /boot/bad", 60)
                run.crash()
                refused(m, "initrd")
            run.dump_file.unlink()
    run = cycle.start(resets, "image-s390x-normal", reboot=True)
    with run.machine as m:
        with tap.check("kexec -c -l: a flipped bit in the kernel, and the "
                       "machine is reset"):
            m.ready("first", SECONDS)
            m.must("kexec -c -l /boot/resets", 60)
            m.send("kexec -e")
            m.expect(WRONG.format("kernel"), SECONDS)
            m.expect(r"purgatorio: policy: reset\n", 20)
        with tap.check("kexec -c -l: the next kernel, without a crash"):
            m.ready("first", SECONDS)
            m.must("kexec -c -l /boot/image --append=theirs=1", 60)
            m.send("kexec -e")
            started(m, guest, APPEND)
    run.dump_file.unlink()
    with tap.check("purgatorio load -p: its parts, to the dead kernel's "
                   "memory"):
        run = cycle.start(guest, "image-s390x-load")
        with run.machine as m:
            m.ready("first", SECONDS)
            run.leave_marks()
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
        run.dump_file.unlink()


def main() -> None:
    tap = Tap()
    guest = guests.build(arch=S390X)
    image = images.pack(guest, "s390x", append=APPEND)
    by_qemu(tap, guest, image)
    by_ipl(tap, guest, image)
    by_kexec(tap, guest, image)
    tap.finish()


if __name__ == "__main__":
    main()
