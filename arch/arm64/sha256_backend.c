/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arm64: the SHA2 extension with 1 or 2 streams. A stream is bound by the
 * latency of SHA256H, 4 cycles or more, of which every fourth could begin
 * another: two streams keep the unit busy (+82 % and more on every CPU that
 * Linux measured), a third would only need registers that there are not.
 */
#include "purgatorio/sha256.h"

#include "arch/arm64/sha256_ce.h"
#include "sha256/backend.h"

size_t pg_sha256_backend_lanes(size_t count, uint32_t features)
{
	if (!(features & PG_FEATURE_ARM64_SHA2))
		return 0;
	return count < PG_SHA2CE_LANES ? count : PG_SHA2CE_LANES;
}

size_t pg_sha256_backend(struct pg_sha256_lane *lanes, size_t count,
			 uint64_t blocks, uint32_t features)
{
	const size_t n = pg_sha256_backend_lanes(count, features);

	if (n == 2)
		pg_sha256_ce_x2(lanes, blocks);
	else if (n == 1)
		pg_sha256_ce_x1(lanes, blocks);
	return n;
}
