/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_door: the first page behind the headers of a capture image, to which the
 * first instructions of the file branch
 * (Documentation/arch/arm64/booting.rst).
 *
 *   x0 = device tree; MMU off, data cache off, EL1 or EL2
 *
 * Leaves x0 in the work area and goes on in the image's purgatory, which begins
 * PG_IMAGE_PURGATORY bytes behind this page's start. Position-independent: the
 * loader chooses the address.
 */
#include "purgatorio/image.h"

	.section .door, "ax", %progbits
	.globl	pg_door
pg_door:
	adr	x1, pg_door
	add	x2, x1, #PG_IMAGE_WORK
	str	x0, [x2, #PG_IMAGE_WORK_GIVEN]
	add	x1, x1, #PG_IMAGE_PURGATORY
	br	x1
	.globl	pg_door_const_end
pg_door_const_end:
	.section .note.GNU-stack, "", %progbits
