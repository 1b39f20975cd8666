/* SPDX-License-Identifier: BSD-2-Clause */
/* What Linux's lib/crypto/sha256.c takes from the kernel's headers, for a
 * program. Stands in for each of those that it includes. */
#ifndef PURGATORIO_TESTS_BENCH_LINUX_SHIM_H
#define PURGATORIO_TESTS_BENCH_LINUX_SHIM_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint32_t u32, __u32, __be32;
typedef uint64_t u64, __be64;

#define EXPORT_SYMBOL(name)
#define MODULE_LICENSE(text)
#define cpu_to_be64 htobe64

static inline u32 ror32(u32 word, unsigned shift)
{
	return word >> shift | word << (32 - shift);
}

static inline u32 get_unaligned_be32(const void *from)
{
	u32 word;

	memcpy(&word, from, sizeof(word));
	return be32toh(word);
}

static inline void put_unaligned_be32(u32 word, void *to)
{
	word = htobe32(word);
	memcpy(to, &word, sizeof(word));
}

static inline void memzero_explicit(void *at, size_t bytes)
{
	memset(at, 0, bytes);
	__asm__ volatile("" : : "r"(at) : "memory");
}

#endif
