/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arm64 machine: names for its bits, and the instructions that C lacks.
 * "ARM ARM" is the Arm Architecture Reference Manual for A-profile, DDI 0487;
 * section numbers are those of its chapter D (system registers: D17).
 */
#ifndef ARCH_ARM64_CPU_H
#define ARCH_ARM64_CPU_H

/* CurrentEL.EL stands in bits 3:2. */
#define ARM64_EL1 0x4
#define ARM64_EL2 0x8

/* SPSR_ELx: the exception level with its own stack pointer (M = EL1h, EL2h),
 * and D, A, I, F masked. */
#define ARM64_SPSR_EL1H 0x3c5
#define ARM64_SPSR_EL2H 0x3c9

/* SCTLR_ELx with everything off and data little-endian: just the bits that
 * ARMv8.0 has as RES1, so that a later extension keeps its old meaning. */
#define ARM64_SCTLR_EL1_OFF 0x30d00800
#define ARM64_SCTLR_EL2_OFF 0x30c50830
/* MMU; data caches; instruction caches. */
#define ARM64_SCTLR_M	   0x1
#define ARM64_SCTLR_C	   0x4
#define ARM64_SCTLR_I	   0x1000
#define ARM64_SCTLR_CACHES 0x1005

/* A vector table is aligned to 2 KiB, its 16 vectors lie 128 bytes apart:
 * sync, IRQ, FIQ, SError for each of four origins (D1.3.1.5). */
#define ARM64_VECTOR_BYTES  128
#define ARM64_VECTOR_TABLE  2048
#define ARM64_VECTORS	    16
#define ARM64_VECTOR_NESTED 4 /* first of "current EL with SP_ELx" */
#define ARM64_VECTOR_LOWER  8 /* first of "lower EL" */

/* What vectors.S saves: x0 to x30, SP_EL0; a multiple of 16. */
#define ARM64_FRAME_BYTES 256
#define ARM64_FRAME_SP	  248

/* The status of a fault that even the fault handler cannot report. */
#define ARM64_STATUS_TRAP 17

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

#define ARM64_READ(name)                                           \
	__extension__({                                            \
		uint64_t value_;                                   \
		__asm__ volatile("mrs %0, " #name : "=r"(value_)); \
		value_;                                            \
	})
#define ARM64_WRITE(name, value)                  \
	__asm__ volatile("msr " #name ", %0"      \
			 :                        \
			 : "r"((uint64_t)(value)) \
			 : "memory")

/* The register of this exception level. At EL2 with HCR_EL2.E2H set both
 * names would reach the same register; without it only this one is right. */
#define ARM64_READ_EL(name) \
	(arm64_at_el2() ? ARM64_READ(name##_el2) : ARM64_READ(name##_el1))
#define ARM64_WRITE_EL(name, value)                     \
	do {                                            \
		if (arm64_at_el2())                     \
			ARM64_WRITE(name##_el2, value); \
		else                                    \
			ARM64_WRITE(name##_el1, value); \
	} while (0)

static inline bool arm64_at_el2(void)
{
	return ARM64_READ(currentel) == ARM64_EL2;
}

/* The Virtualization Host Extensions as Linux uses them: EL2 has the
 * translation regime, and the register formats, of an EL1. */
#define ARM64_HCR_E2H (UINT64_C(1) << 34)
static inline bool arm64_e2h(void)
{
	return arm64_at_el2() && (ARM64_READ(hcr_el2) & ARM64_HCR_E2H);
}

static inline void arm64_isb(void)
{
	__asm__ volatile("isb" : : : "memory");
}

/* A field of @bits bits of an ID register. */
static inline unsigned arm64_field(uint64_t value, unsigned low, unsigned bits)
{
	return (unsigned)(value >> low & ((UINT64_C(1) << bits) - 1));
}

#endif /* __ASSEMBLER__ */
#endif
