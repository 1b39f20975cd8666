/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi-stub/stub.h"

#include "arch/x86_64/sha256_features.h"
#include "purgatorio/arch.h"
#include "purgatorio/sha256.h"

uint32_t pg_arch_id(void)
{
	return PG_ARCH_X86_64;
}

/* UEFI 2.3.4 has SSE switched on. */
uint32_t stub_features(void)
{
	return pg_x86_features(1) &
	       (PG_FEATURE_X86_SHANI | PG_FEATURE_X86_SSSE3);
}
