/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_arm64_vectors: the exception vectors, for EL1 and EL2 alike.
 *
 * We run with SPSel = 0, so that every exception of ours comes through
 * "current EL with SP_EL0" and finds SP_ELx on the stack of exceptions. It
 * saves what
 *
 *   void pg_arm64_trap(struct arm64_trap_frame *frame, uint64_t vector)
 *
 * (traps.c) wants to print, and goes back if that returns.
 *
 * "Current EL with SP_ELx" is one of two. In there, an exception means that
 * the handler, its stack or its console is broken: the CPU stops, with the
 * status in x0. Or it is the next kernel's, which has neither vectors nor a
 * stack yet: SP_ELx is as we left it, and the exception is printed like ours.
 * To find out takes two registers, so x0 and x1 wait in the thread registers
 * of user space, which is gone.
 */
#include "arch/arm64/cpu.h"

.macro vector number
	.balign	ARM64_VECTOR_BYTES
	.if	\number >= ARM64_VECTOR_NESTED && \number < ARM64_VECTOR_LOWER
	msr	tpidr_el0, x0
	msr	tpidrro_el0, x1
	mov	x0, sp
	adrp	x1, pg_arm64_trap_stack_end
	add	x1, x1, :lo12:pg_arm64_trap_stack_end
	cmp	x0, x1
	b.ne	dead
	mrs	x0, tpidr_el0
	mrs	x1, tpidrro_el0
	.endif
	sub	sp, sp, #ARM64_FRAME_BYTES
	stp	x0, x1, [sp]
	mov	x1, #\number
	b	trapped
.endm

	.section .text.vectors, "ax", %progbits
	.balign	ARM64_VECTOR_TABLE
	.globl	pg_arm64_vectors
	.hidden	pg_arm64_vectors
pg_arm64_vectors:
	.set	number, 0
	.rept	ARM64_VECTORS
	vector	number
	.set	number, number + 1
	.endr

	.balign	ARM64_VECTOR_BYTES
trapped:
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	mrs	x2, sp_el0
	stp	x30, x2, [sp, #240]
	mov	x0, sp
	mov	x29, xzr
	bl	pg_arm64_trap
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldp	x18, x19, [sp, #144]
	ldp	x20, x21, [sp, #160]
	ldp	x22, x23, [sp, #176]
	ldp	x24, x25, [sp, #192]
	ldp	x26, x27, [sp, #208]
	ldp	x28, x29, [sp, #224]
	ldr	x30, [sp, #240]
	ldp	x0, x1, [sp]
	add	sp, sp, #ARM64_FRAME_BYTES
	eret

dead:
	mov	x0, #ARM64_STATUS_TRAP
1:	wfe
	b	1b
	.section .note.GNU-stack, "", %progbits
