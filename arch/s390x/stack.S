/* SPDX-License-Identifier: BSD-2-Clause */
/* The purgatory's own stack, which nothing zeroes: entry.S is on it. */
#define STACK_BYTES 16384

	.section .stack, "aw", @nobits
	.balign	16
	.skip	STACK_BYTES
	.globl	pg_s390x_stack_end
	.hidden	pg_s390x_stack_end
pg_s390x_stack_end:
	.section .note.GNU-stack, "", @progbits
