/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel in Linux's arm64 Image format (Documentation/arch/arm64/booting.rst)
 * that prints the state that it is entered with and ends the machine.
 * payload.c does the printing; this file is the header and the saving.
 */
#define EL2 0x8

	.section .head, "ax", %progbits
	.globl	payload_image
payload_image:
	b	payload_start		/* code0 */
	.word	0			/* code1 */
	.quad	0			/* text_offset */
	.quad	payload_end - payload_image
	.quad	0xa			/* little-endian, 4 KiB, anywhere */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.word	0

payload_start:
	/* x16 alone is saved in the thread register: its place in memory has
	 * to be computed in something. */
	msr	tpidr_el0, x16
	adr	x16, payload_state
	stp	x0, x1, [x16, #0]
	stp	x2, x3, [x16, #16]
	stp	x4, x5, [x16, #32]
	stp	x6, x7, [x16, #48]
	stp	x8, x9, [x16, #64]
	stp	x10, x11, [x16, #80]
	stp	x12, x13, [x16, #96]
	stp	x14, x15, [x16, #112]
	mrs	x0, tpidr_el0
	stp	x0, x17, [x16, #128]
	stp	x18, x19, [x16, #144]
	stp	x20, x21, [x16, #160]
	stp	x22, x23, [x16, #176]
	stp	x24, x25, [x16, #192]
	stp	x26, x27, [x16, #208]
	stp	x28, x29, [x16, #224]
	mrs	x0, currentel
	stp	x30, x0, [x16, #240]
	mrs	x1, daif
	mrs	x2, spsel
	stp	x1, x2, [x16, #256]
	mrs	x1, nzcv
	cmp	x0, #EL2
	b.eq	1f
	mrs	x2, sctlr_el1
	stp	x1, x2, [x16, #272]
	mrs	x1, tcr_el1
	mrs	x2, mair_el1
	stp	x1, x2, [x16, #288]
	mrs	x1, ttbr0_el1
	mrs	x2, cpacr_el1
	stp	x1, x2, [x16, #304]
	b	2f
1:	mrs	x2, sctlr_el2
	stp	x1, x2, [x16, #272]
	mrs	x1, tcr_el2
	mrs	x2, mair_el2
	stp	x1, x2, [x16, #288]
	mrs	x1, ttbr0_el2
	mrs	x2, cptr_el2
	stp	x1, x2, [x16, #304]
	mrs	x1, hcr_el2
	str	x1, [x16, #320]
2:	adr	x0, payload_stack_top
	mov	sp, x0
	mov	x29, xzr
	bl	payload_main
	brk	#0

	.bss
	.balign	16
	.globl	payload_state
payload_state:
	.skip	336
	.balign	16
	.skip	8192
payload_stack_top:
	.section .note.GNU-stack, "", %progbits
