/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The s390x machine: names for its bits, and the instructions that C lacks.
 * "PoP" is IBM's z/Architecture Principles of Operation, SA22-7832; storage is
 * real, since DAT is off.
 */
#ifndef ARCH_S390X_CPU_H
#define ARCH_S390X_CPU_H

/* PoP chapter 4, "Program-Status Word". Everything that is not named is off:
 * DAT, PER, external, I/O and machine-check interruptions; key 0. */
#define S390X_PSW_64BIT	  0x0000000180000000 /* EA and BA */
#define S390X_PSW_WAIT	  0x0002000000000000
#define S390X_PSW_MACHINE 0x0004000000000000 /* machine checks on */
#define S390X_SYSTEM_EXT  0x01		     /* of the system mask */

/* PoP chapter 3, "Assigned Storage Locations". */
#define LOWCORE_EXTERNAL	 0x80 /* parameter, CPU address, code */
#define LOWCORE_PROGRAM		 0x8c /* length code, interruption code */
#define LOWCORE_TEID		 0xa8
#define LOWCORE_MACHINE		 0xe8 /* machine-check interruption code */
#define LOWCORE_OLD_PSWS	 0x120
#define LOWCORE_OLD_EXTERNAL	 0x130
#define LOWCORE_OLD_PROGRAM	 0x150
#define LOWCORE_NEW_PSWS	 0x1a0
#define LOWCORE_NEW_EXTERNAL	 0x1b0
#define LOWCORE_NEW_PROGRAM	 0x1d0
#define LOWCORE_INTERRUPTION	 0x80 /* what interruptions read and write: */
#define LOWCORE_INTERRUPTION_END 0x200
#define LOWCORE_SAVE_AREA	 0x11b0 /* and a machine check, or a dump: */
#define LOWCORE_SAVE_AREA_END	 0x1400
#define LOWCORE_BYTES		 0x2000

/* Interruption classes, in the order of their PSWs. */
#define S390X_RESTART	 0
#define S390X_EXTERNAL	 1
#define S390X_SUPERVISOR 2
#define S390X_PROGRAM	 3
#define S390X_MACHINE	 4
#define S390X_IO	 5
#define S390X_CLASSES	 6
#define S390X_STUB_BYTES 16 /* of each stub in traps.S */

/* PoP chapter 4, "Control Registers". Not set here: low-address protection,
 * so that the lowcore can be written. */
#define S390X_CR0_AFP	  0x40000 /* bit 45 */
#define S390X_CR0_VECTOR  0x20000 /* bit 46 */
#define S390X_CR0_SERVICE 0x200	  /* bit 54: service-signal interruptions */

/* Behind pg_image_start (entry.S): the entry of loaders that call once. */
#define S390X_ONCE 8

/* Bytes that a function's caller provides (ELF ABI s390x supplement). */
#define S390X_FRAME_BYTES 160

/* PoP chapter 4, "Signal-Processor Orders": refused, and without harm, where
 * the CPUs are in that mode already. */
#define S390X_SIGP_SET_ARCHITECTURE 0x12

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

struct s390x_psw {
	uint64_t mask;
	uint64_t address;
} __attribute__((aligned(8)));

/* @offset of the lowcore. The compiler is not told that it is near 0, where
 * it would expect no object. */
static inline void *s390x_lowcore(uint64_t offset)
{
	__asm__("" : "+d"(offset));
	return (void *)offset;
}

static inline uint64_t s390x_load64(uint64_t offset)
{
	return *(volatile uint64_t *)s390x_lowcore(offset);
}

static inline uint64_t s390x_read_cr0(void)
{
	uint64_t value;

	__asm__ volatile("stctg %%c0,%%c0,%0" : "=Q"(value));
	return value;
}

static inline void s390x_write_cr0(uint64_t value)
{
	__asm__ volatile("lctlg %%c0,%%c0,%0" : : "Q"(value) : "memory");
}

static inline uint64_t s390x_read_cr14(void)
{
	uint64_t value;

	__asm__ volatile("stctg %%c14,%%c14,%0" : "=Q"(value));
	return value;
}

static inline void s390x_write_cr14(uint64_t value)
{
	__asm__ volatile("lctlg %%c14,%%c14,%0" : : "Q"(value) : "memory");
}

/* Goes on behind itself with another PSW mask. */
static inline void s390x_write_psw_mask(uint64_t mask)
{
	struct s390x_psw psw = {mask, 0};
	uint64_t address;

	__asm__ volatile("	larl	%0,1f\n"
			 "	stg	%0,8+%1\n"
			 "	lpswe	%1\n"
			 "1:"
			 : "=&d"(address), "+Q"(psw)
			 :
			 : "memory", "cc");
}

static inline _Noreturn void s390x_load_psw(uint64_t mask, uint64_t address)
{
	const struct s390x_psw psw = {mask, address};

	__asm__ volatile("lpswe %0" : : "Q"(psw) : "memory");
	__builtin_unreachable();
}

/* What interruptions are pending and not masked by CR0 is taken now. */
static inline void s390x_take_external(void)
{
	uint8_t before;

	__asm__ volatile("	stosm	%0,%1\n"
			 "	stnsm	%0,%2"
			 : "=Q"(before)
			 : "i"(S390X_SYSTEM_EXT), "i"(0xff & ~S390X_SYSTEM_EXT)
			 : "memory");
}

/* PoP chapter 7, STORE CLOCK FAST: bit 51 counts microseconds. */
static inline uint64_t s390x_clock(void)
{
	uint64_t value;

	__asm__ volatile("stckf %0" : "=Q"(value) : : "cc");
	return value;
}
#define S390X_CLOCK_SECOND UINT64_C(4096000000)

#endif /* __ASSEMBLER__ */
#endif
