/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a message begins and ends: what FIPS 180-4 says in sections 5.1.1
 * (padding), 5.3.3 (the initial hash value) and 6.2.2 (the digest). Shared by
 * the scheduler and by the stream.
 */
#ifndef PURGATORIO_SHA256_MESSAGE_H
#define PURGATORIO_SHA256_MESSAGE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "purgatorio/byteorder.h"
#include "purgatorio/sha256.h"

/* The padding needs at most this: 63 bytes of message, one bit, its length. */
#define PG_SHA256_TAIL_BYTES (2 * PG_SHA256_BLOCK_BYTES)

/* H(0). */
static inline void pg_sha256_begin(uint32_t state[8])
{
	static const uint32_t initial[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};

	memcpy(state, initial, sizeof(initial));
}

/* Writes the last blocks of a message of @bytes bytes to @tail, of which its
 * last @bytes % 64 bytes are at @rest (may be NULL when there are none).
 * Returns how many blocks that makes: 1 or 2. */
static inline size_t pg_sha256_pad(uint8_t tail[PG_SHA256_TAIL_BYTES],
				   const uint8_t *rest, uint64_t bytes)
{
	size_t used = (size_t)(bytes % PG_SHA256_BLOCK_BYTES);
	size_t blocks = used + 1 + 8 <= PG_SHA256_BLOCK_BYTES ? 1 : 2;

	memset(tail, 0, PG_SHA256_TAIL_BYTES);
	if (used != 0)
		memcpy(tail, rest, used);
	tail[used] = 0x80;
	/* The length in bits; FIPS 180-4 ends at 2^64 - 1 of them. */
	pg_store_be64(tail + blocks * PG_SHA256_BLOCK_BYTES - 8, bytes << 3);
	return blocks;
}

static inline void pg_sha256_end(const uint32_t state[8],
				 uint8_t digest[PG_SHA256_BYTES])
{
	for (size_t i = 0; i < 8; i++)
		pg_store_be32(digest + 4 * i, state[i]);
}

#endif
