/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For machines without a backend of their own: everything is left to
 * sha256/portable.c.
 */
#include "purgatorio/sha256.h"
#include "sha256/backend.h"

size_t pg_sha256_backend(struct pg_sha256_lane *lanes, size_t count,
			 uint64_t blocks, uint32_t features)
{
	(void)lanes;
	(void)count;
	(void)blocks;
	(void)features;
	return 0;
}

size_t pg_sha256_backend_lanes(size_t count, uint32_t features)
{
	(void)count;
	(void)features;
	return 0;
}

uint32_t pg_host_features(void)
{
	return 0;
}
