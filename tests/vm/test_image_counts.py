#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How many guest instructions the EFI stub itself runs, from the firmware's
call to the kernel's entry, on a CPU with SHA instructions: checks, digests of
all bytes, the initrd given to the kernel. Exact, whatever the host."""

from __future__ import annotations

import re

import images
import qemu
from arch import BUILD
from counting import Counter
from guests import Guest
from pathlib import Path
from qemu import Machine, Spec
from tap import Tap, need
from test_image_uefi import SECONDS, firmware

# "at most 3 instructions per byte of image"
MOST = 3.0


def start(name: str, image: Path, counter: Counter) -> Machine:
    log = BUILD / "tests" / "log" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    return Machine(Spec(qemu=qemu.newer(), extra=firmware(False) +
                        images.boot_disk("counts", BOOTX64_EFI=image) +
                        counter.options), log)


def base_of(image: Path) -> int:
    """Where the firmware puts it: a damaged one says where it lies. The same
    firmware does the same again with a file of the same size."""
    bad = images.flip(image, "cmdline")
    with start("image-base", bad, Counter("image-base", True)) as machine:
        at = machine.expect(r'part "cmdline" is wrong in range \d+ '
                            r"\[0x([0-9a-f]+),", SECONDS)
    return int(at[1], 16) - images.part(image, "cmdline")[0]


def stub(tap: Tap, guest: Guest) -> None:
    image = images.pack(guest, "counts")
    size = image.stat().st_size
    text = images.run("objdump", "-h", image)
    found = re.search(r" \.text +([0-9a-f]+) +([0-9a-f]+)", text)
    need(found, f"no section .text:\n{text}")
    assert found
    low = base_of(image) + int(found[2], 16)
    counter = Counter("image-counts", True)
    with start("image-counts", image, counter) as machine:
        counter.window(low, low + int(found[1], 16))
        machine.expect("purgatorio: verify", SECONDS)
        verified = counter.count
        machine.ready("first", SECONDS)
        total = counter.count
    tap.note(f"{total:,} instructions of the stub's for {size:,} bytes: "
             f"{total / size:.2f} per byte, {verified:,} up to the verdict")
    need(verified > size / 64, "nothing was counted: the firmware put it "
         "elsewhere")
    need(total <= MOST * size, f"{total / size:.2f} per byte")


def main() -> None:
    tap = Tap()
    guest = images.build()
    with tap.check(f"SHA-NI: at most {MOST:g} of the stub's instructions for "
                   "each byte of the image"):
        stub(tap, guest)
    tap.finish()


if __name__ == "__main__":
    main()
