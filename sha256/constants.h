/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FIPS 180-4, section 4.2.2: the first 32 bits of the fractional parts of the
 * cube roots of the first 64 primes. One table for the portable code, which
 * defines it, and for the assembly of the backends, which finds it relative
 * to the instruction pointer: hidden, so that no relocation is left.
 */
#ifndef PURGATORIO_SHA256_CONSTANTS_H
#define PURGATORIO_SHA256_CONSTANTS_H

#include <stdint.h>

/* Aligned for loads of four words that demand it. */
extern const uint32_t pg_sha256_k[64]
	__attribute__((visibility("hidden"), aligned(64)));

#endif
