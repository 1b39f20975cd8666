/* SPDX-License-Identifier: BSD-2-Clause */
/* purgatory_start: where kexec-tools has Linux call twice, in the state that
 * pg_image_start expects. */
	.section .text.start, "ax", @progbits
	.globl	purgatory_start
	.hidden	purgatory_start
	.type	purgatory_start, @function
purgatory_start:
	jg	pg_image_start
	.size	purgatory_start, . - purgatory_start
	.section .note.GNU-stack, "", @progbits
