/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uint32_t pg_arm64_load8(uint64_t address)	(and load32)
 * void pg_arm64_store8(uint64_t address, uint32_t value)	(and store32)
 *
 * One access to a device that may not be there: most buses answer that with an
 * external abort. traps.c knows the instructions between pg_arm64_device_begin
 * and pg_arm64_device_end; when one faults it goes on behind it, with x0 all
 * ones. Nothing else is in there.
 *
 *   in   x0  address, aligned	w1  value
 *   out  w0  what was read
 * Changes: x0. Stack: none.
 */
.macro function name
	.globl	\name
	.hidden	\name
	.type	\name, %function
\name:
.endm

	.section .text.device, "ax", %progbits
	.globl	pg_arm64_device_begin, pg_arm64_device_end
	.hidden	pg_arm64_device_begin, pg_arm64_device_end
pg_arm64_device_begin:
function pg_arm64_load8
	ldrb	w0, [x0]
	ret
function pg_arm64_load32
	ldr	w0, [x0]
	ret
function pg_arm64_store8
	strb	w1, [x0]
	ret
function pg_arm64_store32
	str	w1, [x0]
	ret
pg_arm64_device_end:
	.section .note.GNU-stack, "", %progbits
