/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 of one message with the SHA extensions, in as few instructions as
 * one stream takes; it is bound by the latency of its rounds, 2 cycles a byte.
 *
 * void pg_sha256_shani_one(struct pg_sha256_lane *lane, uint64_t blocks);
 *
 * Advances the lane by @blocks >= 1 blocks: its state and data pointer. Data
 * at any alignment.
 *
 *	rdi	lane		state[8], data pointer
 *	rsi	blocks
 *
 * Requires: System V calling convention; CPUID SSSE3, SSE4.1 and SHA;
 * CR4.OSFXSR = 1, CR0.EM = CR0.TS = 0.
 * Changes: rax, rdx, rsi, xmm0-xmm10, flags. Memory: nothing but the lane.
 *
 * What other loaders hash is mostly the zeros behind a kernel (init_size). A
 * block of zeros has a message schedule of zeros: only its rounds are left.
 *
 * Intel SDM volume 2B says how the words lie in the registers: two rounds take
 * A, B, E, F in one and C, D, G, H in the other, H and F being the lowest.
 */
#define lane	%rdi
#define blocks	%rsi
#define data	%rdx
#define k	%rax

#define wk	%xmm0	/* implicit in SHA256RNDS2: words + constants */
#define abef	%xmm1
#define cdgh	%xmm2
#define m0	%xmm3	/* four words of the schedule each */
#define m1	%xmm4
#define m2	%xmm5
#define m3	%xmm6
#define t	%xmm7
#define reverse	%xmm8
#define abef0	%xmm9	/* the state before the block */
#define cdgh0	%xmm10

#define LANE_DATA	32
#define BLOCK_BYTES	64

.macro two_times_two
	sha256rnds2 wk, abef, cdgh
	pshufd	$0x0e, wk, wk
	sha256rnds2 wk, cdgh, abef
.endm

/* Rounds 4 * @i to 4 * @i + 3 with the words @m. */
.macro rounds i, m
	movdqa	\m, wk
	paddd	16 * \i(k), wk
	two_times_two
.endm

/* The same, while @n, the words 16 before, becomes those that are 4 behind
 * @m: sha256msg1 has been there; @p are those 4 before @m. */
.macro rounds_and_words i, m, n, p
	movdqa	\m, wk
	movdqa	\m, t
	paddd	16 * \i(k), wk
	palignr	$4, \p, t
	sha256rnds2 wk, abef, cdgh
	paddd	t, \n
	pshufd	$0x0e, wk, wk
	sha256msg2 \m, \n
	sha256rnds2 wk, cdgh, abef
.endm

	.text
	.globl	pg_sha256_shani_one
	.hidden	pg_sha256_shani_one
	.type	pg_sha256_shani_one, @function
	.balign	64
pg_sha256_shani_one:
	movq	LANE_DATA(lane), data
	leaq	pg_sha256_k(%rip), k
	movdqa	reverse_words(%rip), reverse
	movdqu	(lane), t			/* a b c d */
	movdqu	16(lane), cdgh			/* e f g h */
	pshufd	$0xb1, t, t			/* b a d c */
	pshufd	$0x1b, cdgh, cdgh		/* h g f e */
	movdqa	t, abef
	palignr	$8, cdgh, abef			/* f e b a */
	pblendw	$0xf0, t, cdgh			/* h g d c */

	.balign	32
.Lblock:
	movdqa	abef, abef0
	movdqa	cdgh, cdgh0
	movdqu	(data), m0
	movdqu	16(data), m1
	movdqu	32(data), m2
	movdqu	48(data), m3
	addq	$BLOCK_BYTES, data
	cmpq	$0, -BLOCK_BYTES(data)
	je	.Lperhaps_zeros

.Lwords:
	pshufb	reverse, m0
	rounds	0, m0
	pshufb	reverse, m1
	rounds	1, m1
	sha256msg1 m1, m0
	pshufb	reverse, m2
	rounds	2, m2
	sha256msg1 m2, m1
	pshufb	reverse, m3
	rounds_and_words 3, m3, m0, m2
	sha256msg1 m3, m2
	rounds_and_words 4, m0, m1, m3
	sha256msg1 m0, m3
	rounds_and_words 5, m1, m2, m0
	sha256msg1 m1, m0
	rounds_and_words 6, m2, m3, m1
	sha256msg1 m2, m1
	rounds_and_words 7, m3, m0, m2
	sha256msg1 m3, m2
	rounds_and_words 8, m0, m1, m3
	sha256msg1 m0, m3
	rounds_and_words 9, m1, m2, m0
	sha256msg1 m1, m0
	rounds_and_words 10, m2, m3, m1
	sha256msg1 m2, m1
	rounds_and_words 11, m3, m0, m2
	sha256msg1 m3, m2
	rounds_and_words 12, m0, m1, m3
	sha256msg1 m0, m3
	rounds_and_words 13, m1, m2, m0
	rounds_and_words 14, m2, m3, m1
	rounds	15, m3
.Lnext:
	paddd	abef0, abef
	paddd	cdgh0, cdgh
	decq	blocks
	jnz	.Lblock

	movq	data, LANE_DATA(lane)
	pshufd	$0x1b, abef, abef		/* a b e f */
	pshufd	$0xb1, cdgh, cdgh		/* g h c d */
	movdqa	abef, t
	pblendw	$0xf0, cdgh, t			/* a b c d */
	palignr	$8, abef, cdgh			/* e f g h */
	movdqu	t, (lane)
	movdqu	cdgh, 16(lane)
	ret

.Lperhaps_zeros:
	movdqa	m0, t
	por	m1, t
	por	m2, t
	por	m3, t
	ptest	t, t
	jnz	.Lwords
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movdqa	16 * \i(k), wk
	two_times_two
	.endr
	jmp	.Lnext
	.size	pg_sha256_shani_one, . - pg_sha256_shani_one

	.section .rodata, "a", @progbits
	.balign	16
reverse_words:
	.byte	3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12

	.section .note.GNU-stack, "", @progbits
