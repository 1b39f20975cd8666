/* SPDX-License-Identifier: BSD-2-Clause */
/* How fast the generic timer counts: user space may ask. */
#include "load/machine.h"

uint64_t pg_host_ticks_per_second(const char *root)
{
	uint64_t hertz;

	(void)root;
	__asm__("mrs %0, cntfrq_el0" : "=r"(hertz));
	return hertz;
}
