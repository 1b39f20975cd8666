# SPDX-License-Identifier: BSD-2-Clause
"""Debian packages as files: fetched by apt, unpacked beside, never installed.

What a guest runs (kernel, busybox, kexec, makedumpfile and their libraries)
must not depend on what the host has installed, nor change the host. A package
is unpacked once into build/cache/<arch>/<package>_<version>/.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
CACHE = TREE / "build" / "cache"
LISTS = Path("/var/lib/apt/lists")
MIRROR = "http://deb.debian.org/debian"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# Download as root without complaining that the user _apt cannot write here.
APT = ["-qq", "-o", "APT::Sandbox::User=root"]


class Unavailable(Exception):
    """A package cannot be had: the text says which and why."""


def host_arch() -> str:
    """Debian's name of this machine's architecture."""
    return _output(["dpkg", "--print-architecture"]).strip()


def fetch(package: str, arch: str = "amd64") -> Path:
    """The root of the unpacked current version of @package."""
    return fetch_all([package], arch)[0]


def fetch_all(packages: list[str], arch: str = "amd64",
              suite: str = "") -> list[Path]:
    """fetch() of several, with one call of apt for those that are missing;
    perhaps from another @suite than the machine's."""
    roots, missing = [], []
    for package in packages:
        try:
            version = _show(package, arch, suite)["Version"]
        except Unavailable:
            kept = sorted((CACHE / arch).glob(f"{package}_*/"))
            if not kept:
                raise
            roots.append(kept[-1])
            continue
        roots.append(_root(package, arch, version))
        if not roots[-1].is_dir():
            missing.append(package)
    if missing:
        with _Downloads(missing, arch, suite) as debs:
            for package in missing:
                root = _root(package, arch,
                             _show(package, arch, suite)["Version"])
                with _building(root) as work:
                    _run(["dpkg-deb", "-x", str(debs[package]), str(work)])
    return roots


def fetch_member(package: str, member: str, arch: str = "amd64") -> Path:
    """One file of a package that is too large to unpack whole."""
    kept = sorted((CACHE / arch).glob(f"{package}_*/{member}"))
    try:
        root = _root(package, arch, _show(package, arch)["Version"])
    except Unavailable:
        if not kept:
            raise
        return kept[-1]
    if not (root / member).is_file():
        with _Downloads([package], arch) as debs:
            with _building(root) as work:
                _extract(debs[package], member, work)
    return root / member


def fetch_with_libraries(package: str, arch: str = "amd64") -> list[Path]:
    """The package's root, then those of the libraries it depends on."""
    names: list[str] = []
    todo = [package]
    while todo:
        name = todo.pop()
        if name in names:
            continue
        try:
            todo += [d for d in depends(name, arch)
                     if d.startswith(("lib", "zlib"))]
        except Unavailable:
            if name == package:
                raise
            continue  # virtual, or an alternative that is not in Debian
        names.append(name)
    return fetch_all(names, arch)


def depends(package: str, arch: str = "amd64") -> list[str]:
    """The names in its Depends, first alternative only, without versions."""
    text = _show(package, arch).get("Depends", "")
    names = [re.split(r"[ |(:]", d.strip())[0] for d in text.split(",")]
    return [n for n in names if n]


def kernel(arch: str = "amd64") -> tuple[Path, str]:
    """Root and release of Debian's current kernel, by its meta package."""
    meta = {"amd64": "linux-image-amd64", "arm64": "linux-image-arm64",
            "ppc64el": "linux-image-powerpc64le",
            "s390x": "linux-image-s390x"}[arch]
    for package in depends(meta, arch):
        if package.startswith("linux-image-"):
            return fetch(package, arch), package.removeprefix("linux-image-")
    raise Unavailable(f"{meta}:{arch} depends on no kernel")


def vmlinux(release: str, arch: str = "amd64") -> Path:
    """The kernel's ELF file with debug information."""
    return fetch_member(f"linux-image-{release}-dbg",
                        f"usr/lib/debug/boot/vmlinux-{release}", arch)


def find_library(name: str, roots: list[Path]) -> Path | None:
    """The file that the dynamic loader would take for @name in @roots."""
    for root in roots:
        for folder in ("lib", "usr/lib", "lib64"):
            for found in (root / folder).glob(f"**/{name}"):
                if "debug" not in found.parts:
                    return found
    return None


def libraries(program: Path, roots: list[Path]) -> dict[str, Path]:
    """Each library that @program needs, by the name it asks for."""
    result: dict[str, Path] = {}
    todo = [program]
    while todo:
        text = _output(["readelf", "-dW", str(todo.pop())])
        for name in re.findall(r"\(NEEDED\).*\[(.*)\]", text):
            if name in result:
                continue
            found = find_library(name, roots)
            if found is None:
                raise Unavailable(f"{program.name} needs {name}, which is in "
                                  "none of its packages")
            result[name] = found
            todo.append(found)
    return result


class _Downloads:
    """The files of @packages by package name, removed at the end."""

    def __init__(self, packages: list[str], arch: str,
                 suite: str = "") -> None:
        CACHE.mkdir(parents=True, exist_ok=True)
        self._folder = tempfile.mkdtemp(prefix="deb-", dir=CACHE)
        say(f"{' '.join(packages)} ({arch})")
        wanted = [f"{p}:{arch}={_show(p, arch, suite)['Version']}"
                  for p in packages]
        for attempt in range(3):
            done = subprocess.run(
                ["apt-get", *APT, *_apt(suite), "download", *wanted],
                cwd=self._folder, text=True, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE)
            if done.returncode == 0:
                return
            time.sleep(1 + attempt)
        shutil.rmtree(self._folder)
        raise Unavailable(f"cannot download {' '.join(wanted)}: "
                          f"{done.stderr.strip()}")

    def __enter__(self) -> dict[str, Path]:
        return {deb.name.split("_")[0]: deb
                for deb in Path(self._folder).glob("*.deb")}

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder)


@contextlib.contextmanager
def alone(what: str) -> Iterator[None]:
    """One process at a time: work that takes minutes is not done twice."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"{what}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class _building:
    """A folder that becomes @root only when it is complete."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __enter__(self) -> Path:
        self._root.parent.mkdir(parents=True, exist_ok=True)
        self._work = Path(tempfile.mkdtemp(prefix=".new-",
                                           dir=self._root.parent))
        return self._work

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._work.chmod(0o755)
            try:
                self._work.rename(self._root)
                return
            except OSError:  # another process was faster
                pass
        shutil.rmtree(self._work)


def _extract(deb: Path, member: str, work: Path) -> None:
    # tar stops after the first match and dpkg-deb then dies of SIGPIPE,
    # which spares unpacking the gigabytes that follow.
    # Gently: a machine may be running in QEMU meanwhile.
    source = subprocess.Popen(["nice", "dpkg-deb", "--fsys-tarfile",
                               str(deb)],
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
    done = subprocess.run(["tar", "-x", "--occurrence=1", "-C", str(work),
                           f"./{member}"], stdin=source.stdout,
                          stderr=subprocess.PIPE, text=True)
    assert source.stdout
    source.stdout.close()
    source.wait()
    if done.returncode != 0 or not (work / member).is_file():
        raise Unavailable(f"{deb.name} has no {member}: {done.stderr.strip()}")


def _root(package: str, arch: str, version: str) -> Path:
    return CACHE / arch / f"{package}_{version.replace(':', '%3a')}"


@functools.lru_cache(maxsize=None)
def _apt(suite: str) -> list[str]:
    """Options that make apt look at @suite too, with lists of its own. The
    machine's apt is left as it is."""
    if not suite:
        return []
    folder = CACHE / "apt" / suite
    (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    sources = folder / "sources.list"
    sources.write_text("".join(
        f"deb [signed-by={KEYRING}] {MIRROR} {name} main\n"
        for name in (suite, "bookworm")))
    options = ["-t", suite]
    for option in (f"Dir::Etc::SourceList={sources}",
                   "Dir::Etc::SourceParts=-",
                   f"Dir::State::Lists={folder / 'lists'}",
                   f"Dir::Cache={folder}"):
        options += ["-o", option]
    if not list((folder / "lists").glob("*_Packages*")):
        say(f"the list of {suite}")
        subprocess.run(["apt-get", *APT, *options, "update"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return options


def _show(package: str, arch: str, suite: str = "") -> dict[str, str]:
    """The package's fields as apt knows them. Kept in a file for as long as
    apt's lists do not change: asking apt takes half a second each."""
    index = _index()
    name = f"{package}:{arch}"
    key = f"{name} {suite}".rstrip()
    if "Version" not in index.get(key, {}):
        done = subprocess.run(["apt-cache", *_apt(suite), "show",
                               "--no-all-versions", name],
                              text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
        index[key] = dict(re.findall(r"^(Version|Depends): (.*)$",
                                     done.stdout, re.MULTILINE))
        new = CACHE / f"index.{os.getpid()}"
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(json.dumps(index, indent=1))
        new.rename(CACHE / "index.json")
    if "Version" not in index[key]:
        raise Unavailable(f"apt knows no package {key} (apt-get update?)")
    return index[key]


@functools.lru_cache(maxsize=None)
def _index() -> dict[str, dict[str, str]]:
    path = CACHE / "index.json"
    try:
        if path.stat().st_mtime > LISTS.stat().st_mtime:
            return json.loads(path.read_text())
    except (OSError, ValueError):
        pass
    return {}


def say(text: str) -> None:
    """One line of progress."""
    print(f"  {'FETCH':8} {text}", file=sys.stderr, flush=True)


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
