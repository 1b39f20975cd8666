/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_door: the first page of a capture image, where loaders of Linux kernels
 * enter (Documentation/arch/x86/boot.rst), and those of its ELF file (Xen's
 * docs/misc/pvh.pandoc; "Multiboot2 Specification version 2.0", 3.3).
 *
 *   + 0      32-bit boot protocol: protected mode, paging off, flat segments
 *            0x10 and 0x18, interrupts off, esi = boot_params
 *   + 0x200  64-bit boot protocol: long mode, the image and boot_params mapped
 *            one to one, interrupts off, rsi = boot_params
 *   + 0x280  PVH and multiboot2: protected mode, paging off, flat segments,
 *            interrupts off, ebx = hvm_start_info, or boot information where
 *            eax says so; no stack
 *
 * Leaves what was given in the work area and goes on in the image's purgatory,
 * which begins PG_IMAGE_PURGATORY bytes behind this page's start.
 * Position-independent: the loader chooses the address.
 */
#include "arch/x86_64/cpu.h"
#include "purgatorio/image.h"

#define WORK   PG_IMAGE_WORK
#define TABLES (WORK + PG_IMAGE_WORK_TABLES)
#define GDTR   (WORK + PG_IMAGE_WORK_GIVEN + 8)
#define WAY    (WORK + PG_IMAGE_WORK_WAY)

/* struct boot_params.scratch: four bytes for whoever needs a stack. */
#define BP_SCRATCH 0x1e4
/* Without one, four bytes of memory that every PC has, which we give back. */
#define LOW_SCRATCH 0x7c00
/* Multiboot2, 3.3: in eax. */
#define MULTIBOOT2_MAGIC 0x36d76289

/* SDM 4.5: present, writable; and a large page. */
#define TABLE 0x03
#define LARGE 0x83
#define PAGES_OF_2_MIB 2048	/* 4 GiB */

#define CR4_PAE	 (1 << 5)
#define CR0_PG	 (1 << 31)
#define EFER	 0xc0000080
#define EFER_LME (1 << 8)

	.section .door, "ax", @progbits
	.globl	pg_door
pg_door:
	.code32
	cld
	cli
	/* Where are we? The work area then has room for a stack. */
	leal	BP_SCRATCH + 4(%esi), %esp
	call	1f
1:	popl	%ebp
	subl	$(1b - pg_door), %ebp
	movl	$PG_WAY_LINUX, WAY(%ebp)

	/* ebp is the door, esi what was given. */
long_mode:
	movl	%esi, WORK + PG_IMAGE_WORK_GIVEN(%ebp)
	movl	$0, WORK + PG_IMAGE_WORK_GIVEN + 4(%ebp)

	/* Six pages of tables: 4 GiB, each address mapped to itself. */
	leal	TABLES(%ebp), %edi
	xorl	%eax, %eax
	movl	$(6 * 4096 / 4), %ecx
	rep stosl
	leal	TABLES + 0x1000 + TABLE(%ebp), %eax
	movl	%eax, TABLES(%ebp)
	movl	$4, %ecx
	leal	TABLES + 0x1000(%ebp), %edi
2:	addl	$0x1000, %eax
	movl	%eax, (%edi)
	addl	$8, %edi
	loop	2b
	movl	$LARGE, %eax
	movl	$PAGES_OF_2_MIB, %ecx
	leal	TABLES + 0x2000(%ebp), %edi
3:	movl	%eax, (%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	3b

	/* SDM 10.8.5: PAE, CR3, EFER.LME, CR0.PG, a far jump. */
	movl	%cr4, %eax
	orl	$CR4_PAE, %eax
	movl	%eax, %cr4
	leal	TABLES(%ebp), %eax
	movl	%eax, %cr3
	movl	$EFER, %ecx
	rdmsr
	orl	$EFER_LME, %eax
	wrmsr
	leal	gdt - pg_door(%ebp), %eax
	movl	%eax, GDTR + 2(%ebp)
	movw	$(gdt_end - gdt - 1), GDTR(%ebp)
	lgdt	GDTR(%ebp)
	leal	TABLES(%ebp), %esp
	leal	mode64 - pg_door(%ebp), %eax
	pushl	$X86_SELECTOR_CODE
	pushl	%eax
	movl	%cr0, %eax
	orl	$CR0_PG, %eax
	movl	%eax, %cr0
	lretl

	.code64
	.org	0x200, 0xcc
	cld
	cli
	movq	%rsi, pg_door + WORK + PG_IMAGE_WORK_GIVEN(%rip)
	movl	$PG_WAY_LINUX, pg_door + WAY(%rip)
mode64:
	leaq	pg_door + PG_IMAGE_PURGATORY(%rip), %rax
	jmp	*%rax

	.code32
	.org	PG_IMAGE_ENTRY32, 0xcc
	cld
	cli
	movl	$(LOW_SCRATCH + 4), %esp
	movl	LOW_SCRATCH, %edx
	call	4f
4:	popl	%ebp
	subl	$(4b - pg_door), %ebp
	movl	%edx, LOW_SCRATCH
	movl	%ebx, %esi
	movl	$PG_WAY_PVH, WAY(%ebp)
	cmpl	$MULTIBOOT2_MAGIC, %eax
	jne	long_mode
	movl	$PG_WAY_MULTIBOOT2, WAY(%ebp)
	jmp	long_mode

	/* boot.rst: __BOOT_CS and __BOOT_DS. */
	.balign	8, 0xcc
gdt:	.quad	0, 0
	.quad	0x00af9a000000ffff
	.quad	0x00cf92000000ffff
gdt_end:
	.globl	pg_door_const_end
pg_door_const_end:
	.section .note.GNU-stack, "", @progbits
