/* SPDX-License-Identifier: BSD-2-Clause */
/* Is every byte still right? Ranges are hashed side by side, in batches that
 * are larger than any CPU has lanes. */
#include "purgatory/purgatory.h"

#include <string.h>

#include "purgatorio/arch.h"
#include "purgatorio/sha256.h"

#define BATCH	   64
#define NAMED_MOST 8 /* wrong ranges that are printed one by one */

/* Ranges to be verified: their jobs and, beside each, its number. */
static struct pg_sha256_job jobs[BATCH];
static uint32_t numbers[BATCH];

static void say_wrong(const struct pg_manifest *manifest, uint32_t number,
		      const struct pg_sha256_job *job)
{
	const struct pg_range *range = &pg_manifest_ranges(manifest)[number];

	pg_put("part \"");
	pg_put(pg_manifest_parts(manifest)[range->part].name);
	pg_put("\" is wrong in range ");
	pg_put_dec(number);
	pg_put(" [");
	pg_put_hex(pg_address(job->data));
	pg_put(", ");
	pg_put_hex(pg_address(job->data) + job->bytes);
	pg_put(")\n  expected ");
	pg_put_digest(range->sha256);
	pg_put("\n  computed ");
	pg_put_digest(job->digest);
	pg_put("\n");
}

enum pg_status pg_verify(const struct pg_context *context, uint64_t *bytes)
{
	const struct pg_manifest *m = context->manifest;
	const struct pg_range *ranges = pg_manifest_ranges(m);
	uint32_t next = 0, wrong = 0;
	size_t count, i;

	while (next < m->ranges.count) {
		for (count = 0; count < BATCH && next < m->ranges.count;
		     next++) {
			const struct pg_range *range = &ranges[next];

			if (range->flags & PG_RANGE_SKIP)
				continue;
			numbers[count] = next;
			jobs[count].bytes = range->bytes;
			jobs[count++].data = pg_pointer(pg_manifest_resolve(
				range->start, range->flags, context->base));
			*bytes += range->bytes;
		}
		pg_sha256_many(jobs, count, context->features);
		for (i = 0; i < count; i++) {
			if (memcmp(jobs[i].digest, ranges[numbers[i]].sha256,
				   PG_SHA256_BYTES) == 0)
				continue;
			if (wrong++ < NAMED_MOST)
				say_wrong(m, numbers[i], &jobs[i]);
		}
	}
	if (wrong > NAMED_MOST) {
		pg_put("and ");
		pg_put_dec(wrong - NAMED_MOST);
		pg_put(" more ranges are wrong\n");
	}
	return wrong ? PG_E_DIGEST : PG_OK;
}
