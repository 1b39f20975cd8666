/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exception stubs, X86_STUB_BYTES apart, so that their addresses need no
 * table: vector n is at pg_x86_stubs + n * X86_STUB_BYTES.
 *
 * Each enters, on the trap stack (IST 1), with the CPU's frame of SDM 6.14.2
 * and leaves for
 *
 *   void pg_x86_trap(const struct x86_trap_frame *frame)   (traps.c)
 *
 * which does not return. The NMI only counts and goes on: a watchdog's NMI
 * must not cost us the dump.
 */
#include "arch/x86_64/cpu.h"

	.section .text.traps, "ax", @progbits
	.balign	X86_STUB_BYTES
	.globl	pg_x86_stubs
	.hidden	pg_x86_stubs
pg_x86_stubs:
	.set	vector, 0
	.rept	X86_EXCEPTIONS
	.balign	X86_STUB_BYTES, 0xcc
	.if	vector == X86_VECTOR_NMI
	incl	pg_x86_nmis(%rip)
	iretq
	.else
	.if	((X86_ERROR_CODES >> vector) & 1) == 0
	pushq	$0			/* in place of an error code */
	.endif
	pushq	$vector
	jmp	trapped
	.endif
	.set	vector, vector + 1
	.endr

trapped:
	pushq	%r15
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%r11
	pushq	%r10
	pushq	%r9
	pushq	%r8
	pushq	%rbp
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%rbx
	pushq	%rax
	cld
	movq	%rsp, %rdi
	andq	$-16, %rsp
	call	pg_x86_trap
	ud2
	.section .note.GNU-stack, "", @progbits
