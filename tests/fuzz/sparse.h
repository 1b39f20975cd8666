/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file with its zeros left out: u16 count of bytes, which follow, u16 count
 * of SPARSE_UNITs of zeros, and so on, little-endian. What is cut off is as
 * short as it is.
 */
#ifndef PURGATORIO_TESTS_SPARSE_H
#define PURGATORIO_TESTS_SPARSE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "purgatorio/byteorder.h"

#define SPARSE_UNIT	 16
#define SPARSE_BYTES_MAX (1u << 20) /* more is not made */
#define SPARSE_RUN	 64	    /* fewer zeros are written out */

static inline size_t sparse_smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* To @out, unless that is NULL; how many bytes that are. */
static inline size_t sparse_expand(const uint8_t *data, size_t size,
				   uint8_t *out)
{
	size_t at = 0, made = 0;

	while (size - at >= 2) {
		size_t count = pg_load_le16(data + at);

		at += 2;
		count = sparse_smaller(count, size - at);
		count = sparse_smaller(count, SPARSE_BYTES_MAX - made);
		if (out != NULL)
			memcpy(out + made, data + at, count);
		at += count;
		made += count;
		if (size - at < 2)
			break;
		count = SPARSE_UNIT * (size_t)pg_load_le16(data + at);
		at += 2;
		count = sparse_smaller(count, SPARSE_BYTES_MAX - made);
		if (out != NULL)
			memset(out + made, 0, count);
		made += count;
	}
	return made;
}

/* The other way. */
static inline size_t sparse_shrink(const uint8_t *data, size_t size,
				   uint8_t *out)
{
	size_t at = 0, made = 0;

	while (at < size) {
		size_t count = 0, zeros = 0;

		while (at + count < size && count < UINT16_MAX &&
		       zeros < SPARSE_RUN)
			zeros = data[at + count++] == 0 ? zeros + 1 : 0;
		count -= zeros;
		for (zeros = 0; at + count + zeros < size &&
				zeros < (size_t)UINT16_MAX * SPARSE_UNIT &&
				data[at + count + zeros] == 0;)
			zeros++;
		zeros /= SPARSE_UNIT;
		if (out != NULL) {
			pg_store_le16(out + made, (uint16_t)count);
			memcpy(out + made + 2, data + at, count);
			pg_store_le16(out + made + 2 + count, (uint16_t)zeros);
		}
		at += count + zeros * SPARSE_UNIT;
		made += 4 + count;
		/* A few at the end that fill no unit. */
		if (count == 0 && zeros == 0) {
			if (out != NULL) {
				pg_store_le16(out + made - 4, 1);
				out[made - 2] = data[at];
				pg_store_le16(out + made - 1, 0);
			}
			at++;
			made++;
		}
	}
	return made;
}

#endif
