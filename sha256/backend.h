/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The backend contract: all that sha256/many.c asks of an architecture. A
 * backend is chosen by path: arch/<arch>/sha256_backend.c where it exists,
 * sha256/backend_none.c elsewhere. There is no table of functions, so that
 * the purgatory needs no relocation.
 */
#ifndef PURGATORIO_SHA256_BACKEND_H
#define PURGATORIO_SHA256_BACKEND_H

#include <stddef.h>
#include <stdint.h>

#include "purgatorio/sha256.h"

/* One stream on its way: FIPS 180-4's H(i), host byte order, and its next
 * unread block, at any alignment. */
struct pg_sha256_lane {
	uint32_t state[8];
	const uint8_t *data;
};

/*
 * Advances the first n of @count lanes, n >= 1 chosen by the backend, by
 * @blocks blocks of 64 bytes each: their states and data pointers. Returns n;
 * or 0 to decline, and then has changed nothing. @count >= 1, @blocks >= 1,
 * @features as in sha256.h. A backend picks n so that the work is done
 * soonest: when fewer lanes are left than it has, it may still take them.
 */
size_t pg_sha256_backend(struct pg_sha256_lane *lanes, size_t count,
			 uint64_t blocks, uint32_t features);

/* How many lanes one call would advance, given @count of them: what
 * pg_sha256_backend() would return, or 0. */
size_t pg_sha256_backend_lanes(size_t count, uint32_t features);

/* The portable one: one lane. Never declines. */
void pg_sha256_blocks(uint32_t state[8], const uint8_t *data, uint64_t blocks);

#endif
