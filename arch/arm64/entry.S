/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_image_start: the first byte of the image, and its header.
 *
 * Entered by Linux's cpu_soft_restart() (arch/arm64/kernel/cpu-reset.S), or a
 * loader like it:
 *   EL1 or EL2 (HCR_EL2.E2H clear or set), MMU and data cache off, interrupts
 *   masked. x0 is a device tree or 0: the manifest knows better.
 * Requires of the registers: nothing. Of SCTLR: M = 0. Does not return.
 *
 *   SP_EL0  our stack, from here on (SPSel = 0)
 *   SP_ELx  the stack of exceptions, which the CPU switches to by itself: a
 *           bad stack pointer still prints its registers
 *   x0      the image's load address, pg_main()'s argument
 *
 * SCTLR may hold anything of the dead kernel's, such as big-endian data, until
 * it is written; only then is memory touched.
 */
#include "arch/arm64/cpu.h"

#include "purgatorio/manifest.h"

#define STACK_BYTES	 16384
#define TRAP_STACK_BYTES 4096

	.section .head, "ax", %progbits
	.globl	pg_image_start
	.hidden	pg_image_start
pg_image_start:
	b	start
	.balign	16, 0
	.ascii	PG_IMAGE_MAGIC
	.word	PG_ARCH_ARM64
	.word	PG_MANIFEST_VERSION
	.quad	pg_const_end - pg_image_start
	.quad	pg_image_end - pg_image_start

start:
	msr	daifset, #0xf
	mrs	x1, currentel
	cmp	x1, #ARM64_EL2
	b.eq	1f
	movz	w2, #ARM64_SCTLR_EL1_OFF >> 16, lsl #16
	movk	w2, #ARM64_SCTLR_EL1_OFF & 0xffff
	msr	sctlr_el1, x2
	b	2f
1:	movz	w2, #ARM64_SCTLR_EL2_OFF >> 16, lsl #16
	movk	w2, #ARM64_SCTLR_EL2_OFF & 0xffff
	msr	sctlr_el2, x2
2:	isb

	msr	spsel, #1
	adrp	x1, pg_arm64_trap_stack_end
	add	sp, x1, :lo12:pg_arm64_trap_stack_end
	msr	spsel, #0
	adrp	x1, stack_end
	add	sp, x1, :lo12:stack_end

	/* The kernel zeroed .bss when it loaded us; that was long ago. */
	adrp	x1, pg_bss_start
	add	x1, x1, :lo12:pg_bss_start
	adrp	x2, pg_bss_end
	add	x2, x2, :lo12:pg_bss_end
3:	cmp	x1, x2
	b.hs	4f
	stp	xzr, xzr, [x1], #16
	b	3b

4:	adr	x0, pg_image_start
	mov	x29, xzr		/* ends a debugger's backtrace */
	mov	x30, xzr
	bl	pg_main
	brk	#0

	.section .stack, "aw", %nobits
	.balign	16
	.skip	STACK_BYTES
stack_end:
	.skip	TRAP_STACK_BYTES
	.globl	pg_arm64_trap_stack_end
	.hidden	pg_arm64_trap_stack_end
pg_arm64_trap_stack_end:
	.section .note.GNU-stack, "", %progbits
