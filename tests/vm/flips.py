# SPDX-License-Identifier: BSD-2-Clause
"""Single bits turned over anywhere in what was loaded, and what came of each:
as many as the environment's FLIPS says (none), from FLIPS_SEED (a new one)."""

from __future__ import annotations

import collections
import os
import random
from dataclasses import dataclass
from typing import Callable, Iterator

from manifest import PAGE, Loaded, Range
from tap import Tap

FLIPS = int(os.environ.get("FLIPS", "0"))
# What nobody reads: zeroed by the purgatory itself, or behind a part's end.
UNREAD = ("memory", "padding")
# How often each is chosen; a part that is not named here: SMALL.
SHARES = {"kernel": 5, "initrd": 5, "manifest": 5, "purgatory": 4,
          "memory": 1, "padding": 1}
SMALL = 2
# What is said of the purgatory's own: by the digest, the structural check, or
# an exception.
NAMED = {"manifest": r"manifest|in purgatory, image",
         "purgatory": r'"purgatory" code|in purgatory, image'}
VERDICTS = ("detected", "dead", "harmless", "silent")
ENTERED = "entering the next kernel"


@dataclass(frozen=True)
class Flip:
    kind: str  # a part, or a word of SHARES
    address: int
    bit: int
    span: Range | None  # that holds it


def places(loaded: Loaded) -> dict[str, list[Range]]:
    """All that was loaded, by kind."""
    found: dict[str, list[Range]] = {}
    starts = {r.start for r in loaded.ranges}
    for span in loaded.ranges:
        found.setdefault(span.part, []).append(span)
        end = span.start + span.bytes
        if end % PAGE and not starts & set(range(end, end + PAGE - end % PAGE)):
            found.setdefault("padding", []).append(
                Range(end, PAGE - end % PAGE, "", "", 0))

    def own(kind: str, start: int, end: int) -> None:
        found[kind] = [Range(start, end - start, "", kind, 0)]

    constant = loaded.image + loaded.const_bytes
    own("purgatory", loaded.image, constant)
    own("memory", constant, loaded.manifest)
    own("manifest", loaded.manifest, loaded.manifest + loaded.manifest_bytes)
    return found


def anywhere(loaded: Loaded, count: int, seed: int) -> Iterator[Flip]:
    """@count flips: a kind, a range of it, a byte, a bit."""
    dice = random.Random(seed)
    where = places(loaded)
    kinds = sorted(where)
    shares = [SHARES.get(kind, SMALL) for kind in kinds]
    for _ in range(count):
        (kind,) = dice.choices(kinds, shares)
        (span,) = dice.choices(where[kind], [r.bytes for r in where[kind]])
        yield Flip(kind, span.start + dice.randrange(span.bytes),
                   dice.randrange(8), span)


def campaign(tap: Tap, name: str, loaded: Loaded,
             judge: Callable[[Flip], str]) -> None:
    """Each flip is a check. @judge: one of VERDICTS, of which "silent" is also
    what it raises for."""
    if not FLIPS:
        return
    seed = int(os.environ.get("FLIPS_SEED", "0"), 0) or \
        random.randrange(1, 1 << 32)
    tap.note(f"{name}: FLIPS={FLIPS} FLIPS_SEED={seed:#x}")
    counts: collections.Counter[tuple[str, str]] = collections.Counter()
    for flip in anywhere(loaded, FLIPS, seed):
        with tap.check(f"{name}: a random bit of the {flip.kind}: "
                       f"{flip.address:#x} bit {flip.bit}"):
            verdict = "silent"
            try:
                verdict = judge(flip)
            finally:
                counts[flip.kind, verdict] += 1
    tap.note(f"{name:14}" + "".join(f"{w:>10}" for w in
                                    ("injected", *VERDICTS)))
    for kind in [*sorted({kind for kind, _ in counts}), "all"]:
        row = [sum(n for (k, v), n in counts.items()
                   if v == verdict and kind in (k, "all"))
               for verdict in VERDICTS]
        tap.note(f"  {kind:12}" + "".join(f"{n:10}" for n in
                                          (sum(row), *row)))
