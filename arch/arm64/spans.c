/* SPDX-License-Identifier: BSD-2-Clause */
/* What a checked manifest names, and what we are, as spans of memory. */
#include "arch/arm64/arm64.h"

#include "purgatorio/arch.h"
#include "purgatorio/check.h"

#define HIDDEN __attribute__((visibility("hidden")))

/* purgatory.ld. */
extern HIDDEN const uint8_t pg_image_start[], pg_text_end[], pg_bss_start[],
	pg_image_end[];

static struct pg_span between(const uint8_t *start, const uint8_t *end)
{
	return (struct pg_span){pg_address(start),
				pg_address(end) - pg_address(start)};
}

struct pg_span pg_arm64_code(void)
{
	return between(pg_image_start, pg_text_end);
}

struct pg_span pg_arm64_constants(void)
{
	return between(pg_text_end, pg_bss_start);
}

struct pg_span pg_arm64_memory(void)
{
	return between(pg_bss_start, pg_image_end);
}

struct pg_span pg_arm64_manifest(const struct pg_manifest *manifest)
{
	return (struct pg_span){pg_address(manifest), manifest->bytes};
}

static struct pg_span resolved(uint64_t start, uint64_t bytes, uint32_t flags)
{
	start = pg_manifest_resolve(start, flags, pg_address(pg_image_start));
	return (struct pg_span){start, bytes};
}

/* Is @next on the last page of @run, or on the page behind it? */
static bool follows(struct pg_span run, struct pg_span next)
{
	const uint64_t last = pg_span_end(run) - 1;

	return pg_align_down(next.start, PG_PAGE_BYTES) <=
	       pg_align_down(last, PG_PAGE_BYTES) + PG_PAGE_BYTES;
}

/* Ranges are sorted and disjoint, 64 KiB each: joined, they can be mapped by
 * large blocks. */
static bool each_range(const struct pg_manifest *m, arm64_visit *visit)
{
	const struct pg_range *ranges = pg_manifest_ranges(m);
	struct pg_span run = {0, 0}, span;
	uint32_t i;

	for (i = 0; i < m->ranges.count; i++) {
		span = resolved(ranges[i].start, ranges[i].bytes,
				ranges[i].flags);
		if (run.bytes && follows(run, span)) {
			run.bytes = pg_span_end(span) - run.start;
			continue;
		}
		if (run.bytes && !visit(run))
			return false;
		run = span;
	}
	return run.bytes == 0 || visit(run);
}

static struct pg_span named_read, named_written[2];

void pg_arm64_name(struct pg_span read, struct pg_span written,
		   struct pg_span also_written)
{
	named_read = read;
	named_written[0] = written;
	named_written[1] = also_written;
}

bool pg_arm64_each_read(const struct pg_manifest *m, arm64_visit *visit)
{
	const struct pg_copy *copies = pg_manifest_copies(m);
	uint32_t i;

	if (named_read.bytes && !visit(named_read))
		return false;
	for (i = 0; i < m->copies.count; i++)
		if (!visit(resolved(copies[i].source, copies[i].bytes, 0)))
			return false;
	return each_range(m, visit);
}

bool pg_arm64_each_written(const struct pg_manifest *m, arm64_visit *visit)
{
	const struct pg_fill *fills = pg_manifest_fills(m);
	const struct pg_copy *copies = pg_manifest_copies(m);
	uint32_t i;

	for (i = 0; i < 2; i++)
		if (named_written[i].bytes && !visit(named_written[i]))
			return false;
	for (i = 0; i < m->fills.count; i++)
		if (!visit(resolved(fills[i].start, fills[i].bytes,
				    fills[i].flags)))
			return false;
	for (i = 0; i < m->copies.count; i++)
		if (!visit(resolved(copies[i].destination, copies[i].bytes,
				    copies[i].flags)))
			return false;
	return m->log.bytes == 0 ||
	       visit(resolved(m->log.start, m->log.bytes, m->log.flags));
}
