#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The short benchmark runs, and what it writes says what it should: everyone
who is to be compared is there, with numbers that make sense. How fast we are
depends on who else is on the machine, but for one thing: the drop-ins' stream
on a CPU with SHA-NI, whose best turns are compared with kexec-tools' best and
with its own rounds alone."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree

from packages import TREE, Unavailable
from tap import Tap, need

BENCH = TREE / "build" / "bench"
WHOSE = {"ours", "OpenSSL", "kexec-tools", "Linux"}
PACKERS = {"purgatorio pack", "ukify", "objcopy", "cp (copies, no digest)"}
PEAK_KIB = 32 * 1000
# One stream: how many times as fast as kexec-tools' C, and how much longer
# than its rounds alone, which no single stream can undercut.
FASTER, LONGER = 3.5, 1.06
RUNS, NO_SHANI = 3, 77


def hashes(found: dict) -> None:
    contenders = found["contenders"]
    need({c["whose"] for c in contenders} == WHOSE, f"not all: {contenders}")
    for c in contenders:
        # The process would have ended had a digest been wrong.
        need(10 < c["mb_per_second"] < 100_000, f"who is that fast? {c}")
        need(0.1 < c["cycles_per_byte"] < 100, f"cycles: {c}")
        ratio = c["mb_per_second"] / contenders[0]["mb_per_second"]
        need(abs(c["ratio"] / ratio - 1) < 0.01, f"ratio: {c}")


def packing(found: dict) -> None:
    need(set(found["jobs"]) == PACKERS, f"not all: {found}")
    for job in found["jobs"].values():
        need(job["seconds"] > 0 and job["peak_kib"] > 500, f"{job}")
    peak = found["jobs"]["purgatorio pack"]["peak_kib"]
    need(peak < PEAK_KIB, f"{peak} KiB of memory")


def growth(found: dict) -> None:
    points = found["points"]
    need(points[-1]["bytes"] > 5 * points[0]["bytes"], f"{points}")
    need(points[-1]["peak_kib"] - points[0]["peak_kib"] < 1024,
         f"memory grows: {points}")


def sizes(found: dict) -> None:
    for arch, row in found.items():
        need({"purgatorio", "kexec-tools"} <= set(row), f"{arch}: {row}")
        for name, size in row.items():
            need(5000 < size["loaded"] <= size["memory"] < 1 << 20,
                 f"{arch}, {name}: {size}")
    need("Linux" in found["x86_64"], f"{found}")


def plot(result: dict) -> None:
    root = xml.etree.ElementTree.parse(BENCH / "quick.svg").getroot()
    texts = {node.text for node in root.iter() if node.tag.endswith("text")}
    for c in result["sha256"]["contenders"]:
        need(c["name"] in texts, f"the plot lacks {c['name']}")


def one_stream(tap: Tap) -> None:
    """Of several runs the worst one: none may pass by chance."""
    program = BENCH / "one_stream"
    if not program.exists():
        raise Unavailable("this machine is no x86_64")
    ratios, above, possible = [], [], []
    for _ in range(RUNS):
        done = subprocess.run([program], text=True, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode == NO_SHANI:
            raise Unavailable(done.stdout.strip())
        need(done.returncode == 0, done.stdout)
        found = json.loads(done.stdout)
        ratios.append(found["kexec_tools"] / found["ours"])
        above.append(found["ours"] / found["rounds_alone"])
        possible.append(found["kexec_tools"] / found["rounds_alone"])
    tap.note(f"{min(ratios):.2f} times as fast as kexec-tools' C; "
             f"{max(above):.3f} times as long as the rounds alone")
    need(max(above) <= LONGER, f"longer than the rounds alone: {above}")
    if max(possible) < FASTER:
        raise Unavailable("on this CPU the rounds alone are only "
                          f"{max(possible):.2f} times as fast")
    need(min(ratios) >= FASTER, f"only {ratios} times as fast")


def main() -> None:
    tap = Tap()
    with tap.check(f"SHA-NI, one stream: {FASTER} times as fast as "
                   "kexec-tools' C"):
        one_stream(tap)
    if sys.argv[1:] == ["one_stream"]:
        tap.finish()
    result: dict = {}
    with tap.check("bench.py --quick"):
        done = subprocess.run([TREE / "tests/bench/bench.py", "--quick"],
                              text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=600)
        need(done.returncode == 0, done.stdout + done.stderr)
        need("x OpenSSL" in done.stdout, done.stdout)
        result = json.loads((BENCH / "quick.json").read_text())
    for name, check in (("sha256", hashes), ("pack", packing),
                        ("pack_growth", growth), ("sizes", sizes)):
        with tap.check(f"quick.json: {name}"):
            check(result[name])
    with tap.check("quick.json: ranges"):
        counts = [p["ranges"] for p in result["ranges"]["points"]]
        need(counts[0] == 1 and counts[-1] == 1000, f"{counts}")
    with tap.check("quick.svg shows all contenders"):
        plot(result)
    tap.finish()


if __name__ == "__main__":
    main()
