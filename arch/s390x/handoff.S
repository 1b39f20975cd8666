/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * noreturn void pg_s390x_leave(uint64_t swap_start, uint64_t own,
 *				uint64_t own_bytes)
 *
 * Exchanges what the swap step left alone (purgatory/swap.c): the lowcore,
 * and the memory that this code itself runs in. Registers are all that is
 * needed: eight of them exchange 32 bytes, and the loop is there twice, since
 * no loop can exchange the memory that it runs in:
 *
 *   loop 1, in the crash region, exchanges all but [loop_1, loop_1_end);
 *   loop 2, by then where the exchange has moved it, exchanges that.
 *
 * At no time does an instruction that is still to run lie in what a loop is
 * exchanging. The last instruction loads a PSW from the exchanged memory.
 *
 *   in   r2  swap_start; 0: nothing to exchange
 *        r3  own		   r4  own_bytes	interruptions off, DAT off
 *   r5, r6   the two places	   r7  bytes left	r1  return
 *   out  r1  the address of the PSW, in memory that the next kernel may use;
 *        all other general registers 0
 */
#include "arch/s390x/cpu.h"

#define low	%r5
#define high	%r6
#define left	%r7

/* Exchanges @left bytes at @low and @high; returns to r1. Changes r8 to r15. */
.macro exchange_loop
1:	aghi	left,-32
	jl	2f
	lmg	%r8,%r11,0(low)
	lmg	%r12,%r15,0(high)
	stmg	%r8,%r11,0(high)
	stmg	%r12,%r15,0(low)
	la	low,32(low)
	la	high,32(high)
	j	1b
2:	aghi	left,31			/* the rest, less 1 */
	jl	3f
	exrl	left,4f			/* three XCs need no buffer */
	exrl	left,5f
	exrl	left,4f
3:	br	%r1
4:	xc	0(1,low),0(high)
5:	xc	0(1,high),0(low)
.endm

	.section .text.handoff, "ax", @progbits
	.balign	8
	.globl	pg_s390x_leave
	.hidden	pg_s390x_leave
pg_s390x_leave:
loop_1:
	ltgr	%r2,%r2
	jz	load
	lghi	low,0
	lgr	high,%r2
	lghi	left,LOWCORE_BYTES
	bras	%r1,exchange_1
	lgr	high,%r3
	larl	left,loop_1
	bras	%r1,exchange_span	/* in front of this loop */
	larl	high,loop_1_end
	la	left,0(%r4,%r3)
	bras	%r1,exchange_span	/* behind it */
	larl	%r1,loop_2
	sgr	%r1,%r2
	br	%r1
exchange_span:				/* [@high, @left) */
	lgr	low,high
	sgr	low,%r2
	sgr	left,high
exchange_1:
	exchange_loop
loop_1_end:

loop_2:
	larl	low,loop_1		/* this is the low one already */
	la	high,0(low,%r2)
	larl	left,loop_1_end
	sgr	left,low
	bras	%r1,exchange_2
load:
	lghi	%r0,0
	lghi	%r2,0
	lghi	%r3,0
	lghi	%r4,0
	lghi	%r5,0
	lghi	%r6,0
	lghi	%r7,0
	lghi	%r8,0
	lghi	%r9,0
	lghi	%r10,0
	lghi	%r11,0
	lghi	%r12,0
	lghi	%r13,0
	lghi	%r14,0
	lghi	%r15,0
	larl	%r1,pg_s390x_next_psw
	lpswe	0(%r1)
exchange_2:
	exchange_loop
	.section .note.GNU-stack, "", @progbits
