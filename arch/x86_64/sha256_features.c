/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel SDM volume 2A, CPUID, tables 3-10, 3-11 and leaf 07H; volume 1,
 * sections 13.3 (XCR0), 14.3 and 15.2 (detection of AVX2 and AVX-512).
 */
#include "purgatorio/sha256.h"

#include <cpuid.h>

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

static uint32_t read_xcr0(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

static int all(uint32_t value, uint32_t bits)
{
	return (value & bits) == bits;
}

uint32_t pg_x86_features(int osfxsr)
{
	const uint32_t avx512 =
		LEAF7_EBX_AVX512F | LEAF7_EBX_AVX512BW | LEAF7_EBX_AVX512VL;
	uint32_t eax, ebx7 = 0, ecx1 = 0, edx1 = 0, ecx7, edx7, ebx1;
	uint32_t features = 0, xcr0;

	if (!__get_cpuid(1, &eax, &ebx1, &ecx1, &edx1))
		return 0;
	/* Absent leaf 7: ebx7 stays 0. */
	(void)__get_cpuid_count(7, 0, &eax, &ebx7, &ecx7, &edx7);

	/* Legacy SSE state: FXSAVE's, and CR4.OSFXSR. */
	if (osfxsr && (edx1 & LEAF1_EDX_FXSR)) {
		if (ecx1 & LEAF1_ECX_SSSE3)
			features |= PG_FEATURE_X86_SSSE3;
		if (all(ecx1, LEAF1_ECX_SSSE3 | LEAF1_ECX_SSE4_1) &&
		    (ebx7 & LEAF7_EBX_SHA))
			features |= PG_FEATURE_X86_SHANI;
	}
	/* Without OSXSAVE, XGETBV raises #UD. */
	if (!(ecx1 & LEAF1_ECX_OSXSAVE))
		return features;
	xcr0 = read_xcr0();
	if (all(xcr0, XCR0_FOR_AVX) && (ecx1 & LEAF1_ECX_AVX) &&
	    (ebx7 & LEAF7_EBX_AVX2))
		features |= PG_FEATURE_X86_AVX2;
	if (all(xcr0, XCR0_FOR_AVX512) && all(ebx7, avx512))
		features |= PG_FEATURE_X86_AVX512;
	return features;
}
