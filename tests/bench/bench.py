#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""make bench: how fast, how large, and against whom. Prints a table and writes
build/bench/bench.json and build/bench/bench.svg.

    bench.py [--quick]    --quick: less of everything, and no guests
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent),
                str(Path(__file__).resolve().parents[1] / "vm")]
import packages  # noqa: E402
import packing  # noqa: E402
import report  # noqa: E402
import sizes  # noqa: E402

TREE = Path(__file__).resolve().parents[2]
BENCH = TREE / "build" / "bench"
ARCHS = ["x86_64", "arm64", "ppc64", "s390x"]
# The longest first: two at a time then end together.
TARGETS = ["x86_64", "ppc64", "arm64", "x86_64-shani", "s390x", "growth"]
TARGET_SECONDS = 1200


def machine() -> dict[str, str]:
    text = Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*: (.*)$", text, re.M)
    return {"cpu": found[1] if found else platform.machine(),
            "cpus": str(os.cpu_count()),
            "load": f"{os.getloadavg()[0]:.1f}",
            "kernel": platform.release(),
            "commit": commit()}


def commit() -> str:
    """Which tree this is, if it is a checkout and there is a git."""
    if not shutil.which("git"):
        return "of unknown commit"
    done = subprocess.run(["git", "-C", str(TREE), "rev-parse", "--short",
                           "HEAD"], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    return done.stdout.strip() or "of unknown commit"


def sha256(*arguments: object) -> dict:
    done = subprocess.run([BENCH / "sha256", *map(str, arguments)],
                          check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def target(name: str) -> dict | None:
    """In a process of its own: each has its machine and its files. A kernel
    may give up on a busy host, which has no time for its timers."""
    log = BENCH / f"{name}.log"
    for _ in range(2):
        try:
            with log.open("w") as errors:
                done = subprocess.run(
                    [sys.executable,
                     Path(__file__).with_name("targets.py"), name],
                    stdout=subprocess.PIPE, stderr=errors, text=True,
                    timeout=TARGET_SECONDS)
            if done.returncode == 0:
                return json.loads(done.stdout)
            say(f"{name}: failed, see {log}")
        except subprocess.TimeoutExpired:
            say(f"{name}: no result within {TARGET_SECONDS} s, see {log}")
    return None


def say(text: str) -> None:
    print(f"  {'BENCH':8} {text}", file=sys.stderr, flush=True)


def write(name: str, text: str) -> None:
    """Whole or not at all."""
    new = BENCH / (name + ".new")
    new.write_text(text)
    new.rename(BENCH / name)


def measure(quick: bool) -> dict:
    result: dict = {"quick": quick, "machine": machine()}
    mib, rounds = (16, 3) if quick else (64, 15)
    say(f"SHA-256 of {mib} MiB, {rounds} rounds")
    result["sha256"] = sha256("--json", mib, rounds)
    result["ranges"] = sha256("--ranges", mib, rounds)
    say("pack")
    result["pack"] = packing.compare(1 if quick else 5, not quick)
    result["pack_growth"] = packing.grow(
        [1, 8, 64] if quick else [1, 4, 16, 64, 256, 1024],
        1 if quick else 3, not quick)
    say("sizes")
    result["sizes"] = sizes.measure(ARCHS[:1] if quick else ARCHS)
    result["targets"] = {}
    if quick:
        return result
    say("instructions in guests: " + ", ".join(TARGETS))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, found in zip(TARGETS, pool.map(target, TARGETS)):
            result["targets"][name] = found
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    begin = time.monotonic()
    try:
        result = measure(quick)
    except (packages.Unavailable, RuntimeError, OSError,
            subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    result["seconds"] = round(time.monotonic() - begin)
    name = "quick" if quick else "bench"
    write(f"{name}.json", json.dumps(result, indent=1) + "\n")
    write(f"{name}.svg", report.plot(result))
    print(report.table(result))
    print(f"{BENCH / name}.json, {BENCH / name}.svg")
    missing = [n for n, found in result["targets"].items() if found is None]
    if missing:
        print(f"bench: no result for {', '.join(missing)}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
