#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every form of an s390x kernel: bzImage is what the other tests load, here
is the ELF file. And images of `pack` with a window at 0: by QEMU's -kernel,
and by an IPL under Hercules, which has no CPU that this kernel runs on: it
says so. The uncompressed image is packed only: QEMU does not run its first steps
right where a bzImage's have run before (SOUNDNESS.md)."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import tempfile
from pathlib import Path

import cycle
import guest_kernel
import guests
from arch import BUILD, S390X
from qemu import Machine, Spec
from tap import Tap, need
from test_cycle import log_is_right

SECONDS = 200
WINDOW = 128 << 20
COMMAND = BUILD / "host/purgatorio"
CONFIGURATION = """\
CPUSERIAL 000001
CPUMODEL 2097
MAINSIZE {}
NUMCPU 1
ARCHMODE z/Arch
0009 3215-C / noprompt
"""


def captured() -> None:
    root, release = guest_kernel.build(S390X)
    guest = guests.build(arch=S390X, more={
        "boot/other": root / "boot" / f"elf-{release}"})
    run = cycle.start(guest, "s390x-elf")
    with run.machine as machine:
        machine.ready("first", SECONDS)
        run.leave_marks()
        machine.must(f"purgatorio load -p /boot/other "
                     f"--initrd={guests.INITRD} "
                     f"--append='{S390X.capture}'", 60)
        run.crash()
        need(run.captured(SECONDS) == release, "wrong kernel")
        run.check_core()
        run.check_marker()
        log_is_right(run)
    run.dump_file.unlink()


def packed(folder: Path, form: str) -> Path:
    """Of boot/<form>-<release> of the kernel's build."""
    guest = guests.build(arch=S390X)
    kernel = guest.kernel.with_name(f"{form}-{guest.release}")
    image = folder / "image.pg"
    subprocess.run([COMMAND, "pack", f"--window=0+{WINDOW}",
                    f"--initrd={guest.capture}",
                    f"--append=console=ttysclp0 {S390X.options}",
                    f"--output={image}", kernel], check=True)
    return image


def by_qemu(folder: Path, form: str) -> None:
    log = BUILD / f"tests/log/s390x-packed-{form}.log"
    with Machine(Spec(kernel=packed(folder, form), cpu=S390X.cpu,
                      memory="256M", qemu=list(S390X.qemu), control=list(S390X.control)),
                 log) as machine:
        machine.ready("first", SECONDS)
        need(re.search(r"purgatorio: verify: \d+ [KM]iB", machine.console.text)
             and "entering the next kernel at 0x10000" in machine.console.text,
             f"not by the purgatory:\n{machine.console.text}")


def flat(image: bytes) -> bytes:
    """The memory that an ELF file makes."""
    (table,) = struct.unpack_from(">Q", image, 32)
    (count,) = struct.unpack_from(">H", image, 56)
    memory = bytearray(WINDOW)
    for i in range(count):
        kind, _, at, _, address, size = struct.unpack_from(
            ">IIQQQQ", image, table + 56 * i)
        if kind == 1:
            memory[address:address + size] = image[at:at + size]
    return bytes(memory)


def hercules(folder: Path, memory: bytes, lines: tuple[str, ...],
             megabytes: int = 256) -> None:
    """An IPL of @memory, and the @lines (patterns) that it must say."""
    (folder / "image.raw").write_bytes(memory)
    (folder / "image.ins").write_text("* purgatorio\nimage.raw 0x00000000\n")
    (folder / "configuration").write_text(
        CONFIGURATION.format(megabytes))
    (folder / "script").write_text("hao tgt Disabled wait\nhao cmd exit\n"
                                   "archmode z/Arch\n"
                                   f"ipl {folder}/image.ins\n")
    done = subprocess.run(
        ["hercules", "-d", "-f", str(folder / "configuration")],
        env={**os.environ, "HERCULES_RC": str(folder / "script")},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=SECONDS)
    for line in lines:
        need(re.search(line, done.stdout), f"no {line!r}:\n{done.stdout}")


def by_ipl(folder: Path) -> None:
    image = packed(folder, "vmlinuz").read_bytes()
    hercules(folder, flat(image), (
        r"purgatorio: verify: \d+ KiB",
        "purgatorio: entering the next kernel at 0x10000",
        "The Linux kernel requires more recent processor hardware"))


def main() -> None:
    tap = Tap()
    with tap.check("an ELF file captures"):
        captured()
    with tempfile.TemporaryDirectory() as folder:
        for form in "vmlinuz", "image", "elf":
            with tap.check(f"{form}, packed, by QEMU's -kernel"):
                by_qemu(Path(folder), form)
        with tap.check("a packed image by IPL"):
            by_ipl(Path(folder))
    tap.finish()


if __name__ == "__main__":
    main()
