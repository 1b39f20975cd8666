# SPDX-License-Identifier: BSD-2-Clause
"""What `purgatorio pack` takes of time and memory: against those who put a
kernel and an initrd into one file as well, and as the files grow."""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vm"))
import packages  # noqa: E402
import peers  # noqa: E402

TREE = Path(__file__).resolve().parents[2]
COMMAND = TREE / "build/host/purgatorio"
RUN = TREE / "build/bench/run"
MEMORY = Path("/dev/shm")
MIB = 1 << 20
JOB_BYTES = 100_000_000  # kernel and initrd
WINDOW = "--window=0x10000000+2G"


class Folder:
    """Where the files are: in memory, so that no disk is measured, if there
    is room; they are gone at the end."""

    def __init__(self, bytes_needed: int) -> None:
        in_memory = (MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and
                     shutil.disk_usage(MEMORY).free > bytes_needed)
        self.kind = "memory" if in_memory else "disk"
        self._folder = tempfile.TemporaryDirectory(
            prefix="purgatorio-", dir=MEMORY if in_memory else
            TREE / "build/bench")

    def __enter__(self) -> Path:
        return Path(self._folder.name)

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


def took(command: list, alone: bool, environment: dict[str, str] | None = None,
         cwd: Path | None = None) -> dict[str, float]:
    done = subprocess.run([RUN, *(["--alone"] if alone else []), *command], cwd=cwd, text=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          env={**os.environ, **(environment or {})})
    *said, last = done.stderr.splitlines()
    result = json.loads(last)
    if result["status"] != 0:
        raise RuntimeError(f"{command[0]} failed:\n" + "\n".join(said))
    return result


def _median(runs: list[dict[str, float]], total: int) -> dict[str, float]:
    seconds = statistics.median(r["seconds"] for r in runs)
    return {"seconds": seconds,
            "best_seconds": min(r["seconds"] for r in runs),
            "cpu_seconds": statistics.median(r["cpu_seconds"] for r in runs),
            "peak_kib": max(r["peak_kib"] for r in runs),
            "mb_per_second": total / seconds / 1e6}


def _fill(path: Path, size: int) -> None:
    """With bytes that no file system recognises as anything."""
    block = random.Random(1).randbytes(MIB)
    with path.open("wb") as file:
        for _ in range(size // MIB):
            file.write(block)
        file.write(block[:size % MIB])


def _objcopy(kernel: Path, stub: Path) -> list:
    """Sections at addresses behind each other and behind the stub's."""
    initrd_at = 0x2000000 + (kernel.stat().st_size + MIB) // MIB * MIB
    return ["objcopy", "--add-section", ".cmdline=cmdline",
            "--change-section-vma", ".cmdline=0x30000",
            "--add-section", f".linux={kernel}",
            "--change-section-vma", ".linux=0x2000000",
            "--add-section", ".initrd=initrd",
            "--change-section-vma", f".initrd={initrd_at:#x}", stub, "out"]


def compare(rounds: int, alone: bool) -> dict:
    """Everybody's turn after everybody's, for the same job: Debian's kernel
    and an initrd, JOB_BYTES together, and a command line."""
    root, release = packages.kernel()
    kernel = root / f"boot/vmlinuz-{release}"
    ukify, environment = peers.ukify()
    stub = peers.stub()
    size = kernel.stat().st_size
    where = Folder(4 * JOB_BYTES)
    with where as folder:
        _fill(folder / "initrd", JOB_BYTES - size)
        (folder / "cmdline").write_text("console=ttyS0")
        commands: dict[str, tuple[list, dict[str, str]]] = {
            "purgatorio pack": (
                [COMMAND, "pack", WINDOW, "-o", "out", "--initrd=initrd",
                 "--append=console=ttyS0", kernel], {}),
            "ukify": ([*ukify, "build", f"--linux={kernel}",
                       "--initrd=initrd", "--cmdline=console=ttyS0",
                       f"--uname={release}", "--os-release=",
                       f"--stub={stub}", "--output=out"], environment),
            "objcopy": (_objcopy(kernel, stub), {}),
            "cp (copies, no digest)": (["cp", "initrd", "out"], {}),
        }
        runs: dict[str, list] = {name: [] for name in commands}
        for turn in range(rounds + 1):
            for name, (command, more) in commands.items():
                (folder / "out").unlink(missing_ok=True)
                result = took(command, alone, more, folder)
                if turn != 0:  # the first one finds cold caches
                    runs[name].append(result)
    return {"bytes": JOB_BYTES, "files_in": where.kind, "rounds": rounds,
            "jobs": {name: _median(of, JOB_BYTES)
                     for name, of in runs.items()}}


def grow(mibs: list[int], rounds: int, alone: bool) -> dict:
    """The same job with ever larger initrds."""
    root, release = packages.kernel()
    kernel = root / f"boot/vmlinuz-{release}"
    points = []
    where = Folder(3 * max(mibs) * MIB)
    with where as folder:
        for mib in mibs:
            _fill(folder / "initrd", mib * MIB)
            runs = []
            for _ in range(rounds):
                (folder / "out").unlink(missing_ok=True)
                runs.append(took([COMMAND, "pack", WINDOW, "-o", "out",
                                  "--initrd=initrd", kernel], alone,
                                 cwd=folder))
            total = mib * MIB + kernel.stat().st_size
            points.append({"bytes": total, **_median(runs, total)})
    return {"files_in": where.kind, "rounds": rounds, "points": points}
