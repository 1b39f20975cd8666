/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 of one message, with vshasigmaw.
 *
 * void pg_sha256_ppc64_x1(struct pg_sha256_lane *lane, uint64_t blocks);
 *
 * Advances @lane, its state and data pointer, by @blocks >= 1 blocks. Data at
 * any alignment. The message schedule is made four words at a time; of the
 * working variables only word 0 of a vector counts.
 *
 *	r3	lane		state[8], data pointer
 *	r4	blocks
 *
 * Requires: ELFv2 calling convention, little-endian; ISA 2.07; MSR.VEC and
 * MSR.VSX. Changes: r0, r2, r4-r10, CR0, CTR, LR's value is kept; v0-v19.
 * Stack, memory: nothing but the lane.
 */
#include "arch/ppc64/cpu.h"

#define lane	3
#define blocks	4
#define data	5	/* the next block */
#define k	6	/* the next round constants */
#define at16	7	/* 16, 32, 48: to index with */
#define at32	8
#define at48	9

#define VS(v)	(32 + (v))	/* a vector register's name among VSX's */
#define A	0		/* FIPS 180-4's working variables */
#define B	1
#define C	2
#define D	3
#define E	4
#define F	5
#define G	6
#define H	7
#define W0	8		/* the last 16 words of the schedule */
#define W4	9
#define W8	10
#define W12	11
#define KW	12		/* four words and their constants, summed */
#define S	13
#define T	14
#define X	15
#define ZERO	16
#define SWAP	17		/* turns the bytes of each word */
#define ABCD	18		/* the state of before, a to d and e to h */
#define EFGH	19

#define LANE_DATA	32	/* offset of the data pointer in a lane */
#define BLOCK_BYTES	64

/* One round; the caller turns the variables' names. The round's word is
 * word 0 of KW. */
.macro round a, b, c, d, e, f, g, h
	vadduwm	\h, \h, KW
	vshasigmaw S, \e, 1, 15
	vsel	T, \g, \f, \e			/* Ch */
	vadduwm	\h, \h, T
	vxor	X, \a, \b
	vadduwm	\h, \h, S
	vshasigmaw S, \a, 1, 0
	vsel	T, \b, \c, X			/* Maj */
	vadduwm	\d, \d, \h
	vadduwm	S, S, T
	vadduwm	\h, \h, S
.endm

/* Four rounds with the constants at \index(k). Only if \more, it first makes
 * the next four words of the schedule in place of the oldest, \w0. */
.macro four more, index, w0, w4, w8, w12, a, b, c, d, e, f, g, h
	lxvw4x	VS(KW), \index, k
	.if \more
	vsldoi	S, \w0, \w4, 4			/* from W[t - 15] on */
	vshasigmaw T, \w12, 0, 15		/* of W[t - 2], W[t - 1] */
	vsldoi	X, \w8, \w12, 4			/* from W[t - 7] on */
	vshasigmaw S, S, 0, 0
	vsldoi	T, T, ZERO, 8
	vadduwm	\w0, \w0, X
	vadduwm	S, S, T
	vadduwm	\w0, \w0, S			/* two are complete */
	vshasigmaw T, \w0, 0, 15
	vsldoi	T, ZERO, T, 8
	vadduwm	\w0, \w0, T
	.endif
	vadduwm	KW, KW, \w0
	round	\a, \b, \c, \d, \e, \f, \g, \h
	vsldoi	KW, KW, KW, 4
	round	\h, \a, \b, \c, \d, \e, \f, \g
	vsldoi	KW, KW, KW, 4
	round	\g, \h, \a, \b, \c, \d, \e, \f
	vsldoi	KW, KW, KW, 4
	round	\f, \g, \h, \a, \b, \c, \d, \e
.endm

.macro sixteen more
	four	\more, 0, W0, W4, W8, W12, A, B, C, D, E, F, G, H
	four	\more, at16, W4, W8, W12, W0, E, F, G, H, A, B, C, D
	four	\more, at32, W8, W12, W0, W4, A, B, C, D, E, F, G, H
	four	\more, at48, W12, W0, W4, W8, E, F, G, H, A, B, C, D
	addi	k, k, 64
.endm

/* Word 0 of four vectors becomes one vector, \a, and the reverse. */
.macro gather a, b, c, d
	vmrghw	\a, \a, \b
	vmrghw	\c, \c, \d
	xxpermdi VS(\a), VS(\a), VS(\c), 0
.endm
.macro spread from, a, b, c, d
	vmr	\a, \from
	vsldoi	\b, \from, \from, 4
	vsldoi	\c, \from, \from, 8
	vsldoi	\d, \from, \from, 12
.endm

	.machine power8
	.section .rodata.sha256_x1, "a", @progbits
	.balign	16
swap:	.long	0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c

	.section .text.sha256_x1, "ax", @progbits
	.globl	pg_sha256_ppc64_x1
	.hidden	pg_sha256_ppc64_x1
	.type	pg_sha256_ppc64_x1, @function
pg_sha256_ppc64_x1:
0:	addis	2, 12, (.TOC. - 0b)@ha
	addi	2, 2, (.TOC. - 0b)@l
	.localentry pg_sha256_ppc64_x1, . - pg_sha256_ppc64_x1
	address_of k, swap
	lxvw4x	VS(SWAP), 0, k
	vxor	ZERO, ZERO, ZERO
	li	at16, 16
	li	at32, 32
	li	at48, 48
	ld	data, LANE_DATA(lane)
	lxvw4x	VS(ABCD), 0, lane
	lxvw4x	VS(EFGH), at16, lane

.Lblock:
	spread	ABCD, A, B, C, D
	spread	EFGH, E, F, G, H
	lxvw4x	VS(W0), 0, data
	lxvw4x	VS(W4), at16, data
	lxvw4x	VS(W8), at32, data
	lxvw4x	VS(W12), at48, data
	.irp	w, W0, W4, W8, W12
	vperm	\w, \w, \w, SWAP
	.endr
	addi	data, data, BLOCK_BYTES
	address_of k, pg_sha256_k
	li	0, 3
	mtctr	0
	sixteen	0
.Lrounds:
	sixteen	1
	bdnz	.Lrounds
	gather	A, B, C, D
	gather	E, F, G, H
	vadduwm	ABCD, ABCD, A
	vadduwm	EFGH, EFGH, E
	addic.	blocks, blocks, -1
	bne	.Lblock

	std	data, LANE_DATA(lane)
	stxvw4x	VS(ABCD), 0, lane
	stxvw4x	VS(EFGH), at16, lane
	blr
	.size	pg_sha256_ppc64_x1, . - pg_sha256_ppc64_x1
	.section .note.GNU-stack, "", @progbits
