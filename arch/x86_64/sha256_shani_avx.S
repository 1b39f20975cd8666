/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 of 2 or 4 messages side by side, with the SHA extensions, and AVX's
 * three operands for everything else.
 *
 * void pg_sha256_shani_avx_x<n>(struct pg_sha256_lane lanes[n],
 *				 uint64_t blocks);
 *
 * Advances all lanes by @blocks >= 1 blocks each: their states and data
 * pointers. Data at any alignment.
 *
 *	rdi	lanes		40 bytes each: state[8], data pointer
 *	rsi	blocks
 *
 * Requires: System V calling convention; CPUID AVX, SSSE3, SSE4.1 and SHA;
 * CR4.OSXSAVE = 1 and XCR0 bits 1 and 2.
 * Changes: rax, rcx, rdx, rsi, rdi, r8, r9, xmm0-xmm15 and all above them,
 * flags. Stack: 0.5 KiB. Memory: nothing but the lanes and that.
 *
 * The schedules of two streams fit into the registers: eight instructions for
 * four rounds, and none that only moves. Two pairs take turns, block by
 * block: while the one waits for SHA256RNDS2, a CPU that looks 260
 * instructions ahead has begun with the other.
 *
 * sha256_shani.S says how the words lie in the registers.
 */
	.cfi_sections .debug_frame

#define lanes	%rdi
#define left	%rsi	/* blocks, of all pairs together */
#define other	%rdx	/* PAIR_BYTES when there are two pairs, else 0 */
#define p	%rcx	/* the present pair, in the frame */
#define k	%rax	/* the middle of the constants */
#define data_a	%r8
#define data_b	%r9

#define wk	%xmm0	/* implicit in SHA256RNDS2: words + constants */
#define abef_a	%xmm1
#define cdgh_a	%xmm2
#define abef_b	%xmm7
#define cdgh_b	%xmm8
#define t	%xmm13
#define u	%xmm14
#define mask	%xmm15	/* reverses the bytes of each word */

#define LANE_BYTES	40
#define LANE_DATA	32	/* offset of the data pointer in a lane */
#define BLOCK_BYTES	64

/* A pair in the frame: a power of two, so that XOR leads to the other. */
#define DATA		64	/* behind abef and cdgh of both */
#define PAIR_BYTES	128

/* Stream @s of the present pair := the lane, at lanes. */
.macro open s
	vmovdqu	LANE_BYTES * \s(lanes), t		/* a b c d */
	vmovdqu	LANE_BYTES * \s + 16(lanes), u		/* e f g h */
	movq	LANE_BYTES * \s + LANE_DATA(lanes), data_a
	vpshufd	$0xb1, t, t				/* b a d c */
	vpshufd	$0x1b, u, u				/* h g f e */
	vpalignr $8, u, t, wk				/* f e b a */
	vpblendw $0xf0, t, u, u				/* h g d c */
	vmovdqa	wk, 32 * \s(p)
	vmovdqa	u, 32 * \s + 16(p)
	movq	data_a, DATA + 8 * \s(p)
.endm

/* The reverse. */
.macro close s
	vpshufd	$0x1b, 32 * \s(p), t			/* a b e f */
	vpshufd	$0xb1, 32 * \s + 16(p), u		/* g h c d */
	movq	DATA + 8 * \s(p), data_a
	vpblendw $0xf0, u, t, wk			/* a b c d */
	vpalignr $8, t, u, u				/* e f g h */
	vmovdqu	wk, LANE_BYTES * \s(lanes)
	vmovdqu	u, LANE_BYTES * \s + 16(lanes)
	movq	data_a, LANE_BYTES * \s + LANE_DATA(lanes)
.endm

/* The next block's words and the state. */
.macro load s, data, abef, cdgh, w0, w1, w2, w3
	movq	DATA + 8 * \s(p), \data
	vmovdqu	(\data), \w0
	vmovdqu	16(\data), \w1
	vmovdqu	32(\data), \w2
	vmovdqu	48(\data), \w3
	addq	$BLOCK_BYTES, DATA + 8 * \s(p)
	vpshufb	mask, \w0, \w0
	vpshufb	mask, \w1, \w1
	vpshufb	mask, \w2, \w2
	vpshufb	mask, \w3, \w3
	vmovdqa	32 * \s(p), \abef
	vmovdqa	32 * \s + 16(p), \cdgh
.endm

/* Rounds 4 * @i to 4 * @i + 3 of one stream. As long as there are words to
 * come, W(4i) to W(4i + 3), in @w0, become the 16 later. */
.macro four i, abef, cdgh, w0, w1, w2, w3
	vpaddd	16 * (\i) - 128(k), \w0, wk
	sha256rnds2 wk, \abef, \cdgh
	vpshufd	$0x0e, wk, wk
	sha256rnds2 wk, \cdgh, \abef
	.if	\i < 12
	sha256msg1 \w1, \w0			/* W(t) + s0(W(t + 1)) */
	vpalignr $4, \w2, \w3, t
	vpaddd	t, \w0, \w0			/* + W(t + 9) */
	sha256msg2 \w3, \w0			/* + s1(W(t + 14)) */
	.endif
.endm

/* Both streams use wk and t: the CPU renames them. */
.macro sixteen i
	four	\i+0, abef_a, cdgh_a, %xmm3, %xmm4, %xmm5, %xmm6
	four	\i+0, abef_b, cdgh_b, %xmm9, %xmm10, %xmm11, %xmm12
	four	\i+1, abef_a, cdgh_a, %xmm4, %xmm5, %xmm6, %xmm3
	four	\i+1, abef_b, cdgh_b, %xmm10, %xmm11, %xmm12, %xmm9
	four	\i+2, abef_a, cdgh_a, %xmm5, %xmm6, %xmm3, %xmm4
	four	\i+2, abef_b, cdgh_b, %xmm11, %xmm12, %xmm9, %xmm10
	four	\i+3, abef_a, cdgh_a, %xmm6, %xmm3, %xmm4, %xmm5
	four	\i+3, abef_b, cdgh_b, %xmm12, %xmm9, %xmm10, %xmm11
.endm

/* The state before the block + the state after its rounds. */
.macro add_state s, abef, cdgh
	vpaddd	32 * \s(p), \abef, \abef
	vpaddd	32 * \s + 16(p), \cdgh, \cdgh
	vmovdqa	\abef, 32 * \s(p)
	vmovdqa	\cdgh, 32 * \s + 16(p)
.endm

	.text
	.globl	pg_sha256_shani_avx_x2, pg_sha256_shani_avx_x4
	.hidden	pg_sha256_shani_avx_x2, pg_sha256_shani_avx_x4
	.type	pg_sha256_shani_avx_x2, @function
	.type	pg_sha256_shani_avx_x4, @function
	.balign	64
pg_sha256_shani_avx_x2:
	.cfi_startproc
	xorl	%edx, %edx
	jmp	.Lpairs
pg_sha256_shani_avx_x4:
	movl	$PAIR_BYTES, %edx
	addq	left, left
.Lpairs:
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	subq	$2 * PAIR_BYTES, %rsp
	andq	$-2 * PAIR_BYTES, %rsp
	vzeroupper		/* what is above would slow SHA's SSE forms */
	leaq	128 + pg_sha256_k(%rip), k
	vmovdqa	reverse_words(%rip), mask
	movq	lanes, %r9
	movq	%rsp, p
.Lopen:
	open	0
	open	1
	addq	$2 * LANE_BYTES, lanes
	xorq	other, p
	cmpq	%rsp, p
	jne	.Lopen
	movq	%r9, lanes

.Lblock:	/* of one pair */
	load	0, data_a, abef_a, cdgh_a, %xmm3, %xmm4, %xmm5, %xmm6
	load	1, data_b, abef_b, cdgh_b, %xmm9, %xmm10, %xmm11, %xmm12
	sixteen	0
	sixteen	4
	sixteen	8
	sixteen	12
	add_state 0, abef_a, cdgh_a
	add_state 1, abef_b, cdgh_b
	xorq	other, p
	decq	left
	jnz	.Lblock

.Lclose:	/* p is at the first again */
	close	0
	close	1
	addq	$2 * LANE_BYTES, lanes
	xorq	other, p
	cmpq	%rsp, p
	jne	.Lclose
	leave
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size	pg_sha256_shani_avx_x2, . - pg_sha256_shani_avx_x2
	.size	pg_sha256_shani_avx_x4, . - pg_sha256_shani_avx_x4

	.section .rodata, "a", @progbits
	.balign	16
reverse_words:
	.byte	3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12

	.section .note.GNU-stack, "", @progbits
