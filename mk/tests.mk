# SPDX-License-Identifier: BSD-2-Clause
## make demo [ARCH=x86_64] a real kernel crashes in QEMU and is captured
## make check              every test; the last line counts them
## make check-quick        the part that takes under a minute
