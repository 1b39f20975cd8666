/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86_64: SHA-NI with 1 to 4 streams. A stream is bound by the latency of
 * SHA256RNDS2, four cycles, of which the CPU can start one every two. Two
 * streams fill most of that, three and four the rest (a little on Intel, where
 * the message schedule needs the same port; more on AMD).
 */
#include "purgatorio/sha256.h"

#include "arch/x86_64/sha256_shani.h"
#include "sha256/backend.h"

size_t pg_sha256_backend_lanes(size_t count, uint32_t features)
{
	if (!(features & PG_FEATURE_X86_SHANI))
		return 0;
	return count < PG_SHANI_LANES ? count : PG_SHANI_LANES;
}

size_t pg_sha256_backend(struct pg_sha256_lane *lanes, size_t count,
			 uint64_t blocks, uint32_t features)
{
	size_t n = pg_sha256_backend_lanes(count, features);

	/* Compared, not looked up: a table of functions needs relocations. */
	if (n == 4)
		pg_sha256_shani_x4(lanes, blocks);
	else if (n == 3)
		pg_sha256_shani_x3(lanes, blocks);
	else if (n == 2)
		pg_sha256_shani_x2(lanes, blocks);
	else if (n == 1)
		pg_sha256_shani_x1(lanes, blocks);
	return n;
}
