/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 of 4 messages side by side, one in each 32-bit lane of SSE.
 *
 * void pg_sha256_ssse3_x4(struct pg_sha256_lane lanes[4], uint64_t blocks);
 *
 * Advances all 4 lanes by @blocks >= 1 blocks each: their states and data
 * pointers. Data at any alignment.
 *
 *	rdi	lanes		40 bytes each: state[8], data pointer
 *	rsi	blocks
 *
 * Requires: System V calling convention; CPUID SSSE3; CR4.OSFXSR = 1, CR0.EM =
 * CR0.TS = 0. No AVX, no XSAVE.
 * Changes: rax, rcx, rdx, rsi, rdi, r8-r11, xmm0-xmm14, flags.
 * Stack: 2.3 KiB. Memory: nothing but the lanes and that.
 *
 * Word i of all 4 messages is vector i. The schedule and the constants lie on
 * the stack, as for AVX2. SSE has no rotate and no third operand: for few
 * copies, a sigma shifts in steps: x >> 2 ^ x >> 13 ^ x >> 22 is
 * ((x >> 9 ^ x) >> 11 ^ x) >> 2, and left shifts alike.
 */
#define LANES		4
#define CONSTANTS	128			/* at rsp, behind the states */
#define SCHEDULE	(CONSTANTS + 64 * 16)
#define FRAME_BYTES	(SCHEDULE + 64 * 16)
#include "arch/x86_64/sha256_lanes.inc"

#define V(i)	%xmm##i
#define s	%xmm8
#define t	%xmm9
#define even	%xmm10	/* word i + 14 in even rounds, */
#define odd	%xmm11	/* and in odd ones */
#define x	%xmm12	/* W(i), then a ^ b; what the round before had */
#define y	%xmm13	/* take turns */
#define mask	%xmm14	/* reverses the bytes of each word */
#define r	%rcx	/* rsp + 16 * the round that the next eight begin with */
#define end	%rax	/* of these rounds */
#define data_0	%r8
#define data_1	%r9
#define data_2	%r10
#define data_3	%r11
#define K(i)	CONSTANTS + 16 * (i)(r)
#define W(i)	SCHEDULE + 16 * (i)(r)
#include "arch/x86_64/sha256_rounds.inc"

/* s := the xor of @of rotated by @r1 < @r2 < @r3. */
.macro rotates of, r1, r2, r3
	movdqa	\of, s
	movdqa	\of, t
	psrld	$\r3 - \r2, s
	pslld	$\r2 - \r1, t
	pxor	\of, s
	pxor	\of, t
	psrld	$\r2 - \r1, s
	pslld	$\r3 - \r2, t
	pxor	\of, s
	pxor	\of, t
	psrld	$\r1, s
	pslld	$32 - \r3, t
	pxor	t, s
.endm
/* s := the xor of @of rotated by @r2 and by @r3, and shifted by @r1; @r1 < @r2
 * < @r3. */
.macro shift_and_rotates of, r1, r2, r3
	movdqa	\of, s
	movdqa	\of, t
	psrld	$\r3 - \r2, s
	pslld	$\r3 - \r2, t
	pxor	\of, s
	pxor	\of, t
	psrld	$\r2 - \r1, s
	pslld	$32 - \r3, t
	pxor	\of, s
	psrld	$\r1, s
	pxor	t, s
.endm

/* Round @i of 8, as in sha256_avx2.S. */
.macro round schedule, i, a, b, c, d, e, f, g, h, ab, bc, w14
	.if	\schedule
	shift_and_rotates \w14, 10, 17, 19
	movdqa	W(\i + 9), \w14
	paddd	\ab, \w14
	paddd	s, \w14
	.else
	movdqa	W(\i), \ab
	.endif
	paddd	K(\i), \ab
	movdqa	\f, t
	pxor	\g, t
	paddd	\ab, \h
	pand	\e, t
	pxor	\g, t
	paddd	t, \h
	rotates	\e, 6, 11, 25
	paddd	s, \h
	paddd	\h, \d
	movdqa	\a, \ab
	pxor	\b, \ab
	pand	\ab, \bc
	pxor	\b, \bc
	paddd	\bc, \h
	rotates	\a, 2, 13, 22
	paddd	s, \h
	.if	\schedule
	movdqa	W(\i + 1), \bc
	shift_and_rotates \bc, 3, 7, 18
	paddd	s, \w14
	movdqa	\w14, W(\i + 16)
	.endif
.endm

/* @lo, @hi := the words of two lanes in turns, the first two and the last. */
.macro pair offset, one, two, lo, hi
	movdqu	\offset(\one, at), \lo
	movdqu	\offset(\two, at), t
	movdqa	\lo, \hi
	punpckldq t, \lo
	punpckhdq t, \hi
.endm
/* Words @i to @i + 3 of all lanes, into the schedule. */
.macro load_words i
	pair	4*\i, data_0, data_1, %xmm0, %xmm4
	pair	4*\i, data_2, data_3, %xmm2, %xmm5
	movdqa	%xmm0, %xmm1
	movdqa	%xmm4, %xmm3
	punpcklqdq %xmm2, %xmm0
	punpckhqdq %xmm2, %xmm1
	punpcklqdq %xmm5, %xmm4
	punpckhqdq %xmm5, %xmm3
	.set	word, \i
	.irp	of, 0, 1, 4, 3
	pshufb	mask, %xmm\of
	movdqa	%xmm\of, SCHEDULE + 16 * word(%rsp)
	.set	word, word + 1
	.endr
.endm

	.text
	lanes_open pg_sha256_ssse3_x4
	movdqa	reverse_words(%rip), mask
	leaq	pg_sha256_k(%rip), %r8
	leaq	64 * 16(%rsp), r
.Lconstants:	/* the last one first */
	movd	63 * 4(%r8), t
	pshufd	$0, t, t
	subq	$4, %r8
	subq	$16, r
	movdqa	t, K(0)
	cmpq	%rsp, r
	jne	.Lconstants
	movq	LANE_DATA + LANE_BYTES * 0(lanes), data_0
	movq	LANE_DATA + LANE_BYTES * 1(lanes), data_1
	movq	LANE_DATA + LANE_BYTES * 2(lanes), data_2
	movq	LANE_DATA + LANE_BYTES * 3(lanes), data_3

.Lblock:
	load_words 0
	load_words 4
	load_words 8
	load_words 12
	movdqa	%xmm4, even
	movdqa	%xmm3, odd
	addq	$BLOCK_BYTES, at
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7
	movdqa	16 * \i(%rsp), %xmm\i
	.endr
	movq	%rsp, r
	leaq	48 * 16(%rsp), end
	movdqa	W(0), x
	movdqa	%xmm1, y
	pxor	%xmm2, y
.Lwords:	/* rounds 0 to 47 */
	eight_rounds 1
	addq	$8 * 16, r
	cmpq	end, r
	jne	.Lwords
	addq	$16 * 16, end
.Llast:		/* rounds 48 to 63 */
	eight_rounds 0
	addq	$8 * 16, r
	cmpq	end, r
	jne	.Llast

	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7
	paddd	16 * \i(%rsp), %xmm\i
	movdqa	%xmm\i, 16 * \i(%rsp)
	.endr
	decq	blocks
	jnz	.Lblock
	lanes_close pg_sha256_ssse3_x4

	.section .rodata, "a", @progbits
	.balign	16
reverse_words:
	.byte	3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12

	.section .note.GNU-stack, "", @progbits
