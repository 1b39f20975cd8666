/* SPDX-License-Identifier: BSD-2-Clause */
/* Not in the target's image: the host's view of the CPU. */
#include <sys/auxv.h>

#include "purgatorio/sha256.h"

/* arch/arm64/include/uapi/asm/hwcap.h */
#define HWCAP_SHA2_BIT (1ul << 6)

uint32_t pg_host_features(void)
{
	return getauxval(AT_HWCAP) & HWCAP_SHA2_BIT ? PG_FEATURE_ARM64_SHA2 : 0;
}
