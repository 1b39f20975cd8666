/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The x86_64 machine: names for its bits, and the instructions that C lacks.
 * "SDM" is Intel's Software Developer's Manual, volume 3A unless named.
 */
#ifndef ARCH_X86_64_CPU_H
#define ARCH_X86_64_CPU_H

/* Selectors as Linux's boot protocol wants them (boot.rst, "64-bit Boot
 * Protocol": __BOOT_CS, __BOOT_DS). */
#define X86_SELECTOR_CODE 0x10
#define X86_SELECTOR_DATA 0x18
#define X86_SELECTOR_TSS  0x20

/* SDM 6.3.1: vectors below 32 are exceptions. */
#define X86_EXCEPTIONS 32
#define X86_VECTOR_NMI 2
/* Exceptions that push an error code: #DF TS NP SS GP PF AC CP VC SX. */
#define X86_ERROR_CODES 0x60227d00

/* Bytes of a stub in traps.S. */
#define X86_STUB_BYTES 16

#ifndef __ASSEMBLER__

#include <stdint.h>

/* SDM 2.5, control registers. */
#define X86_CR0_MP	   (UINT64_C(1) << 1)
#define X86_CR0_EM	   (UINT64_C(1) << 2)
#define X86_CR0_TS	   (UINT64_C(1) << 3)
#define X86_CR4_MCE	   (UINT64_C(1) << 6)
#define X86_CR4_OSFXSR	   (UINT64_C(1) << 9)
#define X86_CR4_OSXMMEXCPT (UINT64_C(1) << 10)
#define X86_CR4_LA57	   (UINT64_C(1) << 12)
#define X86_CR4_OSXSAVE	   (UINT64_C(1) << 18)

/* SDM 2.6, XCR0: who may use which registers. AVX-512 has three bits, which
 * go together: opmasks, upper halves of zmm0 to 15, zmm16 to 31. */
#define X86_XCR0_X87	0x01u
#define X86_XCR0_SSE	0x02u
#define X86_XCR0_AVX	0x04u
#define X86_XCR0_AVX512 0xe0u

/* SDM 18.2.4: DR7 with every breakpoint off; bit 10 is always 1. */
#define X86_DR7_OFF UINT64_C(0x400)

static inline uint64_t x86_read_cr0(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

static inline void x86_write_cr0(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline uint64_t x86_read_cr2(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr2, %0" : "=r"(value));
	return value;
}

static inline uint64_t x86_read_cr3(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value));
	return value;
}

static inline uint64_t x86_read_cr4(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static inline void x86_write_cr4(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

/* CR4.OSXSAVE must be set. */
static inline uint64_t x86_read_xcr0(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

static inline void x86_write_xcr0(uint64_t value)
{
	__asm__ volatile("xsetbv"
			 :
			 : "c"(0), "a"((uint32_t)value),
			   "d"((uint32_t)(value >> 32))
			 : "memory");
}

static inline void x86_write_dr7(uint64_t value)
{
	__asm__ volatile("mov %0, %%dr7" : : "r"(value));
}

static inline void x86_invlpg(uint64_t address)
{
	__asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static inline uint8_t x86_in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void x86_out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

#endif /* __ASSEMBLER__ */
#endif
