/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways down from long mode: to protected mode without paging, and on to
 * real mode. Both are templates: modes.c copies them to a page of their own
 * and writes addresses and registers into the copy, since this code must not
 * hold an address and the registers that it loads leave none for one.
 *
 *   pg_x86_to32	_Noreturn void (uint32_t own): entered in long mode below
 *			4 GiB, with edi = its own address
 *   pg_x86_to16	entered from there, with ebx = its own address below
 *			1 MiB, a multiple of 16
 *
 * SDM volume 3A, 10.8.5.3 (leaving IA-32e mode) and 10.9.2 (to real mode);
 * boot.rst, "32-bit Boot Protocol" (selectors).
 */
#include "arch/x86_64/cpu.h"

#define CR0_PE		0x1
#define CR0_PG		0x80000000
#define MSR_EFER	0xc0000080
#define EFER_LME	0x100
#define CMOS_INDEX	0x70
#define NMI_OFF		0x80
#define SELECTOR_CODE16	0x08
#define SELECTOR_DATA16	0x10

#define AT32(label)	(label - pg_x86_to32)
#define AT16(label)	(label - pg_x86_to16)

.macro label name
	.globl	\name
	.hidden	\name
\name:
.endm

	.section .rodata.modes, "a", @progbits
	.balign	16
label pg_x86_to32
	.code64
	cli
	cld
	lgdt	AT32(pg_x86_to32_gdt)(%rdi)
	leaq	AT32(flat)(%rdi), %rax
	pushq	$X86_SELECTOR_CODE
	pushq	%rax
	lretq
	.code32
flat:	movl	$X86_SELECTOR_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%cr0, %eax
	andl	$~CR0_PG, %eax
	movl	%eax, %cr0
	movl	$MSR_EFER, %ecx
	rdmsr
	andl	$~EFER_LME, %eax
	wrmsr
	xorl	%eax, %eax
	movl	%eax, %cr3
	movl	%eax, %cr4
	leal	AT32(pg_x86_to32_frame)(%edi), %esp
	popal
	popl	%esp
	.byte	0xea			/* ljmp $code, $target */
label pg_x86_to32_target
	.long	0
	.word	X86_SELECTOR_CODE
	.balign	8
label pg_x86_to32_frame			/* edi esi ebp - ebx edx ecx eax; esp */
	.skip	9 * 4
	.balign	8
gdt32:	.quad	0, 0
	.quad	0x00cf9a000000ffff	/* 0x10: flat code, 32 bits */
	.quad	0x00cf92000000ffff	/* 0x18: flat data */
label pg_x86_to32_gdt
	.word	. - gdt32 - 1
	.quad	0			/* address of gdt32 */
label pg_x86_to32_end
	.globl	pg_x86_to32_table
	.hidden	pg_x86_to32_table
	.set	pg_x86_to32_table, gdt32

	.balign	16
label pg_x86_to16
	.code32
	lidt	AT16(vectors)(%ebx)
	lgdt	AT16(pg_x86_to16_gdt)(%ebx)
	movl	$SELECTOR_DATA16, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	.byte	0xea			/* ljmp $code16, $narrow */
	.long	AT16(narrow)
	.word	SELECTOR_CODE16
	.code16
narrow:	movl	%cr0, %eax
	andl	$~CR0_PE, %eax
	movl	%eax, %cr0
	.byte	0xea			/* ljmp $segment, $real */
	.word	AT16(real)
label pg_x86_to16_segment
	.word	0
real:	movw	%cs, %ax
	movw	%ax, %ds
	movl	AT16(pg_x86_to16_frame), %eax
	movl	AT16(pg_x86_to16_frame) + 4, %ebx
	movl	AT16(pg_x86_to16_frame) + 8, %ecx
	movl	AT16(pg_x86_to16_frame) + 12, %edx
	movl	AT16(pg_x86_to16_frame) + 16, %esi
	movl	AT16(pg_x86_to16_frame) + 20, %edi
	movl	AT16(pg_x86_to16_frame) + 28, %ebp
	movw	AT16(pg_x86_to16_frame) + 34, %es
	movw	AT16(pg_x86_to16_frame) + 38, %fs
	movw	AT16(pg_x86_to16_frame) + 40, %gs
	movw	AT16(pg_x86_to16_frame) + 36, %ss
	movl	AT16(pg_x86_to16_frame) + 24, %esp
	movw	AT16(pg_x86_to16_frame) + 32, %ds
	ljmpw	*%cs:AT16(pg_x86_to16_frame) + 42
	.balign	8
label pg_x86_to16_frame			/* struct x86_registers16 */
	.skip	48
	.balign	8
label pg_x86_to16_table
	.quad	0
	.quad	0x00009b000000ffff	/* 0x08: code, 16 bits; its base ... */
	.quad	0x000093000000ffff	/* 0x10: data; ... is written in */
label pg_x86_to16_gdt
	.word	. - pg_x86_to16_table - 1
	.long	0
vectors:
	.word	256 * 4 - 1		/* as the BIOS has them */
	.long	0
label pg_x86_to16_end

/*
 * Names that kexec-tools takes the addresses of (kexec-bzImage.c): modes.c
 * knows by them what entry32_regs.eip means. The others are the hooks of
 * `kexec --real-mode --debug` into Linux's real-mode code
 * (Documentation/arch/x86/boot.rst, "Advanced Boot Loader Hooks"): called in
 * real mode, and jumped to in protected mode.
 */
	.section .text.modes, "ax", @progbits
	.balign	16
label entry16
	ud2
	.balign	16
label entry16_debug
	ud2
	.code16
label entry16_debug_pre32
	cli
	movb	$NMI_OFF, %al
	outb	%al, $CMOS_INDEX
	lretw
	.code32
label entry16_debug_first32
	calll	1f
1:	popl	%eax
	movl	entry16_debug_old_first32 - 1b(%eax), %eax
	jmp	*%eax
	.code64

	.section .loader, "aw", @progbits
	.balign	4
	.type	entry16_debug_old_first32, @object
	.size	entry16_debug_old_first32, 4
label entry16_debug_old_first32
	.long	0x100000
	.section .note.GNU-stack, "", @progbits
