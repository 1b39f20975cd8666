/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * void *memcpy(void *to, const void *from, size_t bytes)
 * void *memset(void *to, int byte, size_t bytes)
 *
 * By MOVE LONG EXTENDED (PoP chapter 7), which moves as much as the machine
 * likes and then says whether there is more: it takes the place of newlib's
 * loops, which move 8 bytes in four instructions. Called as C functions.
 *
 *   r2, r3  destination and its length	   r4, r5  source and its length
 *   r0	     the value to return
 */
	.text
	.globl	memcpy, memset
	.hidden	memcpy, memset
	.type	memcpy, @function
	.type	memset, @function
memcpy:
	lgr	%r0,%r2
	lgr	%r5,%r4
	lgr	%r4,%r3
	lgr	%r3,%r5
1:	mvcle	%r2,%r4,0
	jo	1b
	lgr	%r2,%r0
	br	%r14

memset:
	lgr	%r0,%r2
	lgr	%r1,%r3			/* the byte to pad with */
	lgr	%r3,%r4
	lghi	%r4,0
	lghi	%r5,0			/* from nothing */
1:	mvcle	%r2,%r4,0(%r1)
	jo	1b
	lgr	%r2,%r0
	br	%r14
	.size	memcpy, memset - memcpy
	.size	memset, . - memset
	.section .note.GNU-stack, "", @progbits
