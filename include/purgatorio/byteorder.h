/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Explicit loads and stores of integers of a given byte order at any
 * alignment. Host code that writes for a target, and all code that reads a
 * file, goes through these; nothing else knows its own byte order.
 */
#ifndef PURGATORIO_BYTEORDER_H
#define PURGATORIO_BYTEORDER_H

#include <stdint.h>

static inline uint16_t pg_load_le16(const void *at)
{
	const uint8_t *b = at;

	return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t pg_load_le32(const void *at)
{
	const uint8_t *b = at;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[3] << 24;
}

static inline uint64_t pg_load_le64(const void *at)
{
	const uint8_t *b = at;

	return pg_load_le32(b) | (uint64_t)pg_load_le32(b + 4) << 32;
}

static inline uint16_t pg_load_be16(const void *at)
{
	const uint8_t *b = at;

	return (uint16_t)(b[0] << 8 | b[1]);
}

static inline uint32_t pg_load_be32(const void *at)
{
	const uint8_t *b = at;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | (uint32_t)b[3];
}

static inline uint64_t pg_load_be64(const void *at)
{
	const uint8_t *b = at;

	return (uint64_t)pg_load_be32(b) << 32 | pg_load_be32(b + 4);
}

static inline void pg_store_le16(void *at, uint16_t value)
{
	uint8_t *b = at;

	b[0] = (uint8_t)value;
	b[1] = (uint8_t)(value >> 8);
}

static inline void pg_store_le32(void *at, uint32_t value)
{
	uint8_t *b = at;

	pg_store_le16(b, (uint16_t)value);
	pg_store_le16(b + 2, (uint16_t)(value >> 16));
}

static inline void pg_store_le64(void *at, uint64_t value)
{
	uint8_t *b = at;

	pg_store_le32(b, (uint32_t)value);
	pg_store_le32(b + 4, (uint32_t)(value >> 32));
}

static inline void pg_store_be16(void *at, uint16_t value)
{
	uint8_t *b = at;

	b[0] = (uint8_t)(value >> 8);
	b[1] = (uint8_t)value;
}

static inline void pg_store_be32(void *at, uint32_t value)
{
	uint8_t *b = at;

	pg_store_be16(b, (uint16_t)(value >> 16));
	pg_store_be16(b + 2, (uint16_t)value);
}

static inline void pg_store_be64(void *at, uint64_t value)
{
	uint8_t *b = at;

	pg_store_be32(b, (uint32_t)(value >> 32));
	pg_store_be32(b + 4, (uint32_t)value);
}

#endif
