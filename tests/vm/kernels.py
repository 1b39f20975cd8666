#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Builds the guests' own kernels before the tests' time is taken. What cannot be
built is told by the test that needs it."""

from __future__ import annotations

import sys

import guest_kernel
from arch import PPC64BE, S390X
from packages import Unavailable
from test_dropin_linux import ARCHS, with_dropin


def main() -> None:
    for arch in (PPC64BE, S390X, *map(with_dropin, ARCHS)):
        try:
            guest_kernel.build(arch)
        except Unavailable as error:
            print(f"{arch.name}: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
