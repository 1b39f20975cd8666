# SPDX-License-Identifier: BSD-2-Clause
# Little-endian, whatever kernel it serves. General registers only: the vector
# and floating-point units are off at entry (MSR.VEC, VSX, FP) until
# pg_arch_open(). POWER8 is the oldest CPU that Linux runs on little-endian.
TRIPLET_ppc64       := powerpc64le-linux-gnu
TARGET_CFLAGS_ppc64 := -m64 -mlittle-endian -mabi=elfv2 -mcpu=power8 \
	-mcmodel=medium -msoft-float -mno-altivec -mno-vsx -include purgatory/hidden.h
TARGET_LDFLAGS_ppc64 := -m elf64lppc -z max-page-size=4096 \
	--defsym=pg_limit=0x20000
# Code of libfdt's beside it; the other CPUs are not its own.
DROPIN_WITH_ppc64    := devicetree
DROPIN_OMIT_ppc64    := arch/ppc64/hold.S
DROPIN_TOO_ppc64     := be
