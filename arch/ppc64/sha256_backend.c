/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ppc64: vshasigmaw (ISA 2.07, "Vector SHA-256 Sigma Word") works on four
 * words at once, one of each of four messages, or, for a message that is
 * alone, four of its schedule.
 */
#include "purgatorio/sha256.h"

#include "arch/ppc64/sha256_x4.h"
#include "sha256/backend.h"

size_t pg_sha256_backend_lanes(size_t count, uint32_t features)
{
	if (!(features & PG_FEATURE_PPC64_CRYPTO))
		return 0;
	return count < PG_PPC64_LANES ? count : PG_PPC64_LANES;
}

/* With two or three messages, the others do the first one's work again, in
 * states that nobody reads. */
size_t pg_sha256_backend(struct pg_sha256_lane *lanes, size_t count,
			 uint64_t blocks, uint32_t features)
{
	size_t n = pg_sha256_backend_lanes(count, features);
	struct pg_sha256_lane four[PG_PPC64_LANES];
	size_t i;

	if (n == 0)
		return 0;
	if (n == 1) {
		pg_sha256_ppc64_x1(lanes, blocks);
		return n;
	}
	if (n == PG_PPC64_LANES) {
		pg_sha256_ppc64_x4(lanes, blocks);
		return n;
	}
	for (i = 0; i < PG_PPC64_LANES; i++)
		four[i] = lanes[i < n ? i : 0];
	pg_sha256_ppc64_x4(four, blocks);
	for (i = 0; i < n; i++)
		lanes[i] = four[i];
	return n;
}
