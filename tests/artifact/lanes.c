/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does a hash backend agree with portable C? For every number of messages, at
 * every alignment, with every length around the block and padding boundaries,
 * and with lanes that end at different times. Needs nothing but libc, so that
 * it runs on any Linux, under qemu-user too. Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "purgatorio/sha256.h"
#include "sha256/backend.h"

#define MESSAGES_MOST 19
#define BYTES_MOST    1200
#define GUARD	      0x5a

static uint8_t pool[MESSAGES_MOST * (BYTES_MOST + 64)];
static unsigned number;

static void report(int good, const char *name)
{
	printf("%sok %u - %s\n", good ? "" : "not ", ++number, name);
}

/* Numerical Recipes' generator: the same on every machine. */
static uint32_t next(void)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return state >> 8;
}

/* @count messages, hashed both ways. */
static int agree(size_t count, uint64_t bytes, int vary, uint32_t features)
{
	struct pg_sha256_job fast[MESSAGES_MOST], slow[MESSAGES_MOST];

	for (size_t i = 0; i < count; i++) {
		uint64_t own = vary ? next() % BYTES_MOST : bytes;

		fast[i].data = pool + i * (BYTES_MOST + 64) + next() % 64;
		fast[i].bytes = own;
		memset(fast[i].digest, GUARD, sizeof(fast[i].digest));
		slow[i] = fast[i];
	}
	pg_sha256_many(fast, count, features);
	pg_sha256_many(slow, count, 0);
	for (size_t i = 0; i < count; i++)
		if (memcmp(fast[i].digest, slow[i].digest, 32) != 0)
			return 0;
	return 1;
}

/* FIPS 180-4's own example, so that both are not wrong in the same way. */
static int known(uint32_t features)
{
	static const uint8_t abc[4] = {0xba, 0x78, 0x16, 0xbf};
	struct pg_sha256_job job = {.data = "abc", .bytes = 3};

	pg_sha256_many(&job, 1, features);
	return memcmp(job.digest, abc, sizeof(abc)) == 0;
}

static int every_length(uint32_t features)
{
	for (uint64_t bytes = 0; bytes <= 200; bytes++)
		for (size_t count = 1; count <= 9; count++)
			if (!agree(count, bytes, 0, features))
				return 0;
	return 1;
}

static int mixed_lengths(uint32_t features)
{
	for (size_t turn = 0; turn < 300; turn++)
		if (!agree(1 + turn % MESSAGES_MOST, 0, 1, features))
			return 0;
	return 1;
}

static int in_pieces(uint32_t features)
{
	for (size_t cut = 0; cut < 200; cut++) {
		uint8_t fast[32], slow[32];
		struct pg_sha256 context;

		pg_sha256_init(&context, features);
		pg_sha256_update(&context, pool, cut);
		pg_sha256_update(&context, pool + cut, 777);
		pg_sha256_final(&context, fast);
		pg_sha256_init(&context, 0);
		pg_sha256_update(&context, pool, cut + 777);
		pg_sha256_final(&context, slow);
		if (memcmp(fast, slow, sizeof(fast)) != 0)
			return 0;
	}
	return 1;
}

#if defined(__s390x__)
/* Only the left halves, the floating-point registers, are the caller's. */
typedef double vector;
#define ONE 4711.0
static int same(vector a, vector b)
{
	return a == b;
}
#else
typedef uint32_t vector __attribute__((vector_size(16)));
#define ONE                \
	{                  \
		1, 2, 3, 4 \
	}
static int same(vector a, vector b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}
#endif

/* In a vector register, whatever the compiler knows of the value. */
#if defined(__powerpc64__)
#define HOLD(v) __asm__ volatile("" : "+v"(v))
#elif defined(__aarch64__)
#define HOLD(v) __asm__ volatile("" : "+w"(v))
#elif defined(__s390x__)
#define HOLD(v) __asm__ volatile("" : "+f"(v))
#else
#define HOLD(v) __asm__ volatile("" : "+m"(v))
#endif

/* A compiler keeps these across a call in registers that the callee must not
 * change, as far as its machine has such. */
static int keeps_registers(uint32_t features)
{
	const vector one = ONE;
	int good;

#define V(n)               \
	vector v##n = one; \
	HOLD(v##n)
	V(0);
	V(1);
	V(2);
	V(3);
	V(4);
	V(5);
	V(6);
	V(7);
	V(8);
	V(9);
	V(10);
	V(11);
	good = agree(8, 500, 0, features);
#define SAME(n) same(v##n, one)
	return good && SAME(0) && SAME(1) && SAME(2) && SAME(3) && SAME(4) &&
	       SAME(5) && SAME(6) && SAME(7) && SAME(8) && SAME(9) &&
	       SAME(10) && SAME(11);
}

int main(void)
{
	const uint32_t features = pg_host_features();

	for (size_t i = 0; i < sizeof(pool); i++)
		pool[i] = (uint8_t)next();
	if (pg_sha256_backend_lanes(PG_SHA256_LANES_MAX, features) == 0) {
		printf("1..0 # SKIP this CPU has none of the backend's "
		       "instructions\n");
		return 0;
	}
	printf("1..5\n");
	report(known(features), "FIPS 180-4's example");
	report(every_length(features), "1 to 9 messages of 0 to 200 bytes");
	report(mixed_lengths(features), "up to 19 messages of mixed lengths");
	report(in_pieces(features), "one message in pieces");
	report(keeps_registers(features), "what a caller keeps in registers");
	return 0;
}
