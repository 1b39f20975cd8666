# SPDX-License-Identifier: BSD-2-Clause
# No red zone: exceptions arrive on the same stack. General registers only: the
# vector units are off at entry (CR4 = PAE) until pg_arch_open().
TRIPLET_x86_64       := x86_64-linux-gnu
TARGET_CFLAGS_x86_64 := -m64 -march=x86-64 -mno-red-zone -mgeneral-regs-only \
	-mcmodel=small -fcf-protection=none
TARGET_LDFLAGS_x86_64 := -m elf_x86_64 -z max-page-size=4096 \
	--defsym=pg_limit=0x20000
UARTS_x86_64 := uart8250
# Capture images alone have a loader to listen to.
DROPIN_OMIT_x86_64 := $(patsubst %,arch/x86_64/%.c,image given pvh multiboot2 \
	e820) purgatory/cmdline.c
