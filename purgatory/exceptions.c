/* SPDX-License-Identifier: BSD-2-Clause */
/* Where exceptions need no memory but the purgatory's own, there is nothing
 * to give back. arch/ppc64/traps.c has its own. */
#include "purgatorio/arch.h"

void __attribute__((weak)) pg_arch_exceptions(bool ours)
{
	(void)ours;
}
