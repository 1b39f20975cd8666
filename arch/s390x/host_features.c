/* SPDX-License-Identifier: BSD-2-Clause */
/* Not in the target's image: the host's view of the CPU. */
#include <sys/auxv.h>

#include "arch/s390x/sha256_features.h"
#include "purgatorio/sha256.h"

/* arch/s390/include/asm/elf.h: the kernel saves the vector registers, too. */
#define HWCAP_VXRS_BIT (1ul << 11)

uint32_t pg_host_features(void)
{
	const uint32_t features = pg_s390x_features();

	return getauxval(AT_HWCAP) & HWCAP_VXRS_BIT
		       ? features
		       : features & ~(uint32_t)PG_FEATURE_S390X_VX;
}
