# SPDX-License-Identifier: BSD-2-Clause
"""One whole crash: boot, load, panic, capture, dump. Each step is a method,
so that a demonstration can talk between them and a test can check."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

import guest_kernel
import packages
from arch import X86_64, Arch, native_name
from guests import BUILD, INITRD, KERNEL, Guest
from qemu import Failure, Machine, Spec

FIRST, CAPTURE = X86_64.first, X86_64.capture

LOW_START, LOW_BYTES = X86_64.low

# Debian's kexec with our purgatory inside, made by the guest itself.
RETROFITTED = "/tmp/kexec"
RETROFIT = f"purgatorio retrofit --kexec=/bin/kexec -o {RETROFITTED}"


def _size(text: str) -> int:
    """Bytes of "256M" or "1G"."""
    return int(text[:-1]) << {"M": 20, "G": 30}[text[-1]]


def load_command(loader: str, append: str = CAPTURE, options: str = "",
                 initrd: str = INITRD) -> str:
    """The shell line that loads the capture kernel with @loader."""
    program = {"purgatorio": "purgatorio load -p",
               "kexec": "kexec -c -p",
               "retrofitted": f"{RETROFITTED} -c -p",
               "file": "kexec -s -p"}[loader]
    words = [program, options, KERNEL, f"--initrd={initrd}",
             f"--append='{append}'"]
    return " ".join(word for word in words if word)


@dataclass
class Marks:
    """What the first kernel's memory held before it died."""

    text: str = ""
    address: int = 0  # physical
    low_sha256: str = ""


@dataclass
class Dump:
    path: Path
    seconds: float
    stored_bytes: int = 0


@dataclass
class Cycle:
    guest: Guest
    machine: Machine
    dump_file: Path
    marks: Marks = field(default_factory=Marks)

    def leave_marks(self) -> Marks:
        """A page of a process and a digest of the low memory, which the
        capture kernel will overwrite."""
        m = self.machine
        text = f"marker-{secrets.token_hex(8)} "
        m.must(f"witness mark '{text}' >/tmp/mark &")
        address = ""
        while not re.fullmatch(r"0x\w+\n", address):
            m.pump(0.02)
            _, address = m.run("cat /tmp/mark")
        low = (self._low_memory("/proc/kcore")
               if self.guest.arch.low_memory else "")
        self.marks = Marks(text, int(address, 16), low)
        return self.marks

    def _low_memory(self, core: str) -> str:
        start, size = self.guest.arch.low
        return self.machine.must(
            f"witness read {core} {start} {size} >/tmp/low && "
            "sha256sum </tmp/low").split()[0]

    def load(self, loader: str, append: str = "") -> str:
        """Loads the capture kernel; what the loader said."""
        append = append or self.guest.arch.capture
        output = self.machine.must(load_command(loader, append), 60)
        if self.machine.must("cat /sys/kernel/kexec_crash_loaded") != "1\n":
            raise Failure("the kernel says that nothing is loaded")
        return output

    def crash(self) -> None:
        """Panics by sysrq-c; returns when the panic has been announced."""
        self.machine.send("echo c >/proc/sysrq-trigger")
        if self.guest.arch.announces:
            self.machine.expect("Kernel panic - not syncing: sysrq", 20)

    def captured(self, seconds: float = 60) -> str:
        """Waits for the capture kernel's init; the kernel's release."""
        return self.machine.ready("capture", seconds)

    def check_core(self) -> dict[str, int]:
        """/proc/vmcore's ELF header; its numbers."""
        text = self.machine.must("witness headers /proc/vmcore")
        found = {k: int(v) for k, v in
                 re.findall(r"(\w+)=(\d+)", text.splitlines()[-1])}
        least = 1 if self.guest.arch.makes_core else 3
        if found["notes"] < 1 or found["loads"] < least:
            raise Failure(f"/proc/vmcore lacks headers:\n{text}")
        # What -m gave, less the crash region; kernel text occurs twice.
        given = _size(self.machine.spec.memory)
        dead = given - _size(self.guest.arch.crash_bytes)
        if not dead * 3 // 4 < found["ram"] < given:
            raise Failure(f"/proc/vmcore has no sane size:\n{text}")
        if found["end"] != found["size"]:
            raise Failure(f"/proc/vmcore's headers contradict its size:\n"
                          f"{text}")
        return found

    def check_marker(self) -> None:
        m = self.marks
        found = self.machine.must(f"witness read /proc/vmcore {m.address:#x} "
                                  "4096")
        if found != (m.text * 4096)[:4096]:
            raise Failure(f"/proc/vmcore at {m.address:#x} does not hold "
                          f"{m.text!r} but {found[:64]!r}")

    def check_low_memory(self) -> None:
        if not self.guest.arch.low_memory:
            return
        found = self._low_memory("/proc/vmcore")
        if found != self.marks.low_sha256:
            raise Failure(f"the first {self.guest.arch.low_name} in "
                          "/proc/vmcore are not what they "
                          f"were: {found}, before {self.marks.low_sha256}")

    def write_dump(self) -> Dump:
        """A filtered dump, by makedumpfile onto the virtio disk."""
        m = self.machine
        begin = time.monotonic()
        m.must("cd /lib/modules && while read -r m; do insmod $m.ko || "
               "exit 1; done <order; test -b /dev/vda")
        m.must("makedumpfile -f --message-level 4 -d 31 /proc/vmcore "
               "/dev/vda", 120)
        m.must("sync")
        dump = Dump(self.dump_file, time.monotonic() - begin)
        dump.stored_bytes = os.stat(self.dump_file).st_blocks * 512
        return dump

    def keep(self) -> None:
        """As the machine is now, again() finds it; of kept()'s."""
        error = self.machine.monitor("savevm kept")
        if error:
            raise Failure(f"savevm: {error}")

    def again(self) -> None:
        """Back to where keep() was called."""
        m = self.machine
        error = m.monitor("loadvm kept")
        if error:
            raise Failure(f"loadvm: {error}")
        m.console.seen = len(m.console.text)
        m.control.seen = len(m.control.text)

    def power_off(self) -> None:
        self.machine.send("poweroff -f")
        self.machine.ended(20)
        if self.machine.end_reason() != "guest-shutdown":
            raise Failure("the capture kernel did not power off: "
                          f"{self.machine.end_reason()}")


def start(guest: Guest, name: str, append: str = "", watch=None,
          **spec) -> Cycle:
    """Starts the machine with an empty disk for the dump."""
    folder = BUILD / "tests" / "log"
    folder.mkdir(parents=True, exist_ok=True)
    dump = folder / f"{name}.dump"
    dump.unlink(missing_ok=True)
    dump.touch()
    os.truncate(dump, 1 << 30)
    extra = ["-drive", f"if=none,id=dump,format=raw,file={dump}",
             "-device", f"{guest.arch.disk},drive=dump"] + spec.pop("extra", [])
    spec.setdefault("qemu", list(guest.arch.qemu))
    spec.setdefault("cpu", guest.arch.cpu)
    spec.setdefault("control", list(guest.arch.control))
    spec.setdefault("memory", guest.arch.memory)
    machine = Machine(Spec(kernel=guest.kernel, initrd=guest.first,
                           append=append or guest.arch.first,
                           extra=extra,
                           **spec), folder / f"{name}.log", watch)
    return Cycle(guest, machine, dump)


@contextmanager
def kept(guest: Guest, name: str, seconds: float, **spec) -> Iterator[Cycle]:
    """A machine whose first kernel is up, with marks, and can be had again."""
    state = BUILD / "tests" / f"{name}.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(state),
                    "16G"], check=True)
    run = start(guest, name, extra=[
        "-drive", f"if=none,id=state,format=qcow2,cache=unsafe,file={state}",
        "-snapshot"], **spec)
    with run.machine as machine:
        machine.ready("first", seconds)
        run.leave_marks()
        run.keep()
        yield run
    state.unlink()
    run.dump_file.unlink()


def ask_crash(dump: Path, release: str, commands: str,
              arch: Arch = X86_64) -> str:
    """What the crash utility says about a dump."""
    vmlinux = (guest_kernel.vmlinux(arch) if arch.own_kernel
               else packages.vmlinux(release, arch.debian))
    # tinyconfig has SLOB, whose structures crash does not know.
    options = ["--no_kmem_cache"] if arch.own_kernel else []
    done = subprocess.run([*_crash(arch), "-s", "--no_scroll", *options,
                           str(vmlinux), str(dump)],
                          input=commands + "\nquit\n", text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=400)
    if done.returncode != 0:
        raise Failure(f"crash ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def _crash(arch: Arch) -> list[str]:
    """Debian's crash reads dumps of its own architecture only: another one's
    runs under qemu-user, by its own dynamic loader."""
    if arch.name == native_name():
        return ["crash"]
    roots = packages.fetch_with_libraries("crash", arch.debian)
    program = roots[0] / "usr/bin/crash"
    libraries = packages.libraries(program, roots)
    (loader,) = (path for name, path in libraries.items()
                 if name.startswith(("ld-", "ld64")))
    folders = sorted({str(path.parent) for path in libraries.values()})
    return [arch.emulator, str(loader), "--library-path", ":".join(folders),
            str(program)]
