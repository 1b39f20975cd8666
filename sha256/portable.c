/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SHA-256 compression function (FIPS 180-4, section 6.2) in portable C,
 * written for few instructions: rounds are unrolled, so that the working
 * variables change names instead of places, and the message schedule is a
 * window of 16 words that is made while it is used.
 */
#include "purgatorio/byteorder.h"
#include "purgatorio/sha256.h"
#include "sha256/backend.h"
#include "sha256/constants.h"

static inline uint32_t rotate_right(uint32_t x, unsigned bits)
{
	return x >> bits | x << (32 - bits);
}

/* The four sigmas, as rotates of rotates: rotr(x, 6) ^ rotr(x, 11) ^
 * rotr(x, 25) takes two copies of x more where a rotate destroys its
 * operand, and is no shorter elsewhere. */
static inline uint32_t big_sigma0(uint32_t x) /* 2, 13, 22 */
{
	return rotate_right(rotate_right(rotate_right(x, 9) ^ x, 11) ^ x, 2);
}

static inline uint32_t big_sigma1(uint32_t x) /* 6, 11, 25 */
{
	return rotate_right(rotate_right(rotate_right(x, 14) ^ x, 5) ^ x, 6);
}

static inline uint32_t small_sigma0(uint32_t x) /* 7, 18, shift 3 */
{
	return rotate_right(rotate_right(x, 11) ^ x, 7) ^ x >> 3;
}

static inline uint32_t small_sigma1(uint32_t x) /* 17, 19, shift 10 */
{
	return rotate_right(rotate_right(x, 2) ^ x, 17) ^ x >> 10;
}

/*
 * One round. Ch(e, f, g) is g ^ (e & (f ^ g)); Maj(a, b, c) is
 * b ^ ((a ^ b) & (b ^ c)), whose b ^ c is the a ^ b of the round before:
 * @bc comes in with the one and is left behind, @ab gets the other.
 */
#define ROUND(a, b, d, e, f, g, h, ab, bc, kw)                   \
	do {                                                     \
		h += (kw) + big_sigma1(e) + (g ^ (e & (f ^ g))); \
		d += h;                                          \
		ab = a ^ b;                                      \
		h += big_sigma0(a) + (b ^ (ab & bc));            \
	} while (0)

/* 8 rounds, after which every variable has its own name again. W(i) yields
 * word i of the schedule and may have the side effect of making it. */
#define ROUNDS_8(i)                                                \
	ROUND(a, b, d, e, f, g, h, x, y, k[(i) + 0] + W((i) + 0)); \
	ROUND(h, a, c, d, e, f, g, y, x, k[(i) + 1] + W((i) + 1)); \
	ROUND(g, h, b, c, d, e, f, x, y, k[(i) + 2] + W((i) + 2)); \
	ROUND(f, g, a, b, c, d, e, y, x, k[(i) + 3] + W((i) + 3)); \
	ROUND(e, f, h, a, b, c, d, x, y, k[(i) + 4] + W((i) + 4)); \
	ROUND(d, e, g, h, a, b, c, y, x, k[(i) + 5] + W((i) + 5)); \
	ROUND(c, d, f, g, h, a, b, x, y, k[(i) + 6] + W((i) + 6)); \
	ROUND(b, c, e, f, g, h, a, y, x, k[(i) + 7] + W((i) + 7))

static inline uint32_t next_word(uint32_t w[16], size_t i)
{
	w[i] += small_sigma0(w[(i + 1) % 16]) + w[(i + 9) % 16] +
		small_sigma1(w[(i + 14) % 16]);
	return w[i];
}

void pg_sha256_blocks(uint32_t state[8], const uint8_t *data, uint64_t blocks)
{
	for (; blocks != 0; blocks--, data += PG_SHA256_BLOCK_BYTES) {
		uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
		uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
		uint32_t x, y = b ^ c;
		uint32_t w[16];
		const uint32_t *k = pg_sha256_k;

#define W(i) (w[i] = pg_load_be32(data + 4 * (i)))
		ROUNDS_8(0);
		ROUNDS_8(8);
#undef W
#define W(i) next_word(w, i)
		for (k += 16; k != pg_sha256_k + 64; k += 16) {
			ROUNDS_8(0);
			ROUNDS_8(8);
		}
#undef W
		state[0] += a;
		state[1] += b;
		state[2] += c;
		state[3] += d;
		state[4] += e;
		state[5] += f;
		state[6] += g;
		state[7] += h;
	}
}
