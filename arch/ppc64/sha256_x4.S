/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 of four messages side by side, with vshasigmaw.
 *
 * void pg_sha256_ppc64_x4(struct pg_sha256_lane *lanes, uint64_t blocks);
 *
 * Advances lanes[0] to lanes[3] by @blocks >= 1 blocks each: their states and
 * data pointers. Data at any alignment. Word n of a vector belongs to lane n.
 *
 *	r3	lanes		40 bytes each: state[8], data pointer
 *	r4	blocks
 *
 * Requires: ELFv2 calling convention, little-endian; ISA 2.07; MSR.VEC and
 * MSR.VSX. Changes: r0, r2, r4-r12, CR0, CTR, LR's value is kept; v0-v19 and
 * vs0-vs7. Stack: 224 bytes. Memory: nothing but the lanes and that.
 */
#include "arch/ppc64/cpu.h"

#define lanes	3
#define blocks	4
#define data0	5	/* to 8: the next block of each lane */
#define k	9	/* the next round constants */
#define at16	10	/* 16, 32, 48: to index with */
#define at32	11
#define at48	12

#define VS(v)	(32 + (v))	/* a vector register's name among VSX's */
#define A	0		/* FIPS 180-4's working variables */
#define B	1
#define C	2
#define D	3
#define E	4
#define F	5
#define G	6
#define H	7
#define W(i)	(8 + ((i) & 15)) /* a window of the message schedule */
#define K4	24		/* four round constants */
#define K1	25		/* one of them, four times */
#define S	26
#define T	27
#define X	28
#define T2	29
#define SWAP_HIGH 30		/* see load_words */
#define SWAP_LOW 31

#define LANE_BYTES	40
#define LANE_DATA	32	/* offset of the data pointer in a lane */
#define BLOCK_BYTES	64
#define FRAME_BYTES	(STACK_FRAME_BYTES + 16 * 12) /* v20 to v31 */

/* Rows become columns: words \a to \d of each lane, from its own vector. */
.macro transpose a, b, c, d
	vmrghw	S, \a, \c
	vmrghw	T, \b, \d
	vmrglw	X, \a, \c
	vmrglw	T2, \b, \d
	vmrghw	\a, S, T
	vmrglw	\b, S, T
	vmrghw	\c, X, T2
	vmrglw	\d, X, T2
.endm

/* All four lanes' words \i to \i + 3 of a block, \index bytes into it. A
 * message's words are big-endian: the first merge also turns their bytes. */
.macro load_words i, index
	.irp	lane, 0, 1, 2, 3
	lxvw4x	VS(W(\i + \lane)), \index, data0 + \lane
	.endr
	vperm	S, W(\i), W(\i + 2), SWAP_HIGH
	vperm	T, W(\i + 1), W(\i + 3), SWAP_HIGH
	vperm	X, W(\i), W(\i + 2), SWAP_LOW
	vperm	T2, W(\i + 1), W(\i + 3), SWAP_LOW
	vmrghw	W(\i), S, T
	vmrglw	W(\i + 1), S, T
	vmrghw	W(\i + 2), X, T2
	vmrglw	W(\i + 3), X, T2
.endm

/* Round \i; the caller turns the variables' names. Only if \more, it first
 * makes W(i) := W(i) + s0(W(i + 1)) + W(i + 9) + s1(W(i + 14)). */
.macro round i, more, a, b, c, d, e, f, g, h
	.if \more
	vshasigmaw S, W(\i + 1), 0, 0
	vadduwm	W(\i), W(\i), W(\i + 9)
	vshasigmaw T, W(\i + 14), 0, 15
	vadduwm	W(\i), W(\i), S
	vadduwm	W(\i), W(\i), T
	.endif
	vspltw	K1, K4, (\i) & 3
	vshasigmaw S, \e, 1, 15
	vadduwm	\h, \h, W(\i)
	vsel	T, \g, \f, \e			/* Ch */
	vadduwm	\h, \h, K1
	vadduwm	S, S, T
	vadduwm	\h, \h, S
	vadduwm	\d, \d, \h
	vshasigmaw S, \a, 1, 0
	vxor	X, \a, \b
	vsel	T, \b, \c, X			/* Maj */
	vadduwm	\h, \h, S
	vadduwm	\h, \h, T
.endm

/* Rounds \i to \i + 7, and the constants for them. */
.macro eight i, more
	lxvw4x	VS(K4), 0, k
	round	\i, \more, A, B, C, D, E, F, G, H
	round	\i + 1, \more, H, A, B, C, D, E, F, G
	round	\i + 2, \more, G, H, A, B, C, D, E, F
	round	\i + 3, \more, F, G, H, A, B, C, D, E
	lxvw4x	VS(K4), at16, k
	addi	k, k, 32
	round	\i + 4, \more, E, F, G, H, A, B, C, D
	round	\i + 5, \more, D, E, F, G, H, A, B, C
	round	\i + 6, \more, C, D, E, F, G, H, A, B
	round	\i + 7, \more, B, C, D, E, F, G, H, A
.endm

	.machine power8
	.section .rodata.sha256_x4, "a", @progbits
	.balign	16
swaps:	.long	0x03020100, 0x13121110, 0x07060504, 0x17161514
	.long	0x0b0a0908, 0x1b1a1918, 0x0f0e0d0c, 0x1f1e1d1c

	.section .text.sha256_x4, "ax", @progbits
	.globl	pg_sha256_ppc64_x4
	.hidden	pg_sha256_ppc64_x4
	.type	pg_sha256_ppc64_x4, @function
pg_sha256_ppc64_x4:
0:	addis	2, 12, (.TOC. - 0b)@ha
	addi	2, 2, (.TOC. - 0b)@l
	.localentry pg_sha256_ppc64_x4, . - pg_sha256_ppc64_x4
	stdu	1, -FRAME_BYTES(1)
	li	at48, STACK_FRAME_BYTES
	.irp	v, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	stxvw4x	VS(\v), 1, at48
	addi	at48, at48, 16
	.endr
	address_of k, swaps
	li	at16, 16
	lxvw4x	VS(SWAP_HIGH), 0, k
	lxvw4x	VS(SWAP_LOW), at16, k
	mr	at32, lanes
	.irp	lane, 0, 1, 2, 3
	ld	data0 + \lane, LANE_DATA(at32)
	lxvw4x	VS(A + \lane), 0, at32
	lxvw4x	VS(E + \lane), at16, at32
	addi	at32, at32, LANE_BYTES
	.endr
	transpose A, B, C, D
	transpose E, F, G, H
	li	at32, 32
	li	at48, 48

.Lblock:
	.irp	v, A, B, C, D, E, F, G, H
	xxlor	\v, VS(\v), VS(\v)		/* kept until the end */
	.endr
	load_words 0, 0
	load_words 4, at16
	load_words 8, at32
	load_words 12, at48
	.irp	lane, 0, 1, 2, 3
	addi	data0 + \lane, data0 + \lane, BLOCK_BYTES
	.endr
	address_of k, pg_sha256_k
	li	0, 3
	mtctr	0
	eight	0, 0
	eight	8, 0
.Lrounds:
	eight	0, 1
	eight	8, 1
	bdnz	.Lrounds
	.irp	v, A, B, C, D, E, F, G, H
	xxlor	VS(S), \v, \v
	vadduwm	\v, \v, S
	.endr
	addic.	blocks, blocks, -1
	bne	.Lblock

	transpose A, B, C, D
	transpose E, F, G, H
	.irp	lane, 0, 1, 2, 3
	std	data0 + \lane, LANE_DATA(lanes)
	stxvw4x	VS(A + \lane), 0, lanes
	stxvw4x	VS(E + \lane), at16, lanes
	addi	lanes, lanes, LANE_BYTES
	.endr
	li	at48, STACK_FRAME_BYTES
	.irp	v, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	lxvw4x	VS(\v), 1, at48
	addi	at48, at48, 16
	.endr
	addi	1, 1, FRAME_BYTES
	blr
	.size	pg_sha256_ppc64_x4, . - pg_sha256_ppc64_x4
	.section .note.GNU-stack, "", @progbits
