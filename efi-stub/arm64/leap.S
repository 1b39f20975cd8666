/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * noreturn void stub_leap(uint64_t door, uint64_t tree)
 *
 * Enters a kernel's first byte as Documentation/arch/arm64/booting.rst has it:
 * at this exception level, with translation and caches off.
 *
 * Requires: interrupts masked; memory mapped one to one (UEFI 2.3.6); this
 * code, what is entered and the tree written back to the point of coherency.
 * Uses no stack.
 *
 *   in   x0  door		x1  device tree
 *   out  x0  device tree	x1 to x3  0
 */
#include "arch/arm64/cpu.h"

	.section .text.leap, "ax", %progbits
	.globl	stub_leap
	.hidden	stub_leap
	.type	stub_leap, %function
stub_leap:
	mrs	x9, currentel
	cmp	x9, #ARM64_EL2
	b.eq	1f
	movz	w9, #ARM64_SCTLR_EL1_OFF >> 16, lsl #16
	movk	w9, #ARM64_SCTLR_EL1_OFF & 0xffff
	msr	sctlr_el1, x9
	isb
	tlbi	vmalle1
	b	2f
1:	movz	w9, #ARM64_SCTLR_EL2_OFF >> 16, lsl #16
	movk	w9, #ARM64_SCTLR_EL2_OFF & 0xffff
	msr	sctlr_el2, x9
	isb
	tlbi	alle2
2:	ic	iallu
	dsb	sy
	isb
	mov	x9, x0
	mov	x0, x1
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	br	x9
	.section .note.GNU-stack, "", %progbits
