# SPDX-License-Identifier: BSD-2-Clause
"""The ppc64 bare-metal machines: QEMU's pseries, with either firmware, and
powernv under skiboot."""

from __future__ import annotations

import functools
import os
import re
import struct

from common import FDT, INITRD, KERNEL, Plan, Run, Stopped, watch
from machine import BUILD, Image, machine, scratch_folder

PPC64 = 3  # PG_ARCH_PPC64
DOOR = BUILD / "baremetal/ppc64/door.elf"
PAYLOAD = BUILD / "baremetal/ppc64/payload.bin"
PURGATORY = BUILD / "ppc64/purgatory.elf"

# tests/baremetal/ppc64/door.h
PARAMETERS, RTAS = 0x580000, 0x580100
BIG, MODE_32, ILE, NO_COPY, UNITS, SECOND_LE, REPORT = 1, 2, 4, 8, 16, 32, 64
LOW_BYTES = 0x10000
PATTERN = bytes((a * 7 + (a >> 8) * 13) % 256 for a in range(LOW_BYTES))

HVTERM, OPAL = 5, 6  # PG_CONSOLE_*
RESET_ARCH, RESET_RTAS = 0, 5
RTAS_REBOOT = 0x2004  # QEMU, include/hw/ppc/spapr.h
STOP, RESET, BOOT = 1, 2, 3  # PG_POLICY_*
CPU = 0x2A5  # what the door says that this CPU's number is

QEMU = "qemu-system-ppc64"
# What TCG cannot do is not asked for.
CAPS = "cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off"
VOF = ("-M", f"pseries,x-vof=on,{CAPS}")
SLOF = ("-M", f"pseries,{CAPS}")
POWERNV = ("-M", "powernv9", "-device", "ipmi-bmc-sim,id=bmc0",
           "-device", "isa-ipmi-bt,bmc=bmc0,irq=10")

POWERNV8, POWERNV10 = (("-M", f"powernv{n}", *POWERNV[2:]) for n in (8, 10))

WINDOW = 0x4000000
WINDOW_BYTES = 128 << 20
INITRD_BYTES = 2_500_001

scratch = scratch_folder()
initrd = bytes((7 * i + i // 251) % 256 for i in range(INITRD_BYTES))


def tree(hash_at: int = 0, hash_bytes: int = 0) -> bytes:
    """A device tree's header, version 17, and the test's own words."""
    return struct.pack(">10I2Q", 0xD00DFEED, 64, 0, 0, 0, 17, 16, 0xFFFFFFFF,
                       0, 0, hash_at, hash_bytes) + bytes(8)


@functools.cache
def opal() -> tuple[int, int]:
    """The base and entry of skiboot, which the image must know."""
    run = machine([QEMU, *POWERNV, "-m", "2G", "-nodefaults", "-display",
                   "none", "-serial", "stdio", "-no-reboot", "-kernel",
                   str(DOOR), "-device", f"loader,data-len=8,data={REPORT},"
                   f"addr={PARAMETERS + 8:#x}"])
    return run.values()["base"], run.values()["call"]


def plan(console: str = f"{HVTERM} 0 0 0 0", policy: int = STOP,
         reset: str = f"{RESET_ARCH} 0 0", fdt: bytes = tree(),
         firmware: tuple[int, int] = (0, 0)) -> Plan:
    """Kernel, initrd and device tree; more may be added."""
    p = Plan(PPC64, PURGATORY, scratch)
    p.window(WINDOW, WINDOW_BYTES)
    p.part("kernel", KERNEL, PAYLOAD.read_bytes(), memory=65536,
           alignment=65536)
    p.part("initrd", INITRD, initrd)
    p.part("dtb", FDT, fdt)
    p.say(f"handoff 3 kernel 0 dtb kernel {firmware[0]:#x} {firmware[1]:#x}")
    p.say(f"console {console}")
    p.say(f"policy {policy}")
    p.say(f"reset {reset}")
    p.say("ticks 512000000")  # ISA book II 6.2: POWER's time base
    return p


def packed(**options: object) -> Image:
    return plan(**options).make()  # type: ignore[arg-type]


def bare(**options: object) -> Image:
    """For powernv."""
    options.setdefault("console", f"{OPAL} 0 0 0 0")
    return packed(firmware=opal(), **options)


def segments(image: Image) -> list[str]:
    """QEMU's loader takes no little-endian ELF file: piece by piece."""
    options = []
    data = bytes(image.data)
    (table,) = struct.unpack_from("<Q", data, 32)
    (count,) = struct.unpack_from("<H", data, 56)
    for i in range(count):
        kind, _, at, _, start, size = struct.unpack_from(
            "<IIQQQQ", data, table + 56 * i)
        if kind != 1 or size == 0:
            continue
        path = scratch / f"segment-{os.getpid()}-{i}"
        path.write_bytes(data[at:at + size])
        options += ["-device", f"loader,file={path},addr={start:#x},"
                    "force-raw=on"]
    return options


def boot(image: Image, *extra: str, board: tuple[str, ...] = VOF,
         cpu: str = "power9", cpus: int = 1, flags: int = 0,
         number: int = CPU, seconds: float = 60,
         stops: bytes = b"policy: stop", order: str = "") -> Run:
    """Enters @image through the door. `status` is 0 when the machine switched
    itself off or was reset, and r31 when it stopped for good."""
    entry = int.from_bytes(image.data[24:32], "little")
    words = []
    for offset, value in ((0, entry), (8, flags), (16, cpus), (24, number)):
        words += ["-device", f"loader,data-len=8,data={value},"
                  f"addr={PARAMETERS + offset:#x}"]
    bare_metal = board[1].startswith("powernv")
    model = () if bare_metal else ("-cpu", cpu)
    run = watch([QEMU, *board, *model, "-m",
                 "2G" if bare_metal else "1G", "-smp",
                 f"{cpus},threads=1", "-nodefaults", "-display", "none",
                 "-serial", "stdio", "-no-reboot", "-kernel", str(DOOR),
                 *words, *segments(image), *extra], scratch, stops, seconds, order)
    if isinstance(run, Stopped):
        r31 = re.search(r"GPR28(?: [0-9a-f]{16}){3} ([0-9a-f]{16})",
                        run.registers)
        assert r31, run.registers
        run.status = int(r31[1], 16)
    return run
