/* SPDX-License-Identifier: BSD-2-Clause */
/* In the place of arch/x86_64/sha256_backend.c: another loader's digest is of
 * one message, so that there is one lane, whatever the CPU has. */
#include "purgatorio/sha256.h"

#include "dropin/x86_64/sha256_one.h"
#include "sha256/backend.h"

size_t pg_sha256_backend_lanes(size_t count, uint32_t features)
{
	(void)count;
	return features & PG_FEATURE_X86_SHANI ? 1 : 0;
}

size_t pg_sha256_backend(struct pg_sha256_lane *lanes, size_t count,
			 uint64_t blocks, uint32_t features)
{
	const size_t n = pg_sha256_backend_lanes(count, features);

	if (n != 0)
		pg_sha256_shani_one(lanes, blocks);
	return n;
}
