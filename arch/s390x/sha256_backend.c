/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * s390x: KIMD where the CPU has it, a stream at a time; else four streams in
 * the lanes of the vector registers. They take 32 instructions for each byte
 * of one stream, however many there are, and portable C takes 39 of each: even
 * one stream is better off there.
 */
#include "purgatorio/sha256.h"

#include <string.h>

#include "arch/s390x/sha256_kimd.h"
#include "arch/s390x/sha256_vx.h"
#include "sha256/backend.h"

size_t pg_sha256_backend_lanes(size_t count, uint32_t features)
{
	if (features & PG_FEATURE_S390X_KIMD)
		return 1;
	if (!(features & PG_FEATURE_S390X_VX))
		return 0;
	return count < PG_VX_LANES ? count : PG_VX_LANES;
}

/* Lanes that nobody wants do what lane 0 does. */
static void vx(struct pg_sha256_lane *lanes, size_t n, uint64_t blocks)
{
	struct pg_sha256_lane all[PG_VX_LANES];
	size_t i;

	if (n == PG_VX_LANES) {
		pg_sha256_vx_x4(lanes, blocks);
		return;
	}
	for (i = 0; i < PG_VX_LANES; i++)
		all[i] = lanes[i < n ? i : 0];
	pg_sha256_vx_x4(all, blocks);
	memcpy(lanes, all, n * sizeof(*lanes));
}

size_t pg_sha256_backend(struct pg_sha256_lane *lanes, size_t count,
			 uint64_t blocks, uint32_t features)
{
	const size_t n = pg_sha256_backend_lanes(count, features);
	const uint64_t bytes = blocks * PG_SHA256_BLOCK_BYTES;

	if (n == 0)
		return 0;
	if (features & PG_FEATURE_S390X_KIMD) {
		pg_kimd(PG_KIMD_SHA_256, lanes->state, lanes->data, bytes);
		lanes->data += bytes;
		return n;
	}
	vx(lanes, n, blocks);
	return n;
}
