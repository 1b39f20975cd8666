/* SPDX-License-Identifier: BSD-2-Clause */
/* Not in the target's image: the host's view of the CPU. */
#include <sys/auxv.h>

#include "purgatorio/sha256.h"

/* arch/powerpc/include/uapi/asm/cputable.h: PPC_FEATURE2_VEC_CRYPTO */
#define HWCAP2_VEC_CRYPTO 0x02000000ul

uint32_t pg_host_features(void)
{
	return getauxval(AT_HWCAP2) & HWCAP2_VEC_CRYPTO
		       ? PG_FEATURE_PPC64_CRYPTO
		       : 0;
}
