/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interruption stubs, S390X_STUB_BYTES apart and in the order of their PSWs,
 * so that their addresses need no table. The CPU left the old PSW and the
 * cause in the lowcore (PoP chapter 6); all registers are the interrupted
 * program's.
 *
 * An external interruption leaves its parameters in pg_s390x_signal and goes
 * on. All others call, on a stack of their own,
 *
 *   void pg_s390x_trap(const struct s390x_trap_frame *frame)   (traps.c)
 *
 * which returns only for a program interruption whose old PSW it changed.
 */
#include "arch/s390x/cpu.h"

#define TRAP_STACK_BYTES 3072
#define FRAME_GPR(n)	 (S390X_FRAME_BYTES + 8 * (n))
#define FRAME_BYTES	 FRAME_GPR(18)

	.section .text.traps, "ax", @progbits
	.balign	S390X_STUB_BYTES
	.globl	pg_s390x_stubs
	.hidden	pg_s390x_stubs
pg_s390x_stubs:
	.set	class, 0
	.rept	S390X_CLASSES
	.balign	S390X_STUB_BYTES
	stgrl	%r1,saved_r1
	lghi	%r1,class
	.if	class == S390X_EXTERNAL
	jg	external
	.else
	jg	trapped
	.endif
	.set	class, class + 1
	.endr

external:
	lg	%r1,LOWCORE_EXTERNAL
	stgrl	%r1,pg_s390x_signal
	lgrl	%r1,saved_r1
	lpswe	LOWCORE_OLD_EXTERNAL

trapped:
	stgrl	%r15,saved_r15
	larl	%r15,trap_stack_end - FRAME_BYTES
	stmg	%r0,%r14,FRAME_GPR(0)(%r15)
	stg	%r1,FRAME_GPR(16)(%r15)
	larl	%r1,saved_r1
	mvc	FRAME_GPR(1)(8,%r15),0(%r1)
	mvc	FRAME_GPR(15)(8,%r15),saved_r15-saved_r1(%r1)
	la	%r2,FRAME_GPR(0)(%r15)
	brasl	%r14,pg_s390x_trap
	lmg	%r0,%r15,FRAME_GPR(0)(%r15)
	lpswe	LOWCORE_OLD_PROGRAM

	.section .bss.traps, "aw", @nobits
	.balign	16
saved_r1:
	.skip	8
saved_r15:
	.skip	8
	.balign	16
	.skip	TRAP_STACK_BYTES
trap_stack_end:
	.section .note.GNU-stack, "", @progbits
