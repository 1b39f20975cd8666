/* SPDX-License-Identifier: BSD-2-Clause */
/* What the runner tells the door, as two 64-bit words in memory. */
#ifndef TESTS_DOOR_H
#define TESTS_DOOR_H

#define DOOR_PARAMETERS 0x180000 /* above the door, below everything else */
#define DOOR_ENTRY	0	 /* address of the purgatory */
#define DOOR_FLAGS	8
#define DOOR_LA57	1 /* enter with five levels of page tables */
#define DOOR_XCR0_RESET 2 /* ... with XCR0 as after a reset: x87 alone */

#endif
