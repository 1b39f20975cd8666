/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * purgatory_start: where the loader has Linux enter, in the state that
 * pg_image_start expects. Of its 256 bytes, which kexec_sequence() copies to
 * address 0, the loader keeps the first word, and puts the next kernel's first
 * bytes in place of the others: the other CPUs never come to us, but wait in
 * the next kernel's own code (Linux, head_64.S: __secondary_hold).
 *
 * The first word is in the loader's byte order, and so is all that it writes:
 * where that is big-endian, the wrapper has turned it (wrap/generate.c).
 */
#include "arch/ppc64/cpu.h"

	.section .loader, "aw", @progbits
	.balign	256
	.globl	purgatory_start, run_at_load
	.hidden	purgatory_start, run_at_load
	.type	purgatory_start, @object
	.type	run_at_load, @object
purgatory_start:
	b	pg_image_start
	.org	purgatory_start + LOW_RUN
run_at_load: .long 0
	.size	run_at_load, . - run_at_load
	.org	purgatory_start + LOW_BYTES
	.size	purgatory_start, . - purgatory_start
	.section .note.GNU-stack, "", @progbits
