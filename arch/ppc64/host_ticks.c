/* SPDX-License-Identifier: BSD-2-Clause */
/* How fast the time base counts: glibc asks the kernel, which has it from the
 * device tree's timebase-frequency. */
#include <sys/platform/ppc.h>

#include "load/machine.h"

uint64_t pg_host_ticks_per_second(const char *root)
{
	(void)root;
	return __ppc_get_timebase_freq();
}
