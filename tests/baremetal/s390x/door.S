/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The door: enters a purgatory as Linux's machine_kexec.c does, twice, with
 * everything else as hostile as it may be. An ELF kernel (QEMU -kernel) that
 * is entered in 64-bit mode with DAT off; door.c decides what is done.
 */
#include "tests/baremetal/s390x/door.h"

#define CR0_VECTORS 0x60000

	.machine "z13"
	.section .text.start, "ax", @progbits
	.globl	door_start
door_start:
	larl	%r15,stack_end - 160
	brasl	%r14,door_main

/* void door_ask(entry r2, before r3, after r4, flags r5) */
	.text
	.globl	door_ask
door_ask:
	stmg	%r6,%r15,48(%r15)
	larl	%r1,kept
	stg	%r15,0(%r1)
	stg	%r4,8(%r1)
	stg	%r5,16(%r1)
	stg	%r2,32(%r1)		/* the PSW to enter with */
	lg	%r0,STATE_PSW(%r3)
	stg	%r0,24(%r1)

	/* Vector registers; then control register 0 as it shall be. */
	larl	%r1,cr0
	lctlg	%c0,%c0,0(%r1)
	tmll	%r5,DOOR_NO_VX
	jo	1f
	vlm	%v0,%v15,STATE_VR(%r3)
	vlm	%v16,%v31,STATE_VR+256(%r3)
	j	2f
1:	.irp	n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	ld	%f\n,STATE_VR+16*\n(%r3)
	.endr
2:	lfpc	STATE_FPC(%r3)
	lam	%a0,%a15,STATE_AR(%r3)
	lctlg	%c0,%c15,STATE_CR(%r3)
	spx	STATE_PREFIX(%r3)
	lmg	%r6,%r15,STATE_GPR+48(%r3)
	lmg	%r0,%r1,STATE_GPR(%r3)
	lmg	%r4,%r5,STATE_GPR+32(%r3)
	lghi	%r2,0
	lg	%r3,STATE_GPR+24(%r3)
	larl	%r14,back
	larl	%r1,kept
	lpswe	24(%r1)

back:	/* r0 to r5 are no one's; r15 is not ours yet */
	larl	%r1,kept
	lg	%r1,8(%r1)
	stmg	%r2,%r15,STATE_GPR+16(%r1)
	epsw	%r4,%r5
	st	%r4,STATE_PSW(%r1)
	st	%r5,STATE_PSW+4(%r1)
	stctg	%c0,%c15,STATE_CR(%r1)
	stam	%a0,%a15,STATE_AR(%r1)
	stpx	STATE_PREFIX(%r1)
	larl	%r4,cr0
	lctlg	%c0,%c0,0(%r4)
	larl	%r4,kept
	lg	%r5,16(%r4)
	tmll	%r5,DOOR_NO_VX
	jo	1f
	vstm	%v0,%v15,STATE_VR(%r1)
	vstm	%v16,%v31,STATE_VR+256(%r1)
	j	2f
1:	.irp	n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	std	%f\n,STATE_VR+16*\n(%r1)
	.endr
2:	stfpc	STATE_FPC(%r1)
	larl	%r4,zero
	spx	0(%r4)
	larl	%r4,kept
	lg	%r15,0(%r4)
	lmg	%r6,%r15,48(%r15)
	br	%r14

/* _Noreturn void door_go(entry r2) */
	.globl	door_go
door_go:
	larl	%r1,kept
	stg	%r2,32(%r1)
	larl	%r3,psw_go
	mvc	24(8,%r1),0(%r3)
	larl	%r3,junk
	lmg	%r3,%r15,0(%r3)
	lghi	%r2,1
	lpswe	24(%r1)

/* _Noreturn void door_normal(entry r2) */
	.globl	door_normal
door_normal:
	larl	%r1,kept
	stg	%r2,32(%r1)
	larl	%r3,psw_normal
	mvc	24(8,%r1),0(%r3)
	.irp	n,0,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	lghi	%r\n,0
	.endr
	lpswe	24(%r1)

	.section .rodata, "a"
	.balign	8
cr0:	.quad	CR0_VECTORS
zero:	.quad	0
psw_go:	.quad	0x0000000180000000
psw_normal: .quad 0x0000000080000000
junk:	.rept	13
	.quad	0xfeedfacecafebeef
	.endr

	.bss
	.balign	8
kept:	.skip	40
	.balign	16
	.skip	8192
stack_end:
	.section .note.GNU-stack, "", @progbits
