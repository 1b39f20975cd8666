/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel SDM volume 2A, CPUID, tables 3-10, 3-11 and leaf 07H; volume 1,
 * sections 13.3 (XCR0), 14.3 and 15.2 (detection of AVX2 and AVX-512).
 */
#include "purgatorio/sha256.h"

#include <cpuid.h>
#include <stdbool.h>

#include "arch/x86_64/sha256_features.h"

#define LEAF1_ECX_SSSE3	  (1u << 9)
#define LEAF1_ECX_SSE4_1  (1u << 19)
#define LEAF1_ECX_OSXSAVE (1u << 27)
#define LEAF1_ECX_AVX	  (1u << 28)
#define LEAF1_EDX_FXSR	  (1u << 24)

#define LEAF7_EBX_AVX2	   (1u << 5)
#define LEAF7_EBX_AVX512F  (1u << 16)
#define LEAF7_EBX_SHA	   (1u << 29)
#define LEAF7_EBX_AVX512BW (1u << 30)
#define LEAF7_EBX_AVX512VL (1u << 31)

/* State components that the operating system saves, and so allows. */
#define XCR0_SSE       (1u << 1)
#define XCR0_AVX       (1u << 2)
#define XCR0_OPMASK    (1u << 5)
#define XCR0_ZMM_HI256 (1u << 6)
#define XCR0_HI16_ZMM  (1u << 7)
#define XCR0_FOR_AVX   (XCR0_SSE | XCR0_AVX)
#define XCR0_FOR_AVX512 \
	(XCR0_FOR_AVX | XCR0_OPMASK | XCR0_ZMM_HI256 | XCR0_HI16_ZMM)

struct cpu {
	uint32_t leaf1_ecx, leaf1_edx, leaf7_ebx;
	uint32_t xcr0; /* 0 without OSXSAVE */
};

static bool all(uint32_t value, uint32_t bits)
{
	return (value & bits) == bits;
}

static uint32_t features_of(const struct cpu *cpu, int osfxsr)
{
	const uint32_t avx512 =
		LEAF7_EBX_AVX512F | LEAF7_EBX_AVX512BW | LEAF7_EBX_AVX512VL;
	const uint32_t sse = LEAF1_ECX_SSSE3 | LEAF1_ECX_SSE4_1;
	uint32_t features = 0;

	if (osfxsr && (cpu->leaf1_edx & LEAF1_EDX_FXSR)) {
		if (cpu->leaf1_ecx & LEAF1_ECX_SSSE3)
			features |= PG_FEATURE_X86_SSSE3;
		if (all(cpu->leaf1_ecx, sse) &&
		    (cpu->leaf7_ebx & LEAF7_EBX_SHA))
			features |= PG_FEATURE_X86_SHANI;
	}
	if (!(cpu->leaf1_ecx & LEAF1_ECX_AVX))
		return features;
	if (all(cpu->xcr0, XCR0_FOR_AVX) && (cpu->leaf7_ebx & LEAF7_EBX_AVX2))
		features |= PG_FEATURE_X86_AVX2;
	if (all(cpu->xcr0, XCR0_FOR_AVX512) && all(cpu->leaf7_ebx, avx512))
		features |= PG_FEATURE_X86_AVX512;
	return features;
}

static uint32_t read_xcr0(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

uint32_t pg_x86_features(int osfxsr)
{
	struct cpu cpu = {0};
	uint32_t eax, ebx, ecx, edx;

	/* A leaf that is absent leaves its bits 0. */
	if (__get_cpuid(1, &eax, &ebx, &ecx, &edx)) {
		cpu.leaf1_ecx = ecx;
		cpu.leaf1_edx = edx;
	}
	if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx))
		cpu.leaf7_ebx = ebx;
	/* Without OSXSAVE, XGETBV raises #UD. */
	if (cpu.leaf1_ecx & LEAF1_ECX_OSXSAVE)
		cpu.xcr0 = read_xcr0();
	return features_of(&cpu, osfxsr);
}
