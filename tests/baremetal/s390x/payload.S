/* SPDX-License-Identifier: BSD-2-Clause */
/* In the kernel's place, at 0x10000: its entries, there and at 0x10010, keep
 * what they were given and call payload_main(). */
#include "tests/baremetal/s390x/door.h"

	.section .start, "ax", @progbits
	j	payload_start		/* 0x10000 */
	.balign	8
	.ascii	"S390EP"
	.byte	0, 1
	.globl	payload_start
payload_start:
	stgrl	%r1,r1			/* the one register that needs not be 0 */
	larl	%r1,payload_state
	stmg	%r0,%r15,STATE_GPR(%r1)
	lgrl	%r2,r1
	stg	%r2,STATE_GPR+8(%r1)
	epsw	%r2,%r3
	st	%r2,STATE_PSW(%r1)
	st	%r3,STATE_PSW+4(%r1)
	stctg	%c0,%c15,STATE_CR(%r1)
	stpx	STATE_PREFIX(%r1)
	larl	%r15,stack_end - 160
	brasl	%r14,payload_main

	.bss
	.balign	16
	.globl	payload_state
payload_state:
	.skip	STATE_BYTES
r1:	.skip	8
	.skip	4096
	.balign	16
stack_end:
	.section .note.GNU-stack, "", @progbits
