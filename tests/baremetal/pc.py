# SPDX-License-Identifier: BSD-2-Clause
"""The x86_64 bare-metal machine, whoever emulates it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from machine import (BUILD, SECONDS, Image, Run, machine,  # noqa: E402
                     pack, scratch_folder)

QEMU = ["qemu-system-x86_64"]  # run-x86_64-newer has another
DOOR = BUILD / "baremetal/x86_64/door.elf"
PAYLOAD = BUILD / "baremetal/x86_64/payload.bin"
PURGATORY = BUILD / "x86_64/purgatory.elf"
PARAMETERS = 0x180000  # tests/baremetal/x86_64/door.h
LA57 = 1
XCR0_RESET = 2
AVX512 = 0xE0  # in XCR0
SHANI, AVX2, AVX512_LANES, SSSE3 = 1, 2, 4, 8  # PG_FEATURE_X86_*
DONE = 0x7F  # the payload's last word on the diagnostic port
WINDOW = 0x2000000
BACKUP = 0x9F000
UART = 0x110000000  # RAM above the 4 GiB that the door maps

scratch = scratch_folder()
initrd = scratch / "initrd"
initrd.write_bytes(bytes((7 * i + i // 251) % 256 for i in range(2_500_001)))


def packed(*options: str, window: str = "0x2000000+64M") -> Image:
    name = scratch / "image.elf"
    return pack(name, PAYLOAD, f"--purgatory={PURGATORY}",
                f"--initrd={initrd}", f"--window={window}",
                "--console=ttyS0", *options)


def boot(image: Image, *extra: str, flags: int = 0, cpu: str = "max,la57=off",
         memory: str = "512M", serial: str = "stdio",
         seconds: float = SECONDS) -> Run:
    """Enters @image through the door, under QEMU. The diagnostic port ends QEMU: status
    2 * code + 1."""
    file = image.save(scratch / f"boot-{os.getpid()}.elf")
    entry = int.from_bytes(image.data[24:32], "little")
    loader = "loader,data-len=8"
    return machine([
        *QEMU, "-cpu", cpu, "-m", memory, "-nodefaults",
        "-display", "none", "-serial", serial, "-no-reboot",
        "-device", "isa-debug-exit,iobase=0x80,iosize=1",
        "-kernel", str(DOOR), "-device", f"loader,file={file}",
        "-device", f"{loader},addr={PARAMETERS:#x},data={entry:#x}",
        "-device", f"{loader},addr={PARAMETERS + 8:#x},data={flags}", *extra],
        seconds)


def code(status: int) -> int:
    return 2 * status + 1


def part(image: Image, name: str) -> dict:
    return next(p for p in image.facts["parts"] if p["name"] == name)


def address(image: Image, name: str) -> int:
    return int(part(image, name)["address"], 0)


def features(run: Run) -> int:
    """The PG_FEATURE_* that the purgatory says it found."""
    match = re.search(r"CPU features (0x[0-9a-f]+)", run.text)
    assert match, run.text
    return int(match[1], 0)


def judge_handoff(run: Run, cr4: int, xcr0: int = 0) -> None:
    """@xcr0: as the door left it; 0: with all vectors that there are."""
    v = run.values()
    assert "payload: done" in run.text, run.text
    assert run.status == code(DONE), run.status
    for name in ("rax rbx rcx rdx rdi rbp r8 r9 r10 r11 r12 r13 r14 r15"
                 .split()):
        assert v[name] == 0, f"{name} is {v[name]:#x}"
    assert v["rflags"] == 2, "flags"
    assert (v["cs"], v["ds"], v["es"], v["ss"]) == (0x10, 0x18, 0x18, 0x18)
    # Documentation/arch/x86/boot.rst: flat 4 GiB segments, execute/read and
    # read/write.
    assert v["gdt.code"] == 0x00AF9B000000FFFF
    assert v["gdt.data"] == 0x00CF93000000FFFF
    assert v["cr0"] == 0x80000011, f"{v['cr0']:#x}"
    assert v["cr4"] == cr4, f"CR4 is {v['cr4']:#x}"
    assert v["dr7"] == 0x400
    # Vector state as the door left it.
    assert v["xmm0.low"] == 0x0123456789ABCDEF
    assert v["xmm0.high"] == 0xFEDCBA9876543210
    assert v["xmm1.low"] == 0x1111111111111111
    assert v["xmm7.low"] == 0x123456789ABCDE00
    if v["vectors"]:
        assert v["xcr0"] == (xcr0 or v["vectors"]), f"XCR0 is {v['xcr0']:#x}"
        assert v["ymm1.high"] == 0x0123456789ABCDEF, f"{v['ymm1.high']:#x}"
    if v["vectors"] & AVX512:
        assert v["zmm1.high"] == 0x1111111111111111, f"{v['zmm1.high']:#x}"
        assert v["zmm17.low"] == 0x1111111111111111, f"{v['zmm17.low']:#x}"
        assert v["zmm17.high"] == 0xFEDCBA9876543210, f"{v['zmm17.high']:#x}"
        assert v["k1"] == 0x5A5A, f"{v['k1']:#x}"
    assert v["bp.header"] == int.from_bytes(b"HdrS", "little")
