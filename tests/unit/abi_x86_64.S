/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/abi_x86_64.h"

#define state	%rbx

/*
 * void abi_call(void (*routine)(void), const void *first, uint64_t second,
 *		 struct abi_state state[2]);
 *
 * The state's address and our stack pointer survive the call in memory, so
 * that a routine may break every register.
 */
	.text
	.globl	abi_call
	.type	abi_call, @function
abi_call:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	subq	$8, %rsp
	movq	%rsp, our_stack(%rip)
	movq	%rcx, our_state(%rip)
	movq	%rcx, state

	/* What the routine finds above its return address. */
	subq	$8 * ABI_STACK_NUM, %rsp
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7
	movq	ABI_STACK + 8 * \i(state), %rax
	movq	%rax, 8 * \i(%rsp)
	.endr

	stmxcsr	ABI_MXCSR(state)
	fnstcw	ABI_X87(state)
	movq	%rsp, ABI_RSP(state)
	pushfq
	popq	ABI_FLAGS(state)
	cmpq	$0, ABI_AVX(state)
	je	1f
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vmovdqu	ABI_VECTORS + 32 * \i(state), %ymm\i
	.endr
1:
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movdqu	ABI_VECTORS + 32 * \i(state), %xmm\i
	.endr

	movq	%rdi, our_routine(%rip)
	movq	%rsi, %rdi
	movq	%rdx, %rsi
	.irp	r, %rax, %rcx, %rdx, %r8, %r9, %r10, %r11
	movq	ABI_GARBAGE(state), \r
	.endr
	movq	ABI_KEPT + 8(state), %rbp
	movq	ABI_KEPT + 16(state), %r12
	movq	ABI_KEPT + 24(state), %r13
	movq	ABI_KEPT + 32(state), %r14
	movq	ABI_KEPT + 40(state), %r15
	movq	ABI_KEPT(state), state
	call	*our_routine(%rip)

	/* All is suspect now. */
	movq	%rbx, found_rbx(%rip)
	movq	our_state(%rip), state
	leaq	ABI_OUT(state), state
	movq	%rsp, ABI_RSP(state)
	movq	our_stack(%rip), %rsp
	subq	$8 * ABI_STACK_NUM, %rsp	/* below what it may not change */
	pushfq
	popq	ABI_FLAGS(state)
	cld
	movq	found_rbx(%rip), %rax
	movq	%rax, ABI_KEPT(state)
	movq	%rbp, ABI_KEPT + 8(state)
	movq	%r12, ABI_KEPT + 16(state)
	movq	%r13, ABI_KEPT + 24(state)
	movq	%r14, ABI_KEPT + 32(state)
	movq	%r15, ABI_KEPT + 40(state)
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7
	movq	8 * \i(%rsp), %rax
	movq	%rax, ABI_STACK + 8 * \i(state)
	.endr
	stmxcsr	ABI_MXCSR(state)
	fnstcw	ABI_X87(state)
	/* MXCSR and the control word are ours again, whatever they were. */
	movq	our_state(%rip), %rax
	ldmxcsr	ABI_MXCSR(%rax)
	fldcw	ABI_X87(%rax)
	cmpq	$0, ABI_AVX(%rax)
	je	2f
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vmovdqu	%ymm\i, ABI_VECTORS + 32 * \i(state)
	.endr
	vzeroupper
2:
	addq	$8 * ABI_STACK_NUM + 8, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
	.size	abi_call, . - abi_call

	.bss
	.balign	8
our_stack:	.skip 8
our_state:	.skip 8
our_routine:	.skip 8
found_rbx:	.skip 8

/* Routines with one fault each. */
	.text
.macro broken name
	.globl	abi_broken_\name
	.type	abi_broken_\name, @function
abi_broken_\name:
.endm

	broken	rbx
	incq	%rbx
	ret

	broken	r15
	xorl	%r15d, %r15d
	ret

	broken	rbp
	leaq	(%rsp), %rbp
	ret

	broken	rsp
	ret	$8

	broken	direction
	std
	ret

	broken	mxcsr	/* flush to zero: bit 15 */
	subq	$8, %rsp
	stmxcsr	(%rsp)
	xorl	$0x8000, (%rsp)
	ldmxcsr	(%rsp)
	addq	$8, %rsp
	ret

	broken	x87	/* rounding control: bits 10 and 11 */
	subq	$8, %rsp
	fnstcw	(%rsp)
	xorw	$0x0c00, (%rsp)
	fldcw	(%rsp)
	addq	$8, %rsp
	ret

	broken	stack	/* the caller's */
	notq	24(%rsp)
	ret

	broken	upper
	vzeroupper
	ret

	broken	lane	/* the second one, called with one */
	notb	40 + 7(%rdi)
	ret

	broken	underrun
	notb	-1(%rdi)
	ret

	.globl	abi_nothing
	.type	abi_nothing, @function
abi_nothing:
	ret

	.section .note.GNU-stack, "", @progbits
