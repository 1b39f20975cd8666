# SPDX-License-Identifier: BSD-2-Clause
"""The arm64 bare-metal machine: QEMU's virt board."""

from __future__ import annotations

import os
import re
import struct

from common import (FDT, FILL, INITRD, KERNEL, RESERVED, Plan, Run, Stopped,
                    device_tree, watch)
from machine import BUILD, Image, scratch_folder

ARM64 = 2  # PG_ARCH_ARM64
DOOR = BUILD / "baremetal/arm64/door.elf"
PAYLOAD = BUILD / "baremetal/arm64/payload.bin"
PURGATORY = BUILD / "arm64/purgatory.elf"

# tests/baremetal/arm64/door.h
PARAMETERS = 0x40300000
E2H, BIG_ENDIAN, STREAMING, SP_EL0 = 1, 2, 4, 8

UART = 0x9000000
PL011, SBSA, UART_8250 = 3, 4, 2  # PG_CONSOLE_*
WINDOW = 0x48000000
WINDOW_BYTES = 64 << 20
LOG = 0x4B000000
LOG_BYTES = 16384
SPARE = 0x52000000  # RAM that no image uses
SHA2 = 0x100  # PG_FEATURE_ARM64_SHA2
PSCI_HVC, PSCI_SMC = 3, 4  # PG_RESET_*
STOP, RESET, BOOT = 1, 2, 3  # PG_POLICY_*
EL2 = ("-M", "virt,virtualization=on")

scratch = scratch_folder()
INITRD_BYTES = 2_500_001
initrd = bytes((7 * i + i // 251) % 256 for i in range(INITRD_BYTES))
# The emulator to use; run-arm64-newer takes another one.
QEMU = ["qemu-system-aarch64"]
COUNTER = BUILD / "tests/counter-1.so"


def plan(bootargs: str = "", console: str = f"{PL011} {UART:#x} 4 0 0",
         policy: int = STOP, reset: int = PSCI_HVC) -> Plan:
    """Kernel, initrd, device tree and log; more may be added."""
    kernel = PAYLOAD.read_bytes()
    (memory,) = struct.unpack_from("<Q", kernel, 16)  # image_size
    p = Plan(ARM64, PURGATORY, scratch)
    p.window(WINDOW, WINDOW_BYTES)
    p.part("kernel", KERNEL, kernel, memory=memory, alignment=2 << 20,
           flags=FILL)
    p.part("initrd", INITRD, initrd)
    p.part("dtb", FDT, device_tree(f"log-at={LOG:#x} {bootargs}"))
    p.part("log", 0, None, memory=LOG_BYTES, fixed=LOG, flags=RESERVED)
    p.say("handoff 2 kernel 0 dtb")
    p.say(f"console {console}")
    p.say(f"policy {policy}")
    p.say(f"reset {reset} 0 0")
    p.say("ticks 62500000")  # QEMU's CNTFRQ
    p.say("log log")
    return p


def packed(**options: object) -> Image:
    return plan(**options).make()  # type: ignore[arg-type]


def command(image: Image, *extra: str, flags: int = 0, cpu: str = "max",
            memory: str = "512M") -> list[str]:
    """QEMU that enters @image through the door."""
    file = image.save(scratch / f"boot-{os.getpid()}.elf")
    entry = int.from_bytes(image.data[24:32], "little")
    machine = () if "-M" in extra else ("-M", "virt")
    loader = "loader,data-len=8"
    return [
        *QEMU, *machine, "-cpu", cpu, "-m", memory, "-nodefaults",
        "-display", "none", "-serial", "stdio", "-no-reboot",
        "-device", f"loader,file={DOOR},cpu-num=0",
        "-device", f"loader,file={file}",
        "-device", f"{loader},addr={PARAMETERS:#x},data={entry:#x}",
        "-device", f"{loader},addr={PARAMETERS + 8:#x},data={flags}", *extra]


def boot(image: Image, *extra: str, flags: int = 0, cpu: str = "max",
         memory: str = "512M", seconds: float = 60) -> Run:
    """Runs that. `status` is 0 when the machine switched itself off, and x0
    when it stopped for good."""
    run = watch(command(image, *extra, flags=flags, cpu=cpu, memory=memory),
                scratch, seconds=seconds)
    if isinstance(run, Stopped):
        x0 = re.search(r"X00=([0-9a-f]+)", run.registers)
        pstate = re.search(r"PSTATE=([0-9a-f]+)", run.registers)
        assert x0 and pstate, run.registers
        # D, A, I and F are masked where it waits.
        assert int(pstate[1], 16) & 0x3C0 == 0x3C0, run.registers
        run.status = int(x0[1], 16)
    return run


def load_address(register: int, value: int) -> bytes:
    """movz, movk: x@register := @value, of 48 bits."""
    words = [0xD2800000, 0xF2A00000, 0xF2C00000]
    return b"".join(struct.pack("<I", word | register |
                                (value >> 16 * n & 0xFFFF) << 5)
                    for n, word in enumerate(words))
