/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts, with either byte order: the crashed kernel's choice (LPCR.ILE,
 * HID0.HILE) is still in force. Nothing here knows its own address: traps.c
 * copies pg_ppc64_stub to every vector and pg_ppc64_shared to VECTOR_SHARED,
 * and writes the two literals behind it.
 *
 * On the way, SPRG0 to SPRG3 hold r0, SRR0, SRR1 and r31.
 */
#include "arch/ppc64/cpu.h"

	.section .text.traps, "ax", @progbits
	.globl	pg_ppc64_stub, pg_ppc64_shared, pg_ppc64_shared_end
	.hidden	pg_ppc64_stub, pg_ppc64_shared, pg_ppc64_shared_end
	.globl	pg_ppc64_trap_entry
	.hidden	pg_ppc64_trap_entry

/* VECTOR_STUB_BYTES. LR tells the shared code which vector it was. */
pg_ppc64_stub:
	fork_by_endianness 1f
	be	BE_MTSPR(SPR_SPRG0, 0)
	be	BE_MFSPR(0, SPR_LR)
	be	BE_BLA(VECTOR_SHARED)
1:	mtsprg	0, 0
	mflr	0
	bla	VECTOR_SHARED + (little - pg_ppc64_shared)

/* In: r0 = the LR of before. Out: r31 = pg_ppc64_frame, which has r30 and CTR;
 * little-endian; on to pg_ppc64_trap_entry. */
pg_ppc64_shared:
	be	BE_MTSPR(SPR_SPRG3, 31)
	be	BE_MFSPR(31, SPR_SRR0)
	be	BE_MTSPR(SPR_SPRG1, 31)
	be	BE_MFSPR(31, SPR_SRR1)
	be	BE_MTSPR(SPR_SPRG2, 31)
	be	BE_MFMSR(31)
	be	BE_XORI(31, 31, MSR_LE)
	be	BE_MTSPR(SPR_SRR1, 31)
	be	BE_ADDI(31, 0, VECTOR_SHARED + (both - pg_ppc64_shared))
	be	BE_MTSPR(SPR_SRR0, 31)
	be	BE_RFID
little:	mtsprg	3, 31
	mfsrr0	31
	mtsprg	1, 31
	mfsrr1	31
	mtsprg	2, 31
both:	ld	31, VECTOR_SHARED + (frame - pg_ppc64_shared)(0)
	std	30, FRAME_R(30)(31)
	mfctr	30
	std	30, FRAME_CTR(31)
	ld	30, VECTOR_SHARED + (entry - pg_ppc64_shared)(0)
	mtctr	30
	bctr
	.balign	8
frame:	.quad	0			/* struct ppc64_frame * */
entry:	.quad	0			/* pg_ppc64_trap_entry */
pg_ppc64_shared_end:

/* Fills the frame, and calls pg_ppc64_trap() on a stack of our own. */
pg_ppc64_trap_entry:
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
		18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
	std	\n, FRAME_R(\n)(31)
	.endr
	std	0, FRAME_LR(31)
	mfsprg	3, 0
	std	3, FRAME_R(0)(31)
	mfsprg	3, 3
	std	3, FRAME_R(31)(31)
	mfsprg	3, 1
	std	3, FRAME_SRR0(31)
	mfsprg	3, 2
	std	3, FRAME_SRR1(31)
	mfcr	3
	std	3, FRAME_CR(31)
	mfxer	3
	std	3, FRAME_XER(31)
	mflr	3			/* behind the stub's bla, its last */
	addi	3, 3, -4		/* or last but three instruction */
	clrrdi	3, 3, 5
	std	3, FRAME_VECTOR(31)
	mfmsr	3
	ori	3, 3, MSR_ME | MSR_RI
	mtmsrd	3
	load_toc
	address_of 1, trap_stack_end - STACK_FRAME_BYTES
	li	0, 0
	std	0, 0(1)
	mr	3, 31
	bl	pg_ppc64_trap

	/* It wants to resume. The frame is in r31 still (ELFv2 2.2.1.1). */
	ld	3, FRAME_LR(31)
	mtlr	3
	ld	3, FRAME_CTR(31)
	mtctr	3
	ld	3, FRAME_CR(31)
	mtcr	3
	ld	3, FRAME_XER(31)
	mtxer	3
	ld	3, FRAME_SRR0(31)
	mtsrr0	3
	ld	3, FRAME_SRR1(31)
	mtsrr1	3
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, \
		17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ld	\n, FRAME_R(\n)(31)
	.endr
	rfid

	.bss
	.balign	16
	.globl	pg_ppc64_frame
	.hidden	pg_ppc64_frame
pg_ppc64_frame:
	.skip	FRAME_VECTOR + 8
	.balign	16
	.skip	4096
trap_stack_end:
	.section .note.GNU-stack, "", @progbits
