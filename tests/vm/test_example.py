#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""examples/loader.c, a loader that links libpurgatorio, boots the next
kernel."""

from __future__ import annotations

import cycle
import guests
from guests import INITRD, KERNEL
from tap import Tap, need

SECONDS = 240


def main() -> None:
    tap = Tap()
    lines = (guests.TREE / "examples/loader.c").read_text().splitlines()
    with tap.check("the example has less than 150 lines"):
        need(len(lines) < 150, f"it has {len(lines)}")
    run = cycle.start(guests.build(), "example")
    with run.machine as machine:
        machine.ready("first", SECONDS)
        purgatory = "/lib/purgatorio/x86_64/purgatory.elf"
        with tap.check("what it is told wrongly, the library says"):
            status, text = machine.run(f"example-loader {purgatory} /init "
                                       f"{INITRD} quiet 2>&1")
            need(status == 1 and text.startswith("loader: "), text)
        with tap.check("it boots the next kernel, through the purgatory"):
            machine.must(f"example-loader {purgatory} {KERNEL} {INITRD} "
                         "'console=ttyS0 quiet example'", 60)
            machine.send("purgatorio load -e")
            machine.expect(r"purgatorio: verify: .*\n", SECONDS)
            machine.ready("first", SECONDS)
            words = machine.must("cat /proc/cmdline").split()
            need("example" in words, f"its command line is {words}")
    run.dump_file.unlink()
    tap.finish()


if __name__ == "__main__":
    main()
