#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How many guest instructions the EFI stub itself runs, from the firmware's
call to the kernel's entry, on a CPU with SHA instructions: checks, digests of
all bytes, the initrd given to the kernel. Exact, whatever the host. And how
many systemd's stub runs for the same kernel and initrd, of which it makes no
digests. On x86_64 and arm64.

    tests/vm/test_image_counts.py [x86_64] [arm64]
"""

from __future__ import annotations

import mmap
import re
import sys
from contextlib import contextmanager
from typing import Iterator

import guests
import images
import qemu
import uki
from arch import ARM64, BUILD
from counting import Counter
from guests import Guest
from pathlib import Path
from qemu import Machine, Spec
from tap import Tap, need
from test_arm64 import aavmf
from test_image_uefi import SECONDS, firmware

# "at most 3 instructions per byte of image"
MOST = 3.0
HALF = 512 << 20
# The kernel's own stub, which needs no more of the other one then.
BOOTED = "EFI stub: Loaded initrd from"
# The half of memory that firmware uses first; the emulator has to have
# instructions for SHA-256, so that x86_64's is a newer one.
TOP = {"x86_64": HALF, "arm64": 0x40000000 + HALF}
APPEND = {"x86_64": "console=ttyS0", "arm64": "console=ttyAMA0"}


def is_newer(guest: Guest) -> bool:
    return guest.arch is not ARM64


def start(guest: Guest, name: str, image: Path) -> tuple[Machine, Counter]:
    log = BUILD / "tests" / "log" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    counter = Counter(name, is_newer(guest))
    if guest.arch is ARM64:
        spec = Spec(qemu=list(ARM64.qemu), control=list(ARM64.control),
                    extra=aavmf(images.FOLDER) + images.boot_disk(
                        "counts", BOOTAA64_EFI=image) + counter.options)
    else:
        spec = Spec(qemu=qemu.newer(), extra=firmware(False) +
                    images.boot_disk("counts", BOOTX64_EFI=image) +
                    counter.options)
    return Machine(spec, log), counter


def base_of(guest: Guest, image: Path) -> int:
    """Where the firmware puts it: a damaged one says where it lies. The same
    firmware does the same again with a file of the same size."""
    bad = images.flip(image, "cmdline")
    machine, _ = start(guest, "image-base", bad)
    with machine:
        at = machine.expect(r'part "cmdline" is wrong in range \d+ '
                            r"\[0x([0-9a-f]+),", SECONDS)
    return int(at[1], 16) - images.part(image, "cmdline")[0]


def sections(guest: Guest, image: Path) -> dict[str, tuple[int, int]]:
    """Where each lies in memory, from the base, and its size."""
    text = images.run(f"{guest.arch.triplet}-objdump", "-h", image)
    return {name: (int(at, 16), int(size, 16)) for name, size, at in
            re.findall(r"^ *\d+ (\S+) +([0-9a-f]+) +([0-9a-f]+)", text, re.M)}


def stub(tap: Tap, guest: Guest) -> None:
    image = images.pack(guest, f"counts-{guest.arch.name}",
                        append=APPEND[guest.arch.name])
    size = image.stat().st_size
    text, code_bytes = sections(guest, image)[".text"]
    low = base_of(guest, image) + text
    machine, counter = start(guest, "image-counts", image)
    with machine:
        counter.window(low, low + code_bytes)
        machine.expect("purgatorio: verify", SECONDS)
        verified = counter.count
        machine.expect(BOOTED, SECONDS)
        total = counter.count
    tap.note(f"{total:,} instructions of the stub's for {size:,} bytes: "
             f"{total / size:.2f} per byte, {verified:,} up to the verdict")
    need(verified > size / 64, "nothing was counted: the firmware put it "
         "elsewhere")
    need(total <= MOST * size, f"{total / size:.2f} per byte")


def theirs_of(guest: Guest, name: str, kernel: bytes) -> Path:
    images.FOLDER.mkdir(parents=True, exist_ok=True)
    return uki.build(guest.arch, images.FOLDER / f"{name}.efi", [
        (".cmdline", APPEND[guest.arch.name].encode()),
        (".initrd", guest.capture.read_bytes()), (".linux", kernel)])


@contextmanager
def memory(machine: Machine, start_: int) -> Iterator[mmap.mmap]:
    """The half of the guest's that firmware uses first."""
    path = BUILD / "tests" / "image-counts.memory"
    error = machine.monitor(f'pmemsave {start_:#x} {HALF:#x} "{path}"')
    need(not error, error)
    try:
        with path.open("rb") as file, mmap.mmap(
                file.fileno(), 0, prot=mmap.PROT_READ) as content:
            yield content
    finally:
        path.unlink()


def their_base(guest: Guest, kernel: bytes) -> int:
    """As base_of(): theirs waits a while when it has no kernel to start. Code
    and kernel are as far apart there as in no copy of the file, and on pages.
    """
    bad = theirs_of(guest, "systemd-bad", b"ZM" + kernel[2:])
    layout = sections(guest, bad)
    text, linux = layout[".text"][0], layout[".linux"][0]
    code = images.FOLDER / "systemd.text"
    images.run(f"{guest.arch.triplet}-objcopy", "-O", "binary", "-j",
               ".text", bad, code)
    sample = code.read_bytes()[:256]
    found = []
    machine, _ = start(guest, "image-systemd-bad", bad)
    top = TOP[guest.arch.name]
    with machine:
        machine.expect("Bad kernel image", SECONDS)
        with memory(machine, top) as content:
            at = content.find(sample)
            while at >= 0:
                there = at - text + linux + 4096
                if ((at - text) % 4096 == 0 and
                        content[there:there + 4096] == kernel[4096:8192]):
                    found.append(top + at - text)
                at = content.find(sample, at + 1)
    need(len(found) == 1, f"systemd's stub is in memory {len(found)} times")
    return found[0]


def systemd(tap: Tap, guest: Guest) -> None:
    kernel = guest.kernel.read_bytes()
    base = their_base(guest, kernel)
    image = theirs_of(guest, "systemd", kernel)
    text, code_bytes = sections(guest, image)[".text"]
    machine, counter = start(guest, "image-systemd", image)
    with machine:
        counter.window(base + text, base + text + code_bytes)
        machine.expect(BOOTED, SECONDS)
        total = counter.count
    size = image.stat().st_size
    tap.note(f"{total:,} instructions of systemd's stub for {size:,} bytes: "
             f"{total / size:.3f} per byte")
    need(total > 1000, "nothing was counted: the firmware put it elsewhere")


def main() -> None:
    tap = Tap()
    beds = {"x86_64": images.build, "arm64": lambda: guests.build(arch=ARM64)}
    for name in sys.argv[1:] or beds:
        guest = beds[name]()
        with tap.check(f"{name}, SHA instructions: at most {MOST:g} of the "
                       "stub's for each byte of the image"):
            stub(tap, guest)
        with tap.check(f"{name}: systemd's stub, for the same kernel and "
                       "initrd"):
            systemd(tap, guest)
    tap.finish()


if __name__ == "__main__":
    main()
