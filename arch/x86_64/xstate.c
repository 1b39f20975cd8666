/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of the vector units: kept while they are ours, and AVX and AVX-512
 * switched on. They need CR4.OSXSAVE and their bits of XCR0, which may hold
 * whatever the crashed kernel, or firmware, left there (SDM volume 1, chapter
 * 13). Where the CPU has no XSAVE, FXSAVE keeps what SSE has.
 */
#include <cpuid.h>

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/x86_64.h"

/* SDM volume 1, 13.4: FXSAVE's 512 bytes, a header of 64, then each component
 * where CPUID says. Those of AVX-512 are the last that we want; they end here
 * on Intel's CPUs, and before this on AMD's. */
#define AREA_BYTES 2688

#define LEAF_FEATURES	1
#define LEAF_XSTATE	0xd
#define LEAF1_ECX_XSAVE (1u << 26)

#define COMPONENT_FIRST 2 /* the two before it have fixed places */
#define COMPONENT_LAST	7

#define AVX    (X86_XCR0_X87 | X86_XCR0_SSE | X86_XCR0_AVX)
#define AVX512 (AVX | X86_XCR0_AVX512)

/* Zeroed, as XRSTOR demands of the header's reserved bytes. */
static uint8_t area[AREA_BYTES] __attribute__((aligned(64)));
static uint64_t xcr0, kept;

/* Has the area room for all @components? */
static bool fits(uint32_t components)
{
	uint32_t size, offset, ecx, edx;

	for (uint32_t i = COMPONENT_FIRST; i <= COMPONENT_LAST; i++) {
		if (!(components & 1u << i))
			continue;
		__cpuid_count(LEAF_XSTATE, i, size, offset, ecx, edx);
		if (size > AREA_BYTES || offset > AREA_BYTES - size)
			return false;
	}
	return true;
}

/* All that the CPU has, used or not: an instruction of AVX clears what AVX-512
 * adds to its register, whatever XCR0 allows. */
static uint32_t available(void)
{
	uint32_t eax, ebx, ecx, edx;

	if (!__get_cpuid(LEAF_FEATURES, &eax, &ebx, &ecx, &edx) ||
	    !(ecx & LEAF1_ECX_XSAVE) ||
	    !__get_cpuid_count(LEAF_XSTATE, 0, &eax, &ebx, &ecx, &edx))
		return 0;
	eax &= (eax & AVX512) == AVX512 ? AVX512 : AVX;
	return (eax & AVX) == AVX && fits(eax) ? eax : 0;
}

void pg_x86_vectors_open(void)
{
	kept = available();
	if (kept == 0) {
		__asm__ volatile("fxsave64 %0" : "=m"(area));
		return;
	}
	x86_write_cr4(x86_read_cr4() | X86_CR4_OSXSAVE);
	xcr0 = x86_read_xcr0();
	/* What was allowed stays so: it may depend on what we do not know. */
	x86_write_xcr0(xcr0 | kept);
	__asm__ volatile("xsave64 %0"
			 : "+m"(area)
			 : "a"((uint32_t)kept), "d"(0));
}

void pg_x86_vectors_close(void)
{
	if (kept == 0) {
		__asm__ volatile("fxrstor64 %0" : : "m"(area));
		return;
	}
	__asm__ volatile("xrstor64 %0"
			 :
			 : "m"(area), "a"((uint32_t)kept), "d"(0));
	x86_write_xcr0(xcr0);
}
