/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel in Linux's bzImage format (Documentation/arch/x86/boot.rst) that
 * prints the state that it is entered with and ends the machine. payload.c
 * does the printing; this file is the header and the saving.
 */
#include "tests/baremetal/x86_64/vectors.inc"

	.section .setup, "ax"
	.globl	payload_setup
payload_setup:
	.org	0x1f1
	.byte	1			/* setup_sects */
	.word	0			/* root_flags */
	.long	payload_paragraphs	/* syssize */
	.word	0, 0, 0			/* ram_size, vid_mode, root_dev */
	.word	0xaa55
	.byte	0xeb, header_end - 1f	/* jump */
1:	.ascii	"HdrS"
	.word	0x020f			/* version */
	.long	0			/* realmode_swtch */
	.word	0			/* start_sys */
	.word	release - payload_setup - 0x200
	.byte	0			/* type_of_loader */
	.byte	1			/* loadflags: LOADED_HIGH */
	.word	0			/* setup_move_size */
	.long	0x100000		/* code32_start */
	.long	0, 0			/* ramdisk */
	.long	0			/* bootsect_kludge */
	.word	0			/* heap_end_ptr */
	.byte	0, 0			/* ext_loader_ver, _type */
	.long	0			/* cmd_line_ptr */
	.long	0x7fffffff		/* initrd_addr_max */
	.long	0x200000		/* kernel_alignment */
	.byte	1, 21			/* relocatable_kernel, min_alignment */
	.word	3			/* xloadflags: 64-bit, above 4 GiB */
	.long	2047			/* cmdline_size */
	.long	0			/* hardware_subarch */
	.quad	0
	.long	0, 0			/* payload_offset, _length */
	.quad	0			/* setup_data */
	.quad	0x1000000		/* pref_address */
	.long	0x40000			/* init_size */
	.long	0			/* handover_offset */
	.long	0			/* kernel_info_offset */
header_end:
release: .asciz	"0.0-payload (test@host)"
	.org	1024

	.section .start, "ax"
	.globl	payload_start
payload_start:
	ud2				/* the 32-bit entry is not ours */
	.org	0x200
	/* The 64-bit entry: every register into payload_state, untouched. */
	movq	%rax, payload_state + 0x00(%rip)
	movq	%rbx, payload_state + 0x08(%rip)
	movq	%rcx, payload_state + 0x10(%rip)
	movq	%rdx, payload_state + 0x18(%rip)
	movq	%rsi, payload_state + 0x20(%rip)
	movq	%rdi, payload_state + 0x28(%rip)
	movq	%rbp, payload_state + 0x30(%rip)
	movq	%rsp, payload_state + 0x38(%rip)
	movq	%r8, payload_state + 0x40(%rip)
	movq	%r9, payload_state + 0x48(%rip)
	movq	%r10, payload_state + 0x50(%rip)
	movq	%r11, payload_state + 0x58(%rip)
	movq	%r12, payload_state + 0x60(%rip)
	movq	%r13, payload_state + 0x68(%rip)
	movq	%r14, payload_state + 0x70(%rip)
	movq	%r15, payload_state + 0x78(%rip)
	pushfq
	popq	payload_state + 0x80(%rip)
	movq	%cr0, %rax
	movq	%rax, payload_state + 0x88(%rip)
	movq	%cr3, %rax
	movq	%rax, payload_state + 0x90(%rip)
	movq	%cr4, %rax
	movq	%rax, payload_state + 0x98(%rip)
	movq	%dr7, %rax
	movq	%rax, payload_state + 0xa0(%rip)
	xorl	%eax, %eax
	movw	%cs, %ax
	movq	%rax, payload_state + 0xa8(%rip)
	movw	%ds, %ax
	movq	%rax, payload_state + 0xb0(%rip)
	movw	%es, %ax
	movq	%rax, payload_state + 0xb8(%rip)
	movw	%ss, %ax
	movq	%rax, payload_state + 0xc0(%rip)
	sgdt	payload_gdtr(%rip)
	sidt	payload_idtr(%rip)
	/* Only now may SSE be used, to see what is in it. */
	movq	%cr4, %rax
	orl	$0x600, %eax
	movq	%rax, %cr4
	movups	%xmm0, payload_xmm + 0x00(%rip)
	movups	%xmm1, payload_xmm + 0x10(%rip)
	movups	%xmm7, payload_xmm + 0x20(%rip)
	vectors_enable
	movl	%r8d, payload_wide + 0x00(%rip)
	movl	%r9d, payload_wide + 0x08(%rip)
	testl	%r8d, %r8d
	jz	2f
	vextractf128 $1, %ymm1, payload_wide + 0x10(%rip)
	testl	$XCR0_AVX512, %r8d
	jz	2f
	vextracti64x4 $1, %zmm1, payload_wide + 0x20(%rip)
	vmovdqu64 %zmm17, payload_wide + 0x40(%rip)
	kmovw	%k1, payload_wide + 0x80(%rip)
2:
	leaq	payload_stack_top(%rip), %rsp
	call	payload_main
	ud2

	.bss
	.balign	16
	.globl	payload_state, payload_gdtr, payload_idtr, payload_xmm, payload_wide
payload_state: .skip 0xc8
payload_gdtr: .skip 16
payload_idtr: .skip 16
	.balign	16
payload_xmm: .skip 48
payload_wide: .skip 0x88
	.balign	16
	.skip	8192
payload_stack_top:
	.section .note.GNU-stack, "", @progbits
