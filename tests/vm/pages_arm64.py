#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The whole crash cycle of arm64 kernels with pages of 16 and 64 KiB, built
here: each takes some minutes once, so that `make check-pages` runs this and
`make check` does not."""

from __future__ import annotations

import dataclasses

from arch import ARM64
from tap import Tap
from test_cycle import whole_cycle


def main() -> None:
    tap = Tap()
    for kib in 64, 16:
        arch = dataclasses.replace(ARM64, own_kernel=True, modules=(),
                                   kernel_options=(f"pages-{kib}k",))
        name = f"arm64-{kib}k"
        pages = f"grep -q 'KernelPageSize: *{kib} kB' /proc/self/smaps"
        with tap.check(f"pages of {kib} KiB, EL1, a crash and a dump"):
            whole_cycle(name, arch=arch, before=pages, written=True)
        with tap.check(f"pages of {kib} KiB, EL2, 4 CPUs"):
            whole_cycle(f"{name}-el2", arch=arch, cpus=4, before=pages,
                        extra=["-machine", "virtualization=on"])
    tap.finish()


if __name__ == "__main__":
    main()
