# SPDX-License-Identifier: BSD-2-Clause
"""An s390x machine that ends in a disabled wait: QEMU tells the PSW's address
as an event of its QMP monitor, and then still shows memory."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from common import FILL, INITRD, KERNEL, OTHER, Plan
from machine import BUILD, SECONDS, Image, Run, tidy

PAYLOAD = BUILD / "baremetal/s390x/payload.bin"
PURGATORY = BUILD / "s390x/purgatory.elf"
DOOR = BUILD / "baremetal/s390x/door.elf"
PARAMETERS = 0x870000  # tests/baremetal/s390x/door.h
ONCE, BEFORE, NO_VX, STUBBORN, SHORT_CUT, NO_BLOCK = 1, 2, 4, 8, 16, 32
NORMAL = 64
STOPPED, REFUSED, DONE = 0x7E, 0x100, 0x7F

CRASH, SIZE = 0x1000000, 0x1000000  # 16 MiB at 16 MiB
VERIFY_AGAIN = 2  # PG_MANIFEST_VERIFY_AGAIN
INITRD_BYTES = 2_500_001
LOWCORE = 0x2000  # PG_SWAP_LOWCORE_BYTES


def pattern(size: int) -> bytes:
    return bytes((7 * i + i // 251) % 256 for i in range(size))


def planned(scratch: Path, crash: int = CRASH, size: int = SIZE,
            flags: int = 0, policy: int = 1, console: int = 7,
            ends: int = 0, initrd_bytes: int = INITRD_BYTES,
            kernel_bytes: int = 0) -> Image:
    """A crash region at @crash with a kernel, an initrd, a core header and a
    log. @ends: the purgatory and a part at the ends of what they may use.
    @kernel_bytes: it is as large as that."""
    initrd = pattern(initrd_bytes)
    plan = Plan(4, PURGATORY, scratch)
    kernel = PAYLOAD.read_bytes()
    kernel += pattern(kernel_bytes - len(kernel))
    plan.part("kernel", KERNEL, kernel, memory=max(0x40000, kernel_bytes),
              fixed=crash + 0x10000, flags=FILL)
    header = bytes(range(256)) * 40
    if ends:
        room = 0x20000  # for the purgatory, between the core header and the end
        plan.window(crash, size)
        plan.part("elfcorehdr", 6, header, fixed=crash + size - 0x3000)
        plan.part("low", OTHER, bytes(range(100, 200)), fixed=crash)
        plan.part("low2", OTHER, None, memory=0xF000, fixed=crash + 0x1000)
        plan.part("initrd", INITRD, initrd, fixed=crash + 0x50000)
        plan.part("log", OTHER, None, memory=0x4000, fixed=crash + 0x400000)
        rest = crash + 0x404000
        plan.part("rest", OTHER, None, fixed=rest,
                  memory=crash + size - 0x3000 - room - rest)
        gap = crash + 0x50000 + (len(initrd) + 0xFFF & ~0xFFF)
        plan.part("gap", OTHER, None, fixed=gap,
                  memory=crash + 0x400000 - gap)
    else:
        plan.window(crash + LOWCORE, size - LOWCORE)
        plan.part("initrd", INITRD, initrd)
        plan.part("elfcorehdr", 6, header)
        plan.part("log", OTHER, None, memory=0x4000)
    plan.say("enter 4 0x10010")
    plan.say(f"swap {crash:#x} {size:#x}")
    plan.say(f"console {console} 0 0 0 0")
    plan.say(f"policy {policy}")
    plan.say(f"flags {flags}")
    plan.say("ticks 4096000000")
    plan.say("log log")
    return plan.make()


@dataclass
class Wait(Run):
    """`status` is the address in the disabled wait's PSW; or -1 for a reset,
    None when the machine did not end."""

    memory: bytes = b""


@dataclass
class Machine:
    """What is the same in many runs."""

    scratch: Path
    memory: str = "64M"
    cpu: str = "max"
    console: str = "sclpconsole"
    extra: list[str] = field(default_factory=list)
    restart: bool = False  # a second later, by the operator
    seconds: float = SECONDS

    def run(self, image: Image, flags: int = 0,
            change: tuple[int, int] = (0, 0), snapshot: int = 0,
            at: int = 0, fill: int = 0, console: str = "",
            move: tuple[int, int] = (0, 0)) -> Wait:
        """Through the door into @image. @change: what is changed between the
        calls, an address and a mask. @snapshot: bytes of memory to read at the
        end, from @at. @fill: bytes of low memory that get a pattern before the
        second call. @move: with NORMAL, what the door moves to 0, an address
        and a length."""
        here = self.scratch / f"ccw-{os.getpid()}"
        file = image.save(here.with_suffix(".elf"))
        entry = int.from_bytes(image.data[24:32], "big")
        command = [
            "qemu-system-s390x", "-cpu", self.cpu, "-m", self.memory,
            "-nodefaults", "-display", "none", "-no-reboot", "-S",
            "-action", "panic=pause",
            "-chardev", f"file,id=text,path={here}.text",
            "-device", f"{console or self.console},chardev=text",
            "-qmp", f"unix:{here}.qmp,server=on,wait=off",
            "-kernel", str(DOOR), "-device", f"loader,file={file}"]
        for offset, value in enumerate((entry, flags, *change, fill,
                                           *move)):
            command += ["-device", "loader,data-len=8,data-be=on,"
                        f"addr={PARAMETERS + 8 * offset:#x},data={value:#x}"]
        Path(f"{here}.qmp").unlink(missing_ok=True)
        Path(f"{here}.text").write_bytes(b"")
        process = subprocess.Popen([*command, *self.extra],
                                   stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        try:
            status = _wait(process, Path(f"{here}.qmp"), self.seconds,
                           Path(f"{here}.memory"), snapshot, at,
                           self.restart)
        finally:
            process.kill()
            said, _ = process.communicate()
        run = Wait(tidy(said + Path(f"{here}.text").read_bytes()), status)
        if snapshot:
            run.memory = Path(f"{here}.memory").read_bytes()
        return run


class _Monitor:
    def __init__(self, path: Path, process: subprocess.Popen) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(200):
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                assert process.poll() is None, "QEMU did not start"
                time.sleep(0.05)
        self.text = b""
        self.say("qmp_capabilities")

    def say(self, verb: str, **arguments: object) -> None:
        self.socket.sendall(json.dumps(
            {"execute": verb, "arguments": arguments}).encode() + b"\n")

    def next(self, end: float) -> dict | None:
        """The next message; None when there is none any more."""
        while b"\n" not in self.text:
            left = end - time.monotonic()
            if left < 0:
                return None
            ready, _, _ = select.select([self.socket], [], [], left)
            more = self.socket.recv(65536) if ready else b""
            if not more:
                return None
            self.text += more
        line, self.text = self.text.split(b"\n", 1)
        return json.loads(line)


def _wait(process: subprocess.Popen, path: Path, seconds: float,
          memory: Path, snapshot: int, at: int,
          restart: bool) -> int | None:
    end = time.monotonic() + seconds
    monitor = _Monitor(path, process)
    status = None
    monitor.say("cont")  # it was started with -S: no event is missed
    if restart:
        time.sleep(1)
        monitor.say("inject-nmi")  # QEMU's name of the RESTART key
    while (message := monitor.next(end)) is not None:
        if message.get("event") == "SHUTDOWN":
            return -1
        if message.get("event") == "GUEST_PANICKED":
            status = message["data"]["info"]["psw-addr"]
            break
    if status is not None and snapshot:
        monitor.say("pmemsave", val=at, size=snapshot, filename=str(memory))
        while (message := monitor.next(end)) is not None:
            if "return" in message:
                break
    return status
