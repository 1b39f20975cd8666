/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In the kernel's place, laid out as Linux's head_64.S: entered at its first
 * byte, other CPUs at 0x60 of the copy at address 0. Keeps every register for
 * payload.c.
 */
#include "arch/ppc64/cpu.h"

#define SPRG_R31 SPR_SPRG0
#define SPRG_R30 SPR_SPRG1
#define SPRG_LR	 SPR_SPRG2

	.section .head, "ax"
	.globl	payload_start
payload_start:
	fork_by_endianness little
	be	18 << 26 | (big - .)	/* b big */
	.org	0x38
	.globl	payload_arrived
payload_arrived: .quad 0		/* in the copy at 0: a bit per CPU */
	.org	LOW_RUN
	.long	0x72756e30		/* "run0": can run where it is */

	.org	LOW_SECONDARY
	fork_by_endianness 1f
	be_to_little 9, 10
1:	li	9, 0x38
	li	10, 1
	sld	10, 10, 3
2:	ldarx	11, 0, 9
	or	11, 11, 10
	stdcx.	11, 0, 9
	bne	2b
	b	.
	.org	LOW_BYTES

big:	be	BE_MTSPR(SPRG_R31, 31)
	be	BE_MTSPR(SPRG_R30, 30)
	be	BE_MFSPR(31, SPR_LR)
	be	BE_MTSPR(SPRG_LR, 31)
	be_to_little 31, 30
	b	2f
little:	mtspr	SPRG_R31, 31
	mtspr	SPRG_R30, 30
	mflr	31
	mtspr	SPRG_LR, 31
	mfmsr	31
2:	bcl	20, 31, 4f
4:	mflr	30
	addis	30, 30, (payload_state - 4b)@ha
	addi	30, 30, (payload_state - 4b)@l
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, \
		17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
	std	\n, 8 * \n(30)
	.endr
	mfspr	3, SPRG_R30
	std	3, 8 * 30(30)
	mfspr	3, SPRG_R31
	std	3, 8 * 31(30)
	std	31, 8 * 32(30)		/* MSR */
	mfspr	3, SPRG_LR
	std	3, 8 * 33(30)
	mfctr	3
	std	3, 8 * 34(30)
	mfcr	3
	std	3, 8 * 35(30)
	mfxer	3
	std	3, 8 * 36(30)
	load_toc
	address_of 1, stack_end - 128
	bl	payload_main
	trap

	.bss
	.balign	16
	.globl	payload_state
payload_state: .skip 8 * 37
	.balign	16
	.skip	8192
stack_end:
#include "tests/baremetal/ppc64/calls.S"
	.section .note.GNU-stack, "", @progbits
