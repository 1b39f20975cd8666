/* SPDX-License-Identifier: BSD-2-Clause */
/* What the door of a ppc64 capture image, `pack` and the merge agree on; for C
 * and assembler. */
#ifndef ARCH_PPC64_IMAGE_DOOR_H
#define ARCH_PPC64_IMAGE_DOOR_H

/* In the door, u32 in the kernel's byte order: what its run_at_load (at 0x5c)
 * is before a loader writes there. */
#define DOOR_RUN 0x58

/* From PG_IMAGE_WORK_GIVEN on, u64, little-endian: the registers that a loader
 * set, and what it wrote into run_at_load. */
#define GIVEN_R3  0
#define GIVEN_R4  8
#define GIVEN_R5  16
#define GIVEN_R8  24
#define GIVEN_R9  32
#define GIVEN_RUN 40
#define GIVEN_R1  48

#endif
