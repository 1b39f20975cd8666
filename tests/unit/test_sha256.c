/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hash against published vectors and against OpenSSL, with every backend
 * that this CPU has, forced through the features word, and with every number
 * of lanes. Assembly is not instrumented, so its data ends at a page that
 * cannot be read.
 */
#include <stdio.h>
#include <sys/mman.h>

#include "tests/unit/sha256_reference.h"

#include "purgatorio/sha256.h"

#define LENGTH_MAX    1000
#define ALIGNMENT_MAX 64
#define LANES_MAX     16
#define PAGE	      4096
#define SHANI_AVX     (PG_FEATURE_X86_SHANI | PG_FEATURE_X86_AVX2)

/* Each test runs once for each of these. */
struct variant {
	uint32_t features;
	size_t jobs; /* at once, so that the backend uses as many lanes */
};

static const struct variant portable = {0, 1};
static const struct variant portable3 = {0, 3};
static const struct variant shani1 = {PG_FEATURE_X86_SHANI, 1};
static const struct variant shani2 = {PG_FEATURE_X86_SHANI, 2};
/* AVX2 stands for AVX there. */
static const struct variant shani3 = {SHANI_AVX, 3};
static const struct variant shani4 = {SHANI_AVX, 4};
static const struct variant shani16 = {SHANI_AVX, 16};
static const struct variant ssse3_3 = {PG_FEATURE_X86_SSSE3, 3};
static const struct variant ssse3_4 = {PG_FEATURE_X86_SSSE3, 4};
static const struct variant ssse3_7 = {PG_FEATURE_X86_SSSE3, 7};
static const struct variant avx2_3 = {PG_FEATURE_X86_AVX2, 3};
static const struct variant avx2_8 = {PG_FEATURE_X86_AVX2, 8};
static const struct variant avx2_13 = {PG_FEATURE_X86_AVX2, 13};
static const struct variant avx512_2 = {PG_FEATURE_X86_AVX512, 2};
static const struct variant avx512_16 = {PG_FEATURE_X86_AVX512, 16};
static const struct variant avx512_shani12 = {
	PG_FEATURE_X86_AVX512 | PG_FEATURE_X86_SHANI, 12};

static const struct variant *variant_of(void **state)
{
	const struct variant *v = *state;

	if (v->features & ~pg_host_features()) {
		print_message("SKIP: this CPU does not have, or its operating "
			      "system does not allow, feature 0x%x\n",
			      v->features);
		skip();
	}
	return v;
}

/* Hashes @count jobs, and expects OpenSSL's digests and nothing else. */
static void expect_reference(struct pg_sha256_job *jobs, size_t count,
			     uint32_t features)
{
	struct pg_sha256_job before[64];
	uint8_t want[32];

	assert_true(count <= 64);
	memcpy(before, jobs, count * sizeof(*jobs));
	pg_sha256_many(jobs, count, features);
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(jobs[i].data, before[i].data);
		assert_int_equal(jobs[i].bytes, before[i].bytes);
		reference(jobs[i].data, (size_t)jobs[i].bytes, want);
		assert_memory_equal(jobs[i].digest, want, 32);
	}
}

struct vector {
	const char *message;
	size_t repeat;
	const char *digest;
};

/* FIPS 180-2, appendix B; NIST's additional examples; the empty message. */
static const struct vector vectors[] = {
	{"abc", 1,
	 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	 "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	 1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
	{"a", 1000000,
	 "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
	{"", 1,
	 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{"\xbd", 1,
	 "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"},
	{"\xc9\x8c\x8e\x55", 1,
	 "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504"},
	{"A", 1000,
	 "c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4"},
	{"U", 1005,
	 "f4d62ddec0f3dd90ea1380fa16a5ff8dc4c54b21740650f24afc4120903552b0"},
};

static void hex(const uint8_t digest[32], char text[65])
{
	for (size_t i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

static void test_vectors(void **state)
{
	const struct variant *v = variant_of(state);

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		size_t part = strlen(vectors[i].message);
		size_t bytes = part * vectors[i].repeat;
		uint8_t *data = allocate(bytes);
		struct pg_sha256_job jobs[LANES_MAX];
		char text[65];

		for (size_t at = 0; at < bytes; at += part)
			memcpy(data + at, vectors[i].message, part);
		for (size_t j = 0; j < v->jobs; j++)
			jobs[j] = (struct pg_sha256_job){data, bytes, {0}};
		pg_sha256_many(jobs, v->jobs, v->features);
		for (size_t j = 0; j < v->jobs; j++) {
			hex(jobs[j].digest, text);
			assert_string_equal(text, vectors[i].digest);
		}
		free(data);
	}
}

static void test_lengths_and_alignments(void **state)
{
	const struct variant *v = variant_of(state);
	static _Alignas(64) uint8_t data[LENGTH_MAX + ALIGNMENT_MAX];
	struct pg_sha256_job jobs[LANES_MAX];
	uint64_t seed = 1;
	size_t count = 0;

	random_fill(data, sizeof(data), &seed);
	for (size_t align = 0; align < ALIGNMENT_MAX; align++) {
		for (size_t bytes = 0; bytes <= LENGTH_MAX; bytes++) {
			jobs[count].data = data + align;
			jobs[count++].bytes = bytes;
			if (count < v->jobs)
				continue;
			expect_reference(jobs, count, v->features);
			count = 0;
		}
	}
	expect_reference(jobs, count, v->features);
}

/* One page between two that must not be touched. */
static uint8_t *guarded_page(void)
{
	uint8_t *at = mmap(NULL, 3 * PAGE, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(at, MAP_FAILED);
	assert_int_equal(mprotect(at + PAGE, PAGE, PROT_READ | PROT_WRITE), 0);
	return at + PAGE;
}

static void test_reads_nothing_else(void **state)
{
	const struct variant *v = variant_of(state);
	uint8_t *page = guarded_page();
	struct pg_sha256_job jobs[LANES_MAX];
	uint64_t seed = 2;

	random_fill(page, PAGE, &seed);
	for (size_t bytes = 0; bytes <= LENGTH_MAX; bytes++) {
		for (size_t j = 0; j < v->jobs; j++) {
			jobs[j].data = j % 2 ? page : page + PAGE - bytes;
			jobs[j].bytes = bytes;
		}
		expect_reference(jobs, v->jobs, v->features);
	}
	munmap(page - PAGE, 3 * PAGE);
}

/* Any number of jobs, empty, short and long ones mixed. */
static void test_mixes(void **state)
{
	const struct variant *v = variant_of(state);
	const size_t size = 70000;
	uint8_t *data = allocate(size);
	struct pg_sha256_job jobs[64];
	uint64_t seed = 3;

	random_fill(data, size, &seed);
	for (size_t round = 0; round < 60; round++) {
		size_t count = random64(&seed) % 41;

		for (size_t j = 0; j < count; j++) {
			static const size_t limits[] = {1, 64, 129, 5000,
							65537};
			size_t limit = limits[random64(&seed) % 5];
			size_t bytes = random64(&seed) % limit;

			jobs[j].bytes = bytes;
			jobs[j].data = bytes == 0 && j % 2
					       ? NULL
					       : data + random64(&seed) %
								 (size - bytes);
		}
		expect_reference(jobs, count, v->features);
	}
	free(data);
}

static void test_no_jobs(void **state)
{
	pg_sha256_many(NULL, 0, variant_of(state)->features);
}

/* A message in pieces, copied half way, and moved. */
static void test_stream(void **state)
{
	const struct variant *v = variant_of(state);
	uint8_t data[3000], digest[32], want[32];
	uint64_t seed = 4;

	random_fill(data, sizeof(data), &seed);
	for (size_t round = 0; round < 2000; round++) {
		size_t bytes = random64(&seed) % (sizeof(data) + 1);
		size_t limit = 2 + random64(&seed) % 200;
		struct pg_sha256 context, copy, *moved;

		pg_sha256_init(&context, v->features);
		pg_sha256_init(&copy, v->features);
		for (size_t at = 0, step; at < bytes; at += step) {
			step = random64(&seed) % limit;
			if (step > bytes - at)
				step = bytes - at;
			pg_sha256_update(&context, data + at, step);
			if (at <= bytes / 2)
				copy = context;
		}
		moved = allocate(sizeof(*moved));
		memcpy(moved, &context, sizeof(*moved));
		memset(&context, 0xa5, sizeof(context));
		reference(data, bytes, want);
		pg_sha256_final(moved, digest);
		assert_memory_equal(digest, want, 32);
		free(moved);

		pg_sha256_update(&copy, data + copy.bytes, bytes - copy.bytes);
		pg_sha256_final(&copy, digest);
		assert_memory_equal(digest, want, 32);
	}
}

static void test_stream_of_nothing(void **state)
{
	struct pg_sha256 context;
	uint8_t digest[32], want[32];

	reference("", 0, want);
	pg_sha256_init(&context, variant_of(state)->features);
	pg_sha256_update(&context, NULL, 0);
	pg_sha256_final(&context, digest);
	assert_memory_equal(digest, want, 32);
}

#define TEST(test, variant)                           \
	{                                             \
#test " " #variant, test, NULL, NULL, \
			(void *)(uintptr_t)&variant   \
	}
#define EVERY_VARIANT(test)                                                    \
	TEST(test, portable), TEST(test, portable3), TEST(test, shani1),       \
		TEST(test, shani2), TEST(test, shani3), TEST(test, shani4),    \
		TEST(test, shani16), TEST(test, ssse3_3), TEST(test, ssse3_4), \
		TEST(test, ssse3_7), TEST(test, avx2_3), TEST(test, avx2_8),   \
		TEST(test, avx2_13), TEST(test, avx512_2),                     \
		TEST(test, avx512_16), TEST(test, avx512_shani12)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EVERY_VARIANT(test_vectors),
		EVERY_VARIANT(test_lengths_and_alignments),
		EVERY_VARIANT(test_reads_nothing_else),
		EVERY_VARIANT(test_mixes),
		EVERY_VARIANT(test_no_jobs),
		TEST(test_stream, portable),
		TEST(test_stream, shani1),
		TEST(test_stream_of_nothing, portable),
		TEST(test_stream_of_nothing, shani1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
