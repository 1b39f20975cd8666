/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_door: the first page of a capture image, which loaders take for the head
 * of a Linux kernel (arch/powerpc/kernel/head_64.S).
 *
 * Entered in either byte order, in 64-bit or 32-bit mode, real mode:
 *   r5 = 0: r3 = device tree, r8 = OPAL's base, r9 = its entry
 *   r5 = client interface of Open Firmware (IEEE 1275, Linux's
 *        Documentation/powerpc/booting.rst): r1 = stack, r3 = initrd, r4 = its
 *        bytes
 *
 * Leaves what it was given in the work area, makes its own bytes again what
 * they were, and goes on in the image's purgatory, PG_IMAGE_PURGATORY bytes
 * behind its start. Position-independent.
 *
 * kexec copies the first LOW_BYTES bytes to address 0, where the other CPUs
 * enter at LOW_SECONDARY as they do in the purgatory's own (entry.S). `pack`
 * writes the purgatory's header over ours, by which it knows that copy
 * (secondary.c), and at LOW_RUN and DOOR_RUN the word of the kernel inside.
 */
#include "arch/ppc64/cpu.h"
#include "arch/ppc64/image/door.h"

#include "purgatorio/image.h"
#include "purgatorio/manifest.h"

	.section .door, "ax", @progbits
	.globl	pg_door
pg_door:
	fork_by_endianness little
	be	18 << 26 | (big - .)		/* b big */
	.org	PG_IMAGE_MAGIC_OFFSET
	.skip	PG_IMAGE_MEMORY_OFFSET + 8 - PG_IMAGE_MAGIC_OFFSET
	.org	LOW_HOLD
	.quad	0
	.org	DOOR_RUN
	.long	0
	.org	LOW_RUN
	.long	0
	.org	LOW_SECONDARY
	wait_for_hold pg_door
	.org	LOW_BYTES

big:	be_to_little 31, 30
	b	start
little:	mfmsr	31
start:	mfmsr	29
	li	28, 1
	rldimi	29, 28, MSR_SF_SHIFT, 63 - MSR_SF_SHIFT
	mtmsrd	29
	isync
	rldicl.	28, 31, 64 - MSR_SF_SHIFT, 63
	bne	1f
	/* Nobody sees the upper halves in 32-bit mode. */
	clrldi	1, 1, 32
	clrldi	3, 3, 32
	clrldi	4, 4, 32
	clrldi	5, 5, 32
1:	bcl	20, 31, 2f
2:	mflr	30
	addi	30, 30, pg_door - 2b
	addi	29, 30, PG_IMAGE_WORK + PG_IMAGE_WORK_GIVEN
	std	3, GIVEN_R3(29)
	std	4, GIVEN_R4(29)
	std	5, GIVEN_R5(29)
	std	8, GIVEN_R8(29)
	std	9, GIVEN_R9(29)
	std	1, GIVEN_R1(29)
	lwz	28, LOW_RUN(30)
	std	28, GIVEN_RUN(29)
	lwz	28, DOOR_RUN(30)
	stw	28, LOW_RUN(30)
	li	3, 0
	addis	4, 30, PG_IMAGE_PURGATORY >> 16
	li	5, 0
	mtctr	4
	bctr
	.section .note.GNU-stack, "", @progbits
