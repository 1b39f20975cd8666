/* SPDX-License-Identifier: BSD-2-Clause */
#include "purgatorio/purgatorio.h"

uint32_t pg_host_arch(void)
{
	return PG_ARCH_S390X;
}
