/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The door: enters a purgatory as Linux's cpu_soft_restart() does, with
 * everything else as hostile as it may be. QEMU's loader starts it at EL1, or
 * at EL2 with virtualization=on; it finds its parameters at DOOR_PARAMETERS.
 *
 *   in   MMU and caches off
 *   out  the same, but: SCTLR with alignment checks, WXN and, if asked for,
 *        big-endian data; translation and exception registers full of junk;
 *        the vector unit set and then trapped; D, A, I, F as they may be
 *        (masked or not), every register junk, and no usable stack
 */
#include "tests/baremetal/arm64/door.h"

#define EL2	   0x8
#define HCR_VHE	   0x488000000	/* E2H, RW, TGE */
#define HCR_NVHE   0x080000000	/* RW */
#define FPEN	   0x300000	/* CPACR_EL1 */
#define SMEN	   0x3000000
#define SCTLR_EL1  0x30d00800	/* what is RES1 */
#define SCTLR_EL2  0x30c50830
#define SCTLR_JUNK 0x8101a	/* WXN, I, SA0, SA, A: all legal */
#define SCTLR_EE   0x2000000
#define PSCI_CPU_ON 0xc4000003	/* Arm DEN 0022, 5.1.4 */

.macro immediate register, value
	movz	\register, #(\value) & 0xffff
	movk	\register, #(\value) >> 16 & 0xffff, lsl #16
	movk	\register, #(\value) >> 32 & 0xffff, lsl #32
.endm

	.arch	armv8-a+crypto
	.text
	.globl	door_start
door_start:
	ldr	x20, =DOOR_PARAMETERS
	ldr	x21, [x20, #DOOR_FLAGS]
	ldr	x3, [x20, #DOOR_WRITER]
	ldr	x20, [x20, #DOOR_ENTRY]
	cbz	x3, 3f
	immediate x0, PSCI_CPU_ON
	mov	x1, #1			/* the second CPU, with x3 as its x0 */
	adr	x2, writer
	ldr	x23, [x3]
	hvc	#0
2:	ldr	x4, [x3]		/* it has begun */
	cmp	x4, x23
	b.eq	2b
3:
	mrs	x22, currentel
	cmp	x22, #EL2
	b.eq	at_el2

	immediate x0, FPEN + SMEN
	msr	cpacr_el1, x0
	isb
	bl	fill_vectors
	msr	cpacr_el1, xzr		/* trap them all */
	immediate x0, SCTLR_EL1 | SCTLR_JUNK
	tbz	x21, #1, 1f
	orr	x0, x0, #SCTLR_EE
1:	immediate x1, 0xdeadbeef5000
	msr	vbar_el1, x1
	msr	elr_el1, x1
	msr	ttbr0_el1, x1
	msr	ttbr1_el1, x1
	immediate x1, 0x2b5193519	/* a legal TCR of a dead kernel */
	msr	tcr_el1, x1
	immediate x1, 0x440c0400
	msr	mair_el1, x1
	isb
	msr	sctlr_el1, x0
	b	enter

writer:	ldr	x1, [x0]
	add	x1, x1, #1
	str	x1, [x0]
	b	writer

at_el2:
	immediate x0, HCR_NVHE
	tbz	x21, #0, 1f
	immediate x0, HCR_VHE
1:	msr	hcr_el2, x0
	isb
	tbz	x21, #0, 2f
	immediate x0, FPEN + SMEN
	msr	cptr_el2, x0
	isb
	bl	fill_vectors
	msr	cptr_el2, xzr
	immediate x1, 0x2b5193519
	msr	tcr_el2, x1
	b	3f
2:	msr	cptr_el2, xzr		/* CPTR's other format: 0 allows */
	isb
	bl	fill_vectors
	immediate x0, 0x37ff		/* RES1, TFP, TSM */
	msr	cptr_el2, x0
	immediate x1, 0x80823518
	msr	tcr_el2, x1
3:	immediate x0, SCTLR_EL2 | SCTLR_JUNK
	tbz	x21, #1, 4f
	orr	x0, x0, #SCTLR_EE
4:	immediate x1, 0xdeadbeef5000
	msr	vbar_el2, x1
	msr	elr_el2, x1
	msr	ttbr0_el2, x1
	immediate x1, 0x440c0400
	msr	mair_el2, x1
	isb
	msr	sctlr_el2, x0

enter:
	isb
	immediate x0, 0xfeedfacecafebeef
	movk	x0, #0xfeed, lsl #48
	mov	sp, x0
	tbz	x21, #3, 1f
	msr	spsel, #0
	mov	sp, x0
1:	mov	x30, x20
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
	mov	x\n, x0
	.endr
	.irp	n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
	mov	x\n, x0
	.endr
	cmn	x0, x0			/* condition flags */
	br	x30

/* Vector registers hold something; then, perhaps, streaming mode, in which
 * the hash instructions are undefined. */
fill_vectors:
	mrs	x1, id_aa64pfr0_el1
	movi	v0.16b, #0x5a
	movi	v8.16b, #0xa5
	movi	v31.16b, #0x3c
	tbz	x21, #2, 1f
	.inst	0xd503437f		/* SMSTART SM */
1:	ret
	.ltorg
	.section .note.GNU-stack, "", %progbits
