/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_ppc64_hold: where secondary CPUs wait, out of the next kernel's way.
 *
 * Entered from LOW_SECONDARY (entry.S) in little-endian order: r3 = number of
 * this CPU. When pg_ppc64_released is not 0, it leaves for LOW_SECONDARY
 * again, which by then is the next kernel's, in big-endian order (Linux,
 * arch/powerpc/kernel/head_64.S: __secondary_hold).
 *
 * pg_ppc64_held counts who is here. It is decremented when nothing but one
 * instruction is left to do, so that our memory may be reused once it is 0.
 * No stack. Changes r2 and r9-r12.
 */
#include "arch/ppc64/cpu.h"

	.section .text.hold, "ax", @progbits
	.globl	pg_ppc64_hold
	.hidden	pg_ppc64_hold
pg_ppc64_hold:
	mfmsr	9
	li	10, 1
	rldimi	9, 10, MSR_SF_SHIFT, 63 - MSR_SF_SHIFT
	mtmsrd	9
	isync
	load_toc
	address_of 10, pg_ppc64_held
1:	lwarx	9, 0, 10
	addi	9, 9, 1
	stwcx.	9, 0, 10
	bne-	1b
	address_of 11, pg_ppc64_released
2:	or	31, 31, 31			/* at very low priority */
	lwz	9, 0(11)
	cmpwi	9, 0
	beq	2b
	or	2, 2, 2
	isync
	mfmsr	9
	xori	9, 9, MSR_LE
	mtsrr1	9
	li	9, LOW_SECONDARY
	mtsrr0	9
3:	lwarx	9, 0, 10
	addi	9, 9, -1
	stwcx.	9, 0, 10
	bne-	3b
	rfid
	.section .note.GNU-stack, "", @progbits
