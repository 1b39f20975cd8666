# SPDX-License-Identifier: BSD-2-Clause
"""What differs between the machines that are crashed: names, consoles, how
QEMU makes them, and what the guests' command lines need."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
BUILD = TREE / "build"


@dataclass(frozen=True)
class Arch:
    name: str  # in this tree
    debian: str
    triplet: str  # of Debian's library folder
    loader_folder: str  # where ld-*.so lies
    qemu: tuple[str, ...]
    console: str  # the kernel's name of the first port
    control: tuple[str, ...]  # QEMU's options for the second, "control"
    crash_bytes: str  # crashkernel=
    options: str  # of both kernels
    low_memory: bool  # the purgatory saves what is at low
    entry_offset: int  # of the kernel's entry from its first byte
    emulator: str  # runs its programs on another machine
    # The first 640 KB, without the page that the BIOS keeps and the EBDA.
    low: tuple[int, int] = (0x1000, 0x9E000)
    low_name: str = "640 KB"
    cpu: str = "max"
    memory: str = "1G"
    kernel_file: str = "vmlinuz"  # Debian's name in /boot
    own_kernel: bool = False  # built here: Debian's cannot capture
    kernel_options: tuple[str, ...] = ()  # more files of kernel/, without
    # their .config
    linux_dropin: bool = False  # ... with our linux.ro for its purgatory
    disk: str = "virtio-blk-pci"  # for the dump
    modules: tuple[str, ...] = ("virtio_pci", "virtio_blk")  # it needs
    announces: bool = True  # its panic, before it enters the purgatory
    makes_core: bool = False  # the capture kernel makes the core header
    image: str = ""  # of which architecture's purgatory; "": its own
    busybox: bool = True  # else its shell is guest/shell.c

    @property
    def variant(self) -> str:
        """The machine and what its kernel was built with."""
        return "-".join((self.name, *self.kernel_options))

    @property
    def host(self) -> Path:
        """Where what runs on its Linux is built."""
        native = self.name == native_name()
        return BUILD / ("host" if native else f"host-{self.name}")

    @property
    def command(self) -> Path:
        return self.host / "purgatorio-static"

    @property
    def witness(self) -> Path:
        native = self.name == native_name()
        return BUILD / "tests" / ("witness" if native
                                  else f"witness-{self.name}")

    @property
    def shell(self) -> Path:
        return BUILD / "tests" / f"shell-{self.name}"

    @property
    def purgatory(self) -> Path:
        return BUILD / (self.image or self.name) / "purgatory.elf"

    def drop_in(self, name: str) -> Path:
        """Ours as another loader takes it."""
        if self.name == "ppc64be":
            name = name.replace(".ro", "-be.ro")
        return BUILD / (self.image or self.name) / name

    @property
    def first(self) -> str:
        """The first kernel's command line."""
        return (f"console={self.console} crashkernel={self.crash_bytes} "
                f"panic=5 {self.options}")

    @property
    def capture(self) -> str:
        """The capture kernel's."""
        return (f"console={self.console} {self.options} reset_devices "
                "nr_cpus=1")


def native_name() -> str:
    """This machine, as uname(2) says and as the tree says."""
    machine = os.uname().machine
    return {"aarch64": "arm64", "ppc64le": "ppc64"}.get(machine, machine)


# A busy host gives no timer interrupts in time, which a kernel that checks
# takes for a broken board.
X86_64 = Arch("x86_64", "amd64", "x86_64-linux-gnu", "lib64",
              ("qemu-system-x86_64",), "ttyS0",
              ("-serial", "chardev:control"), "256M",
              "mitigations=off no_timer_check quiet", True, 0x200,
              "qemu-x86_64")
# The virt machine has one UART; the second port is a PCI card.
ARM64 = Arch("arm64", "arm64", "aarch64-linux-gnu", "lib",
             ("qemu-system-aarch64", "-machine", "virt"), "ttyAMA0",
             ("-device", "pci-serial,chardev=control"), "256M",
             "mitigations=off quiet", False, 0, "qemu-aarch64")
# What QEMU's own emulation cannot do is not asked for: it would warn, also of
# each state that is loaded.
PSERIES = ("pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,"
           "cap-ccf-assist=off")
# A pseries machine has as many terminals as are asked for. kexec puts the
# purgatory's first 256 bytes to 0 before the purgatory can save anything.
PPC64 = Arch("ppc64", "ppc64el", "powerpc64le-linux-gnu", "lib64",
             ("qemu-system-ppc64", "-machine", PSERIES), "hvc0",
             ("-device", "spapr-vty,chardev=control"), "512M",
             "mitigations=off quiet", True, 0, "qemu-ppc64le",
             low=(0x100, 0xFF00), low_name="64 KB", cpu="power9", memory="2G",
             kernel_file="vmlinux")
# Debian has no such kernel and no programs, just a C library.
PPC64BE = replace(PPC64, name="ppc64be", debian="ppc64be",
                  triplet="powerpc64-linux-gnu", emulator="qemu-ppc64",
                  modules=(), own_kernel=True, image="ppc64", busybox=False)
# All that the dead kernel had lies where the capture kernel will run. The line
# mode console is the second one; commands come by virtio.
S390X = Arch("s390x", "s390x", "s390x-linux-gnu", "lib",
             ("qemu-system-s390x",), "ttysclp0",
             ("-device", "virtio-serial-ccw",
              "-device", "virtconsole,chardev=control"), "128M",
             "quiet", False, 0, "qemu-s390x", disk="virtio-blk-ccw",
             modules=(), memory="256M", own_kernel=True,
             announces=False, makes_core=True)
ALL = {a.name: a for a in (X86_64, ARM64, PPC64, PPC64BE, S390X)}
