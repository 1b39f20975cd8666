/* SPDX-License-Identifier: BSD-2-Clause */
/* Not in the target's image: the host's view of the CPU. */
#include "purgatorio/sha256.h"

#include "arch/x86_64/sha256_features.h"

uint32_t pg_host_features(void)
{
	/* A 64-bit operating system always sets CR4.OSFXSR: SSE2 is part of
	 * its calling convention. */
	return pg_x86_features(1);
}
