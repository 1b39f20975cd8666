/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random cases: every backend that this CPU has gives the digests of portable
 * C for messages of random length at random alignment, of which a random
 * number is hashed at once. SHA256_CASES in the environment says how many
 * messages for each set of features; without it, 100,000.
 */
#include <stdio.h>

#include "tests/unit/sha256_reference.h"

#include "purgatorio/sha256.h"

#define CASES	   100000
#define JOBS_MAX   40
#define LENGTH_MAX 2000
#define DATA_BYTES 65536

struct tally {
	size_t cases;
	size_t bytes;
};

static uint8_t data[DATA_BYTES];
static uint64_t seed = 0x5eed;

/* Most are short: it is at their ends that lanes differ. */
static size_t random_length(void)
{
	static const size_t limits[] = {1, 64, 65, 130, 300, LENGTH_MAX + 1};

	return random64(&seed) % limits[random64(&seed) % 6];
}

static void compare_some(uint32_t features, struct tally *tally)
{
	struct pg_sha256_job jobs[JOBS_MAX], want[JOBS_MAX];
	size_t count = 1 + random64(&seed) % JOBS_MAX;

	for (size_t i = 0; i < count; i++) {
		size_t bytes = random_length();

		jobs[i].data = data + random64(&seed) % (DATA_BYTES - bytes);
		jobs[i].bytes = bytes;
		memset(jobs[i].digest, 0, sizeof(jobs[i].digest));
		want[i] = jobs[i];
		pg_sha256_many(&want[i], 1, 0);
		tally->bytes += bytes;
	}
	pg_sha256_many(jobs, count, features);
	for (size_t i = 0; i < count; i++)
		assert_memory_equal(jobs[i].digest, want[i].digest, 32);
	tally->cases += count;
}

static size_t wanted_cases(void)
{
	const char *text = getenv("SHA256_CASES");
	size_t cases = text ? strtoul(text, NULL, 10) : CASES;

	assert_true(cases >= 1);
	return cases;
}

static void test_random(void **state)
{
	uint32_t features = *(const uint32_t *)*state;
	struct tally tally = {0, 0};

	if (features & ~pg_host_features()) {
		print_message("SKIP: this CPU does not have, or its operating "
			      "system does not allow, feature 0x%x\n",
			      features);
		skip();
	}
	random_fill(data, sizeof(data), &seed);
	while (tally.cases < wanted_cases())
		compare_some(features, &tally);
	print_message("# features 0x%x: %zu cases, %zu bytes\n", features,
		      tally.cases, tally.bytes);
}

static const uint32_t shani = PG_FEATURE_X86_SHANI;
static const uint32_t shani_avx = PG_FEATURE_X86_SHANI | PG_FEATURE_X86_AVX2;
static const uint32_t ssse3 = PG_FEATURE_X86_SSSE3;
static const uint32_t avx2 = PG_FEATURE_X86_AVX2;
static const uint32_t avx512 = PG_FEATURE_X86_AVX512;
static const uint32_t avx512_shani =
	PG_FEATURE_X86_AVX512 | PG_FEATURE_X86_SHANI;
static const uint32_t all = PG_FEATURE_X86_AVX512 | PG_FEATURE_X86_AVX2 |
			    PG_FEATURE_X86_SHANI | PG_FEATURE_X86_SSSE3;

#define RANDOM(of)                                           \
	{                                                    \
		"test_random " #of, test_random, NULL, NULL, \
			(void *)(uintptr_t)&of               \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RANDOM(shani), RANDOM(shani_avx), RANDOM(ssse3),
		RANDOM(avx2),  RANDOM(avx512),	  RANDOM(avx512_shani),
		RANDOM(all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
