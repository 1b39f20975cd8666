#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The command itself: purgatorio load and log, as far as they come without a
machine to load into. Prints TAP."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("PURGATORIO",
                              TREE / "build/host/purgatorio"))

count = 0
failed = 0


def ok(good: bool, name: str, detail: object = "") -> None:
    global count, failed
    count += 1
    failed += not good
    print(f"{'' if good else 'not '}ok {count} - {name}")
    if not good:
        for line in str(detail).splitlines():
            print(f"# {line}")


def run(*arguments: object, stdout: int = subprocess.PIPE
        ) -> subprocess.CompletedProcess:
    return subprocess.run([str(PROGRAM), *map(str, arguments)], text=True,
                          stdout=stdout, stderr=subprocess.PIPE)


def fails(name: str, status: int, word: str, *arguments: object) -> None:
    """One line on stderr, with @word in it; nothing else; exit @status."""
    done = run(*arguments)
    lines = done.stderr.splitlines()
    ok(done.returncode == status and len(lines) == 1 and
       lines[0].startswith("purgatorio") and word in lines[0] and
       not done.stdout, name, (done.returncode, done.stdout, done.stderr))


def vmcore(text: bytes, status: int = 0) -> bytes:
    """A core file with a log of two steps (include/purgatorio/log.h)."""
    steps = struct.pack("<IIQQQ", 1, 0, 1000, 2000, 1368)
    steps += struct.pack("<IIQQQ", 3, status, 2000, 502000, 1 << 20)
    log = struct.pack("<8sIIIIQII", b"PGLOG\r\n\x1a", 1, 4096, status, 8,
                      1000000, 2, len(text))
    log = (log + steps).ljust(40 + 16 * 32, b"\0") + text
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 4, 62, 1, 0,
                         64, 0, 0, 64, 56, 1, 0, 0, 0)
    header += struct.pack("<IIQQQQQQ", 1, 7, 4096, 0, 0x2f100000, 4096, 4096,
                          0)
    return header.ljust(4096, b"\0") + log.ljust(4096, b"\0")


def test_usage() -> None:
    one = "give one of"
    fails("load alone", 2, one, "load")
    fails("load of a file alone", 2, one, "load", "/dev/null")
    fails("-p and -l", 2, one, "load", "-p", "-l", "/dev/null")
    fails("-e and -u", 2, one, "load", "-e", "-u")
    fails("-e and -p", 2, one, "load", "-e", "-p")
    fails("-u and -l", 2, one, "load", "-u", "-l")
    fails("-S and -u", 2, one, "load", "-S", "-u")
    fails("no kernel", 2, "no kernel", "load", "-p")
    fails("two kernels", 2, "more than one", "load", "-p", "a", "b")
    fails("-u of a file", 2, "no file", "load", "-u", "a")
    fails("-e of a file", 2, "no file", "load", "-e", "a")
    fails("-S of a file", 2, "no file", "load", "-S", "a")
    fails("unknown option", 2, "--frobnicate", "load", "--frobnicate")
    fails("unknown letter", 2, "-x", "load", "-x")
    fails("--append without text", 2, "argument", "load", "-p", "--append")
    fails("a policy that is none", 2, "maybe", "load", "-p",
          "--on-mismatch=maybe", "a")
    fails("a console that is none", 2, "lp0", "load", "-p", "--console=lp0",
          "a")
    fails("log of two files", 2, "more than one", "log", "a", "b")
    fails("log with an unknown option", 2, "-x", "log", "-x")


def test_files(folder: Path) -> None:
    empty = folder / "empty"
    empty.write_bytes(b"")
    fails("a kernel that is not there", 1, "E_IO", "load", "-p", "-n",
          folder / "nothing")
    fails("an initrd that is not there", 1, "E_IO", "load", "-p", "-n",
          f"--initrd={folder}/nothing", empty)
    fails("a purgatory that is not there", 1, "E_IO", "load", "-p", "-n",
          f"--purgatory={folder}/nothing", empty)
    fails("log of a file that is not there", 1, "E_IO", "log",
          folder / "nothing")
    fails("log of an empty file", 1, "E_TRUNCATED", "log", empty)
    fails("log of another file", 1, "E_FORMAT", "log", PROGRAM)
    if not os.path.exists("/proc/vmcore"):
        fails("log in a kernel that nobody captured with", 1, "E_NO_LOG",
              "log")


def test_help() -> None:
    for command in ("load", "log"):
        done = run(command, "--help")
        ok(done.returncode == 0 and not done.stderr and
           done.stdout.startswith(f"Usage: purgatorio {command}"),
           f"{command} --help", done)
        wide = [line for line in done.stdout.splitlines() if len(line) > 80]
        ok(not wide, f"{command} --help fits 80 columns", "\n".join(wide))


def test_log(folder: Path) -> None:
    core = folder / "vmcore"
    core.write_bytes(vmcore(b"purgatorio: \"verify\"\n\x1b[2J"))
    done = run("log", core)
    ok(done.returncode == 0 and "purgatory: OK" in done.stdout and
       "1.000 ms" in done.stdout and "2.0" in done.stdout and
       "\x1b" not in done.stdout, "log prints steps and text", done)
    done = run("log", "--json", core)
    data = json.loads(done.stdout)
    ok(done.returncode == 0 and data["status_name"] == "OK" and
       [step["step"] for step in data["steps"]] == ["check", "verify"] and
       data["steps"][1]["seconds"] == 0.5 and
       data["text"] == "purgatorio: \"verify\"\n\x1b[2J",
       "log --json is JSON", done)
    core.write_bytes(vmcore(b"", 15))
    done = run("log", core)
    ok(done.returncode == 0 and "E_DIGEST" in done.stdout and
       "remedy" in done.stdout, "log of a mismatch", done)
    with open("/dev/full", "w") as full:
        done = run("log", core, stdout=full.fileno())
    ok(done.returncode == 1 and "E_IO" in done.stderr,
       "log onto a full disk", done)


def main() -> int:
    test_usage()
    test_help()
    with tempfile.TemporaryDirectory() as folder:
        test_files(Path(folder))
        test_log(Path(folder))
    print(f"1..{count}")
    return 1 if failed else 0


sys.exit(main())
