#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""purgatorio pack with files that are large: what it needs of memory, what it
shows meanwhile, and what it leaves when it is disturbed. Prints TAP."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
from pack import PROGRAM, PURGATORY, Test, bzimage  # noqa: E402

MIB = 1 << 20
WINDOW = "--window=0x10000000+1G"
# "peak memory under 32 MB", and this much of it may depend on the input: the
# manifest has 56 bytes for each range.
MEMORY_KIB = 32 * 1000
GROWTH_KIB = 1024


def sparse(t: Test, name: str, mib: int) -> Path:
    """A file that is read like any other, but takes no disk."""
    path = t.folder / name
    with path.open("wb") as file:
        file.write(b"\x01")
        file.truncate(mib * MIB)
    return path


def peak_kib(t: Test, *initrds: Path) -> int:
    """The most memory that pack had at a time: looked at until it ends, since
    what wait4(2) says includes the parent's before exec."""
    process = subprocess.Popen(
        [PROGRAM, "pack", "-o", "out", WINDOW,
         *(f"--initrd={i}" for i in initrds), "good"], cwd=t.folder)
    peak = 0
    while process.poll() is None:
        text = Path(f"/proc/{process.pid}/status").read_text()
        for line in text.splitlines():
            if line.startswith("VmHWM:"):
                peak = int(line.split()[1])
        time.sleep(0.001)
    if process.returncode != 0:
        raise AssertionError(f"pack ended with {process.returncode}")
    return peak


def test_memory(t: Test) -> None:
    small = peak_kib(t, sparse(t, "small", 16))
    # Two, which the kernel finds joined.
    first, second = sparse(t, "large", 128), sparse(t, "more", 96)
    large = peak_kib(t, first, second)
    t.ok(large < MEMORY_KIB, f"pack of 224 MiB takes {large} KiB of memory",
         f"and not {MEMORY_KIB} at most")
    t.ok(large - small < GROWTH_KIB, "as much as for a smaller one",
         f"{small} KiB for 16 MiB, {large} KiB for 224 MiB")


def test_content(t: Test) -> None:
    """Digests and bytes of parts that are read in pieces."""
    head = os.urandom(4 * MIB + 3)
    tail = os.urandom(5 * MIB + 1)
    names = [t.write("a", head), t.write("b", b"\x77"), t.write("c", tail)]
    joined = head + b"\0" + b"\x77\0\0\0" + tail
    run = t.run("pack", "-o", "out", WINDOW, *(f"--initrd={n}" for n in names),
                "good")
    t.ok(run.returncode == 0, "three initrds that are longer than a window",
         run)
    shown = json.loads(t.run("inspect", "--json", "out").stdout)
    parts = {part["name"]: part for part in shown["parts"]}
    t.ok(parts["initrd"]["sha256"] == hashlib.sha256(joined).hexdigest(),
         "their digest is that of the joined bytes", parts["initrd"])
    image = (t.folder / "out").read_bytes()
    t.ok(joined in image, "the image has them joined")
    t.ok((t.folder / "good").read_bytes()[1024:] in image,
         "and the kernel's bytes")
    run = t.run("verify", "out")
    t.ok(run.returncode == 0, "verify agrees on every range", run)
    (t.folder / "out").unlink()


class Stopped:
    """A pack that was stopped in the middle of its writing."""

    def __init__(self, t: Test, *initrds: Path, stderr: int) -> None:
        self.process = subprocess.Popen(
            [PROGRAM, "pack", "-o", "out", WINDOW,
             *(f"--initrd={i}" for i in initrds), "good"],
            cwd=t.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=stderr)
        counters = Path(f"/proc/{self.process.pid}/io")
        # "written: bytes that it caused to be sent", proc(5).
        while self.process.poll() is None:
            written = int(counters.read_text().split()[3])
            if written > 16 * MIB:
                self.process.send_signal(signal.SIGSTOP)
                break
        os.waitid(os.P_PID, self.process.pid,
                  os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        self.written = int(counters.read_text().split()[3])

    def go(self) -> int:
        self.process.send_signal(signal.SIGCONT)
        return self.process.wait(60)


def test_disturbed(t: Test) -> None:
    large = sparse(t, "large", 256)
    before = sorted(t.folder.iterdir())

    stopped = Stopped(t, large, stderr=subprocess.PIPE)
    inside = sorted(t.folder.iterdir())
    stopped.process.kill()
    stopped.process.communicate()
    t.ok(stopped.written < 256 * MIB and inside == before and
         sorted(t.folder.iterdir()) == before,
         "killed while it writes, it leaves nothing",
         f"{stopped.written} bytes written, {inside}")

    stopped = Stopped(t, large, stderr=subprocess.PIPE)
    os.truncate(large, 128 * MIB)
    status = stopped.go()
    lines = stopped.process.stderr.read().decode().splitlines()
    t.ok(status == 1 and len(lines) == 1 and "initrd: its file shrank" in
         lines[0] and sorted(t.folder.iterdir()) == before,
         "an initrd that shrinks while it is read", f"{status}: {lines}")


def test_cut_short(t: Test) -> None:
    """An image that becomes shorter when it has been mapped."""
    t.run("pack", "-o", "image", WINDOW,
          f"--initrd={sparse(t, 'large', 256)}", "good")
    process = subprocess.Popen(
        [PROGRAM, "verify", "image"], cwd=t.folder, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    maps = Path(f"/proc/{process.pid}/maps")
    while process.poll() is None:
        if "/image\n" in maps.read_text():
            process.send_signal(signal.SIGSTOP)
            break
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    os.truncate(t.folder / "image", 64 * 1024)
    process.send_signal(signal.SIGCONT)
    lines = process.communicate(timeout=60)[1].decode().splitlines()
    t.ok(process.returncode == 1 and len(lines) == 1 and
         lines[0].startswith("purgatorio: image: became shorter"),
         "an image that shrinks while it is verified",
         f"{process.returncode}: {lines}")
    (t.folder / "image").unlink()


def on_terminal(t: Test, *initrds: Path, pause: float) -> str:
    """What pack shows on a terminal when it takes @pause longer."""
    ours, its = pty.openpty()
    stopped = Stopped(t, *initrds, stderr=its)
    time.sleep(pause)
    status = stopped.go()
    os.close(its)
    text = b""
    try:
        while chunk := os.read(ours, 65536):
            text += chunk
    except OSError:  # a terminal that everybody has left
        pass
    os.close(ours)
    return f"{status}:{text.decode()}"


def test_progress(t: Test) -> None:
    large = sparse(t, "large", 256)
    text = on_terminal(t, large, pause=1.1)
    t.ok("\rpacking [" in text and "259 MiB" in text and "%" in text,
         "a bar on a terminal after a second", repr(text))
    t.ok(text.startswith("0:") and text.endswith("\r\x1b[K"),
         "it is wiped away at the end", repr(text))
    stopped = Stopped(t, large, stderr=subprocess.PIPE)
    time.sleep(1.1)
    status = stopped.go()
    text = stopped.process.stderr.read()
    t.ok(status == 0 and text == b"", "no bar in a pipe", text)
    large.unlink()
    ours, its = pty.openpty()
    run = subprocess.run([PROGRAM, "pack", "-o", "out", WINDOW, "good"],
                         cwd=t.folder, stderr=its)
    os.set_blocking(ours, False)
    try:
        text = os.read(ours, 100)
    except BlockingIOError:
        text = b""
    os.close(its)
    os.close(ours)
    t.ok(run.returncode == 0 and text == b"", "no bar for what is quick", text)


def test_no_memory(t: Test) -> None:
    """Address space that ends somewhere between nothing and enough: every
    failure is one line and leaves nothing. The maps of the files count."""
    large = sparse(t, "large", 64)
    (t.folder / "out").unlink(missing_ok=True)
    before = sorted(t.folder.iterdir())
    words: set[str] = set()
    wrong = []
    for mib in range(66, 110, 2):
        limit = mib * MIB

        def restrict() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

        run = t.run("pack", "-o", "out", WINDOW, "--initrd", large, "good",
                    before=restrict)
        if run.returncode == 0:
            (t.folder / "out").unlink()
        elif run.returncode == 1 and run.stderr.startswith("purgatorio:"):
            words.add(run.stderr.split("[")[-1].strip("]\n"))
        elif run.returncode != 127:  # the dynamic loader has no memory
            wrong.append((mib, run))
        if sorted(t.folder.iterdir()) != before or run.stderr.count("\n") > 1:
            wrong.append((mib, run))
    t.ok(not wrong, "whatever memory there is, it fails well", wrong)
    t.ok("E_NO_MEMORY" in words, "with too little for the windows", words)


def main() -> int:
    for needed in (PROGRAM, PURGATORY):
        if not needed.exists():
            print(f"1..1\nnot ok 1 - {needed} is not built; run make")
            return 1
    os.environ.pop("PURGATORIO_LIBDIR", None)
    with tempfile.TemporaryDirectory() as folder:
        t = Test(Path(folder))
        t.write("good", bzimage())
        test_memory(t)
        test_content(t)
        test_disturbed(t)
        test_cut_short(t)
        test_progress(t)
        test_no_memory(t)
    print(f"1..{t.count}")
    return 1 if t.failed else 0


if __name__ == "__main__":
    sys.exit(main())
