/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Caches and translation on and off. All by address, to the point of
 * coherency: operations by set and way neither reach system caches nor other
 * CPUs' (ARM ARM D7.5.9, Documentation/arch/arm64/booting.rst).
 *
 * None of these functions uses the stack: between the last line that is
 * written back and the moment the caches are off nothing may be written.
 */
#include "arch/arm64/cpu.h"

.macro function name
	.globl	\name
	.hidden	\name
	.type	\name, %function
\name:
.endm

/* \op for each line of [\start, \end); the smallest line of any data cache
 * counts (CTR_EL0.DminLine: log2 of words). Changes \start, x9, x10. */
.macro each_line op, start, end
	mrs	x9, ctr_el0
	ubfx	x9, x9, #16, #4
	mov	x10, #4
	lsl	x9, x10, x9
	sub	x10, x9, #1
	bic	\start, \start, x10
	b	2f
1:	dc	\op, \start
	add	\start, \start, x9
2:	cmp	\start, \end
	b.lo	1b
	dsb	sy
.endm

	.section .text.cache, "ax", %progbits

/* void pg_arm64_clean_invalidate(uint64_t start, uint64_t end) */
function pg_arm64_clean_invalidate
	each_line civac, x0, x1
	ret

/* void pg_arm64_invalidate(uint64_t start, uint64_t end) */
function pg_arm64_invalidate
	each_line ivac, x0, x1
	ret

/*
 * void pg_arm64_enable(uint64_t sctlr, uint64_t mair, uint64_t tcr,
 *			uint64_t ttbr0)
 * Requires: the MMU off; the tables at ttbr0, in memory and in no cache, map
 * this code, the stack and the vectors.
 */
function pg_arm64_enable
	dsb	sy
	mrs	x9, currentel
	cmp	x9, #ARM64_EL2
	b.eq	1f
	msr	mair_el1, x1
	msr	tcr_el1, x2
	msr	ttbr0_el1, x3
	isb
	tlbi	vmalle1
	ic	iallu
	dsb	sy
	isb
	msr	sctlr_el1, x0
	isb
	ret
1:	msr	mair_el2, x1
	msr	tcr_el2, x2
	msr	ttbr0_el2, x3
	isb
	tlbi	alle2
	ic	iallu
	dsb	sy
	isb
	msr	sctlr_el2, x0
	isb
	ret

/*
 * void pg_arm64_disable(uint64_t sctlr, uint64_t start, uint64_t end)
 * Afterwards fetches and accesses go to memory, and no translation is left.
 */
function pg_arm64_disable
	each_line civac, x1, x2
	mrs	x9, currentel
	cmp	x9, #ARM64_EL2
	b.eq	1f
	msr	sctlr_el1, x0
	isb
	tlbi	vmalle1
	b	2f
1:	msr	sctlr_el2, x0
	isb
	tlbi	alle2
2:	ic	iallu
	dsb	sy
	isb
	ret
	.section .note.GNU-stack, "", %progbits
