/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler over backends that do not exist: 16 lanes wide, of powers of
 * two only, taking fewer lanes than announced, declining now and then. The
 * arithmetic is the portable code's, so that AddressSanitizer sees every read
 * beyond a job.
 */
#include <stdbool.h>

#include "tests/unit/sha256_reference.h"

#include "sha256/many.c"

#define JOBS_MAX 100

enum behaviour {
	WIDE,	     /* as many lanes as there are, to 16 */
	POWERS,	     /* 1, 2, 4, 8 or 16 */
	FEWER,	     /* announces like WIDE, takes any number from 1 on */
	DECLINES,    /* announces like WIDE, never takes any */
	CHANGEABLE,  /* all of this at random */
	PESSIMIST,   /* announces nothing, and must not be asked then */
	NARROW_LAST, /* 16 lanes or nothing */
};

static struct {
	enum behaviour behaviour;
	uint64_t seed;
	struct pg_sha256_job *jobs;
	size_t count;
	size_t calls;
	size_t idle_calls; /* with fewer lanes than there were jobs for */
	size_t lanes;	   /* that were advanced, summed up over the calls */
} mock;

static size_t power_of_two(size_t count)
{
	size_t n = 16;

	while (n > count)
		n /= 2;
	return n;
}

size_t pg_sha256_backend_lanes(size_t count, uint32_t features)
{
	assert_int_equal(features, 0xfeed);
	assert_in_range(count, 1, PG_SHA256_LANES_MAX);
	switch (mock.behaviour) {
	case PESSIMIST:
		return 0;
	case POWERS:
		return power_of_two(count);
	case NARROW_LAST:
		return count == 16 ? 16 : 0;
	case CHANGEABLE:
		return random64(&mock.seed) % (count + 1);
	default:
		return count;
	}
}

static size_t taken(size_t count)
{
	switch (mock.behaviour) {
	case PESSIMIST:
		fail_msg("asked, although it announced no lane");
		return 0;
	case FEWER:
		return 1 + random64(&mock.seed) % count;
	case DECLINES:
		return 0;
	case CHANGEABLE:
		return random64(&mock.seed) % (count + 1);
	case POWERS:
		return power_of_two(count);
	default:
		return count;
	}
}

static size_t unfinished(void)
{
	static const uint8_t none[32];
	size_t left = 0;

	for (size_t i = 0; i < mock.count; i++)
		left += memcmp(mock.jobs[i].digest, none, 32) == 0;
	return left;
}

size_t pg_sha256_backend(struct pg_sha256_lane *lanes, size_t count,
			 uint64_t blocks, uint32_t features)
{
	size_t n = taken(count);

	assert_int_equal(features, 0xfeed);
	assert_in_range(count, 1, PG_SHA256_LANES_MAX);
	assert_true(blocks >= 1);
	mock.calls++;
	mock.lanes += n;
	mock.idle_calls += n < 16 && n < unfinished();
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(lanes[i].data, lanes[j].data);
	}
	for (size_t i = 0; i < n; i++) {
		pg_sha256_blocks(lanes[i].state, lanes[i].data, blocks);
		lanes[i].data += blocks * PG_SHA256_BLOCK_BYTES;
	}
	return n;
}

static void make_jobs(struct pg_sha256_job *jobs, size_t count, size_t limit,
		      bool equal)
{
	for (size_t i = 0; i < count; i++) {
		size_t bytes = equal ? limit : random64(&mock.seed) % limit;
		uint8_t *data = allocate(bytes);

		random_fill(data, bytes, &mock.seed);
		memset(&jobs[i], 0, sizeof(jobs[i]));
		jobs[i].data = data;
		jobs[i].bytes = bytes;
	}
	mock.jobs = jobs;
	mock.count = count;
	mock.calls = mock.idle_calls = mock.lanes = 0;
}

static void check_and_free(struct pg_sha256_job *jobs, size_t count)
{
	uint8_t want[32];

	for (size_t i = 0; i < count; i++) {
		reference(jobs[i].data, jobs[i].bytes, want);
		assert_memory_equal(jobs[i].digest, want, 32);
		free((void *)(uintptr_t)jobs[i].data);
	}
}

static void test_digests(void **state)
{
	struct pg_sha256_job jobs[JOBS_MAX];
	static const size_t limits[] = {1, 60, 66, 300, 9000};

	mock.behaviour = *(const enum behaviour *)*state;
	mock.seed = 5;
	for (size_t round = 0; round < 100; round++) {
		size_t count = random64(&mock.seed) % (JOBS_MAX + 1);

		make_jobs(jobs, count, limits[round % 5], false);
		pg_sha256_many(jobs, count, 0xfeed);
		check_and_free(jobs, count);
	}
}

/* As long as there are jobs, no lane idles, whatever their lengths. */
static void test_no_idle_lane(void **state)
{
	struct pg_sha256_job jobs[JOBS_MAX];

	(void)state;
	mock.behaviour = WIDE;
	mock.seed = 6;
	make_jobs(jobs, JOBS_MAX, 5000, false);
	pg_sha256_many(jobs, JOBS_MAX, 0xfeed);
	assert_int_equal(mock.idle_calls, 0);
	check_and_free(jobs, JOBS_MAX);

	/* The check can fail: a backend that takes fewer has idle lanes. */
	mock.behaviour = FEWER;
	make_jobs(jobs, JOBS_MAX, 5000, false);
	pg_sha256_many(jobs, JOBS_MAX, 0xfeed);
	assert_true(mock.idle_calls > 0);
	check_and_free(jobs, JOBS_MAX);
}

/* 32 equal jobs of whole blocks and a rest that needs one block, or two. */
static void test_steps_are_long(void **state)
{
	struct pg_sha256_job jobs[32];

	(void)state;
	mock.behaviour = WIDE;
	mock.seed = 7;
	make_jobs(jobs, 32, 50 * 64 + 55, true);
	pg_sha256_many(jobs, 32, 0xfeed);
	assert_int_equal(mock.calls, 2 * 2);
	assert_int_equal(mock.lanes, 2 * 2 * 16);
	check_and_free(jobs, 32);

	make_jobs(jobs, 32, 50 * 64 + 56, true);
	pg_sha256_many(jobs, 32, 0xfeed);
	assert_int_equal(mock.calls, 2 * 3);
	check_and_free(jobs, 32);
}

static void test_no_jobs(void **state)
{
	(void)state;
	mock.behaviour = WIDE;
	mock.calls = 0;
	pg_sha256_many(NULL, 0, 0xfeed);
	assert_int_equal(mock.calls, 0);
}

/* What ends a message of 2^29 bytes and more: its length has over 32 bits. */
static void test_length_field(void **state)
{
	static const uint64_t lengths[] = {0,		0x1fffffff,
					   0x20000000,	0xffffffff,
					   0x100000000, 0x123456789abcdef};
	uint8_t block[64];

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		uint64_t bytes = lengths[i];
		uint8_t want[8];
		bool fits;

		for (size_t j = 0; j < 8; j++)
			want[j] = (uint8_t)(bytes * 8 >> (56 - 8 * j));
		memset(block, 0xff, sizeof(block));
		fits = pg_sha256_pad(block, block, bytes);
		assert_int_equal(block[bytes % 64], 0x80);
		assert_int_equal(fits, bytes % 64 < 56);
		if (!fits)
			pg_sha256_pad_length(block, bytes);
		assert_memory_equal(block + 56, want, 8);
	}
}

static const enum behaviour behaviours[] = {
	WIDE, POWERS, FEWER, DECLINES, CHANGEABLE, PESSIMIST, NARROW_LAST,
};

#define DIGESTS(i)                                                       \
	{                                                                \
		"test_digests, behaviour " #i, test_digests, NULL, NULL, \
			(void *)(uintptr_t)&behaviours[i]                \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIGESTS(WIDE),
		DIGESTS(POWERS),
		DIGESTS(FEWER),
		DIGESTS(DECLINES),
		DIGESTS(CHANGEABLE),
		DIGESTS(PESSIMIST),
		DIGESTS(NARROW_LAST),
		cmocka_unit_test(test_no_idle_lane),
		cmocka_unit_test(test_steps_are_long),
		cmocka_unit_test(test_no_jobs),
		cmocka_unit_test(test_length_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
