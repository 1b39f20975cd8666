/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI_STATUS efi_entry(EFI_HANDLE handle, EFI_SYSTEM_TABLE *system)
 *
 * Called by firmware (UEFI 2.3.4): rcx and rdx have the arguments; rbx, rbp,
 * rdi, rsi, rsp, r12 to r15 and xmm6 to xmm15 belong to the caller. Ours is
 * the System V convention, in which functions may change xmm6 to xmm15, rdi
 * and rsi; so these are kept here.
 */
	.section .text.entry, "ax", @progbits
	.globl	efi_entry
	.hidden	efi_entry
efi_entry:
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%rdi
	pushq	%rsi
	subq	$0xa0, %rsp
	andq	$-16, %rsp
	movaps	%xmm6, 0x00(%rsp)
	movaps	%xmm7, 0x10(%rsp)
	movaps	%xmm8, 0x20(%rsp)
	movaps	%xmm9, 0x30(%rsp)
	movaps	%xmm10, 0x40(%rsp)
	movaps	%xmm11, 0x50(%rsp)
	movaps	%xmm12, 0x60(%rsp)
	movaps	%xmm13, 0x70(%rsp)
	movaps	%xmm14, 0x80(%rsp)
	movaps	%xmm15, 0x90(%rsp)
	movq	%rcx, %rdi
	movq	%rdx, %rsi
	cld
	call	stub_main
	movaps	0x00(%rsp), %xmm6
	movaps	0x10(%rsp), %xmm7
	movaps	0x20(%rsp), %xmm8
	movaps	0x30(%rsp), %xmm9
	movaps	0x40(%rsp), %xmm10
	movaps	0x50(%rsp), %xmm11
	movaps	0x60(%rsp), %xmm12
	movaps	0x70(%rsp), %xmm13
	movaps	0x80(%rsp), %xmm14
	movaps	0x90(%rsp), %xmm15
	leaq	-16(%rbp), %rsp
	popq	%rsi
	popq	%rdi
	popq	%rbp
	ret
	.section .note.GNU-stack, "", @progbits
