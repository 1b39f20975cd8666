#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Debian's stock kexec with our purgatory inside: the whole crash and capture,
a normal load, its options, what is said when something was overwritten, and
guest instructions against its own purgatory.

    tests/vm/test_dropin.py [ARCH...]
"""

from __future__ import annotations

import re
import sys
import time

import cycle
import dropin
import guests
import qemu
import test_counts
from arch import ALL, ARM64, PPC64, S390X, X86_64, Arch
from dropin import Bed, FileBed
from guests import INITRD, KERNEL
from tap import Tap, need

SECONDS = dropin.SECONDS
# "at least 20 times fewer with SHA-NI", "14 on arm64"
FEWER = {"x86_64": 20, "arm64": 14}
# Counted elsewhere (test_ppc64, test_s390x).
OTHERS = ("ppc64", "s390x")


def capture(bed: Bed) -> None:
    """By the plain command, as a script of today has it."""
    bed.back()
    run = bed.run
    run.leave_marks()
    run.load("retrofitted")
    run.crash()
    need(run.captured(SECONDS) == bed.guest.release, "wrong kernel")
    # On arm64 kexec-tools itself describes the kernel's text wrongly, which
    # makes Linux refuse to read anything.
    if bed.arch is ARM64:
        bed.machine.must("test -e /proc/vmcore")
    else:
        run.check_core()
        run.check_marker()
        run.check_low_memory()
    need("purgatorio: entering" in bed.machine.console.text,
         "our purgatory was not there")


def normal(bed: Bed) -> None:
    if bed.arch in (PPC64, S390X):  # where kexec knows no such option
        bed.load(append=f"{bed.arch.first} second", crash=False)
    else:
        bed.load("--reuse-cmdline", "second", crash=False)
    bed.machine.send(f"{cycle.RETROFITTED} -e")
    if bed.arch is not S390X:  # where kexec has none for that
        bed.said("purgatorio: entering")
    bed.machine.ready("first", SECONDS)
    words = bed.machine.must("cat /proc/cmdline").split()
    need("second" in words, f"its command line is {words}")


def zeros(bed: Bed) -> None:
    """Behind the kernel's content: the very byte is named."""
    loaded = bed.load()
    kernel = loaded.kernel
    address = kernel.start + kernel.stored + 4096
    need(address < kernel.start + kernel.bytes, "no zeros behind the kernel")
    bed.flip(address, 3)
    bed.crash()
    text = bed.failed()
    need('part "kernel" is wrong' in text and f"at {address:#x}: " in text,
         text)


def cpio(bed: Bed) -> None:
    loaded = bed.load()
    initrd = loaded.stored(bed.guest.capture.stat().st_size)
    bed.flip(initrd.start + 6 + 3, 7)
    bed.crash()
    text = bed.failed()
    need('part "initrd" is wrong' in text, text)


def inside(bed: Bed, which: str) -> None:
    """Bytes that nothing contradicts: the digests tell, compared with the
    files'."""
    loaded = bed.load()
    size = bed.guest.capture.stat().st_size
    initrd, kernel = loaded.stored(size), loaded.kernel
    hashed = kernel.bytes - (dropin.S390X_OWN if bed.arch is S390X else 0)
    segment = {"kernel": kernel, "initrd": initrd}[which]
    bed.flip(segment.start + segment.stored * 3 // 4, 5)
    bed.crash()
    text = bed.failed()
    held = bed.holds(text)
    # Where nothing says how long the kernel's file is, its zeros belong to it.
    right = {"initrd": dropin.sha256(bed.guest.capture.read_bytes()),
             "kernel": dropin.sha256(
                 dropin.kernel_content(bed.arch, bed.guest.kernel),
                 0 if bed.arch is X86_64 else hashed)}
    for name, digest in right.items():
        need(name in held, f"{name} is not named:\n{text}")
        need((held[name][0] == digest) == (name != which),
             f"{name}'s digest should {'differ' if name == which else 'be'} "
             f"{digest}:\n{text}")


def core_header(bed: Bed) -> None:
    """Whose first load's type becomes another."""
    bed.load()
    loaded = bed.load()
    for segment in loaded.segments:
        bed.gdb.stop()
        head = bed.gdb.read(segment.start, 18)
        bed.gdb.go()
        if head[:4] == b"\x7fELF" and head[16:18] == b"\4\0":
            bed.flip(segment.start + 64 + 56, 4)
            bed.crash()
            text = bed.failed()
            need('part "elfcorehdr" is wrong' in text, text)
            return
    need(False, "there is no core header")


def code(bed: Bed) -> None:
    """The purgatory itself."""
    loaded = bed.load()
    bed.flip(loaded.purgatory.start + 16, 0)  # the image header's magic
    bed.crash()
    text = bed.failed(14)
    need('"purgatory" code' in text, text)


def unchecked(bed: Bed) -> None:
    """kexec -i: what is wrong is not looked at."""
    loaded = bed.load("-i")
    kernel = loaded.kernel
    bed.flip(kernel.start + kernel.bytes - 8, 1)
    bed.crash()
    text = bed.said("purgatorio: entering")
    need("verify: not wanted by the loader" in text, text)
    bed.machine.ready("capture", SECONDS)


def silence(bed: Bed) -> None:
    """No option, and a next kernel without a serial console: not a word, but
    when something is wrong."""
    loaded = bed.load(append="quiet")
    bed.flip(loaded.kernel.start + loaded.kernel.bytes - 8, 1)
    bed.crash()
    text = bed.failed()
    need("self-check" not in text, text)
    need('part "kernel" is wrong' in text, text)


def serial_option(bed: Bed) -> None:
    bed.load("--console-serial --serial=0x3f8 --serial-baud=115200",
             append="quiet")
    bed.crash()
    text = bed.said("purgatorio: entering")
    need("self-check" in text and "verify" in text, text)


def screen(bed: Bed) -> str:
    """The VGA's text, from its memory."""
    bed.gdb.stop()
    cells = bed.gdb.read(0xB8000, 80 * 25 * 2)
    return "\n".join(cells[i:i + 160:2].decode("latin-1").rstrip()
                     for i in range(0, len(cells), 160))


def columns(bed: Bed) -> int:
    """As the VGA shows them: the width of a picture of its screen."""
    path = guests.BUILD / "tests" / "dropin-screen.ppm"
    error = bed.machine.monitor(f"screendump {path}")
    need(not error, error)
    width = int(path.read_bytes().split()[1])
    path.unlink()
    return width // 9


def vga_option(bed: Bed) -> None:
    """With a corrupt kernel, so that the screen stays as it is."""
    loaded = bed.load("--console-vga --reset-vga", append="quiet")
    # As if a graphical console had been there: 40 columns.
    for pair in ("\\021\\016", "\\001\\047"):  # unlock; columns - 1
        bed.machine.must(f"printf '{pair}' | dd of=/dev/port bs=2 count=1 "
                         "seek=490 conv=notrunc 2>/dev/null")
    before = columns(bed)
    need(before != 80, f"the screen has {before} columns before")
    bed.flip(loaded.kernel.start + loaded.kernel.bytes - 8, 1)
    seen = len(bed.machine.console.text)
    bed.crash()
    end, text = time.monotonic() + SECONDS, ""
    while "policy: stop" not in text and time.monotonic() < end:
        bed.machine.pump(1)
        time.sleep(0.5)
        text = screen(bed)
        bed.gdb.go()
    need("policy: stop" in text and 'part "kernel" is wrong' in text,
         f"the screen:\n{text}")
    need("purgatorio: " not in bed.machine.console.text[seen:],
         "it spoke on the serial port, too")
    need(columns(bed) == 80, f"the screen has {columns(bed)} columns")


def other_entry(bed: Bed, option: str, cmdline: bool = True) -> None:
    """@cmdline: kexec-tools gets it right; by --real-mode it does not, with
    its own purgatory neither."""
    bed.load(f"{option} --reuse-cmdline", "second", crash=False)
    bed.machine.send(f"{cycle.RETROFITTED} -e")
    bed.said("purgatorio: entering")
    bed.machine.ready("first", SECONDS)
    bed.machine.must(f"test ! -e {cycle.RETROFITTED}")  # another boot
    words = bed.machine.must("cat /proc/cmdline").split()
    need(("second" in words) == cmdline, f"its command line is {words}")


def jump_back(bed: Bed) -> None:
    """What a kernel that preserves its context leaves on the stack: put there
    by hand, since Debian's does not."""
    loaded = bed.load("--reuse-cmdline", "second", crash=False)
    bed.gdb.stop()
    bed.gdb.breakpoint(loaded.entry)
    bed.gdb.go()
    bed.machine.send(f"{cycle.RETROFITTED} -e")
    stack = bed.gdb.wait(SECONDS)["rsp"]
    bed.gdb.write(stack, (0x1234ABCD0).to_bytes(8, "little"))
    bed.gdb.clear(loaded.entry)
    bed.gdb.go()
    bed.machine.ready("first", SECONDS)
    words = bed.machine.must("cat /proc/cmdline").split()
    need(words[-1] == "kexec_jump_back_entry=0x1234abcd0",
         f"its command line is {words}")


def report(tap: Tap, bed: Bed) -> None:
    """What every architecture's says."""
    with tap.check("a header in the initrd's archive: named"):
        cpio(bed)
    for which in ("kernel", "initrd"):
        with tap.check(f"a byte inside of the {which}: told by its digest"):
            inside(bed, which)
    if bed.arch is not S390X:  # where the capture kernel makes it
        with tap.check("the core header: named"):
            core_header(bed)
    with tap.check("the purgatory's own code"):
        code(bed)
    with tap.check("kexec -i verifies nothing, and boots"):
        unchecked(bed)


def x86_options(tap: Tap, bed: Bed) -> None:
    with tap.check("zeros behind the kernel: named, with the address"):
        zeros(bed)
    with tap.check("no console: silence, but when something is wrong"):
        silence(bed)
    with tap.check("--console-serial, --serial, --serial-baud"):
        serial_option(bed)
    with tap.check("--console-vga, --reset-vga"):
        vga_option(bed)
    with tap.check("-l and -e by --entry-32bit"):
        other_entry(bed, "--entry-32bit")
    with tap.check("-l and -e by --real-mode"):
        other_entry(bed, "--real-mode", cmdline=False)
    with tap.check("the way back into a preserved kernel is passed on"):
        jump_back(bed)


def arm64_options(tap: Tap, bed: Bed) -> None:
    with tap.check("--serial=ttyAMA0"):
        bed.load("--serial=ttyAMA0", append="quiet")
        bed.crash()
        bed.said("purgatorio: entering")


def count(tap: Tap, arch: Arch) -> None:
    """One boot: stock, then retrofitted, with the same files."""

    def retrofitted(machine: qemu.Machine, arch: Arch) -> test_counts.Target:
        machine.must(cycle.RETROFIT, 60)
        return test_counts.by_kexec(machine, arch, "retrofitted")

    fewer = FEWER[arch.name]
    newer = arch is X86_64
    with tap.check(f"{arch.name}: {fewer} times fewer instructions than its "
                   "own purgatory"):
        counts = test_counts.measure(tap, newer, {
            "kexec-tools": test_counts.by_kexec,
            "retrofitted": retrofitted}, arch, test="dropin-counts")
        ratio = counts["kexec-tools"] / counts["retrofitted"]
        tap.note(f"{arch.name}: ratio {ratio:.1f}")
        need(ratio >= fewer, f"only {ratio:.2f} times fewer")


def main() -> None:
    tap = Tap()
    for name in sys.argv[1:] or (*FEWER, *OTHERS):
        arch = ALL[name]
        tap.note(name)
        spec = ({"qemu": qemu.newer(), "extra": ["-device", "VGA"]}
                if arch is X86_64 else {})
        with (FileBed if arch is S390X else Bed)(
                arch, f"dropin-{name}", **spec) as bed:
            with tap.check("a whole crash and capture by kexec -c -p"):
                capture(bed)
            with tap.check("-l and -e"):
                normal(bed)
            report(tap, bed)
            if arch is X86_64:
                x86_options(tap, bed)
            elif arch is ARM64:
                arm64_options(tap, bed)
        if name in FEWER:
            count(tap, arch)
    tap.finish()


if __name__ == "__main__":
    main()
