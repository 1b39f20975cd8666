#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Debian's ppc64le kernel, entered by the purgatory on pseries: it takes over
what it is given and finds all its CPUs; and a big-endian one, in an image that
`pack` made of its zImage. The door of tests/baremetal/ stands in
for the crashed kernel; there is no root file system, so that the kernel's last
word is a panic."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
from pathlib import Path

import guest_kernel
import packages
from arch import PPC64BE
from tap import Tap, need

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "baremetal"))
import power  # noqa: E402
from common import FDT, FILL, KERNEL, OTHER, RESERVED  # noqa: E402
from machine import COMMAND, Image  # noqa: E402

RUN_AT_LOAD = 0x5C  # arch/powerpc/kernel/head_64.S: __run_at_load
RTAS = 0x20000000  # where the tree says that RTAS is
# RTAS as in QEMU's pc-bios/spapr-rtas: a hypercall for everything.
RTAS_CODE = struct.pack(">5I", 0x7C641B78, 0x3C600000, 0x6063F000, 0x44000022,
                        0x4E800020)
# The second is of a kernel that knows no block device.
LAST_WORDS = ("Unable to mount root fs", "No working init found")
NEVER = b"\0"  # the panic ends the machine


def flatten(path: Path) -> tuple[bytes, int]:
    """An ELF file of one segment at 0: its bytes, and its size in memory."""
    elf = path.read_bytes()
    (table,) = struct.unpack_from("<Q", elf, 32)
    kind, _, at, _, start, size, memory = struct.unpack_from("<IIQQQQQ", elf,
                                                             table)
    need(kind == 1 and start == 0, f"{path} is laid out in another way")
    return elf[at:at + size], memory


def device_tree(cpu: str, cpus: int) -> bytes:
    """QEMU's own tree, with what a loader would have added: where RTAS is."""
    path = power.scratch / "machine.dtb"
    subprocess.run(
        [power.QEMU, "-M", f"{power.VOF[1]},dumpdtb={path}", "-cpu", cpu,
         "-m", "1G", "-smp", f"{cpus},threads=1", "-nodefaults", "-display",
         "none", "-serial", "stdio", "-kernel", str(power.DOOR), "-append",
         "console=hvc0 panic=-1"], check=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    for name, value in (("linux,rtas-base", RTAS), ("linux,rtas-entry", RTAS),
                        ("rtas-size", 0x1000)):
        subprocess.run(["fdtput", "-t", "x", path, "/rtas", name,
                        f"{value:x}"], check=True)
    tree = bytearray(path.read_bytes())
    (reserved,) = struct.unpack_from(">I", tree, 16)
    # One entry is there, the door's.
    struct.pack_into(">2Q", tree, reserved, RTAS, 65536)
    return bytes(tree)


def boot(kernel: Path, cpu: str, cpus: int, flags: int, in_place: bool
         ) -> str:
    image, memory = flatten(kernel)
    content = bytearray(image)
    need(content[RUN_AT_LOAD:RUN_AT_LOAD + 4] == b"0nur", "no run_at_load")
    if in_place:
        content[RUN_AT_LOAD:RUN_AT_LOAD + 4] = struct.pack("<I", 1)
    plan = power.Plan(power.PPC64, power.PURGATORY, power.scratch)
    plan.window(power.WINDOW, 192 << 20)
    plan.window(RTAS, 65536)
    plan.part("kernel", KERNEL, bytes(content), memory=memory,
              alignment=16 << 20, flags=FILL)
    plan.part("dtb", FDT, device_tree(cpu, cpus))
    plan.part("rtas", OTHER, RTAS_CODE, memory=65536, fixed=RTAS)
    plan.part("backup", OTHER, None, memory=65536, flags=RESERVED)
    plan.say("copy 0 backup 65536")
    plan.say("handoff 3 kernel 0 dtb kernel 0 0")
    plan.say(f"console {power.HVTERM} 0 0 0 0")
    plan.say("policy 1")
    plan.say("ticks 512000000")
    return power.boot(plan.make(), cpu=cpu, cpus=cpus, flags=flags,
                      number=0, seconds=240, stops=NEVER).text


def boot_packed(cpus: int) -> str:
    """From an image that is no plan of ours. Firmware is added beside it."""
    zimage = guest_kernel.build(PPC64BE)[0] / "boot/zImage"
    dtb, path = power.scratch / "pack.dtb", power.scratch / "packed.elf"
    rtas = power.scratch / "rtas"
    dtb.write_bytes(device_tree("power9", cpus))
    rtas.write_bytes(RTAS_CODE)
    subprocess.run(
        [COMMAND, "pack", "-o", path, f"--window={power.WINDOW:#x}+192M",
         f"--dtb={dtb}", "--append=console=hvc0 panic=-1", "--backup=64K",
         f"--purgatory={power.PURGATORY}", zimage], check=True)
    facts = subprocess.run([COMMAND, "inspect", "--json", path], check=True,
                           stdout=subprocess.PIPE).stdout
    image = Image(path.read_bytes(), json.loads(facts))
    return power.boot(image, "-device", f"loader,file={rtas},addr={RTAS:#x},"
                      "force-raw=on", cpus=cpus, number=0, seconds=240,
                      stops=NEVER).text


def judge(text: str, cpus: int, start: int) -> None:
    last = text[-3000:]
    need("purgatorio: entering the next kernel" in text, last)
    # Printed only where it is not 0.
    found = re.search(r"physical_start\s*= (0x[0-9a-f]+)", text)
    need((int(found[1], 0) if found else 0) == start, last)
    need(re.search(rf"smp: Brought up 1 node, {cpus} CPU", text), last)
    need(any(words in text for words in LAST_WORDS), last)


def main() -> None:
    tap = Tap()
    for name, cpu, cpus, flags, in_place in (
            ("POWER9, 4 CPUs, where it was loaded", "power9", 4, 0, True),
            ("POWER9, 4 CPUs, entered big-endian, moves to 0", "power9", 4,
             power.BIG | power.ILE, False),
            ("POWER8, 1 CPU", "power8", 1, 0, True)):
        with tap.check(name):
            root, release = packages.kernel("ppc64el")
            text = boot(root / "boot" / f"vmlinux-{release}", cpu, cpus,
                        flags, in_place)
            judge(text, cpus, power.WINDOW if in_place else 0)
    with tap.check("big-endian, an image of the zImage, 4 CPUs"):
        judge(boot_packed(4), 4, power.WINDOW)
    tap.finish()


if __name__ == "__main__":
    main()
