/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_image_start: the first byte of the image, and its header.
 *
 * Entered by Linux's machine_kexec.c (do_start_kdump(), __do_machine_kdump())
 * or a loader like it, in 64-bit mode with DAT off:
 *
 *   r2 = 0   by a kernel that wants to know whether it should go on. Machine
 *            checks may be on, everything else is off. Returns to r14 with an
 *            enum pg_status in r2; r6 to r15, the control, floating-point,
 *            vector and access registers, the prefix, the PSW's mask and the
 *            lowcore are then as they were.
 *   r2 != 0  for good. Requires of the other registers: nothing.
 *   +8       the same for loaders that call once, in any mode: Linux's
 *            relocate_kernel.S enters what a normal kexec loaded in 31-bit
 *            mode, after a reset that may leave the CPU in ESA/390 mode.
 *
 *   r15  our own stack, from here on
 */
#include "arch/s390x/cpu.h"
#include "purgatorio/manifest.h"

/* With the image's address: what nothing but pg_ask() returning leaves. */
#define ASKED_MAGIC 0x9f1b6a3cd27e45c8

/* Above the frame that pg_ask() needs: what belongs to the kernel. */
#define SAVED_R6    (S390X_FRAME_BYTES)
#define SAVED_PSW   (S390X_FRAME_BYTES + 80)
#define SAVED_BYTES (S390X_FRAME_BYTES + 96)

	.section .head, "ax", @progbits
	.globl	pg_image_start
	.hidden	pg_image_start
pg_image_start:
	jg	start
	.org	pg_image_start + S390X_ONCE
	jg	once
	.balign	16
	.ascii	PG_IMAGE_MAGIC
	.long	PG_ARCH_S390X
	.long	PG_MANIFEST_VERSION
	.quad	pg_const_end - pg_image_start
	.quad	pg_image_end - pg_image_start

once:
	lhi	%r1,1			/* z/Architecture, for all CPUs */
	sigp	%r1,%r0,S390X_SIGP_SET_ARCHITECTURE
	sam64
	lghi	%r2,1
start:
	larl	%r1,pg_s390x_stack_end - SAVED_BYTES
	ltgr	%r2,%r2
	jne	go

	stmg	%r6,%r15,SAVED_R6(%r1)
	lgr	%r15,%r1
	epsw	%r4,%r5
	st	%r4,SAVED_PSW(%r15)
	st	%r5,SAVED_PSW+4(%r15)
	stg	%r14,SAVED_PSW+8(%r15)
	stnsm	0(%r15),0		/* DAT, PER and interruptions off */
	bras	%r14,zero_bss
	larl	%r2,pg_image_start
	brasl	%r14,pg_ask
	/* .bss holds what was proved, and this word says so. */
	larl	%r1,asked_magic
	lg	%r3,0(%r1)
	larl	%r2,pg_image_start
	xgr	%r3,%r2
	stgrl	%r3,asked
	lghi	%r2,0
	.globl	pg_s390x_return
	.hidden	pg_s390x_return
pg_s390x_return:
	larl	%r1,pg_s390x_stack_end - SAVED_BYTES
	lmg	%r6,%r15,SAVED_R6(%r1)
	lpswe	SAVED_PSW(%r1)

go:
	lgr	%r15,%r1
	stnsm	SAVED_PSW(%r15),0
	larl	%r1,prefix
	spx	0(%r1)
	/* Was there a first call, or does this memory hold just anything? */
	larl	%r1,asked_magic
	lg	%r3,0(%r1)
	larl	%r2,pg_image_start
	xgr	%r3,%r2
	cgrl	%r3,asked
	je	1f
	bras	%r14,zero_bss
1:	larl	%r1,pg_s390x_going
	mvghi	0(%r1),1
	larl	%r2,pg_image_start
	brasl	%r14,pg_main
	j	.			/* pg_main() does not return */

/* Changes r0 to r5. */
zero_bss:
	larl	%r2,pg_bss_start
	larl	%r3,pg_bss_end
	sgr	%r3,%r2
	lghi	%r4,0
	lghi	%r5,0
1:	mvcle	%r2,%r4,0		/* pads with 0 */
	jo	1b
	br	%r14

	.section .rodata, "a", @progbits
	.balign	8
asked_magic:
	.quad	ASKED_MAGIC
prefix:	.long	0

	.section .bss.pg_s390x_going, "aw", @nobits
	.balign	8
	.globl	pg_s390x_going
	.hidden	pg_s390x_going
pg_s390x_going:
	.skip	8
asked:	.skip	8

	.section .note.GNU-stack, "", @progbits
