/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A boot sector for machines that cannot load an ELF file, such as Bochs: it
 * puts pieces of the disk where the table in sector 1 says, and enters the
 * door as QEMU's PVH loader does. tests/vm/bochs.py writes disk and table.
 *
 *	table	.long entry, count
 *		.long address, sector, sectors		count times, up to 42
 *
 *   in   real mode at 0:0x7c00, DL = drive (BIOS Boot Specification 1.01)
 *   out  32-bit protected mode, paging off, flat segments, EBX = 0, jump to
 *        the entry
 *
 * Failure writes an E to the first serial port and halts.
 */
TABLE	= 0x7e00		/* right behind the boot sector */
BUFFER	= 0x10000
CHUNK	= 64			/* sectors in one read: 32 KiB */
COM1	= 0x3f8

	.code16
	.globl	start
start:
	cli
	xorl	%eax, %eax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$start, %sp
	sti
	cld
	movb	%dl, drive
	inb	$0x92, %al	/* A20 on, without touching the reset bit */
	orb	$2, %al
	andb	$0xfe, %al
	outb	%al, $0x92

	movw	$1, count
	movl	$1, sector
	movl	$(TABLE << 12), buffer		/* segment TABLE / 16 : 0 */
	call	read_sectors
	movl	$(BUFFER << 12), buffer
	movl	TABLE + 4, %ebp
	movw	$TABLE + 8, %si

/* For each of EBP entries at SI. */
next_entry:
	decl	%ebp
	js	enter
	movl	(%si), %edi	/* EDI: where the next byte goes */
	movl	4(%si), %eax
	movl	%eax, sector
	movl	8(%si), %ebx	/* EBX: sectors left */
	addw	$12, %si
next_chunk:
	testl	%ebx, %ebx
	jz	next_entry
	movl	$CHUNK, %ecx
	cmpl	%ecx, %ebx
	jae	1f
	movl	%ebx, %ecx
1:	movw	%cx, count
	call	read_sectors
	subl	%ecx, %ebx
	addl	%ecx, sector
	shll	$7, %ecx	/* words of 4 bytes */
	call	copy
	jmp	next_chunk

/* Reads `count` sectors from `sector` into `buffer` (INT 13h AH = 42h, EDD).
 * Keeps all registers. */
read_sectors:
	pushal
	movb	$0x42, %ah
	movb	drive, %dl
	movw	$packet, %si
	int	$0x13
	jc	fail
	popal
	ret

/* Copies ECX words from BUFFER to EDI, anywhere below 4 GiB, in protected
 * mode with 16-bit code. Advances EDI. */
copy:
	cli
	pushl	%esi
	lgdt	gdtr
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	movw	$FLAT, %dx
	movw	%dx, %ds
	movw	%dx, %es
	movl	$BUFFER, %esi
	addr32	rep movsl
	andb	$0xfe, %al
	movl	%eax, %cr0
	xorw	%dx, %dx
	movw	%dx, %ds
	movw	%dx, %es
	popl	%esi
	sti
	ret

enter:
	cli
	lgdt	gdtr
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$CODE, $protected

fail:	movw	$COM1, %dx
	movb	$'E', %al
	outb	%al, %dx
	cli
1:	hlt
	jmp	1b

	.code32
protected:
	movl	$FLAT, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	xorl	%ebx, %ebx
	jmp	*TABLE

	.balign	8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff	/* 32-bit code, 4 GiB, accessed */
	.quad	0x00cf93000000ffff	/* data, 4 GiB, accessed */
CODE	= 0x08
FLAT	= 0x10
gdtr:	.word	gdtr - gdt - 1
	.long	gdt
	.balign	4
packet:	.byte	16, 0			/* the disk address packet of EDD */
count:	.word	0
buffer:	.long	0			/* offset, then segment */
sector:	.quad	0
drive:	.byte	0

	.org	start + 510
	.word	0xaa55
	.section .note.GNU-stack, "", @progbits
