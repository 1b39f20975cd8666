/* SPDX-License-Identifier: BSD-2-Clause */
/* Vector units and reach. In real mode caches are on and nothing is
 * translated; what is off at entry are the vector units. */
#include "arch/ppc64/ppc64.h"

#include "purgatorio/arch.h"
#include "purgatorio/sha256.h"

/* ISA 5.7.3.1: at most this many bits of a real address count. */
#define REAL_BITS 60

static uint64_t units; /* MSR bits that were clear at pg_arch_open() */

uint32_t pg_arch_id(void)
{
	return PG_ARCH_PPC64;
}

/* Whether there is vshasigmaw (ISA 2.07) is asked of the CPU itself, since a
 * hypervisor may run an old guest on a new CPU or the reverse. */
uint32_t pg_arch_open(const struct pg_manifest *manifest)
{
	const uint64_t msr = ppc64_mfmsr();
	const uint64_t wanted = MSR_VEC | MSR_VSX | MSR_FP;

	(void)manifest;
	units = wanted & ~msr;
	ppc64_mtmsr(msr | wanted);
	return pg_ppc64_has_crypto() ? PG_FEATURE_PPC64_CRYPTO : 0;
}

/* Under a hypervisor, real mode may end at the real mode area's limit, and on
 * bare metal where memory ends; an access beyond it interrupts. It is one area
 * from 0 on, so that the last byte answers for all. */
bool pg_arch_reachable(uint64_t start, uint64_t bytes)
{
	const uint64_t last = start + (bytes - 1);

	if (bytes == 0)
		return true;
	if (last < start || last >> REAL_BITS != 0)
		return false;
	return pg_ppc64_can_load(start) && pg_ppc64_can_load(last);
}

/* What we wrote and somebody will run is in low memory: traps.c and
 * secondary.c sync it as they write. */
void pg_arch_close(void)
{
	pg_arch_exceptions(false);
	ppc64_mtmsr(ppc64_mfmsr() & ~units);
}

uint64_t pg_arch_ticks(void)
{
	return ppc64_timebase();
}
