#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What we are compared with, from Debian's packages, unpacked under
build/cache: nothing of it is installed and nothing enters this tree.

    peers.py kexec-tools|linux FOLDER   the C of that purgatory's hash
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vm"))
import packages  # noqa: E402
from packages import APT, CACHE, KEYRING, MIRROR, Unavailable  # noqa: E402

LINUX = Path("/usr/src/linux-source-6.1.tar.xz")
LINUX_FILES = ["lib/crypto/sha256.c", "include/crypto/sha2.h"]
KEXEC_FILES = ["util_lib/sha256.c", "util_lib/include/sha256.h"]


def _apt_source() -> list[str]:
    """Options for an apt that knows Debian's sources. The machine's is left
    as it is."""
    folder = CACHE / "apt" / "source"
    (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    sources = folder / "sources.list"
    sources.write_text(f"deb-src [signed-by={KEYRING}] {MIRROR} bookworm "
                       "main\n")
    options: list[str] = []
    for option in (f"Dir::Etc::SourceList={sources}",
                   "Dir::Etc::SourceParts=-",
                   f"Dir::State::Lists={folder / 'lists'}",
                   f"Dir::Cache={folder}"):
        options += ["-o", option]
    return options


def kexec_tools(target: Path) -> None:
    """The upstream archive of kexec-tools; Debian's patches do not touch the
    hash."""
    options = _apt_source()
    with tempfile.TemporaryDirectory(dir=CACHE) as work:
        for attempt in range(3):
            subprocess.run(["apt-get", *APT, *options, "update"],
                           stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            done = subprocess.run(
                ["apt-get", *APT, *options, "source", "--download-only",
                 "kexec-tools"], cwd=work, text=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if done.returncode == 0:
                break
            time.sleep(1 + attempt)
        archives = list(Path(work).glob("kexec-tools_*.orig.tar.*"))
        if not archives:
            raise Unavailable("cannot download the source of kexec-tools: "
                              f"{done.stderr.strip()}")
        _unpack(archives[0], KEXEC_FILES, target)


def linux(target: Path) -> None:
    if not LINUX.is_file():
        raise Unavailable(f"{LINUX} is missing: apt-get install "
                          "linux-source-6.1")
    _unpack(LINUX, LINUX_FILES, target)


def _unpack(archive: Path, files: list[str], target: Path) -> None:
    """@files of the one folder in @archive, to @target, all or none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    try:
        subprocess.run(["tar", "-xf", str(archive), "-C", str(work),
                        "--strip-components=1", "--wildcards",
                        *(f"*/{name}" for name in files)], check=True)
        for name in files:
            if not (work / name).is_file():
                raise Unavailable(f"{archive} has no {name}")
        shutil.rmtree(target, ignore_errors=True)
        work.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def ukify() -> tuple[list[str], dict[str, str]]:
    """systemd's ukify, which Debian 12 does not have: its successor's, with
    the Python modules of Debian 12. The command, and its environment."""
    root, = packages.fetch_all(["systemd-ukify"], "all", "trixie")
    modules = packages.fetch_all(["python3-pefile", "python3-future"], "all")
    path = ":".join(str(m / "usr/lib/python3/dist-packages")
                    for m in modules)
    return ([sys.executable, str(root / "usr/bin/ukify")],
            {"PYTHONPATH": path})


def stub() -> Path:
    """systemd-boot's stub, into which others put kernel and initrd."""
    root = packages.fetch("systemd-boot-efi")
    return root / "usr/lib/systemd/boot/efi/linuxx64.efi.stub"


def main() -> int:
    what = {"kexec-tools": kexec_tools, "linux": linux}
    if len(sys.argv) != 3 or sys.argv[1] not in what:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        what[sys.argv[1]](Path(sys.argv[2]))
    except (Unavailable, subprocess.CalledProcessError) as error:
        print(f"peers.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
