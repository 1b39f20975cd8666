/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86_64: SHA-NI with 1 to 4 streams, or a message in each lane of a vector.
 *
 * A SHA-NI stream is bound by the latency of SHA256RNDS2, four cycles, of
 * which the CPU can start one every two. Two streams fill most of that, four
 * the rest (little on Intel, where the message schedule needs the same port;
 * more on AMD). Vectors take the same time for one lane as for all:
 * the thresholds below are where they overtake.
 */
#include "purgatorio/sha256.h"

#include <string.h>

#include "arch/x86_64/sha256_shani.h"
#include "arch/x86_64/sha256_vectors.h"
#include "sha256/backend.h"

/* Cycles of one block of all lanes, measured on a Xeon with two 512-bit ports:
 * portable C 560, SHA-NI 132, 194 and, four, 380, AVX2 1140, AVX-512 880. On a
 * Zen 5: 520, 130, 180, 290, 1060, 620. */
#define VECTORS_FROM		 2
#define AVX512_BESIDE_SHANI_FROM 10

static size_t at_most(size_t count, size_t max)
{
	return count < max ? count : max;
}

/* How many lanes the vectors have that are worth it for @count messages, or
 * 0. */
static size_t vector_lanes(size_t count, uint32_t features)
{
	size_t least = features & PG_FEATURE_X86_SHANI
			       ? AVX512_BESIDE_SHANI_FROM
			       : VECTORS_FROM;

	if ((features & PG_FEATURE_X86_AVX512) && count >= least)
		return PG_AVX512_LANES;
	if ((features & PG_FEATURE_X86_SHANI) || count < VECTORS_FROM)
		return 0;
	if (features & PG_FEATURE_X86_AVX2)
		return PG_AVX2_LANES;
	return features & PG_FEATURE_X86_SSSE3 ? PG_SSSE3_LANES : 0;
}

/* Three are two and one. AVX2 stands for AVX, which every CPU that has both
 * AVX and SHA-NI has. */
static size_t shani_lanes(size_t count, uint32_t features)
{
	if (count >= 4 && (features & PG_FEATURE_X86_AVX2))
		return 4;
	return at_most(count, 2);
}

size_t pg_sha256_backend_lanes(size_t count, uint32_t features)
{
	size_t lanes = vector_lanes(count, features);

	if (lanes == 0 && (features & PG_FEATURE_X86_SHANI))
		return shani_lanes(count, features);
	return at_most(count, lanes);
}

/* Compared, not looked up: a table of functions needs relocations. */
static void shani(struct pg_sha256_lane *lanes, size_t count, uint64_t blocks,
		  uint32_t features)
{
	if (count == 4)
		pg_sha256_shani_avx_x4(lanes, blocks);
	else if (count == 1)
		pg_sha256_shani_x1(lanes, blocks);
	else if (features & PG_FEATURE_X86_AVX2)
		pg_sha256_shani_avx_x2(lanes, blocks);
	else
		pg_sha256_shani_x2(lanes, blocks);
}

static void vectors(struct pg_sha256_lane *lanes, uint64_t blocks, size_t width)
{
	if (width == PG_AVX512_LANES)
		pg_sha256_avx512_x16(lanes, blocks);
	else if (width == PG_AVX2_LANES)
		pg_sha256_avx2_x8(lanes, blocks);
	else
		pg_sha256_ssse3_x4(lanes, blocks);
}

/* The assembly takes all lanes: those that there is no message for do again
 * what the first one does. */
static void some_vectors(struct pg_sha256_lane *lanes, size_t count,
			 uint64_t blocks, size_t width)
{
	struct pg_sha256_lane all[PG_SHA256_LANES_MAX];

	for (size_t i = 0; i < width; i++)
		all[i] = lanes[i < count ? i : 0];
	vectors(all, blocks, width);
	memcpy(lanes, all, count * sizeof(all[0]));
}

size_t pg_sha256_backend(struct pg_sha256_lane *lanes, size_t count,
			 uint64_t blocks, uint32_t features)
{
	size_t n = pg_sha256_backend_lanes(count, features);
	size_t width = vector_lanes(count, features);

	if (n == 0)
		return 0;
	if (width == 0)
		shani(lanes, n, blocks, features);
	else if (n == width)
		vectors(lanes, blocks, width);
	else
		some_vectors(lanes, n, blocks, width);
	return n;
}
