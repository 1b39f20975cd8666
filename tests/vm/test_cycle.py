#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The whole crash cycle on machines that differ: CPUs, levels of page tables,
firmware, memory."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Callable

import cycle
import guests
import manifest
import qemu
from arch import X86_64, Arch
from qemu import Machine
from tap import Tap, need

OVMF_CODE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
OVMF_VARS = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")
STEPS = ("check", "self", "verify", "fill", "copy", "handoff")
# On a busy machine; alone, a boot takes 5 s.
SECONDS = 120


def log_is_right(run: cycle.Cycle) -> None:
    """`purgatorio log` in the capture kernel: every step went well."""
    log = run.machine.must("purgatorio log")
    for step in STEPS:
        need(re.search(rf"^\s*{step}\s+OK\s", log, re.M),
             f"no step {step!r}:\n{log}")
    need("purgatorio: verify: " in log, f"no console text:\n{log}")


def whole_cycle(name: str, dump: bool = False, before: str = "",
                written: bool = False,
                loader: str = "purgatorio", append: str = "",
                lowest: int = 0, arch: Arch = X86_64,
                see: Callable[[str, Machine], None] | None = None,
                **spec) -> None:
    """From power on to power off. @before: a command of the first guest
    that has to succeed. @lowest: where the next kernel may lie. @dump: one
    is written and read by crash; @written: just written.
    @see: looks at both guests ("first", "capture")."""
    guest = guests.build(arch=arch)
    run = cycle.start(guest, name, append=append, **spec)
    with run.machine as machine:
        need(machine.ready("first", SECONDS) == guest.release, "wrong kernel")
        if before:
            machine.must(before)
        if see:
            see("first", machine)
        run.leave_marks()
        run.load(loader)
        if lowest:
            entry = manifest.read(machine).entry
            need(entry >= lowest, f"the next kernel's entry is {entry:#x}")
        run.crash()
        need(run.captured(SECONDS) == guest.release, "wrong kernel")
        if see:
            see("capture", machine)
        run.check_core()
        run.check_marker()
        run.check_low_memory()
        if loader == "purgatorio":
            log_is_right(run)
        if dump or written:
            run.write_dump()
        run.power_off()
    if dump:
        answer = cycle.ask_crash(run.dump_file, guest.release, "sys", arch)
        need(f"RELEASE: {guest.release}\n" in answer, answer)
        need("sysrq triggered crash" in answer, answer)
    run.dump_file.unlink()


def ovmf(folder: Path) -> list[str]:
    """UEFI firmware, with variables of its own."""
    variables = folder / "OVMF_VARS.fd"
    variables.write_bytes(OVMF_VARS.read_bytes())
    drive = "if=pflash,format=raw,unit"
    return ["-machine", "q35",
            "-drive", f"{drive}=0,readonly=on,file={OVMF_CODE}",
            "-drive", f"{drive}=1,file={variables}"]


def main() -> None:
    tap = Tap()
    with tap.check("BIOS, 1 CPU, 5 levels of page tables, a dump that crash "
                   "reads"):
        whole_cycle("bios", dump=True, before="grep -qw la57 /proc/cpuinfo")
    with tap.check("4 levels of page tables"):
        whole_cycle("levels4", cpu="max,la57=off",
                    before="! grep -qw la57 /proc/cpuinfo")
    with tap.check("4 CPUs"):
        whole_cycle("cpus4", cpus=4,
                    before="[ $(grep -c ^processor /proc/cpuinfo) = 4 ]")
    with tap.check("UEFI"):
        whole_cycle("uefi", before="test -d /sys/firmware/efi",
                    extra=ovmf(guests.BUILD / "tests"))
    with tap.check("a capture kernel above 4 GiB"):
        whole_cycle("above4g", memory="6G", lowest=1 << 32,
                    append=cycle.FIRST.replace(
                        "crashkernel=256M",
                        "crashkernel=256M,high crashkernel=72M,low"))
    with tap.check("a CPU with SHA-NI"):
        whole_cycle("shani", qemu=qemu.newer(),
                    before="grep -qw sha_ni /proc/cpuinfo")
    with tap.check("the peer, kexec-tools, in the same bed"):
        whole_cycle("peer", loader="kexec")
    tap.finish()


if __name__ == "__main__":
    main()
