/* SPDX-License-Identifier: BSD-2-Clause */
/* In the place of arch/s390x/stack.S: kexec-tools has room for 56 KiB in all.
 * The deepest is the exchange, whose page-sized buffer is on the stack. */
#define STACK_BYTES 6656

	.section .stack, "aw", @nobits
	.balign	16
	.skip	STACK_BYTES
	.globl	pg_s390x_stack_end
	.hidden	pg_s390x_stack_end
pg_s390x_stack_end:
	.section .note.GNU-stack, "", @progbits
