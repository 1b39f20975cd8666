#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The whole crash cycle of Debian's stock ppc64le kernel: under a hypervisor's
firmware (pseries, SLOF) with the radix and the hash MMU, and on bare metal
(powernv, skiboot)."""

from __future__ import annotations

from arch import PPC64
from tap import Tap
from test_cycle import whole_cycle

RADIX = "grep -q 'MMU.*: Radix' /proc/cpuinfo"
HASH = "grep -q 'MMU.*: Hash' /proc/cpuinfo"


def main() -> None:
    tap = Tap()
    with tap.check("pseries, radix, 1 CPU"):
        whole_cycle("ppc64-radix", arch=PPC64, before=RADIX)
    with tap.check("pseries, radix, 4 CPUs"):
        whole_cycle("ppc64-cpus4", arch=PPC64, cpus=4,
                    before=RADIX + " && [ $(nproc) = 4 ]")
    with tap.check("pseries, hash, 1 CPU"):
        whole_cycle("ppc64-hash", arch=PPC64, before=HASH,
                    append=PPC64.first + " disable_radix")
    with tap.check("pseries, hash, 4 CPUs, a CPU without radix"):
        whole_cycle("ppc64-power8", arch=PPC64, cpu="power8", cpus=4,
                    before=HASH + " && [ $(nproc) = 4 ]")
    tap.finish()


if __name__ == "__main__":
    main()
