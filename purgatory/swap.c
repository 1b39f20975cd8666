/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The capture kernel of an s390x machine runs at 0: the crash region, where it
 * was loaded, changes places with the memory of the dead kernel that is there.
 * What the manifest does not name in the crash region is nobody's: there, the
 * dead kernel's memory is saved, and nothing comes in its place. Two pieces
 * are left to pg_arch_enter(), since they are in use until then: the lowcore,
 * and the purgatory with its manifest. check_swap.c has made sure that they
 * are two, and that all that was loaded lies in the crash region.
 */
#include "purgatory/purgatory.h"

#include <string.h>

#include "purgatorio/arch.h"
#include "purgatorio/range.h"

#define STEP_BYTES 4096

static uint32_t first_range; /* those before it lie below where we are */

/* @best, or the span that is named here, if that begins earlier and does not
 * end before @from. */
static struct pg_span earlier(const struct pg_context *context, uint64_t from,
			      struct pg_span best, uint64_t start,
			      uint64_t bytes, uint32_t flags)
{
	const struct pg_span span = {
		pg_manifest_resolve(start, flags, context->base), bytes};

	return bytes && pg_span_end(span) > from && span.start < best.start
		       ? span
		       : best;
}

/* The first that was loaded, is zeroed or written to at @from or behind; at
 * the end of memory when there is nothing. Asked with a rising @from, since
 * ranges are sorted. */
static struct pg_span next_named(const struct pg_context *context,
				 uint64_t from)
{
	const struct pg_manifest *m = context->manifest;
	const struct pg_range *ranges = pg_manifest_ranges(m);
	const struct pg_fill *fills = pg_manifest_fills(m);
	const struct pg_copy *copies = pg_manifest_copies(m);
	struct pg_span best = {UINT64_MAX, 0};
	uint32_t i;

	for (i = first_range; i < m->ranges.count && !best.bytes; i++) {
		best = earlier(context, from, best, ranges[i].start,
			       ranges[i].bytes, ranges[i].flags);
		first_range = i;
	}
	for (i = 0; i < m->fills.count; i++)
		best = earlier(context, from, best, fills[i].start,
			       fills[i].bytes, fills[i].flags);
	for (i = 0; i < m->copies.count; i++)
		best = earlier(context, from, best, copies[i].destination,
			       copies[i].bytes, copies[i].flags);
	return earlier(context, from, best, m->log.start, m->log.bytes,
		       m->log.flags);
}

static void exchange(void *low, void *high, uint64_t bytes)
{
	uint8_t buffer[STEP_BYTES];
	uint8_t *a = low, *b = high;

	while (bytes > 0) {
		const size_t step = bytes < STEP_BYTES ? bytes : STEP_BYTES;

		memcpy(buffer, a, step);
		memcpy(a, b, step);
		memcpy(b, buffer, step);
		a += step;
		b += step;
		bytes -= step;
	}
}

/* [@start, @end) of low memory with the same offsets of the crash region. */
static void move(const struct pg_context *context, uint64_t start, uint64_t end)
{
	const uint64_t swap_start = context->manifest->swap_start;

	while (start < end) {
		const uint64_t at = swap_start + start;
		const struct pg_span next = next_named(context, at);
		const bool named = next.start <= at;
		const uint64_t stop = named ? pg_span_end(next) : next.start;
		const uint64_t bytes =
			stop - at < end - start ? stop - at : end - start;

		if (named)
			exchange(pg_pointer(start), pg_pointer(at), bytes);
		else
			memcpy(pg_pointer(at), pg_pointer(start), bytes);
		start += bytes;
	}
}

enum pg_status pg_swap_memory(const struct pg_context *context, uint64_t *bytes)
{
	const struct pg_manifest *m = context->manifest;
	const uint64_t own = context->base - m->swap_start;
	const uint64_t own_bytes = context->image->memory_bytes + m->bytes;

	first_range = 0;
	move(context, PG_SWAP_LOWCORE_BYTES, own);
	move(context, own + own_bytes, m->swap_bytes);
	pg_log_moved(-m->swap_start);
	*bytes += m->swap_bytes;
	return PG_OK;
}
