#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Bad kernels and bad device trees on a real arm64 machine: one clear line,
and what was loaded before stays. And a tree that is odd but right: without
/chosen, with 40 reservations, it captures."""

from __future__ import annotations

import dataclasses
import re
import struct
import subprocess
from pathlib import Path

import cycle
import guests
import manifest
from arch import ARM64
from initramfs import Initramfs
from tap import Tap, need
from test_cycle import SECONDS, log_is_right
from test_refusals import Bed

LOAD = f"purgatorio load -p {guests.KERNEL} --initrd={guests.INITRD}"
RESERVATIONS = 40


def image(size: int, flags: int) -> bytes:
    """The header of a kernel (Documentation/arm64/booting.rst)."""
    return struct.pack("<IIQQQQQQ4sI", 0xD503201F, 0x14000000, 0, size, flags,
                       0, 0, 0, b"ARM\x64", 0)


def machine_tree(folder: Path) -> bytes:
    """What QEMU gives its guest."""
    path = folder / "virt.dtb"
    subprocess.run([*ARM64.qemu, "-machine", f"dumpdtb={path}", "-cpu",
                    ARM64.cpu, "-m", ARM64.memory, "-display", "none"],
                   check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return path.read_bytes()


def dtc(content: bytes, *formats: str) -> bytes:
    return subprocess.run(["dtc", "-q", *formats], input=content, check=True,
                          stdout=subprocess.PIPE).stdout


def odd_tree(tree: bytes) -> bytes:
    """@tree without /chosen, and with reservations."""
    text = dtc(tree, "-I", "dtb", "-O", "dts").decode()
    text, count = re.subn(r"\n\tchosen \{[^}]*\};\n", "\n", text)
    need(count == 1, f"not one /chosen:\n{text}")
    lines = "".join(f"/memreserve/ {0x48000000 + 0x2000 * i:#x} 0x1000;\n"
                    for i in range(RESERVATIONS))
    text = text.replace("/dts-v1/;\n", "/dts-v1/;\n" + lines, 1)
    return dtc(text.encode(), "-I", "dts", "-O", "dtb")


def unterminated(tree: bytes) -> bytes:
    """@tree, in which a property's length leads out of it: FDT_PROP, 4
    bytes of value, and a name, which is that of #size-cells."""
    strings = struct.unpack_from(">I", tree, 12)[0]
    name = tree.index(b"#size-cells\0", strings) - strings
    at = tree.index(struct.pack(">III", 3, 4, name))
    return tree[:at + 4] + struct.pack(">I", 0x7FFFFF00) + tree[at + 8:]


def prepare() -> guests.Guest:
    guest = guests.build(arch=ARM64)
    folder = guests.BUILD / "tests" / "refusals-arm64"
    folder.mkdir(parents=True, exist_ok=True)
    tree = machine_tree(folder)
    more = Initramfs()
    for name, content in {
            "odd.dtb": odd_tree(tree), "short.dtb": tree[:1000],
            "unterminated.dtb": unterminated(tree),
            "big-endian": image(0x20000, 0xB) + bytes(4096),
            "no-size": image(0, 0) + bytes(4096),
            "short": guest.kernel.read_bytes()[:5000000]}.items():
        more.add(f"bad/{name}", content)
    first = folder / "first.cpio"
    first.write_bytes(guest.first.read_bytes() + more.build())
    return dataclasses.replace(guest, first=first)


def refusals(bed: Bed) -> None:
    bed.case("a big-endian kernel", "purgatorio load -p /bad/big-endian",
             "E_KERNEL_ARCH", "kernel:", "big-endian")
    bed.case("an Image with image_size 0", "purgatorio load -p /bad/no-size",
             "E_OLD_KERNEL", "kernel:", "image_size")
    bed.case("a truncated Image", "purgatorio load -p /bad/short",
             "E_TRUNCATED", "kernel:")
    bed.case("a text file", "purgatorio load -p /init", "E_FORMAT", "Image")
    bed.case("a truncated device tree", f"{LOAD} --dtb=/bad/short.dtb",
             "E_TRUNCATED", "device tree:", "1000 bytes")
    bed.case("an unterminated property", f"{LOAD} --dtb=/bad/unterminated.dtb",
             "E_CORRUPT", "device tree:", "FDT_ERR_BADSTRUCTURE")
    bed.case("no device tree", f"{LOAD} --dtb=/init", "E_FORMAT",
             "device tree:", "FDT_ERR_BADMAGIC")
    bed.case("a command line that is too long",
             f"{LOAD} --append=$(head -c 3000 /dev/zero | tr '\\0' x)",
             "E_LIMIT", "command line")


def odd(run: cycle.Cycle) -> None:
    """What was reserved is reserved in the next kernel's tree, too."""
    m = run.machine
    run.leave_marks()
    m.must(cycle.load_command("purgatorio", ARM64.capture,
                              "--dtb=/bad/odd.dtb"), 60)
    (span,) = manifest.read(m).part("dtb")
    tree = manifest.read(m).at(span.start, span.bytes)
    text = dtc(tree, "-I", "dtb", "-O", "dts").decode()
    # And one for the log.
    need(text.count("/memreserve/") == RESERVATIONS + 1, text[:4000])
    run.crash()
    run.captured(SECONDS)
    run.check_core()
    run.check_marker()
    log_is_right(run)
    run.power_off()


def main() -> None:
    tap = Tap()
    run = cycle.start(prepare(), "refusals-arm64")
    with run.machine as machine:
        machine.ready("first", SECONDS)
        refusals(Bed(tap, machine))
        with tap.check(f"a tree without /chosen, with {RESERVATIONS} "
                       "reservations, captures"):
            odd(run)
    run.dump_file.unlink()
    tap.finish()


if __name__ == "__main__":
    main()
