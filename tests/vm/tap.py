# SPDX-License-Identifier: BSD-2-Clause
"""Prints TAP for checks that build on one another in one guest."""

from __future__ import annotations

import contextlib
import sys
import traceback
from typing import Iterator

from packages import Unavailable
from qemu import Failure


class Tap:
    def __init__(self) -> None:
        self.count = self.failed = 0

    @contextlib.contextmanager
    def check(self, name: str) -> Iterator[None]:
        """One test: fails when its block raises, and goes on."""
        self.count += 1
        try:
            yield
        except Unavailable as error:
            print(f"ok {self.count} - {name} # SKIP {error}", flush=True)
        except Exception as error:
            self.failed += 1
            print(f"not ok {self.count} - {name}")
            text = (str(error) if isinstance(error, Failure)
                    else traceback.format_exc())
            for line in text.splitlines():
                print(f"# {line}", flush=True)
        else:
            print(f"ok {self.count} - {name}", flush=True)

    def skip(self, name: str, why: str) -> None:
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}", flush=True)

    def note(self, text: str) -> None:
        print(f"# {text}", flush=True)

    def finish(self) -> None:
        """Prints the plan and ends the program. A test that dies on the way
        prints none, which counts as a failure."""
        print(f"1..{self.count}")
        sys.exit(1 if self.failed else 0)


def need(condition: object, text: str) -> None:
    """assert, but with a text that explains, and never compiled away."""
    if not condition:
        raise Failure(text)
