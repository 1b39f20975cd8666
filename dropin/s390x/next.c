/* SPDX-License-Identifier: BSD-2-Clause */
#include "dropin/s390x/next.h"

#include "arch/s390x/cpu.h"
#include "purgatorio/arch.h"

void pg_s390x_request(struct pg_request *request, uint64_t entry,
		      uint64_t start, uint64_t bytes)
{
	request->handoff.protocol = PG_HANDOFF_LINUX_S390X;
	request->handoff.entry = entry;
	request->swap_start = start;
	request->swap_bytes = bytes;
	/* Every machine has it; no option names another. */
	request->console = request->another = pg_arch_console_default();
	request->ticks_per_second = S390X_CLOCK_SECOND;
}
