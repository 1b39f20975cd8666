/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many times as fast as kexec-tools' C is one stream with SHA-NI, as the
 * drop-ins hash it? Three take turns on the same bytes: their C, ours, and the
 * rounds alone, each waiting for the one before it: the time below which no
 * single stream comes. Of each its best turn is told, which on a busy machine
 * is the one that nobody disturbed.
 *
 *	one_stream [KIB] [TURNS]
 *
 * Prints one line of JSON with nanoseconds; exits with 77 where the CPU has no
 * SHA-NI.
 */
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "purgatorio/manifest.h"
#include "tests/bench/contenders.h"

#define NO_SHANI	    77
#define DEFAULT_KIB	    512
#define DEFAULT_TURNS	    200
#define ROUNDS_INSTRUCTIONS 32 /* of a block: SHA256RNDS2 does two rounds */

/* Intel SDM volume 2B: the state goes from one register to the other. */
static void rounds_alone(size_t blocks)
{
	for (size_t i = 0; i < blocks * ROUNDS_INSTRUCTIONS / 8; i++)
		__asm__ volatile(".rept 4\n\t"
				 "sha256rnds2 %%xmm0, %%xmm1, %%xmm2\n\t"
				 "sha256rnds2 %%xmm0, %%xmm2, %%xmm1\n\t"
				 ".endr"
				 :
				 :
				 : "xmm0", "xmm1", "xmm2");
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

static void shorten(double *best, double begin)
{
	const double took = now() - begin;

	if (took < *best)
		*best = took;
}

int main(int argc, char **argv)
{
	const size_t kib = argc > 1 ? strtoul(argv[1], NULL, 10) : DEFAULT_KIB;
	const size_t turns =
		argc > 2 ? strtoul(argv[2], NULL, 10) : DEFAULT_TURNS;
	const size_t bytes = kib << 10;
	double theirs = DBL_MAX, ours = DBL_MAX, alone = DBL_MAX;
	struct pg_sha256_job job = {.bytes = bytes}, other;
	uint8_t *data;

	if (bytes == 0 || turns == 0) {
		fprintf(stderr, "usage: one_stream [KIB] [TURNS]\n");
		return 2;
	}
	if (!(pg_host_features() & PG_FEATURE_X86_SHANI)) {
		printf("this CPU has no SHA-NI\n");
		return NO_SHANI;
	}
	data = aligned_alloc(PG_PAGE_BYTES, (bytes + PG_PAGE_BYTES - 1) &
						    ~(PG_PAGE_BYTES - 1ul));
	if (data == NULL) {
		fprintf(stderr, "one_stream: out of memory\n");
		return 1;
	}
	/* No block of zeros, of which ours makes less. */
	for (size_t i = 0; i < bytes; i++)
		data[i] = (uint8_t)(i * 2654435761u >> 13 | 1);
	job.data = data;
	other = job;
	for (size_t i = 0; i < turns; i++) {
		double begin = now();

		kexec_tools_c(&other, 1, 0);
		shorten(&theirs, begin);
		begin = now();
		dropin_stream(&job, 1, PG_FEATURE_X86_SHANI);
		shorten(&ours, begin);
		begin = now();
		rounds_alone(bytes / PG_SHA256_BLOCK_BYTES);
		shorten(&alone, begin);
	}
	if (memcmp(job.digest, other.digest, sizeof(job.digest)) != 0) {
		fprintf(stderr, "one_stream: the digests differ\n");
		return 1;
	}
	printf("{\"bytes\": %zu, \"kexec_tools\": %.0f, \"ours\": %.0f, "
	       "\"rounds_alone\": %.0f}\n",
	       bytes, theirs, ours, alone);
	free(data);
	return 0;
}
