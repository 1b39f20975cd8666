#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The whole crash cycle of Debian's stock arm64 kernel: by device tree at EL1
and EL2, with several CPUs, with a high crash region, and by UEFI with ACPI;
and `load -l` and `-e` on it."""

from __future__ import annotations

from pathlib import Path

import guests
from arch import ARM64
from tap import Tap
from test_cycle import whole_cycle
from test_kexec import normal

AAVMF_CODE = Path("/usr/share/AAVMF/AAVMF_CODE.fd")
AAVMF_VARS = Path("/usr/share/AAVMF/AAVMF_VARS.fd")
EL2 = ["-machine", "virtualization=on"]
# What the first kernel says of how it was entered.
AT_EL1 = "dmesg | grep -q 'CPU: All CPU(s) started at EL1'"
AT_EL2 = "dmesg | grep -q 'CPU: All CPU(s) started at EL2'"


def aavmf(folder: Path, template: Path = AAVMF_VARS) -> list[str]:
    """UEFI firmware, with variables of its own, which begin as @template's. It
    hands over a device tree and ACPI tables; which of them Linux takes, its
    command line says."""
    variables = folder / "AAVMF_VARS.fd"
    variables.write_bytes(template.read_bytes())
    drive = "if=pflash,format=raw,unit"
    return ["-drive", f"{drive}=0,readonly=on,file={AAVMF_CODE}",
            "-drive", f"{drive}=1,file={variables}"]


def main() -> None:
    tap = Tap()
    with tap.check("device tree, EL1, 1 CPU, a dump that crash reads"):
        whole_cycle("arm64-el1", arch=ARM64, dump=True, before=AT_EL1)
    with tap.check("device tree, EL2, 4 CPUs"):
        whole_cycle("arm64-el2", arch=ARM64, cpus=4, extra=EL2,
                    before=AT_EL2 + " && [ $(nproc) = 4 ]")
    with tap.check("device tree, EL2 without VHE"):
        whole_cycle("arm64-nvhe", arch=ARM64, cpu="cortex-a72", extra=EL2,
                    before=AT_EL2)
    with tap.check("EL1, 4 CPUs, a capture kernel above 4 GiB"):
        whole_cycle("arm64-high", arch=ARM64, cpus=4, memory="6G",
                    before="[ $(nproc) = 4 ]", lowest=1 << 32,
                    append=ARM64.first.replace(
                        "crashkernel=256M",
                        "crashkernel=256M,high crashkernel=72M,low"))
    with tap.check("UEFI with ACPI, EL2"):
        whole_cycle("arm64-acpi", arch=ARM64,
                    extra=EL2 + aavmf(guests.BUILD / "tests"),
                    append=ARM64.first + " acpi=force",
                    before="test -d /sys/firmware/efi && "
                    "test -e /sys/firmware/acpi/tables/APIC && "
                    "test ! -e /sys/firmware/devicetree/base/psci")
    # From one healthy kernel into the next.
    normal(tap, guests.build(arch=ARM64))
    tap.finish()


if __name__ == "__main__":
    main()
