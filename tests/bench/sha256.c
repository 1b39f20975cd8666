/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast is the hash, against others in the same process? All contenders
 * take turns, so that a change of clock or a noisy neighbour meets all of
 * them, and for each of them medians and best rounds are told. On a busy
 * machine only the best ones mean something.
 *
 *	sha256 [--json] [MIB] [ROUNDS]
 *	sha256 --ranges [MIB] [ROUNDS]		the same bytes in 1 to 1000
 *ranges
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "purgatorio/manifest.h"
#include "tests/bench/contenders.h"
#include "tests/bench/cycles.h"

#define MIB_MAX	     1024
#define CONTENDERS   32
#define ROUNDS_MAX   1001
#define JOBS_MAX     (MIB_MAX * ((1u << 20) / PG_RANGE_BYTES) + 1000)
#define DEFAULT_MIB  64
#define DEFAULT_RUNS 9

struct timing {
	double seconds[ROUNDS_MAX], cycles[ROUNDS_MAX];
};

static struct timing timings[CONTENDERS];
static struct pg_sha256_job jobs[JOBS_MAX];

static void die(const char *why)
{
	fprintf(stderr, "bench sha256: %s\n", why);
	exit(1);
}

/* Cuts @bytes into @count equal jobs of whole blocks: the last one has what is
 * left. */
static void cut(const uint8_t *data, size_t bytes, size_t count)
{
	size_t share = bytes / count & ~(size_t)(PG_SHA256_BLOCK_BYTES - 1);

	for (size_t i = 0; i < count; i++) {
		jobs[i].data = data + i * share;
		jobs[i].bytes = i + 1 < count ? share : bytes - i * share;
	}
}

static void check(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct pg_sha256_job reference = jobs[i];

		openssl_evp(&reference, 1, 0);
		if (memcmp(reference.digest, jobs[i].digest,
			   sizeof(jobs[i].digest)) != 0)
			die("a digest differs from OpenSSL's");
	}
}

static void run(const struct contender *c, struct timing *timing, size_t count,
		unsigned round)
{
	const uint32_t features = c->features & pg_host_features();
	struct cycles_mark mark;

	cycles_begin(&mark);
	c->hash(jobs, count, features);
	cycles_end(&mark, &timing->seconds[round], &timing->cycles[round]);
	if (round == 0)
		check(count);
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

static bool has(const struct contender *c)
{
	/* All that there are: what there is. */
	return c->features == UINT32_MAX ||
	       (c->features & ~pg_host_features()) == 0;
}

static size_t jobs_of(const struct contender *c, size_t bytes)
{
	return c->jobs != 0 ? c->jobs : bytes / PG_RANGE_BYTES;
}

static void print(bool json, size_t bytes, unsigned rounds, const char *clock)
{
	const double reference = median(timings[0].seconds, rounds);
	const double size = (double)bytes;
	const char *comma = "";

	if (json)
		printf("{\"bytes\": %zu, \"rounds\": %u, \"cycles_by\": "
		       "\"%s\", "
		       "\"contenders\": [",
		       bytes, rounds, clock);
	else
		printf("%zu MiB, %u rounds, cycles by the %s\n%-24s %8s %8s "
		       "%8s "
		       "%10s\n",
		       bytes >> 20, rounds, clock, "", "c/B", "best", "MB/s",
		       "x OpenSSL");
	for (size_t i = 0; i < contender_count; i++) {
		const struct contender *c = &contenders[i];
		double seconds, cycles;

		if (!has(c))
			continue;
		seconds = median(timings[i].seconds, rounds);
		cycles = median(timings[i].cycles, rounds);
		if (json)
			printf("%s\n {\"name\": \"%s\", \"whose\": \"%s\", "
			       "\"streams\": %zu, \"cycles_per_byte\": %.4f, "
			       "\"best_cycles_per_byte\": %.4f, "
			       "\"mb_per_second\": %.1f, \"ratio\": %.4f}",
			       comma, c->name, c->whose, jobs_of(c, bytes),
			       cycles / size, timings[i].cycles[0] / size,
			       size / seconds / 1e6, reference / seconds);
		else
			printf("%-24s %8.2f %8.2f %8.0f %10.2f\n", c->name,
			       cycles / size, timings[i].cycles[0] / size,
			       size / seconds / 1e6, reference / seconds);
		comma = ",";
	}
	if (json)
		printf("]}\n");
}

static void compare_all(bool json, const uint8_t *data, size_t bytes,
			unsigned rounds, const char *clock)
{
	for (unsigned round = 0; round < rounds; round++) {
		for (size_t i = 0; i < contender_count; i++) {
			const struct contender *c = &contenders[i];
			const size_t count = jobs_of(c, bytes);

			if (!has(c))
				continue;
			cut(data, bytes, count);
			run(c, &timings[i], count, round);
		}
	}
	print(json, bytes, rounds, clock);
}

/* Whether the number of ranges matters. */
static void compare_ranges(const uint8_t *data, size_t bytes, unsigned rounds)
{
	static const size_t counts[] = {1,  2,	3,  5,	 8,   13,  16,	20,
					32, 50, 64, 100, 200, 300, 500, 1000};
	const size_t kinds = sizeof(counts) / sizeof(*counts);
	const struct contender *c = &contenders[contender_count - 1];

	for (unsigned round = 0; round < rounds; round++) {
		for (size_t i = 0; i < kinds; i++) {
			cut(data, bytes, counts[i]);
			run(c, &timings[i], counts[i], round);
		}
	}
	printf("{\"bytes\": %zu, \"points\": [", bytes);
	for (size_t i = 0; i < kinds; i++) {
		double seconds = median(timings[i].seconds, rounds);

		printf("%s\n {\"ranges\": %zu, \"seconds\": %.6f}",
		       i == 0 ? "" : ",", counts[i], seconds);
	}
	printf("]}\n");
}

static unsigned argument(const char *text, unsigned fallback, unsigned max)
{
	unsigned long value;
	char *end;

	if (text == NULL)
		return fallback;
	value = strtoul(text, &end, 10);
	if (*end != '\0' || value == 0 || value > max)
		die("usage: sha256 [--json | --ranges] [MIB, to 1024] "
		    "[ROUNDS, to 1001]");
	return (unsigned)value;
}

int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	bool ranges = argc > 1 && strcmp(argv[1], "--ranges") == 0;
	int next = 1 + (json || ranges);
	const char *mib = argc > next ? argv[next] : NULL;
	size_t bytes = (size_t)argument(mib, DEFAULT_MIB, MIB_MAX) << 20;
	unsigned rounds = argument(mib != NULL ? argv[next + 1] : NULL,
				   DEFAULT_RUNS, ROUNDS_MAX);
	const char *clock = cycles_open();
	/* A loaded part begins with a page. */
	uint8_t *data = aligned_alloc(PG_PAGE_BYTES, bytes);

	if (data == NULL)
		die("out of memory");
	for (size_t i = 0; i < bytes; i++)
		data[i] = (uint8_t)(i * 2654435761u >> 13);
	if (ranges)
		compare_ranges(data, bytes, rounds);
	else
		compare_all(json, data, bytes, rounds, clock);
	free(data);
	return 0;
}
