/* SPDX-License-Identifier: BSD-2-Clause */
/* What the runner tells the door, as little-endian 64-bit words in memory. */
#ifndef TESTS_DOOR_H
#define TESTS_DOOR_H

#define DOOR_PARAMETERS 0x580000 /* above the door, below everything else */
#define DOOR_ENTRY	0	 /* address of the purgatory */
#define DOOR_FLAGS	8
#define DOOR_CPUS	16 /* how many there are, this one included */
#define DOOR_CPU	24 /* the number that this one claims to have */

#define DOOR_BIG       1  /* enter big-endian */
#define DOOR_32_BIT    2  /* enter in 32-bit mode */
#define DOOR_ILE       4  /* interrupts are little-endian */
#define DOOR_NO_COPY   8  /* leave address 0 alone: no kexec has been here */
#define DOOR_UNITS     16 /* MSR.FP, VEC and VSX are on already */
#define DOOR_SECOND_LE 32 /* the other CPUs enter little-endian */
#define DOOR_REPORT    64 /* powernv: only say where OPAL is */

/* What the crashed kernel has in low memory: at address a, this byte. */
#define DOOR_LOW_BYTES	0x10000
#define DOOR_PATTERN(a) ((uint8_t)((a)*7 + ((a) >> 8) * 13))

/* A place for door.S's RTAS, which QEMU's firmware would have to be asked
 * for: 32-bit big-endian code. */
#define DOOR_RTAS 0x580100

#define DOOR_JUNK 0xfeedfacecafebeef

#endif
