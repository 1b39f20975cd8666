/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * noreturn void pg_x86_jump(uint64_t entry, uint64_t rsi)
 *
 * Enters a kernel by Linux's 64-bit boot protocol (Documentation/arch/x86/
 * boot.rst): rsi has boot_params; the next kernel sees nothing else of us.
 *
 *   in   rdi  entry          rsi  boot_params
 *   out  rsi  boot_params    all other general registers 0, DF and IF clear
 *        rsp  unchanged: our stack, in memory that the kernel may use later
 *
 * The entry goes through the stack, since no register may hold it.
 */
	.section .text.handoff, "ax", @progbits
	.globl	pg_x86_jump
	.hidden	pg_x86_jump
pg_x86_jump:
	pushq	%rdi
	xorl	%eax, %eax
	xorl	%ebx, %ebx
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%edi, %edi
	xorl	%ebp, %ebp
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	xorl	%r10d, %r10d
	xorl	%r11d, %r11d
	xorl	%r12d, %r12d
	xorl	%r13d, %r13d
	xorl	%r14d, %r14d
	xorl	%r15d, %r15d
	pushq	$2			/* RFLAGS: only the bit that is always 1 */
	popfq
	ret
	.section .note.GNU-stack, "", @progbits
