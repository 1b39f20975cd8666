# SPDX-License-Identifier: BSD-2-Clause
"""Reads tests/mutants/list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
LIST = Path(__file__).resolve().parent / "list"


@dataclass
class Mutant:
    file: str = ""
    old: str = ""
    new: str = ""
    tests: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}: {self.old} -> {self.new}"

    def fault(self) -> str:
        """What is wrong with the entry itself; '' nothing."""
        if not (self.file and self.old and self.new and self.tests):
            return "it is not complete"
        path = TREE / self.file
        if not path.is_file():
            return "there is no such file"
        lines = [line.strip() for line in path.read_text().splitlines()]
        if lines.count(self.old) != 1:
            return f"its line occurs {lines.count(self.old)} times"
        if self.old == self.new:
            return "it changes nothing"
        for test in self.tests:
            level, _, name = test.partition("/")
            name, _, words = name.partition(":")
            source = {"unit": f"tests/unit/{name}.c",
                      "baremetal": f"tests/baremetal/run-{name}",
                      "faults": f"arch/{name}/flags.mk",
                      "proof": "tests/proof/run"}.get(level)
            if source is None or not (TREE / source).is_file():
                return f"there is no test {test}"
            # What is filtered by a word that occurs nowhere judges nothing.
            if level == "baremetal" and \
                    words not in (TREE / source).read_text():
                return f"no case of {test}"
        return ""

    def changed(self) -> str:
        """The file's text with the fault in it."""
        lines = (TREE / self.file).read_text().splitlines(keepends=True)
        for index, line in enumerate(lines):
            if line.strip() == self.old:
                lines[index] = line.replace(self.old, self.new)
        return "".join(lines)


def read() -> list[Mutant]:
    found: list[Mutant] = []
    for line in LIST.read_text().splitlines():
        word, _, rest = line.partition(" ")
        if word == "in":
            found.append(Mutant(file=rest.strip()))
        elif word == "-":
            found[-1].old = rest.strip()
        elif word == "+":
            found[-1].new = rest.strip()
        elif word == "by":
            found[-1].tests = tuple(rest.split())
    return found
