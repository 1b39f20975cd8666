/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * noreturn void pg_arm64_jump(uint64_t entry, uint64_t x0)
 *
 * Enters a kernel by Documentation/arch/arm64/booting.rst: x0 has the device
 * tree, x1 to x3 are 0, D, A, I and F are masked. By ERET, so that no register
 * has to hold the entry, and the kernel gets SPSel = 1 as firmware leaves it.
 *
 *   in   x0  entry		x1  device tree
 *   out  x0  device tree	x1 to x30  0
 *        SP_ELx, SP_EL0, VBAR  ours: a fault before the kernel has its own
 *        stack and vectors still prints its registers (vectors.S)
 */
#include "arch/arm64/cpu.h"

/* Arm DEN 0022 (PSCI), 5.1.12; called as Arm DEN 0028 (SMCCC) says. */
#define PSCI_SYSTEM_RESET 0x84000009

.macro function name
	.globl	\name
	.hidden	\name
	.type	\name, %function
\name:
.endm

	.section .text.handoff, "ax", %progbits
function pg_arm64_jump
	mrs	x2, currentel
	cmp	x2, #ARM64_EL2
	b.eq	1f
	mov	x2, #ARM64_SPSR_EL1H
	msr	spsr_el1, x2
	msr	elr_el1, x0
	b	2f
1:	mov	x2, #ARM64_SPSR_EL2H
	msr	spsr_el2, x2
	msr	elr_el2, x0
2:	mov	x0, x1
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	mov	x\n, xzr
	.endr
	.irp	n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	mov	x\n, xzr
	.endr
	eret

/* void pg_arm64_reset_hvc(void), _smc: return when nobody answers. The callee
 * may change x0 to x17. */
.macro psci_reset name, conduit
function \name
	movz	w0, #PSCI_SYSTEM_RESET >> 16, lsl #16
	movk	w0, #PSCI_SYSTEM_RESET & 0xffff
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	\conduit #0
	ret
.endm
	psci_reset pg_arm64_reset_hvc, hvc
	psci_reset pg_arm64_reset_smc, smc
	.section .note.GNU-stack, "", %progbits
