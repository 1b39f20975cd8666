/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSL's hash of several streams at once, which TLS uses and nothing else:
 * no function of its interface leads there, but a static libcrypto has it
 * (crypto/sha/asm/sha256-mb-x86_64.pl). Which of its versions it takes follows
 * from the CPU's feature words that OpenSSL keeps.
 */
#include <string.h>

#include "tests/bench/contenders.h"

#if defined(__x86_64__)

#include "sha256/message.h"

struct lanes {
	uint32_t state[8][OPENSSL_LANES]; /* word by word */
} __attribute__((aligned(64)));

struct stream {
	const void *data;
	int blocks;
};

void sha256_multi_block(struct lanes *lanes, const struct stream *streams,
			int fours);
extern unsigned int OPENSSL_ia32cap_P[4];

#define CPUID_7_EBX 2
#define EBX_SHA	    (1u << 29)

void openssl_lanes(struct pg_sha256_job *jobs, size_t count, uint32_t features)
{
	const unsigned kept = OPENSSL_ia32cap_P[CPUID_7_EBX];
	uint8_t last[OPENSSL_LANES][PG_SHA256_BLOCK_BYTES];
	struct stream body[OPENSSL_LANES] = {{NULL, 0}};
	struct stream rest[OPENSSL_LANES] = {{NULL, 0}};
	struct lanes lanes;

	/* The benchmark's jobs are equal, and whole blocks. */
	for (size_t i = 0; i < count; i++) {
		const uint64_t bytes = jobs[i].bytes;
		const uint8_t *end = (const uint8_t *)jobs[i].data + bytes;
		uint32_t state[8];

		pg_sha256_begin(state);
		for (size_t word = 0; word < 8; word++)
			lanes.state[word][i] = state[word];
		pg_sha256_pad(last[i], end, bytes);
		body[i] = (struct stream){jobs[i].data,
					  (int)(bytes / PG_SHA256_BLOCK_BYTES)};
		rest[i] = (struct stream){last[i], 1};
	}
	if (!(features & PG_FEATURE_X86_SHANI))
		OPENSSL_ia32cap_P[CPUID_7_EBX] &= ~EBX_SHA;
	sha256_multi_block(&lanes, body, OPENSSL_LANES / 4);
	sha256_multi_block(&lanes, rest, OPENSSL_LANES / 4);
	OPENSSL_ia32cap_P[CPUID_7_EBX] = kept;
	for (size_t i = 0; i < count; i++) {
		uint32_t state[8];

		for (size_t word = 0; word < 8; word++)
			state[word] = lanes.state[word][i];
		pg_sha256_end(state, jobs[i].digest);
	}
}

#endif
