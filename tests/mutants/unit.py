# SPDX-License-Identifier: BSD-2-Clause
"""Judges a mutant by unit tests without building anything again but the file
that it changes: the test is linked with that one, ahead of the library."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tempfile
from pathlib import Path

from mutants import TREE, Mutant

SECONDS = 120  # a test that is sent round in circles has failed, too
UNIT = TREE / "build/unit"
ENVIRONMENT = {k: v for k, v in os.environ.items()
               if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}


def build() -> None:
    """The unit tests as they are, which must pass without a fault in them."""
    subprocess.run(["make", "--no-print-directory", "unit",
                    f"-j{os.cpu_count() or 1}"], cwd=TREE, env=ENVIRONMENT,
                   check=True, stdout=subprocess.DEVNULL)


class Units:
    def __init__(self) -> None:
        said = subprocess.run(
            ["make", "-s", "--no-print-directory", "unit-command"], cwd=TREE,
            env=ENVIRONMENT, check=True, text=True, stdout=subprocess.PIPE)
        compiler, libraries = said.stdout.splitlines()
        self.compiler = shlex.split(compiler)
        self.libraries = shlex.split(libraries)

    def linked(self, test: str, header: str) -> list[str]:
        """The library's sources that @test links and that include @header."""
        found = []
        for made in sorted(UNIT.glob("lib/**/*.d")):
            source = str(made.relative_to(UNIT / "lib"))[:-2]
            if re.search(rf"\s{re.escape(header)}\b", made.read_text()):
                found.append(source)
        # Of an archive, -t names the members from the second one on.
        said = subprocess.run(
            [*self.compiler, "-w", "-Wl,-t,-t", f"tests/unit/{test}.c",
             str(UNIT / "libpurgatorio.a"), *self.libraries, "-o",
             "/dev/null"], cwd=TREE, check=True, text=True,
            stdout=subprocess.PIPE).stdout
        members = {line.rpartition(")")[2].strip() or
                   line.rpartition("(")[2].rstrip(")\n")
                   for line in said.splitlines() if "libpurgatorio.a(" in line}
        if not members and "libpurgatorio.a" in said:
            raise SystemExit(f"the linker does not say what {test} links")
        return [s for s in found if Path(s).name + ".o" in members]

    def judge(self, mutant: Mutant, test: str) -> tuple[str, str]:
        """'killed', 'survived' or 'broken'; and what was said."""
        with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
            overlay = Path(folder)
            changed = overlay / mutant.file
            changed.parent.mkdir(parents=True)
            changed.write_text(mutant.changed())
            # Some tests include the file itself.
            text = (TREE / f"tests/unit/{test}.c").read_text()
            sources = [str(changed)] \
                if (UNIT / f"lib/{mutant.file}.o").is_file() and \
                f'"{mutant.file}"' not in text else []
            if mutant.file.endswith(".h"):
                sources = self.linked(test, mutant.file)
            made = subprocess.run(
                [self.compiler[0], "-w", f"-I{overlay}/include",
                 f"-I{overlay}", *self.compiler[1:], "-w",
                 f"-iquote{(TREE / mutant.file).parent}",
                 f"tests/unit/{test}.c", *sources,
                 str(UNIT / "libpurgatorio.a"), *self.libraries, "-o",
                 str(overlay / "test")],
                cwd=TREE, text=True, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT)
            if made.returncode:
                return "broken", made.stdout
            try:
                done = subprocess.run(
                    [overlay / "test"], cwd=TREE, text=True, errors="replace",
                    env={**ENVIRONMENT, "CMOCKA_MESSAGE_OUTPUT": "TAP"},
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, timeout=SECONDS)
            except subprocess.TimeoutExpired:
                return "killed", "took too long"
            return "killed" if done.returncode else "survived", done.stdout
