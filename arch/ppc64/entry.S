/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_image_start: the first byte of the image, and its header.
 *
 * Entered by Linux's kexec_sequence() (arch/powerpc/kernel/misc_64.S), or a
 * loader like it, in either byte order and in 64-bit or 32-bit mode:
 *   real mode, MSR.EE clear; r3 = physical number of this CPU, r4 = address
 *   of the image, r5 = 0.
 * Requires of the other registers, and of r4: nothing. Does not return.
 *
 * The first LOW_BYTES bytes have been copied to address 0. There the other
 * CPUs enter at LOW_SECONDARY, r3 = their number, whenever they get to it,
 * and wait for LOW_HOLD.
 *
 *   r1   our own stack         r2   the TOC pointer
 *   r27  this CPU's number     r31  the MSR that we were entered with
 *   r3   the image's load address, pg_main()'s argument
 */
#include "arch/ppc64/cpu.h"

#include "purgatorio/manifest.h"

#define STACK_BYTES 16384

	.section .head, "ax", @progbits
	.globl	pg_image_start
	.hidden	pg_image_start
pg_image_start:
	fork_by_endianness little
	be	18 << 26 | (big - .)		/* b big */
	.balign	16
	.ascii	PG_IMAGE_MAGIC
	.long	PG_ARCH_PPC64
	.long	PG_MANIFEST_VERSION
	.quad	pg_const_end - pg_image_start
	.quad	pg_image_end - pg_image_start

	.org	LOW_HOLD
	.quad	0
	.org	LOW_RUN
	.long	0				/* ours is not Linux's */

	.org	LOW_SECONDARY
	wait_for_hold pg_image_start
	.org	LOW_BYTES

big:	be_to_little 31, 30
	b	start
little:	mfmsr	31
start:	mr	27, 3
	mfmsr	3
	li	4, 1
	rldimi	3, 4, MSR_SF_SHIFT, 63 - MSR_SF_SHIFT
	rldicl	3, 3, 48, 1			/* MSR.EE := 0 */
	rotldi	3, 3, 16
	ori	3, 3, MSR_ME | MSR_RI
	mtmsrd	3
	isync
	load_toc
	address_of 1, stack_end - STACK_FRAME_BYTES
	/* The kernel zeroed .bss when it loaded us; that was long ago. */
	address_of 3, pg_bss_start
	address_of 4, pg_bss_end
	li	0, 0
1:	cmpld	3, 4
	bge	2f
	std	0, 0(3)
	addi	3, 3, 8
	b	1b
2:	address_of 3, pg_ppc64_boot_cpu
	std	27, 0(3)
	address_of 3, pg_ppc64_entry_msr
	std	31, 0(3)
	std	0, 0(1)				/* ends a backtrace */
	address_of 3, pg_image_start
	bl	pg_main
	trap

	.bss
	.balign	8
	.globl	pg_ppc64_boot_cpu, pg_ppc64_entry_msr
	.hidden	pg_ppc64_boot_cpu, pg_ppc64_entry_msr
pg_ppc64_boot_cpu: .skip 8
pg_ppc64_entry_msr: .skip 8

	.section .stack, "aw", @nobits
	.balign	16
	.skip	STACK_BYTES
stack_end:
	.section .note.GNU-stack, "", @progbits
