/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_image_start: the first byte of the image, and its header.
 *
 * Entered by Linux's relocate_kernel_64.S (or a loader like it):
 *   long mode, CPL 0, interrupts off, an identity map of memory; CR4 has PAE,
 *   perhaps LA57, and nothing else; the GDT and IDT are gone, so no segment
 *   register may be loaded and no exception taken until pg_arch_early().
 * Requires of the registers: nothing. Does not return.
 *
 *   rsp  our own stack, from here on
 *   rdi  the image's load address, pg_main()'s argument
 */
#include "purgatorio/manifest.h"

#define STACK_BYTES 16384

	.section .head, "ax", @progbits
	.globl	pg_image_start
	.hidden	pg_image_start
pg_image_start:
	jmp	start
	.balign	16, 0xcc
	.ascii	PG_IMAGE_MAGIC
	.long	PG_ARCH_X86_64
	.long	PG_MANIFEST_VERSION
	.quad	pg_const_end - pg_image_start
	.quad	pg_image_end - pg_image_start

start:
	cli
	cld
	leaq	own_stack_end(%rip), %rsp
	/* The kernel zeroed .bss when it loaded us; that was long ago. */
	xorl	%eax, %eax
	leaq	pg_bss_start(%rip), %rdi
	leaq	pg_bss_end(%rip), %rcx
	subq	%rdi, %rcx
	rep stosb
	leaq	pg_image_start(%rip), %rdi
	xorl	%ebp, %ebp		/* ends a debugger's backtrace */
	call	pg_main
	ud2

	.section .stack, "aw", @nobits
	.balign	16
	.skip	STACK_BYTES
own_stack_end:
	.section .note.GNU-stack, "", @progbits
