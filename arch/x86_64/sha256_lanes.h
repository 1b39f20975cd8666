/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the assembly that keeps one message in each lane of a vector shares:
 * its arguments, its frame, and the way from lanes[i].state[j] to word i of
 * vector j and back. A file includes it once it has defined LANES, FRAME_BYTES
 * and MOVE, which copies a vector register.
 */
#ifndef PURGATORIO_X86_64_SHA256_LANES_H
#define PURGATORIO_X86_64_SHA256_LANES_H
/* clang-format off */

#define lanes	%rdi
#define blocks	%rsi
#define at	%rdx	/* of the present block, in the data of every lane */
#define k	%rcx	/* the constants of the next 16 rounds */
#define data	%rax	/* a lane's */
#define k48	%r8	/* the constants of rounds 48 to 63 */

/* Of struct pg_sha256_lane; sha256_vectors.h asserts them. */
#define LANE_BYTES	40
#define LANE_DATA	32
#define BLOCK_BYTES	64
#define VECTOR_BYTES	(4 * LANES)

	.cfi_sections .debug_frame

/* A frame of FRAME_BYTES at rsp, aligned for vectors, with the states in its
 * first 8 vectors. */
.macro lanes_open name
	.globl	\name
	.hidden	\name
	.type	\name, @function
	.balign	64
\name:
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	subq	$FRAME_BYTES, %rsp
	andq	$-64, %rsp
	xorl	%edx, %edx
	movq	lanes, %rax
.Lopen\@:
	.irp	j, 0, 1, 2, 3, 4, 5, 6, 7
	movl	4 * \j(%rax), %ecx
	movl	%ecx, VECTOR_BYTES * \j(%rsp, %rdx)
	.endr
	addq	$LANE_BYTES, %rax
	addl	$4, %edx
	cmpl	$VECTOR_BYTES, %edx
	jne	.Lopen\@
	xorl	%edx, %edx		/* at */
	leaq	48 * 4 + pg_sha256_k(%rip), k48
.endm

/* The reverse. */
.macro lanes_close name
	movq	at, %rsi		/* bytes read of every lane's data */
	xorl	%edx, %edx
.Lclose\@:
	.irp	j, 0, 1, 2, 3, 4, 5, 6, 7
	movl	VECTOR_BYTES * \j(%rsp, %rdx), %ecx
	movl	%ecx, 4 * \j(lanes)
	.endr
	addq	%rsi, LANE_DATA(lanes)
	addq	$LANE_BYTES, lanes
	addl	$4, %edx
	cmpl	$VECTOR_BYTES, %edx
	jne	.Lclose\@
	vzeroupper
	leave
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size	\name, . - \name
.endm

/* x, y := low(x, y), high(x, y), through t: a step of a transpose. @low and
 * @high may end in an immediate operand. */
.macro cross low, high, x, y, t
	\low	\y, \x, \t
	\high	\y, \x, \y
	MOVE	\t, \x
.endm

#endif
