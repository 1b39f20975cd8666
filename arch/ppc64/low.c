/* SPDX-License-Identifier: BSD-2-Clause */
/* Low memory, and memory that is written and will be executed. */
#include "arch/ppc64/ppc64.h"

#include "purgatorio/arch.h"

void *pg_ppc64_low(uint64_t offset)
{
	__asm__("" : "+r"(offset));
	return pg_pointer(offset);
}

/* ISA book II, 4.3: cache blocks are 128 bytes on POWER8 to POWER10; a
 * smaller step is right on others too. */
void pg_ppc64_sync_code(uint64_t address, size_t bytes)
{
	const uint64_t end = address + bytes;

	for (uint64_t at = address & ~UINT64_C(31); at < end; at += 32)
		__asm__ volatile("dcbst 0, %0" : : "r"(at) : "memory");
	__asm__ volatile("sync" : : : "memory");
	for (uint64_t at = address & ~UINT64_C(31); at < end; at += 32)
		__asm__ volatile("icbi 0, %0" : : "r"(at) : "memory");
	__asm__ volatile("sync\n\tisync" : : : "memory");
}
