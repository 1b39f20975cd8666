/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * void pg_sha256_vx_x4(struct pg_sha256_lane *lanes, uint64_t blocks)
 *
 * SHA-256 of four streams at once, one in each word of the vector registers
 * (PoP chapters 22 and 23). Advances lanes[0] to lanes[3] by @blocks >= 1
 * blocks. Requires control register 0, bits 45 and 46. Called as a C function:
 * the caller's halves of v8 to v15, f8 to f15, are kept.
 *
 *   r2  lanes	r3  blocks	r4, r5, r1, r6  the data	r7  K	r8  turns
 *   v0-v7   the working variables a to h
 *   v8-v15  temporary; the message's rows while they are turned
 *   v16-v31 the message schedule, a window of 16 words
 *   160(r15)  the state before the block, then v8 to v15 as they were
 */
#define LANE_BYTES	40		/* struct pg_sha256_lane */
#define LANE_DATA	32
#define STATE		160
#define KEPT		(STATE + 128)
#define FRAME_BYTES	(KEPT + 128)

#define t0 %v8
#define t1 %v9
#define t2 %v10

/* Rows v8 to v11 become columns @a to @d: word i of row n goes to word n of
 * column i. Changes v12 to v15. */
.macro turn a, b, c, d
	vmrhf	%v12,%v8,%v10
	vmrhf	%v13,%v9,%v11
	vmrlf	%v14,%v8,%v10
	vmrlf	%v15,%v9,%v11
	vmrhf	\a,%v12,%v13
	vmrlf	\b,%v12,%v13
	vmrhf	\c,%v14,%v15
	vmrlf	\d,%v14,%v15
.endm

/* Four words of each stream, @at bytes behind its data. */
.macro load_words at, a, b, c, d
	vl	%v8,\at(%r4)
	vl	%v9,\at(%r5)
	vl	%v10,\at(%r1)
	vl	%v11,\at(%r6)
	turn	\a,\b,\c,\d
.endm

/* FIPS 180-4, 6.2.2: a round. The sigmas are rotates of rotates, as in
 * sha256/portable.c; Maj(a, b, c) is c where a and b differ, else b. */
.macro round a, b, c, d, e, f, g, h, w, at
	vlrepf	t0,\at(%r7)
	verllf	t1,\e,32-14
	vaf	t0,t0,\w
	vx	t1,t1,\e
	vaf	\h,\h,t0
	verllf	t1,t1,32-5
	vsel	t2,\f,\g,\e
	vx	t1,t1,\e
	vaf	\h,\h,t2
	verllf	t1,t1,32-6
	verllf	t0,\a,32-9
	vaf	\h,\h,t1
	vx	t0,t0,\a
	vx	t2,\a,\b
	vaf	\d,\d,\h
	verllf	t0,t0,32-11
	vsel	t2,\c,\b,t2
	vx	t0,t0,\a
	vaf	\h,\h,t2
	verllf	t0,t0,32-2
	vaf	\h,\h,t0
.endm

/* The next word of the schedule, over the one of 16 rounds ago. */
.macro schedule w, w1, w9, w14
	verllf	t0,\w1,32-11
	verllf	t1,\w14,32-2
	vx	t0,t0,\w1
	vx	t1,t1,\w14
	verllf	t0,t0,32-7
	verllf	t1,t1,32-17
	vesrlf	t2,\w1,3
	vaf	\w,\w,\w9
	vx	t0,t0,t2
	vesrlf	t2,\w14,10
	vaf	\w,\w,t0
	vx	t1,t1,t2
	vaf	\w,\w,t1
.endm

/* 8 rounds, after which every variable has its own register again. */
.macro rounds_8 w0, w1, w2, w3, w4, w5, w6, w7, at
	round	%v0,%v1,%v2,%v3,%v4,%v5,%v6,%v7,\w0,\at
	round	%v7,%v0,%v1,%v2,%v3,%v4,%v5,%v6,\w1,\at+4
	round	%v6,%v7,%v0,%v1,%v2,%v3,%v4,%v5,\w2,\at+8
	round	%v5,%v6,%v7,%v0,%v1,%v2,%v3,%v4,\w3,\at+12
	round	%v4,%v5,%v6,%v7,%v0,%v1,%v2,%v3,\w4,\at+16
	round	%v3,%v4,%v5,%v6,%v7,%v0,%v1,%v2,\w5,\at+20
	round	%v2,%v3,%v4,%v5,%v6,%v7,%v0,%v1,\w6,\at+24
	round	%v1,%v2,%v3,%v4,%v5,%v6,%v7,%v0,\w7,\at+28
.endm

.macro rounds_16
	rounds_8 %v16,%v17,%v18,%v19,%v20,%v21,%v22,%v23,0
	rounds_8 %v24,%v25,%v26,%v27,%v28,%v29,%v30,%v31,32
.endm

	.text
	.balign	16
	.globl	pg_sha256_vx_x4
	.hidden	pg_sha256_vx_x4
	.type	pg_sha256_vx_x4, @function
pg_sha256_vx_x4:
	stmg	%r6,%r8,48(%r15)
	aghi	%r15,-FRAME_BYTES
	vstm	%v8,%v15,KEPT(%r15)
	lg	%r4,LANE_DATA(%r2)
	lg	%r5,LANE_BYTES+LANE_DATA(%r2)
	lg	%r1,2*LANE_BYTES+LANE_DATA(%r2)
	lg	%r6,3*LANE_BYTES+LANE_DATA(%r2)
	.irp	half,0,16		/* of each state */
	vl	%v8,\half(%r2)
	vl	%v9,LANE_BYTES+\half(%r2)
	vl	%v10,2*LANE_BYTES+\half(%r2)
	vl	%v11,3*LANE_BYTES+\half(%r2)
	.if	\half == 0
	turn	%v0,%v1,%v2,%v3
	.else
	turn	%v4,%v5,%v6,%v7
	.endif
	.endr

block:
	vstm	%v0,%v7,STATE(%r15)
	load_words 0,%v16,%v17,%v18,%v19
	load_words 16,%v20,%v21,%v22,%v23
	load_words 32,%v24,%v25,%v26,%v27
	load_words 48,%v28,%v29,%v30,%v31
	larl	%r7,pg_sha256_k
	rounds_16
	lghi	%r8,3
turn_16:
	aghi	%r7,64
	schedule %v16,%v17,%v25,%v30
	schedule %v17,%v18,%v26,%v31
	schedule %v18,%v19,%v27,%v16
	schedule %v19,%v20,%v28,%v17
	schedule %v20,%v21,%v29,%v18
	schedule %v21,%v22,%v30,%v19
	schedule %v22,%v23,%v31,%v20
	schedule %v23,%v24,%v16,%v21
	schedule %v24,%v25,%v17,%v22
	schedule %v25,%v26,%v18,%v23
	schedule %v26,%v27,%v19,%v24
	schedule %v27,%v28,%v20,%v25
	schedule %v28,%v29,%v21,%v26
	schedule %v29,%v30,%v22,%v27
	schedule %v30,%v31,%v23,%v28
	schedule %v31,%v16,%v24,%v29
	rounds_16
	brctg	%r8,turn_16

	vlm	%v8,%v15,STATE(%r15)
	vaf	%v0,%v0,%v8
	vaf	%v1,%v1,%v9
	vaf	%v2,%v2,%v10
	vaf	%v3,%v3,%v11
	vaf	%v4,%v4,%v12
	vaf	%v5,%v5,%v13
	vaf	%v6,%v6,%v14
	vaf	%v7,%v7,%v15
	la	%r4,64(%r4)
	la	%r5,64(%r5)
	la	%r1,64(%r1)
	la	%r6,64(%r6)
	brctg	%r3,block

	stg	%r4,LANE_DATA(%r2)
	stg	%r5,LANE_BYTES+LANE_DATA(%r2)
	stg	%r1,2*LANE_BYTES+LANE_DATA(%r2)
	stg	%r6,3*LANE_BYTES+LANE_DATA(%r2)
	vstm	%v0,%v7,STATE(%r15)
	vlm	%v8,%v11,STATE(%r15)
	turn	%v16,%v17,%v18,%v19
	vlm	%v8,%v11,STATE+64(%r15)
	turn	%v20,%v21,%v22,%v23
	vst	%v16,0(%r2)
	vst	%v17,LANE_BYTES(%r2)
	vst	%v18,2*LANE_BYTES(%r2)
	vst	%v19,3*LANE_BYTES(%r2)
	vst	%v20,16(%r2)
	vst	%v21,LANE_BYTES+16(%r2)
	vst	%v22,2*LANE_BYTES+16(%r2)
	vst	%v23,3*LANE_BYTES+16(%r2)
	vlm	%v8,%v15,KEPT(%r15)
	aghi	%r15,FRAME_BYTES
	lmg	%r6,%r8,48(%r15)
	br	%r14
	.size	pg_sha256_vx_x4, . - pg_sha256_vx_x4
	.section .note.GNU-stack, "", @progbits
