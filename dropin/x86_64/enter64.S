/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * _Noreturn void pg_x86_enter64(const struct x86_registers64 *r64)
 *
 * Enters a 64-bit kernel with every general register as its loader wants it.
 *
 *   in   rdi  r64 (dropin/x86_64/next.h)
 *   out  all general registers of r64; RFLAGS: only the bit that is always 1
 *
 * r64 is read through the stack pointer, from the top down, so that rsp and
 * rip come last: rip by a jump through memory, since no register is left.
 */
#define RSP	48	/* offsets in r64 */
#define RIP	128

	.section .text.enter64, "ax"
	.globl	pg_x86_enter64
	.hidden	pg_x86_enter64
pg_x86_enter64:
	movq	RIP(%rdi), %rax
	movq	%rax, target(%rip)
	movq	RSP(%rdi), %rax
	movq	%rax, next_stack(%rip)
	pushq	$2
	popfq
	movq	%rdi, %rsp
	popq	%rax
	popq	%rbx
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	popq	%rbp			/* rsp: not yet */
	popq	%rbp
	popq	%r8
	popq	%r9
	popq	%r10
	popq	%r11
	popq	%r12
	popq	%r13
	popq	%r14
	popq	%r15
	movq	next_stack(%rip), %rsp
	jmp	*target(%rip)

	.section .bss.enter64, "aw", @nobits
	.balign	8
target:	.skip	8
next_stack:	.skip	8
	.section .note.GNU-stack, "", @progbits
