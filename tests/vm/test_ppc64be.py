#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The whole crash cycle of a small big-endian ppc64 kernel, which is also the
capture kernel: under SLOF and under skiboot, with memory that was plugged, from
an image that `pack` made of the kernel's zImage, and by kexec_file_load."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path
from typing import Callable

import cycle
import guest_kernel
import guests
from arch import BUILD, PPC64BE
from initramfs import Initramfs
from qemu import Machine
from tap import Tap, need
from test_cycle import SECONDS, whole_cycle

# OPAL has one console: commands come by virtio, from a root complex of its
# own. The BMC switches the machine off.
POWERNV = ["qemu-system-ppc64", "-machine", "powernv9",
           "-device", "ipmi-bmc-sim,id=bmc0",
           "-device", "isa-ipmi-bt,bmc=bmc0,irq=10",
           "-device", "pnv-phb,index=0,id=phb0",
           "-device", "pnv-phb-root-port,bus=phb0,id=port0",
           "-device", "pnv-phb,index=1,id=phb1",
           "-device", "pnv-phb-root-port,bus=phb1,id=port1"]
VIRTIO = ["-device", "virtio-serial-pci,bus=port1",
          "-device", "virtconsole,chardev=control"]
# 256 MiB behind the 2 GiB that the firmware knows.
PLUGGED = ["-m", "slots=1,maxmem=4G",
           "-object", "memory-backend-ram,id=plugged,size=256M",
           "-device", "pc-dimm,memdev=plugged"]


def has(cpus: int, mmu: str) -> Callable[[str, Machine], None]:
    """What the first kernel must be running on."""
    def see(role: str, machine: Machine) -> None:
        if role == "capture":
            return
        need(machine.must("nproc") == f"{cpus}\n", f"not {cpus} CPUs")
        text = machine.must("cat /proc/cpuinfo")
        need(f": {mmu}\n" in text, text)
    return see


def plugged(role: str, machine: Machine) -> None:
    """The dead kernel used it; the capture kernel leaves it alone, and reads
    it."""
    last = machine.must("cat /proc/iomem").split(" : ")[0]
    if role == "first":
        need(last.endswith("-8fffffff"), f"no memory was plugged: {last}")
        return
    need(last.endswith("-3fffffff"), f"takes what was plugged: {last}")
    machine.must("witness read /proc/vmcore 0x8ffff000 4096 >/tmp/last")


def device_tree() -> Path:
    """The machine's, as its firmware gets it."""
    path = BUILD / "tests" / "ppc64be.dtb"
    subprocess.run([*PPC64BE.qemu[:2], f"{PPC64BE.qemu[2]},dumpdtb={path}",
                    "-cpu", PPC64BE.cpu, "-m", PPC64BE.memory, "-display",
                    "none", "-nodefaults"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return path


def pack(kernel: Path, capture: Path) -> Path:
    image = BUILD / "tests" / "ppc64be.pg"
    subprocess.run([str(BUILD / "host/purgatorio"), "pack", "-o", str(image),
                    "--window=0x10000000+128M", f"--dtb={device_tree()}",
                    f"--append={PPC64BE.capture}", f"--initrd={capture}",
                    f"--purgatory={PPC64BE.purgatory}", str(kernel)],
                   check=True)
    return image


def packed() -> None:
    """The zImage is unpacked where the libraries for that are; the guest's
    command has none, and says so."""
    guest = guests.build(arch=PPC64BE)
    zimage = guest_kernel.build(PPC64BE)[0] / "boot/zImage"
    more = Initramfs()
    more.add_file("boot/capture.pg", pack(zimage, guest.capture))
    more.add_file("boot/zImage", zimage)
    first = BUILD / "tests" / "ppc64be-packed.cpio"
    first.write_bytes(guest.first.read_bytes() + more.build())
    run = cycle.start(dataclasses.replace(guest, first=first),
                      "ppc64be-packed")
    with run.machine as machine:
        machine.ready("first", SECONDS)
        status, text = machine.run("purgatorio load -p /boot/zImage")
        need(status != 0 and "built without libraries" in text, text)
        run.leave_marks()
        machine.must("purgatorio load -p /boot/capture.pg", 60)
        run.crash()
        run.captured(SECONDS)
        run.check_core()
        run.check_marker()
        run.power_off()
    run.dump_file.unlink()


def by_file() -> None:
    """kexec_file_load(2) of a kernel that has our linux.ro inside."""
    guest = guests.build(arch=PPC64BE)
    kernel = guest_kernel.with_drop_in(PPC64BE,
                                       BUILD / "tests" / "ppc64be-vmlinux")
    run = cycle.start(dataclasses.replace(guest, kernel=kernel),
                      "ppc64be-file", cpus=4)
    with run.machine as machine:
        machine.ready("first", SECONDS)
        run.leave_marks()
        machine.must(f"kexec-file {guests.KERNEL} {guests.INITRD} "
                     f"'{PPC64BE.capture}'", 60)
        run.crash()
        run.captured(SECONDS)
        for word in ("self-check", "verify", "copy: 64 KiB", "entering"):
            need(f"purgatorio: {word}" in machine.console.text,
                 f"the purgatory did not say {word!r}")
        run.check_core()
        run.check_marker()
        run.check_low_memory()
        run.power_off()
    run.dump_file.unlink()


def main() -> None:
    tap = Tap()
    with tap.check("pseries, radix, 1 CPU"):
        whole_cycle("ppc64be-radix", arch=PPC64BE, see=has(1, "Radix"))
    with tap.check("pseries, hash, 4 CPUs"):
        whole_cycle("ppc64be-cpus4", arch=PPC64BE, cpus=4, see=has(4, "Hash"),
                    append=PPC64BE.first + " disable_radix")
    with tap.check("powernv, skiboot, 1 CPU"):
        whole_cycle("ppc64be-powernv", arch=PPC64BE, qemu=POWERNV,
                    control=VIRTIO, see=has(1, "Radix"))
    with tap.check("powernv, skiboot, 4 CPUs"):
        whole_cycle("ppc64be-powernv4", arch=PPC64BE, qemu=POWERNV, cpus=4,
                    control=VIRTIO, see=has(4, "Radix"))
    with tap.check("memory that was plugged"):
        whole_cycle("ppc64be-plugged", arch=PPC64BE, see=plugged,
                    extra=PLUGGED)
    with tap.check("from an image of the zImage"):
        packed()
    with tap.check("by kexec_file_load, with our purgatory in the kernel"):
        by_file()
    tap.finish()


if __name__ == "__main__":
    main()
