/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * purgatory_start: where both loaders enter. Linux (relocate_kernel_64.S)
 * leaves at the stack pointer the address to come back to, or 0.
 *
 *   in   rsp  readable; everything else as for pg_image_start, which follows
 */
	.section .text.start, "ax", @progbits
	.globl	purgatory_start
	.hidden	purgatory_start
	.type	purgatory_start, @function
purgatory_start:
	movq	(%rsp), %rax
	movq	%rax, pg_x86_jump_back(%rip)
	jmp	pg_image_start
	.size	purgatory_start, . - purgatory_start

	/* Not in .bss, which pg_image_start zeroes. */
	.section .loader, "aw", @progbits
	.balign	8
	.globl	pg_x86_jump_back
	.hidden	pg_x86_jump_back
pg_x86_jump_back:
	.quad	0

	/* The next kernel's stack, where its loader wants one: kexec-tools
	 * writes the arguments of old ELF kernels to its top. */
	.balign	4096
	.globl	stack_end
	.hidden	stack_end
	.skip	4096 - 8
	.globl	stack_arg32_1
	.hidden	stack_arg32_1
	.globl	stack_arg32_2
	.hidden	stack_arg32_2
	.type	stack_arg32_1, @object
	.type	stack_arg32_2, @object
stack_arg32_2:
	.long	0
	.size	stack_arg32_2, 4
stack_arg32_1:
	.long	0
	.size	stack_arg32_1, 4
stack_end:
	.section .note.GNU-stack, "", @progbits
