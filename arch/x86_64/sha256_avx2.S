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
 * Changes: rax, rcx, rdx, rsi, rdi, r8-r11, ymm0-ymm15 and all above them,
 * flags.
 * Stack: 4.5 KiB. Memory: nothing but the lanes and that.
 *
 * Word i of all 8 messages is vector i. The schedule lies on the stack, and so
 * does each constant, once for each lane: one addition takes it from there.
 * AVX2 has no rotate: a sigma xors right and left shifts, all into one
 * accumulator, for the fewest instructions: 58 for a round and a word.
 */
#define LANES		8
#define CONSTANTS	256			/* at rsp, behind the states */
#define SCHEDULE	(CONSTANTS + 64 * 32)
#define END_48		(SCHEDULE + 64 * 32)	/* of the rounds with words */
#define END_64		(END_48 + 8)
#define BLOCKS		(END_64 + 8)
#define LANES_AT	(BLOCKS + 8)
#define DATA_7		(LANES_AT + 8)
#define FRAME_BYTES	(DATA_7 + 8)
#include "arch/x86_64/sha256_lanes.inc"

#define V(i)	%ymm##i
#define t	%ymm8
#define u	%ymm9
#define v	%ymm10
#define s	%ymm11
#define x	%ymm14	/* W(i), then a ^ b; what the round before had */
#define y	%ymm15	/* take turns */
#define even	%ymm12	/* word i + 14 of the schedule in even rounds, */
#define odd	%ymm13	/* and in odd ones */
#define r	%rcx	/* rsp + 32 * the round that the next eight begin with */

#define K(i)	CONSTANTS + 32 * (i)(r)
#define W(i)	SCHEDULE + 32 * (i)(r)

#include "arch/x86_64/sha256_avx2_words.inc"
#include "arch/x86_64/sha256_rounds.inc"

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

/* Round @i of 8 (FIPS 180-4, section 6.2.2, step 3). The new a is in h, the
 * new e in d: names move on with the next round. Ch is g ^ (e & (f ^ g)). Maj
 * is b ^ ((a ^ b) & (b ^ c)), where @bc is the @ab of the round before. When
 * @schedule, @ab brings word @i and @bc leaves with the next one; the word 16
 * later is made (step 1), of which @w14 keeps a copy for the round after the
 * next. */
.macro round schedule, i, a, b, c, d, e, f, g, h, ab, bc, w14
	.if	\schedule
	sigma	\w14, 17, 19, 10, 0
	vpaddd	W(\i + 9), s, \w14
	vpaddd	\ab, \w14, \w14
	.else
	vmovdqa	W(\i), \ab
	.endif
	vpaddd	K(\i), \ab, \ab
	vpxor	\f, \g, u
	vpand	\e, u, u
	vpaddd	\ab, \h, \h
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
	vmovdqa	W(\i + 1), \bc
	sigma	\bc, 7, 18, 3, 0
	vpaddd	s, \w14, \w14
	vmovdqa	\w14, W(\i + 16)
	.endif
.endm

	.text
	lanes_open pg_sha256_avx2_x8
	movq	lanes, LANES_AT(%rsp)
	movq	blocks, BLOCKS(%rsp)
	leaq	48 * 32(%rsp), %rax
	movq	%rax, END_48(%rsp)
	leaq	64 * 32(%rsp), %rax
	movq	%rax, END_64(%rsp)
	leaq	pg_sha256_k(%rip), %r8
	movq	%rsp, r
.Lconstants:
	vpbroadcastd (%r8), t
	vmovdqa	t, K(0)
	addq	$4, %r8
	addq	$32, r
	cmpq	%rax, r
	jne	.Lconstants
	open_data

.Lblock:
	movq	DATA_7(%rsp), data_7
	vbroadcasti128 reverse_words(%rip), y
	load_words 0
	load_words 8
	addq	$BLOCK_BYTES, at
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7
	vmovdqa	32 * \i(%rsp), %ymm\i
	.endr
	movq	%rsp, r
	vmovdqa	W(0), x
	vpxor	%ymm1, %ymm2, y
.Lwords:	/* rounds 0 to 47 */
	eight_rounds 1
	addq	$8 * 32, r
	cmpq	END_48(%rsp), r
	jne	.Lwords
.Llast:		/* rounds 48 to 63 */
	eight_rounds 0
	addq	$8 * 32, r
	cmpq	END_64(%rsp), r
	jne	.Llast

	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7
	vpaddd	32 * \i(%rsp), %ymm\i, %ymm\i
	vmovdqa	%ymm\i, 32 * \i(%rsp)
	.endr
	decq	BLOCKS(%rsp)
	jnz	.Lblock
	movq	LANES_AT(%rsp), lanes
	vzeroupper
	lanes_close pg_sha256_avx2_x8

	.section .rodata, "a", @progbits
	.balign	16
reverse_words:
	.byte	3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12

	.section .note.GNU-stack, "", @progbits
