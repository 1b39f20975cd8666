/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the hash share: OpenSSL's digests, and numbers that look
 * random but are the same in every run. */
#ifndef PURGATORIO_TESTS_SHA256_REFERENCE_H
#define PURGATORIO_TESTS_SHA256_REFERENCE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/evp.h>

static inline void reference(const void *data, size_t bytes, uint8_t digest[32])
{
	unsigned size = 32;

	assert_int_equal(EVP_Digest(bytes ? data : "", bytes, digest, &size,
				    EVP_sha256(), NULL),
			 1);
}

static inline void *allocate(size_t bytes)
{
	void *memory = malloc(bytes ? bytes : 1);

	assert_non_null(memory);
	return memory;
}

/* Marsaglia's xorshift64. */
static inline uint64_t random64(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static inline void random_fill(void *at, size_t bytes, uint64_t *seed)
{
	uint8_t *b = at;

	for (size_t i = 0; i < bytes; i++)
		b[i] = (uint8_t)random64(seed);
}

#endif
