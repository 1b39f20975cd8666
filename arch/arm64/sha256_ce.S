/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 of 1 or 2 messages side by side, with the SHA2 extension.
 *
 * void pg_sha256_ce_x<n>(struct pg_sha256_lane *lanes, uint64_t blocks);
 *
 * Advances lanes[0] to lanes[n - 1] by @blocks >= 1 blocks each: their states
 * and data pointers. Data at any alignment, in Normal or Device memory: it is
 * read by bytes.
 *
 *	x0	lanes		40 bytes each: state[8], data pointer
 *	x1	blocks
 *
 * Requires: AAPCS64; ID_AA64ISAR0.SHA2; the vector unit on (CPACR_EL1.FPEN or
 * CPTR_EL2), not in streaming mode; little-endian data.
 * Changes: x0-x6, v0-v7, v16-v31, and v8-v15, whose lower halves it restores.
 * Stack: 64 bytes. Memory: nothing but the lanes and that.
 *
 * ARM ARM C7.2.269 ff. (SHA256H, SHA256H2, SHA256SU0, SHA256SU1): the state is
 * a b c d and e f g h; four rounds take four words + constants.
 *
 *	v16-v31	all 64 round constants
 *	stream 0: v0, v1 state; v2-v5 words; v6, v7 scratch
 *	stream 1: v8, v9 state; v10-v13 words; v14, v15 scratch
 */
	.arch	armv8-a+crypto
	.cfi_sections .debug_frame

#define lanes	x0
#define blocks	x1
#define k	x2
#define state1	x6	/* lane 1; lane 0 is at lanes */

#define LANE_BYTES	40
#define LANE_DATA	32	/* offset of the data pointer in a lane */

/* \step for each stream: data pointer, where its state lies, numbers of its
 * registers. */
.macro each_stream n, step, at=0
	\step	x3, lanes, 0, 1, 2, 3, 4, 5, 6, 7, \at
	.if	\n == 2
	\step	x4, state1, 8, 9, 10, 11, 12, 13, 14, 15, \at
	.endif
.endm

.macro open data, lane, s0, s1, w0, w1, w2, w3, t, u, at
	ld1	{v\s0\().4s, v\s1\().4s}, [\lane]
	ldr	\data, [\lane, #LANE_DATA]
.endm

.macro close data, lane, s0, s1, w0, w1, w2, w3, t, u, at
	str	\data, [\lane, #LANE_DATA]
.endm

.macro load_block data, lane, s0, s1, w0, w1, w2, w3, t, u, at
	ld1	{v\w0\().16b, v\w1\().16b, v\w2\().16b, v\w3\().16b}, [\data], #64
	rev32	v\w0\().16b, v\w0\().16b
	rev32	v\w1\().16b, v\w1\().16b
	rev32	v\w2\().16b, v\w2\().16b
	rev32	v\w3\().16b, v\w3\().16b
.endm

/* Four rounds with the constants in register \kv; w0 has their words. With
 * \make, w0 becomes the words 16 further on; the next call gets the words in
 * their new order. */
.macro four_rounds s0, s1, w0, w1, w2, w3, t, u, kv, make
	add	v\t\().4s, v\w0\().4s, v\kv\().4s
	mov	v\u\().16b, v\s0\().16b
	.if	\make
	sha256su0 v\w0\().4s, v\w1\().4s
	.endif
	sha256h	q\s0, q\s1, v\t\().4s
	sha256h2 q\s1, q\u, v\t\().4s
	.if	\make
	sha256su1 v\w0\().4s, v\w2\().4s, v\w3\().4s
	.endif
.endm

/* The four rounds whose constants are in v\at, 16 <= at <= 31. */
.macro rounds data, lane, s0, s1, w0, w1, w2, w3, t, u, at
	.if	(\at & 3) == 0
	four_rounds \s0, \s1, \w0, \w1, \w2, \w3, \t, \u, \at, (\at < 28)
	.elseif	(\at & 3) == 1
	four_rounds \s0, \s1, \w1, \w2, \w3, \w0, \t, \u, \at, (\at < 28)
	.elseif	(\at & 3) == 2
	four_rounds \s0, \s1, \w2, \w3, \w0, \w1, \t, \u, \at, (\at < 28)
	.else
	four_rounds \s0, \s1, \w3, \w0, \w1, \w2, \t, \u, \at, (\at < 28)
	.endif
.endm

/* The state before the block, which is still in the lane, + this one. */
.macro add_state data, lane, s0, s1, w0, w1, w2, w3, t, u, at
	ld1	{v\t\().4s, v\u\().4s}, [\lane]
	add	v\s0\().4s, v\s0\().4s, v\t\().4s
	add	v\s1\().4s, v\s1\().4s, v\u\().4s
	st1	{v\s0\().4s, v\s1\().4s}, [\lane]
.endm

.macro sha256_function n
	.globl	pg_sha256_ce_x\n
	.hidden	pg_sha256_ce_x\n
	.type	pg_sha256_ce_x\n, %function
	.balign	64
pg_sha256_ce_x\n:
	.cfi_startproc
	.if	\n == 2
	stp	d8, d9, [sp, #-64]!
	.cfi_adjust_cfa_offset 64
	stp	d10, d11, [sp, #16]
	stp	d12, d13, [sp, #32]
	stp	d14, d15, [sp, #48]
	add	state1, lanes, #LANE_BYTES
	.endif
	adrp	k, pg_sha256_k
	add	k, k, :lo12:pg_sha256_k
	ld1	{v16.4s, v17.4s, v18.4s, v19.4s}, [k], #64
	ld1	{v20.4s, v21.4s, v22.4s, v23.4s}, [k], #64
	ld1	{v24.4s, v25.4s, v26.4s, v27.4s}, [k], #64
	ld1	{v28.4s, v29.4s, v30.4s, v31.4s}, [k]
	each_stream \n, open

.Lblock\@:
	each_stream \n, load_block
	.irp	at, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	each_stream \n, rounds, \at
	.endr
	each_stream \n, add_state
	subs	blocks, blocks, #1
	b.ne	.Lblock\@

	each_stream \n, close
	.if	\n == 2
	ldp	d10, d11, [sp, #16]
	ldp	d12, d13, [sp, #32]
	ldp	d14, d15, [sp, #48]
	ldp	d8, d9, [sp], #64
	.cfi_adjust_cfa_offset -64
	.endif
	ret
	.cfi_endproc
	.size	pg_sha256_ce_x\n, . - pg_sha256_ce_x\n
.endm

	.text
	sha256_function 1
	sha256_function 2

	.section .note.GNU-stack, "", %progbits
