/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The door: enters a purgatory as Linux's relocate_kernel_64.S does, with
 * everything else as hostile as it may be. A PVH kernel (QEMU -kernel) that
 * finds struct door_parameters at DOOR_PARAMETERS.
 *
 *   in   32-bit protected mode, paging off, flat segments
 *   out  long mode, an identity map of the first 4 GiB by 2 MiB pages, CR4 =
 *        PAE (and LA57 if asked for), GDT and IDT of limit 0, IF clear, DF
 *        and all registers full of junk, the vectors of SSE, AVX and AVX-512
 *        set and then shut off; XCR0 allows them (or x87 alone if asked for)
 */
#include "tests/baremetal/x86_64/door.h"
#include "tests/baremetal/x86_64/vectors.inc"

	.section .note.pvh, "a", @note
	.balign	4
	.long	4, 8, 18		/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.quad	door_start

	.text
	.code32
	.globl	door_start
door_start:
	cli
	cld
	movl	$stack_top, %esp

	/* Page tables: a table for each level, four page directories. */
	xorl	%ecx, %ecx
1:	movl	%ecx, %edx		/* 2048 entries of 2 MiB: 4 GiB */
	shll	$21, %edx
	orl	$0x83, %edx		/* present, writable, large */
	movl	%edx, directories(, %ecx, 8)
	movl	$0, directories + 4(, %ecx, 8)
	incl	%ecx
	cmpl	$2048, %ecx
	jne	1b
	movl	$(directories + 0x0003), pointers
	movl	$(directories + 0x1003), pointers + 8
	movl	$(directories + 0x2003), pointers + 16
	movl	$(directories + 0x3003), pointers + 24
	movl	$(pointers + 3), level4
	movl	$(level4 + 3), level5

	/* Set the SSE registers, as a kernel's user space leaves them. */
	movl	%cr4, %eax
	orl	$0x600, %eax		/* OSFXSR, OSXMMEXCPT */
	movl	%eax, %cr4
	movl	%cr0, %eax
	andl	$~0x6000000c, %eax	/* CD, NW, EM, TS */
	movl	%eax, %cr0
	movups	pattern, %xmm0
	movups	pattern + 16, %xmm1
	movaps	%xmm0, %xmm7
	paddb	%xmm1, %xmm7

	movl	$0x20, %eax		/* CR4.PAE alone ... */
	testl	$DOOR_LA57, DOOR_PARAMETERS + DOOR_FLAGS
	movl	$level4, %edx
	jz	2f
	orl	$0x1000, %eax		/* ... and LA57 */
	movl	$level5, %edx
2:	movl	%eax, %cr4
	movl	%edx, %cr3
	movl	$0xc0000080, %ecx	/* EFER */
	rdmsr
	orl	$0x100, %eax		/* LME */
	wrmsr
	movl	%cr0, %eax
	orl	$0x80000001, %eax	/* PG, PE */
	movl	%eax, %cr0
	lgdt	gdtr
	ljmp	$0x08, $long_mode

	.code64
long_mode:
	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	lgdt	nothing(%rip)		/* as machine_kexec() does */
	lidt	nothing(%rip)
	movq	DOOR_PARAMETERS + DOOR_ENTRY, %rax
	movq	%rax, entry(%rip)

	movq	%cr4, %r10
	vectors_enable
	testl	%r8d, %r8d
	jz	4f
	vinsertf128 $1, pattern(%rip), %ymm1, %ymm1
	testl	$XCR0_AVX512, %r8d
	jz	3f
	vinserti64x4 $1, %ymm1, %zmm1, %zmm1
	vmovdqa64 %zmm1, %zmm17
	movl	$0x5a5a, %eax
	kmovw	%eax, %k1
3:	testl	$DOOR_XCR0_RESET, DOOR_PARAMETERS + DOOR_FLAGS
	jz	4f
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	movl	$1, %eax
	xsetbv
4:	movq	%r10, %cr4
	movabsq	$0xfeedfacecafebeef, %rax
	movl	$0x402, %ebx		/* a debugger's breakpoint, at 0 */
	xorl	%ecx, %ecx
	movq	%rcx, %dr0
	movq	%rbx, %dr7
	leaq	(%rax), %rbx
	movq	%rax, %rcx
	movq	%rax, %rdx
	movq	%rax, %rsi
	movq	%rax, %rdi
	movq	%rax, %rbp
	movq	%rax, %r8
	movq	%rax, %r9
	movq	%rax, %r10
	movq	%rax, %r11
	movq	%rax, %r12
	movq	%rax, %r13
	movq	%rax, %r14
	movq	%rax, %r15
	std
	leaq	stack_top - 8(%rip), %rsp
	jmp	*entry(%rip)

	.data
	.balign	16
pattern:
	.quad	0x0123456789abcdef, 0xfedcba9876543210
	.quad	0x1111111111111111, 0x2222222222222222
gdt:	.quad	0, 0x00af9b000000ffff, 0x00cf93000000ffff
gdtr:	.word	23
	.long	gdt
nothing: .quad	0, 0
entry:	.quad	0

	.bss
	.balign	4096
level5:	.skip	4096
level4:	.skip	4096
pointers: .skip	4096
directories: .skip 4 * 4096
	.skip	4096
stack_top:
	.section .note.GNU-stack, "", @progbits
