/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * noreturn void pg_ppc64_jump(uint64_t fdt, uint64_t kernel,
 *			       uint64_t opal_base, uint64_t opal_entry,
 *			       uint64_t entry, uint64_t msr, uint64_t client,
 *			       uint64_t stack);
 *
 * Enters a kernel (Linux, Documentation/powerpc/booting.rst, and head_64.S:
 * __start) in the byte order that @msr says: as kexec does, with @client 0, or
 * as Open Firmware does, with initrd and its bytes in place of the first two,
 * and its stack.
 *
 *   in   r3 fdt  r4 kernel  r5 OPAL base  r6 OPAL entry  r7 entry  r8 msr
 *        r9 client  r10 stack
 *   out  r1 stack  r3 fdt  r4 kernel  r5 client     r8 OPAL base   r9 OPAL entry
 *        all others, LR, CTR, CR and XER 0
 */
#include "arch/ppc64/cpu.h"

#define H_CEDE 0xe0		/* PAPR 14.11.3.3 */

	.section .text.handoff, "ax", @progbits
	.globl	pg_ppc64_jump, pg_ppc64_halt
	.hidden	pg_ppc64_jump, pg_ppc64_halt
pg_ppc64_jump:
	mtsrr0	7
	mtsrr1	8
	mr	1, 10
	mr	10, 9
	mr	8, 5
	mr	9, 6
	mr	5, 10
	li	0, 0
	mtlr	0
	mtctr	0
	mtxer	0
	mtcr	0
	.irp	n, 0, 2, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, \
		21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	li	\n, 0
	.endr
	rfid

/*
 * noreturn void pg_ppc64_halt(uint64_t status, bool cede);
 *
 * Stops this CPU with @status in r31. H_CEDE gives it back to the hypervisor
 * until an interrupt, for which it sets MSR.EE; traps.c dismisses those.
 */
pg_ppc64_halt:
	mr	31, 3
	mr	30, 4
1:	or	31, 31, 31		/* very low priority; changes nothing */
	cmpdi	30, 0
	beq	1b
	li	3, H_CEDE
	sc	1
	li	3, MSR_RI
	mtmsrd	3, 1			/* MSR.EE := 0 */
	b	1b
	.section .note.GNU-stack, "", @progbits
