/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 of 1 or 2 messages side by side, with the SHA extensions and SSE.
 *
 * void pg_sha256_shani_x<n>(struct pg_sha256_lane *lanes, uint64_t blocks);
 *
 * Advances lanes[0] to lanes[n - 1] by @blocks >= 1 blocks each: their states
 * and data pointers. Data at any alignment.
 *
 *	rdi	lanes		40 bytes each: state[8], data pointer
 *	rsi	blocks
 *
 * Requires: System V calling convention; CPUID SSSE3, SSE4.1 and SHA;
 * CR4.OSFXSR = 1, CR0.EM = CR0.TS = 0. No AVX and no XSAVE needed.
 * Changes: rax, rcx, rdx, rsi, r8, r9, xmm0-xmm8, flags. Keeps MXCSR, the
 * direction flag and the upper halves of the vector registers.
 * Stack: at most 0.6 KiB. Memory: nothing but the lanes and that.
 *
 * Intel SDM volume 2B, SHA256RNDS2, SHA256MSG1 and SHA256MSG2, say how the
 * words lie in the registers: two rounds take A, B, E, F in one and C, D, G, H
 * in the other, H and F being the lowest words.
 */
	.cfi_sections .debug_frame

#define lanes	%rdi
#define blocks	%rsi
#define k	%rdx	/* the next four round constants */
#define w	%rcx	/* the next four words of stream 0's schedule */
#define k48	%rax	/* the constants of rounds 48 to 63 */

#define wk	%xmm0	/* implicit in SHA256RNDS2: words + constants */
#define t	%xmm7
#define u	%xmm8

#define LANE_BYTES	40
#define LANE_DATA	32	/* offset of the data pointer in a lane */
#define BLOCK_BYTES	64
#define SCHEDULE_BYTES	256	/* 64 words, W(0) to W(63), per stream */

/* Streams are numbered 0 and 1; each has these registers. */
.macro each_stream n, step, at=0
	\step	0, %r8, %xmm1, %xmm2, %xmm5, \at
	.if \n == 2
	\step	1, %r9, %xmm3, %xmm4, %xmm6, \at
	.endif
.endm

/* abef, cdgh := the lane's state; data := its data pointer. */
.macro open s, data, abef, cdgh, newest, at
	movq	LANE_BYTES * \s + LANE_DATA(lanes), \data
	movdqu	LANE_BYTES * \s(lanes), t		/* a b c d */
	movdqu	LANE_BYTES * \s + 16(lanes), \cdgh	/* e f g h */
	pshufd	$0xb1, t, t				/* b a d c */
	pshufd	$0x1b, \cdgh, \cdgh			/* h g f e */
	movdqa	t, \abef
	palignr	$8, \cdgh, \abef			/* f e b a */
	pblendw	$0xf0, t, \cdgh				/* h g d c */
.endm

/* The reverse. */
.macro close s, data, abef, cdgh, newest, at
	movq	\data, LANE_BYTES * \s + LANE_DATA(lanes)
	pshufd	$0x1b, \abef, \abef			/* a b e f */
	pshufd	$0xb1, \cdgh, \cdgh			/* g h c d */
	movdqa	\abef, t
	pblendw	$0xf0, \cdgh, t				/* a b c d */
	palignr	$8, \abef, \cdgh			/* e f g h */
	movdqu	t, LANE_BYTES * \s(lanes)
	movdqu	\cdgh, LANE_BYTES * \s + 16(lanes)
.endm

/* W(0) to W(15) := the stream's next block; newest := W(12) to W(15). Keeps
 * the state for the end of the block, at rsp, below the schedules. wk holds
 * the shuffle that reverses the bytes of each word. */
.macro load_block s, data, abef, cdgh, newest, at
	.irp	i, 0, 1, 2, 3
	movdqu	16 * \i(\data), \newest
	pshufb	wk, \newest
	movdqa	\newest, SCHEDULE_BYTES * \s + 16 * \i(w)
	.endr
	addq	$BLOCK_BYTES, \data
	movdqa	\abef, 32 * \s(%rsp)
	movdqa	\cdgh, 32 * \s + 16(%rsp)
.endm

/* Four rounds, while the schedule gets its words i + 16 to i + 19, where i is
 * the word at w; newest holds i + 12 to i + 15, before and after. All streams
 * use wk, t and u: the CPU renames them, and its order of execution mixes the
 * streams. */
.macro rounds_and_schedule s, data, abef, cdgh, newest, at
	movdqa	SCHEDULE_BYTES * \s(w), wk
	movdqa	wk, t
	paddd	(k), wk
	movdqa	\newest, u
	sha256msg1 SCHEDULE_BYTES * \s + 16(w), t	/* W(i) + s0(W(i+1)) */
	palignr	$4, SCHEDULE_BYTES * \s + 32(w), u	/* W(i + 9) */
	sha256rnds2 wk, \abef, \cdgh
	paddd	u, t
	pshufd	$0x0e, wk, wk
	sha256msg2 \newest, t				/* + s1(W(i + 14)) */
	sha256rnds2 wk, \cdgh, \abef
	movdqa	t, SCHEDULE_BYTES * \s + 64(w)
	movdqa	t, \newest
.endm

/* Four rounds, @at bytes behind w and k. */
.macro rounds s, data, abef, cdgh, newest, at
	movdqa	SCHEDULE_BYTES * \s + \at(w), wk
	paddd	\at(k), wk
	sha256rnds2 wk, \abef, \cdgh
	pshufd	$0x0e, wk, wk
	sha256rnds2 wk, \cdgh, \abef
.endm

/* The state before the block + the state after its rounds. */
.macro add_state s, data, abef, cdgh, newest, at
	paddd	32 * \s(%rsp), \abef
	paddd	32 * \s + 16(%rsp), \cdgh
.endm

.macro sha256_function n
	.globl	pg_sha256_shani_x\n
	.hidden	pg_sha256_shani_x\n
	.type	pg_sha256_shani_x\n, @function
	.balign	64
pg_sha256_shani_x\n:
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	subq	$\n * (32 + SCHEDULE_BYTES), %rsp
	andq	$-64, %rsp
	each_stream \n, open
	leaq	48 * 4 + pg_sha256_k(%rip), k48

.Lblock\@:
	movdqa	reverse_words(%rip), wk
	leaq	\n * 32(%rsp), w
	leaq	-48 * 4(k48), k
	each_stream \n, load_block

.Lschedule\@:	/* rounds 0 to 47 */
	each_stream \n, rounds_and_schedule
	addq	$16, w
	addq	$16, k
	cmpq	k48, k
	jne	.Lschedule\@

	.irp	at, 0, 16, 32, 48
	each_stream \n, rounds, \at
	.endr
	each_stream \n, add_state
	decq	blocks
	jnz	.Lblock\@

	each_stream \n, close
	leave
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size	pg_sha256_shani_x\n, . - pg_sha256_shani_x\n
.endm

	.text
	sha256_function 1
	sha256_function 2

	.section .rodata, "a", @progbits
	.balign	16
reverse_words:
	.byte	3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12

	.section .note.GNU-stack, "", @progbits
