/* SPDX-License-Identifier: BSD-2-Clause */
/* Is every byte still right? Ranges are hashed side by side, as many at once
 * as the CPU has lanes. */
#include "purgatory/purgatory.h"

#include <string.h>

#include "purgatorio/arch.h"
#include "purgatorio/sha256.h"

#define NAMED_MOST 8 /* wrong ranges that are printed one by one */

/* A range on its way. */
struct work {
	struct pg_sha256_job job; /* first: the scheduler's view */
	uint32_t number;
};

struct progress {
	const struct pg_context *context;
	uint64_t *bytes;
	uint32_t next, wrong; /* ranges */
	size_t begun;	      /* of the work below */
};

static struct work works[PG_SHA256_LANES_MAX];

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

static void judge(struct progress *progress, const struct work *work)
{
	const struct pg_manifest *m = progress->context->manifest;

	if (memcmp(work->job.digest, pg_manifest_ranges(m)[work->number].sha256,
		   PG_SHA256_BYTES) == 0)
		return;
	if (progress->wrong++ < NAMED_MOST)
		say_wrong(m, work->number, &work->job);
}

/* The scheduler asks for the next range, and may have one that is done. */
static struct pg_sha256_job *turn(void *from, struct pg_sha256_job *done)
{
	struct progress *progress = from;
	const struct pg_manifest *m = progress->context->manifest;
	const struct pg_range *ranges = pg_manifest_ranges(m), *range;
	uint32_t next = progress->next;
	struct work *work = (struct work *)done;

	if (done != NULL)
		judge(progress, work);
	while (next < m->ranges.count && (ranges[next].flags & PG_RANGE_SKIP))
		next++;
	progress->next = next;
	if (next >= m->ranges.count)
		return NULL;
	range = &ranges[next];
	if (done == NULL)
		work = &works[progress->begun++];
	work->number = progress->next++;
	work->job.bytes = range->bytes;
	work->job.data = pg_pointer(pg_manifest_resolve(
		range->start, range->flags, progress->context->base));
	*progress->bytes += range->bytes;
	return &work->job;
}

enum pg_status pg_verify(const struct pg_context *context, uint64_t *bytes)
{
	struct progress progress = {.context = context, .bytes = bytes};

	pg_sha256_each(turn, &progress, context->features);
	if (progress.wrong > NAMED_MOST) {
		pg_put("and ");
		pg_put_dec(progress.wrong - NAMED_MOST);
		pg_put(" more ranges are wrong\n");
	}
	return progress.wrong ? PG_E_DIGEST : PG_OK;
}
