/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 of 16 messages side by side, one in each 32-bit lane of AVX-512.
 *
 * void pg_sha256_avx512_x16(struct pg_sha256_lane lanes[16], uint64_t blocks);
 *
 * Advances all 16 lanes by @blocks >= 1 blocks each: their states and data
 * pointers. Data at any alignment.
 *
 *	rdi	lanes		40 bytes each: state[8], data pointer
 *	rsi	blocks
 *
 * Requires: System V calling convention; CPUID AVX512F and AVX512BW;
 * CR4.OSXSAVE = 1 and XCR0 bits 1, 2, 5, 6 and 7.
 * Changes: rax, rcx, rdx, rsi, rdi, r8, zmm0-zmm31, flags. No opmask register.
 * Stack: 0.7 KiB. Memory: nothing but the lanes and that.
 *
 * Word i of all 16 messages is vector i. The schedule stays in registers: word
 * i + 16 replaces word i when its round is done. Every sigma, Ch and Maj ends
 * in one VPTERNLOGD, whose immediate is the table of a function of three bits
 * (Intel SDM volume 2C): 30 instructions and two moves for a round and a word.
 *
 * On AMD's Zen 5 each of them takes two cycles, so what counts is the chain
 * from a round's e and a to the next one's. The new e is added up beside h, not
 * from it, and what comes last is added last: of e and of a, three instructions
 * depend on one another in each round.
 */
#define LANES		16
#define FRAME_BYTES	512
#include "arch/x86_64/sha256_lanes.inc"

#define XOR3	0x96
#define CH	0xca	/* f where e, else g */
#define MAJ	0xe8

#define data	%rax	/* a lane's */
#define k	%rcx	/* the constants of the next 16 rounds */
#define k48	%r8	/* the constants of rounds 48 to 63 */

#define t	%zmm8
#define u	%zmm9
#define v	%zmm10
#define x	%zmm11
#define y	%zmm12
#define z	%zmm13

#include "arch/x86_64/sha256_words16.inc"

/* to := the xor of @of rotated by @r1, by @r2, and by @r3 or, @third being
 * vpsrld, shifted. */
.macro sigma of, to, r1, r2, third, r3
	vprord	$\r1, \of, \to
	vprord	$\r2, \of, u
	\third	$\r3, \of, v
	vpternlogd $XOR3, u, v, \to
.endm

/* Round @i of 16 (FIPS 180-4, section 6.2.2, step 3), with word @w. The new a
 * is in h, the new e in d: names move on with the next round. When @schedule,
 * @w becomes the word 16 later (step 1). */
.macro round schedule, i, a, b, c, d, e, f, g, h, w, w1, w9, w14
	vpaddd	4 * (\i)(k){1to16}, \w, t
	sigma	\e, y, 6, 11, vprord, 25
	vmovdqa64	\e, x
	vpternlogd $CH, \g, \f, x
	vpaddd	t, \h, \h
	vpaddd	\h, \d, \d
	vpaddd	x, \d, \d
	vpaddd	x, \h, \h
	vpaddd	y, \d, \d
	vpaddd	y, \h, \h
	vmovdqa64	\a, z
	vpternlogd $MAJ, \c, \b, z
	sigma	\a, x, 2, 13, vprord, 22
	vpaddd	z, \h, \h
	vpaddd	x, \h, \h
	.if	\schedule
	sigma	\w1, y, 7, 18, vpsrld, 3
	vpaddd	\w9, \w, \w
	vpaddd	y, \w, \w
	sigma	\w14, y, 17, 19, vpsrld, 10
	vpaddd	y, \w, \w
	.endif
.endm

/* Word i is zmm(16 + i), a to h are zmm0 to zmm7, for the first round. */
.macro eight_rounds s, i, w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, wa, wb, wc, \
		wd, we, wf
	round	\s, \i+0, %zmm0, %zmm1, %zmm2, %zmm3, %zmm4, %zmm5, %zmm6, \
		%zmm7, \w0, \w1, \w9, \we
	round	\s, \i+1, %zmm7, %zmm0, %zmm1, %zmm2, %zmm3, %zmm4, %zmm5, \
		%zmm6, \w1, \w2, \wa, \wf
	round	\s, \i+2, %zmm6, %zmm7, %zmm0, %zmm1, %zmm2, %zmm3, %zmm4, \
		%zmm5, \w2, \w3, \wb, \w0
	round	\s, \i+3, %zmm5, %zmm6, %zmm7, %zmm0, %zmm1, %zmm2, %zmm3, \
		%zmm4, \w3, \w4, \wc, \w1
	round	\s, \i+4, %zmm4, %zmm5, %zmm6, %zmm7, %zmm0, %zmm1, %zmm2, \
		%zmm3, \w4, \w5, \wd, \w2
	round	\s, \i+5, %zmm3, %zmm4, %zmm5, %zmm6, %zmm7, %zmm0, %zmm1, \
		%zmm2, \w5, \w6, \we, \w3
	round	\s, \i+6, %zmm2, %zmm3, %zmm4, %zmm5, %zmm6, %zmm7, %zmm0, \
		%zmm1, \w6, \w7, \wf, \w4
	round	\s, \i+7, %zmm1, %zmm2, %zmm3, %zmm4, %zmm5, %zmm6, %zmm7, \
		%zmm0, \w7, \w8, \w0, \w5
.endm

	.text
	lanes_open pg_sha256_avx512_x16
	leaq	48 * 4 + pg_sha256_k(%rip), k48
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7
	vmovdqa64 64 * \i(%rsp), %zmm\i
	.endr

.Lblock:
	load_four 0, %zmm16, %zmm17, %zmm18, %zmm19
	load_four 4, %zmm24, %zmm25, %zmm26, %zmm27
	load_four 8, %zmm20, %zmm21, %zmm22, %zmm23
	load_four 12, %zmm28, %zmm29, %zmm30, %zmm31
	vbroadcasti32x4 reverse_words(%rip), x
	load_words %zmm16, %zmm20, %zmm24, %zmm28
	load_words %zmm17, %zmm21, %zmm25, %zmm29
	load_words %zmm18, %zmm22, %zmm26, %zmm30
	load_words %zmm19, %zmm23, %zmm27, %zmm31
	addq	$BLOCK_BYTES, at
	leaq	-48 * 4(k48), k

.Lrounds:	/* 0 to 47 */
	eight_rounds 1, 0, %zmm16, %zmm17, %zmm18, %zmm19, %zmm20, %zmm21, \
		%zmm22, %zmm23, %zmm24, %zmm25, %zmm26, %zmm27, %zmm28, \
		%zmm29, %zmm30, %zmm31
	eight_rounds 1, 8, %zmm24, %zmm25, %zmm26, %zmm27, %zmm28, %zmm29, \
		%zmm30, %zmm31, %zmm16, %zmm17, %zmm18, %zmm19, %zmm20, \
		%zmm21, %zmm22, %zmm23
	addq	$16 * 4, k
	cmpq	k48, k
	jne	.Lrounds
	addq	$16 * 4, k48
.Llast:		/* 48 to 63 */
	eight_rounds 0, 0, %zmm16, %zmm17, %zmm18, %zmm19, %zmm20, %zmm21, \
		%zmm22, %zmm23
	vmovdqa64 %zmm24, %zmm16
	vmovdqa64 %zmm25, %zmm17
	vmovdqa64 %zmm26, %zmm18
	vmovdqa64 %zmm27, %zmm19
	vmovdqa64 %zmm28, %zmm20
	vmovdqa64 %zmm29, %zmm21
	vmovdqa64 %zmm30, %zmm22
	vmovdqa64 %zmm31, %zmm23
	addq	$8 * 4, k
	cmpq	k48, k
	jne	.Llast
	subq	$16 * 4, k48

	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7
	vpaddd	64 * \i(%rsp), %zmm\i, %zmm\i
	vmovdqa64 %zmm\i, 64 * \i(%rsp)
	.endr
	decq	blocks
	jnz	.Lblock
	vzeroupper
	lanes_close pg_sha256_avx512_x16

	.section .rodata, "a", @progbits
	.balign	16
reverse_words:
	.byte	3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12

	.section .note.GNU-stack, "", @progbits
