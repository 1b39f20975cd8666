# SPDX-License-Identifier: BSD-2-Clause
"""The four machines of the fault campaigns: a small image for each, the
command that brings it to the purgatory's first instruction, and where a run
ends."""

from __future__ import annotations

import random
import re
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "tests/baremetal"))
from common import INITRD, KERNEL, Plan, device_tree, symbol  # noqa: E402
from machine import BUILD, Image  # noqa: E402

BOOT_PARAMS, FDT, CORE = 4, 5, 6  # PG_PART_*
SIZES = {"kernel": 12_000, "initrd": 9_001, "parameters": 4096,
         "elfcorehdr": 1064}


def content(name: str) -> bytes:
    """A part's bytes: they are hashed and never run."""
    return random.Random(name).randbytes(SIZES[name])


@dataclass
class Target:
    name: str  # build/<name>/
    arch: int  # PG_ARCH_*
    window: int
    order: str = "<"  # of registers in gdb's packets
    argument: int = 0  # offset of the first argument's register there
    pc: int = 0  # offset of the program counter; -1: to be found
    stop: str = "pg_arch_stop"  # reached with a status as the argument
    stop_pattern: str = ""  # where in it, if not at its start
    triplet: str = ""  # of that objdump
    kept: tuple[int, int] = (0, 0)  # registers that are not put back
    go_on: str = "pg_arch_enter"  # reached when all is well
    moved: int = 0  # by how much the parts have then moved down
    image: Image = field(init=False)
    scratch: Path = field(init=False)

    @property
    def elf(self) -> Path:
        return BUILD / self.name / "purgatory.elf"

    def prepare(self, scratch: Path) -> None:
        self.scratch = scratch
        plan = Plan(self.arch, self.elf, scratch)
        plan.window(self.window, 16 << 20)
        kinds = {"kernel": KERNEL, "initrd": INITRD,
                 "parameters": BOOT_PARAMS if self.arch == 1 else FDT,
                 "elfcorehdr": CORE}
        for name, kind in kinds.items():
            body = content(name)
            if name == "parameters" and self.arch != 1:
                body = device_tree("quiet").ljust(SIZES[name], b"\0")
            plan.part(name, kind, body, alignment=65536)
        plan.part("log", 0, None, memory=16384)
        self.say(plan)
        plan.say("policy 1")
        plan.say("log log")
        self.image = plan.make()

    def say(self, plan: Plan) -> None:
        raise NotImplementedError

    def command(self) -> list[str]:
        raise NotImplementedError

    def entry(self) -> int:
        """The purgatory's first instruction."""
        return int(self.image.facts["purgatory"], 0)

    def symbol(self, name: str) -> int:
        return self.entry() + symbol(self.elf, name)

    def stop_address(self) -> int:
        """Where a status can be read and the machine entered again."""
        if not self.stop_pattern:
            return self.symbol(self.stop)
        listing = subprocess.run(
            [f"{self.triplet}-objdump", f"--disassemble={self.stop}",
             self.elf],
            check=True, stdout=subprocess.PIPE, text=True).stdout
        match = re.search(rf"^ *([0-9a-f]+):.*{self.stop_pattern}", listing,
                          re.M)
        assert match, listing
        return self.entry() + int(match[1], 16)

    def register(self, packet: str, offset: int) -> int:
        raw = bytes.fromhex(packet[2 * offset:2 * offset + 16])
        return struct.unpack(self.order + "Q", raw)[0]

    def find_pc(self, packet: str) -> None:
        """@packet is of the first instruction. r4 holds its address, too."""
        raw = bytes.fromhex(packet)
        if self.pc < 0:
            self.pc = raw.rfind(struct.pack(self.order + "Q", self.entry()))

    def save(self) -> Path:
        return self.image.save(self.scratch / f"{self.name}.elf")

    def parameters(self, base: int, *words: int, big: str = "") -> list[str]:
        """What the door is told: 64-bit words from @base on."""
        out = []
        for index, word in enumerate(words):
            out += ["-device", f"loader,data-len=8,{big}"
                    f"addr={base + 8 * index:#x},data={word:#x}"]
        return out


class X86(Target):
    def say(self, plan: Plan) -> None:
        plan.say("handoff 1 kernel 0x200 parameters")
        plan.say("console 1 0x3f8 1 0 0")

    def command(self) -> list[str]:
        return ["qemu-system-x86_64", "-cpu", "max,la57=off", "-m", "128M",
                "-nodefaults", "-display", "none", "-serial", "stdio",
                "-no-reboot", "-no-shutdown", "-kernel",
                str(BUILD / "baremetal/x86_64/door.elf"), "-device",
                f"loader,file={self.save()}",
                *self.parameters(0x180000, self.entry(), 0)]


class Arm64(Target):
    def say(self, plan: Plan) -> None:
        plan.say("handoff 2 kernel 0 parameters")
        plan.say("console 3 0x9000000 4 0 0")

    def command(self) -> list[str]:
        return ["qemu-system-aarch64", "-M", "virt", "-cpu", "max", "-m",
                "256M", "-nodefaults", "-display", "none", "-serial", "stdio",
                "-no-reboot", "-no-shutdown", "-device",
                f"loader,file={BUILD}/baremetal/arm64/door.elf,cpu-num=0",
                "-device", f"loader,file={self.save()}",
                *self.parameters(0x40300000, self.entry(), 0)]


class Ppc64(Target):
    def symbol(self, name: str) -> int:
        """A function's local entry (ELFv2 ABI 2.3.2.1): behind what makes
        r2, where that is made."""
        at = super().symbol(name)
        if self.image.read(at, 4) in (b"\0\0\x4c\x3c", b"\x02\0\x4c\x3c"):
            return at + 8
        return at

    def say(self, plan: Plan) -> None:
        plan.say("handoff 3 kernel 0 parameters kernel 0 0")
        plan.say("console 5 0 0 0 0")

    def command(self) -> list[str]:
        import power
        return [power.QEMU, *power.VOF, "-cpu", "power9", "-m", "512M",
                "-nodefaults", "-display", "none", "-serial", "stdio",
                "-no-reboot", "-no-shutdown", "-kernel", str(power.DOOR),
                *self.parameters(power.PARAMETERS, self.entry(), 0, 1,
                                 power.CPU), *power.segments(self.image)]


class S390x(Target):
    def say(self, plan: Plan) -> None:
        plan.say("enter 4 0x10010")
        plan.say("swap 0x1000000 0x1000000")
        plan.say("console 7 0 0 0 0")

    def prepare(self, scratch: Path) -> None:
        # The kernel runs at 0x10000 once the halves have changed places.
        part = Plan.part

        def fixed(plan: Plan, name: str, *rest: object, **more: object) -> None:
            if name == "kernel":
                more["fixed"] = 0x1010000
            part(plan, name, *rest, **more)  # type: ignore[arg-type]

        Plan.part = fixed  # type: ignore[method-assign]
        try:
            super().prepare(scratch)
        finally:
            Plan.part = part  # type: ignore[method-assign]

    def command(self) -> list[str]:
        return ["qemu-system-s390x", "-cpu", "max", "-m", "64M",
                "-nodefaults", "-display", "none", "-no-reboot",
                "-no-shutdown", "-action", "panic=pause", "-chardev",
                "stdio,id=text", "-device", "sclpconsole,chardev=text",
                "-kernel", str(BUILD / "baremetal/s390x/door.elf"), "-device",
                f"loader,file={self.save()}",
                *self.parameters(0x870000, self.entry(), 1, 0, 0, 0,
                                 big="data-be=on,")]


# GDB's "g" packets: x86: 16 registers, rip; arm64: x0 to x30, sp, pc; ppc64:
# r0 to r31 and others; s390x: PSW mask, address, r0 to r15.
TARGETS = {
    "x86_64": X86("x86_64", 1, 0x2000000, argument=8 * 5, pc=8 * 16,
                  # Segments: their descriptors are the purgatory's now.
                  kept=(140, 164)),
    "arm64": Arm64("arm64", 2, 0x48000000, argument=0, pc=8 * 32,
                   stop_pattern=r"\bwfe\b", triplet="aarch64-linux-gnu"),
    "ppc64": Ppc64("ppc64", 3, 0x4000000, argument=8 * 3, pc=-1),
    "s390x": S390x("s390x", 4, 0x1002000, order=">", argument=8 * 4, pc=8,
                   moved=0x1000000),
}
