# SPDX-License-Identifier: BSD-2-Clause
# With the MMU off all memory is Device memory: an unaligned access faults, and
# the vector unit is off at entry. No pointer authentication and no landing
# pads: nobody would enforce them, and older assemblers do not know them. No
# calls of out-of-line atomics, which a freestanding image does not have.
TRIPLET_arm64       := aarch64-linux-gnu
TARGET_CFLAGS_arm64 := -march=armv8-a -mlittle-endian -mstrict-align \
	-mgeneral-regs-only -mcmodel=small -mbranch-protection=none \
	-mno-outline-atomics -include purgatory/hidden.h
TARGET_LDFLAGS_arm64 := -m aarch64linux -z max-page-size=4096 \
	--defsym=pg_limit=0x40000
UARTS_arm64 := uart8250 pl011
DROPIN_WITH_arm64 := devicetree
