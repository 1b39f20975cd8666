/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a message begins and ends: what FIPS 180-4 says in sections 5.1.1
 * (padding), 5.3.3 (the initial hash value) and 6.2.2 (the digest). Shared by
 * the scheduler and by the stream.
 */
#ifndef PURGATORIO_SHA256_MESSAGE_H
#define PURGATORIO_SHA256_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "purgatorio/byteorder.h"
#include "purgatorio/sha256.h"

/* H(0). */
static inline void pg_sha256_begin(uint32_t state[8])
{
	static const uint32_t initial[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};

	memcpy(state, initial, sizeof(initial));
}

/* The last block of a message of @bytes bytes, behind what pg_sha256_pad()
 * could not close. */
static inline void pg_sha256_pad_length(uint8_t block[PG_SHA256_BLOCK_BYTES],
					uint64_t bytes)
{
	memset(block, 0, PG_SHA256_BLOCK_BYTES - 8);
	/* In bits; FIPS 180-4 ends at 2^64 - 1 of them. */
	pg_store_be64(block + PG_SHA256_BLOCK_BYTES - 8, bytes << 3);
}

/* Fills @block with the last @bytes % 64 bytes of a message of @bytes bytes,
 * which are at @rest (unused when there are none), and with the padding. False
 * when its length found no room and pg_sha256_pad_length() must follow. @rest
 * may be @block itself. */
static inline bool pg_sha256_pad(uint8_t block[PG_SHA256_BLOCK_BYTES],
				 const uint8_t *rest, uint64_t bytes)
{
	size_t used = (size_t)(bytes % PG_SHA256_BLOCK_BYTES);

	if (used != 0 && rest != block)
		memcpy(block, rest, used);
	block[used++] = 0x80;
	memset(block + used, 0, PG_SHA256_BLOCK_BYTES - used);
	if (used > PG_SHA256_BLOCK_BYTES - 8)
		return false;
	pg_store_be64(block + PG_SHA256_BLOCK_BYTES - 8, bytes << 3);
	return true;
}

/* The digest, from the last H(i). */
static inline void pg_sha256_end(const uint32_t state[8],
				 uint8_t digest[PG_SHA256_BYTES])
{
	for (size_t i = 0; i < 8; i++)
		pg_store_be32(digest + 4 * i, state[i]);
}

#endif
