/* SPDX-License-Identifier: BSD-2-Clause */
/* In the place of arch/ppc64/secondary.c: the loader has put the next kernel's
 * first bytes where ours would be, so the other CPUs wait in it already. What
 * is left to do is to tell the kernel itself, once it was verified, whether it
 * stays where it is (head_64.S: __run_at_load). */
#include "arch/ppc64/ppc64.h"
#include "dropin/ppc64/next.h"

#include <string.h>

#include "purgatorio/arch.h"

void pg_ppc64_secondaries_collect(void)
{
}

/* The word of purgatory_start's copy of the kernel's head, in the kernel's
 * order: as it was, or 1. */
void pg_ppc64_secondaries_release(uint64_t next)
{
	memcpy(pg_pointer(next + LOW_RUN), &run_at_load, sizeof(run_at_load));
	pg_ppc64_sync_code(next + LOW_RUN, sizeof(run_at_load));
}
