/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 of 8 messages side by side, one in each 32-bit lane of AVX2.
 *
 * void pg_sha256_avx2_x8(struct pg_sha256_lane lanes[8], uint64_t blocks);
 *
 * Advances all 8 lanes by @blocks >= 1 blocks each: their states and data
 * pointers. Data at any alignment.
 *
 *	rdi	lanes		40 bytes each: state[8], data pointer
 *	rsi	blocks
 *
 * Requires: System V calling convention; CPUID AVX2; CR4.OSXSAVE = 1 and XCR0
 * bits 1 and 2.
 * Changes: rax, rcx, rdx, rsi, rdi, r8, r9, ymm0-ymm15 and all above them, flags.
 * Stack: 0.9 KiB. Memory: nothing but the lanes and that.
 *
 * Word i of all 8 messages is vector i. The schedule is a ring of 16 vectors
 * on the stack: word i + 16 replaces word i when its round is done. AVX2 has
 * no rotate: a sigma xors right and left shifts, all into one accumulator, for
 * the fewest instructions.
 */
#define LANES		8
#define RING		256	/* at rsp: behind the states */
#define FRAME_BYTES	(RING + 16 * 32)
#define MOVE		vmovdqa
#include "arch/x86_64/sha256_lanes.inc"

#define t	%ymm8
#define u	%ymm9
#define v	%ymm10
#define s	%ymm11
#define x	%ymm14	/* a ^ b of this round and of the one before */
#define y	%ymm15	/* take turns */
#define end	%r9
#define even	%ymm12	/* word i + 14 of the schedule in even rounds, */
#define odd	%ymm13	/* and in odd ones */
#define W(i)	RING + 32 * ((i) & 15)(%rsp)

/* s := the xor of @of rotated by @r1, by @r2, and by @r3 or, unless @rotate,
 * shifted. */
.macro sigma of, r1, r2, r3, rotate=1
	vpsrld	$\r1, \of, s
	vpslld	$32 - \r1, \of, t
	vpsrld	$\r2, \of, u
	vpslld	$32 - \r2, \of, v
	vpxor	t, s, s
	vpxor	u, v, v
	vpsrld	$\r3, \of, t
	.if	\rotate
	vpslld	$32 - \r3, \of, u
	vpxor	u, t, t
	.endif
	vpxor	v, s, s
	vpxor	t, s, s
.endm

/* Round @i of 16 (FIPS 180-4, section 6.2.2, step 3). The new a is in h, the
 * new e in d: names move on with the next round. Ch is g ^ (e & (f ^ g)). Maj
 * is b ^ ((a ^ b) & (b ^ c)), where @bc is the @ab of the round before. When
 * @schedule, word @i becomes the word 16 later (step 1), of which @w14 keeps
 * a copy for the round after the next. */
.macro round schedule, i, a, b, c, d, e, f, g, h, ab, bc, w14
	vpbroadcastd 4 * (\i)(k), t
	vpaddd	W(\i), t, t
	vpxor	\f, \g, u
	vpand	\e, u, u
	vpaddd	t, \h, \h
	vpxor	\g, u, u
	vpaddd	u, \h, \h
	sigma	\e, 6, 11, 25
	vpaddd	s, \h, \h
	vpaddd	\h, \d, \d
	vpxor	\a, \b, \ab
	vpand	\ab, \bc, \bc
	vpxor	\b, \bc, \bc
	vpaddd	\bc, \h, \h
	sigma	\a, 2, 13, 22
	vpaddd	s, \h, \h
	.if	\schedule
	sigma	\w14, 17, 19, 10, 0
	vmovdqa	W(\i + 1), \bc		/* free until the next round */
	vpaddd	W(\i), s, \w14
	vpaddd	W(\i + 9), \w14, \w14
	sigma	\bc, 7, 18, 3, 0
	vpaddd	s, \w14, \w14
	vmovdqa	\w14, W(\i)
	.endif
.endm

.macro eight_rounds sc, i
	round	\sc, \i+0, %ymm0, %ymm1, %ymm2, %ymm3, %ymm4, %ymm5, %ymm6, \
		%ymm7, x, y, even
	round	\sc, \i+1, %ymm7, %ymm0, %ymm1, %ymm2, %ymm3, %ymm4, %ymm5, \
		%ymm6, y, x, odd
	round	\sc, \i+2, %ymm6, %ymm7, %ymm0, %ymm1, %ymm2, %ymm3, %ymm4, \
		%ymm5, x, y, even
	round	\sc, \i+3, %ymm5, %ymm6, %ymm7, %ymm0, %ymm1, %ymm2, %ymm3, \
		%ymm4, y, x, odd
	round	\sc, \i+4, %ymm4, %ymm5, %ymm6, %ymm7, %ymm0, %ymm1, %ymm2, \
		%ymm3, x, y, even
	round	\sc, \i+5, %ymm3, %ymm4, %ymm5, %ymm6, %ymm7, %ymm0, %ymm1, \
		%ymm2, y, x, odd
	round	\sc, \i+6, %ymm2, %ymm3, %ymm4, %ymm5, %ymm6, %ymm7, %ymm0, \
		%ymm1, x, y, even
	round	\sc, \i+7, %ymm1, %ymm2, %ymm3, %ymm4, %ymm5, %ymm6, %ymm7, \
		%ymm0, y, x, odd
.endm

/* @lo, @hi := 16 bytes of lane @i and of lane @i + 4, then the same of the
 * lanes @i + 1 and @i + 5; their words taken in turns. */
.macro load_two i, lo, hi
	movq	LANE_BYTES * (\i) + LANE_DATA(lanes), data
	vmovdqu	(data, at), %xmm8
	movq	LANE_BYTES * (\i + 4) + LANE_DATA(lanes), data
	vinserti128 $1, (data, at), t, t
	movq	LANE_BYTES * (\i + 1) + LANE_DATA(lanes), data
	vmovdqu	(data, at), %xmm9
	movq	LANE_BYTES * (\i + 5) + LANE_DATA(lanes), data
	vinserti128 $1, (data, at), u, u
	vpunpckldq u, t, \lo
	vpunpckhdq u, t, \hi
.endm

	.text
	lanes_open pg_sha256_avx2_x8

.Lblock:
	/* Four words of all lanes at a time, with the bytes of each word
	 * reversed, into the ring. */
	vbroadcasti128 reverse_words(%rip), v
	leaq	RING(%rsp), k
	leaq	RING + 16 * 32(%rsp), end
.Lload:
	load_two 0, %ymm0, %ymm2
	load_two 2, %ymm1, %ymm3
	addq	$16, at
	cross	vpunpcklqdq, vpunpckhqdq, %ymm0, %ymm1, t
	cross	vpunpcklqdq, vpunpckhqdq, %ymm2, %ymm3, t
	.irp	i, 0, 1, 2, 3
	vpshufb	v, %ymm\i, %ymm\i
	vmovdqa	%ymm\i, 32 * \i(k)
	.endr
	addq	$4 * 32, k
	cmpq	end, k
	jne	.Lload
	vmovdqa	W(14), even
	vmovdqa	W(15), odd
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7
	vmovdqa	32 * \i(%rsp), %ymm\i
	.endr
	vpxor	%ymm1, %ymm2, y
	leaq	-48 * 4(k48), k

.Lrounds:	/* 0 to 47 */
	eight_rounds 1, 0
	eight_rounds 1, 8
	addq	$16 * 4, k
	cmpq	k48, k
	jne	.Lrounds
	eight_rounds 0, 0
	eight_rounds 0, 8

	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7
	vpaddd	32 * \i(%rsp), %ymm\i, %ymm\i
	vmovdqa	%ymm\i, 32 * \i(%rsp)
	.endr
	decq	blocks
	jnz	.Lblock
	lanes_close pg_sha256_avx2_x8

	.section .rodata, "a", @progbits
	.balign	16
reverse_words:
	.byte	3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12

	.section .note.GNU-stack, "", @progbits
