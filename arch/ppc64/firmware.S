/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls into the hypervisor, OPAL and RTAS. All three follow the volatile and
 * non-volatile registers of the ABI, but for RTAS, which runs in 32-bit mode
 * and may lose the upper halves of all of them.
 */
#include "arch/ppc64/cpu.h"

#define SAVED_R31 (STACK_FRAME_BYTES)
#define SAVED_R13 (STACK_FRAME_BYTES)
#define OPAL_FRAME (STACK_FRAME_BYTES + 16)
#define RTAS_FRAME (STACK_FRAME_BYTES + 19 * 8 + 8)

	.section .text.firmware, "ax", @progbits
	.globl	pg_ppc64_hcall, pg_ppc64_opal_call, pg_ppc64_rtas_call
	.hidden	pg_ppc64_hcall, pg_ppc64_opal_call, pg_ppc64_rtas_call

/*
 * int64_t pg_ppc64_hcall(uint64_t number, uint64_t a, uint64_t b, uint64_t c,
 *			  uint64_t d);
 *
 * PAPR 14.5.1: number in r3, arguments from r4 on, result in r3: just as they
 * come. Needs MSR.HV = 0, else `sc 1` is ours to serve.
 */
pg_ppc64_hcall:
	sc	1
	blr

/*
 * int64_t pg_ppc64_opal_call(uint64_t token, uint64_t a, uint64_t b,
 *			      uint64_t c, uint64_t base, uint64_t entry);
 *
 * skiboot's doc/opal-spec.rst and Linux's opal-wrappers.S: token in r0, OPAL's
 * base in r2, arguments from r3 on, real mode, big-endian, MSR.EE clear. It
 * comes back in big-endian, too.
 */
pg_ppc64_opal_call:
	mflr	0
	std	0, STACK_LR(1)
	stdu	1, -OPAL_FRAME(1)
	std	31, SAVED_R31(1)
	mfmsr	31
	bcl	20, 31, 1f
1:	mflr	9
	addi	9, 9, opal_back - 1b
	mtlr	9
	mtsrr0	8
	xori	9, 31, MSR_LE
	mtsrr1	9
	mr	0, 3
	mr	3, 4
	mr	4, 5
	mr	5, 6
	mr	2, 7
	rfid
opal_back:
	fork_by_endianness 2f
	be_to_little 9, 10
2:	mtmsrd	31			/* with the vector units of before */
	isync
	load_toc
	ld	31, SAVED_R31(1)
	addi	1, 1, OPAL_FRAME
	ld	0, STACK_LR(1)
	mtlr	0
	blr

/*
 * void pg_ppc64_rtas_call(uint64_t arguments, uint64_t base, uint64_t entry);
 *
 * PAPR 7.2.1: r3 = arguments, r4 = base; real mode, 32-bit, big-endian, not
 * interruptible; returns to LR. Everything must be below 4 GiB, us included.
 */
pg_ppc64_rtas_call:
	mflr	0
	std	0, STACK_LR(1)
	stdu	1, -RTAS_FRAME(1)
	.irp	n, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, \
		27, 28, 29, 30, 31
	std	\n, SAVED_R13 + 8 * (\n - 13)(1)
	.endr
	mfmsr	6
	address_of 7, rtas_stack
	std	1, 0(7)
	std	6, 8(7)
	bcl	20, 31, 1f
1:	mflr	9
	addi	9, 9, rtas_back - 1b
	mtlr	9
	mtsrr0	5
	xori	6, 6, MSR_LE
	clrldi	6, 6, 64 - MSR_SF_SHIFT
	mtsrr1	6
	rfid
rtas_back:
	fork_by_endianness 2f
	be_to_little 9, 10
2:	mfmsr	9
	li	10, 1
	rldimi	9, 10, MSR_SF_SHIFT, 63 - MSR_SF_SHIFT
	mtmsrd	9
	isync
	load_toc
	address_of 7, rtas_stack
	ld	1, 0(7)
	ld	6, 8(7)
	mtmsrd	6
	isync
	.irp	n, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, \
		27, 28, 29, 30, 31
	ld	\n, SAVED_R13 + 8 * (\n - 13)(1)
	.endr
	addi	1, 1, RTAS_FRAME
	ld	0, STACK_LR(1)
	mtlr	0
	blr

	.bss
	.balign	8
rtas_stack: .skip 16			/* r1 and MSR */
	.section .note.GNU-stack, "", @progbits
