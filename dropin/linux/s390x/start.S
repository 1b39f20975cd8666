/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * purgatory_start: where Linux calls twice for a crash kernel, in the state
 * that pg_image_start expects. What a normal load has is entered once: by the
 * PSW that Linux put at address 0, in 31-bit mode, after a reset that may leave
 * the CPU in ESA/390 mode and 0 in r2. Both modes know these instructions.
 *
 * Changes r1.
 */
#include "arch/s390x/cpu.h"

#define TYPE_CRASH 1 /* KEXEC_TYPE_CRASH, in the last byte of kernel_type */

	.section .text.start, "ax", @progbits
	.globl	purgatory_start
	.hidden	purgatory_start
	.type	purgatory_start, @function
purgatory_start:
	larl	%r1,kernel_type
	tm	7(%r1),TYPE_CRASH
	jo	1f
	larl	%r1,pg_image_start
	b	S390X_ONCE(%r1)
1:	jg	pg_image_start
	.size	purgatory_start, . - purgatory_start
	.section .note.GNU-stack, "", @progbits
