/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast is the hash, against OpenSSL's in the same process? All contenders
 * take turns, so that a change of clock or a noisy neighbour meets all of
 * them; medians and best rounds are printed. On a busy machine only the best
 * ones mean something. Cycles are the time-stamp counter's, and time is this
 * thread's: compare the ratios, not the cycles of two machines.
 *
 *	sha256 [MIB] [ROUNDS]
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "purgatorio/sha256.h"

#define JOBS_MAX     64
#define CONTENDERS   10
#define ROUNDS_MAX   1001
#define DEFAULT_MIB  1
#define DEFAULT_RUNS 301

struct contender {
	const char *name;
	unsigned streams; /* the data is cut into so many jobs; 0: OpenSSL */
	uint32_t features;
	double seconds[ROUNDS_MAX];
	double cycles[ROUNDS_MAX];
};

static struct contender contenders[CONTENDERS] = {
	{.name = "OpenSSL EVP, 1 stream"},
	{.name = "portable C", .streams = 1},
	{.name = "SHA-NI, 1 stream", 1, PG_FEATURE_X86_SHANI},
	{.name = "SHA-NI, 2 streams", 2, PG_FEATURE_X86_SHANI},
	{.name = "SHA-NI, 3 streams", 3, PG_FEATURE_X86_SHANI},
	{.name = "SHA-NI, 4 streams", 4, PG_FEATURE_X86_SHANI},
	{.name = "SHA-NI, 64 ranges", JOBS_MAX, PG_FEATURE_X86_SHANI},
	{.name = "AVX2, 64 ranges", JOBS_MAX, PG_FEATURE_X86_AVX2},
	{.name = "AVX-512, 64 ranges", JOBS_MAX, PG_FEATURE_X86_AVX512},
	{.name = "all, 64 ranges",
	 JOBS_MAX,
	 PG_FEATURE_X86_AVX512 | PG_FEATURE_X86_AVX2 | PG_FEATURE_X86_SHANI},
};

#if defined(__x86_64__) || defined(__i386__)
#include <x86intrin.h>
static double cycles_now(void)
{
	unsigned cpu;

	return (double)__rdtscp(&cpu);
}
#else
static double cycles_now(void)
{
	return 0;
}
#endif

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void die(const char *why)
{
	fprintf(stderr, "bench sha256: %s\n", why);
	exit(1);
}

static void openssl(const uint8_t *data, size_t bytes, uint8_t digest[32])
{
	unsigned size = 32;

	if (EVP_Digest(data, bytes, digest, &size, EVP_sha256(), NULL) != 1)
		die("EVP_Digest failed");
}

/* Hashes @data in @count equal pieces. */
static void ours(const uint8_t *data, size_t bytes, size_t count,
		 uint32_t features, struct pg_sha256_job *jobs)
{
	for (size_t i = 0; i < count; i++) {
		jobs[i].data = data + i * (bytes / count);
		jobs[i].bytes = bytes / count;
	}
	pg_sha256_many(jobs, count, features);
}

static void check(const struct pg_sha256_job *jobs, size_t count)
{
	uint8_t want[32];

	for (size_t i = 0; i < count; i++) {
		openssl(jobs[i].data, (size_t)jobs[i].bytes, want);
		if (memcmp(want, jobs[i].digest, 32) != 0)
			die("a digest differs from OpenSSL's");
	}
}

static void run(struct contender *c, const uint8_t *data, size_t bytes,
		unsigned round)
{
	static struct pg_sha256_job jobs[JOBS_MAX];
	size_t count = c->streams;
	double cycles, seconds;
	uint8_t digest[32];

	seconds = seconds_now();
	cycles = cycles_now();
	if (count == 0)
		openssl(data, bytes, digest);
	else
		ours(data, bytes, count, c->features, jobs);
	c->cycles[round] = cycles_now() - cycles;
	c->seconds[round] = seconds_now() - seconds;
	if (round == 0)
		check(jobs, count);
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static double median(double *of, unsigned count)
{
	qsort(of, count, sizeof(*of), compare);
	return of[count / 2];
}

static unsigned argument(int argc, char **argv, int index, unsigned fallback,
			 unsigned max)
{
	unsigned long value;
	char *end;

	if (index >= argc)
		return fallback;
	value = strtoul(argv[index], &end, 10);
	if (*end != '\0' || value == 0 || value > max)
		die("usage: sha256 [MIB, to 64] [ROUNDS, to 1001]");
	return (unsigned)value;
}

int main(int argc, char **argv)
{
	size_t bytes = (size_t)argument(argc, argv, 1, DEFAULT_MIB, 64) << 20;
	unsigned rounds = argument(argc, argv, 2, DEFAULT_RUNS, ROUNDS_MAX);
	uint32_t features = pg_host_features();
	uint8_t *data = malloc(bytes);

	if (data == NULL)
		die("out of memory");
	for (size_t i = 0; i < bytes; i++)
		data[i] = (uint8_t)(i * 2654435761u >> 13);

	for (unsigned round = 0; round < rounds; round++) {
		for (size_t i = 0; i < CONTENDERS; i++) {
			if ((contenders[i].features & ~features) == 0)
				run(&contenders[i], data, bytes, round);
		}
	}

	printf("%zu MiB, %u rounds\n%-22s %17s %17s %17s\n%-22s", bytes >> 20,
	       rounds, "", "c/B", "MB/s", "x OpenSSL", "");
	for (size_t i = 0; i < 3; i++)
		printf(" %8s %8s", "median", "best");
	printf("\n");
	for (size_t i = 0; i < CONTENDERS; i++) {
		struct contender *c = &contenders[i];
		double usual, best;

		if (c->features & ~features) {
			printf("%-22s SKIP: this CPU does not have it\n",
			       c->name);
			continue;
		}
		usual = median(c->seconds, rounds);
		best = c->seconds[0]; /* sorted */
		printf("%-22s %8.2f", c->name,
		       median(c->cycles, rounds) / (double)bytes);
		printf(" %8.2f %8.0f %8.0f %8.2f %8.2f\n",
		       c->cycles[0] / (double)bytes,
		       (double)bytes / usual / 1e6, (double)bytes / best / 1e6,
		       contenders[0].seconds[rounds / 2] / usual,
		       contenders[0].seconds[0] / best);
	}
	free(data);
	return 0;
}
