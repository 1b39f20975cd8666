/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run of physical memory, and the only arithmetic on its ends. Overflow is
 * checked where it is computed: a struct pg_span that came from
 * pg_span_make() ends at or below 2^64 - 1, so that its end can be computed
 * by anyone.
 */
#ifndef PURGATORIO_RANGE_H
#define PURGATORIO_RANGE_H

#include <stdbool.h>
#include <stdint.h>

struct pg_span {
	uint64_t start; /* first byte */
	uint64_t bytes; /* length; may be 0 */
};

/* Sets *@out to [@start, @start + @bytes). False, with *@out untouched, when
 * the end is beyond 2^64 - 1. */
static inline bool pg_span_make(uint64_t start, uint64_t bytes,
				struct pg_span *out)
{
	if (bytes > UINT64_MAX - start)
		return false;
	out->start = start;
	out->bytes = bytes;
	return true;
}

/* One past the last byte. */
static inline uint64_t pg_span_end(struct pg_span span)
{
	return span.start + span.bytes;
}

/* Do they share a byte? An empty span shares none. */
static inline bool pg_span_overlap(struct pg_span a, struct pg_span b)
{
	if (a.bytes == 0 || b.bytes == 0)
		return false;
	return a.start < pg_span_end(b) && b.start < pg_span_end(a);
}

/* Is every byte of @inner in @outer? */
static inline bool pg_span_contains(struct pg_span outer, struct pg_span inner)
{
	return inner.start >= outer.start &&
	       pg_span_end(inner) <= pg_span_end(outer);
}

/* What @a and @b share; bytes 0: nothing. */
static inline struct pg_span pg_span_meet(struct pg_span a, struct pg_span b)
{
	uint64_t start = a.start > b.start ? a.start : b.start;
	uint64_t end = pg_span_end(a) < pg_span_end(b) ? pg_span_end(a)
						       : pg_span_end(b);

	return (struct pg_span){start, end > start ? end - start : 0};
}

/* @value rounded up to @alignment, a power of two. False when it wraps. */
static inline bool pg_align_up(uint64_t value, uint64_t alignment,
			       uint64_t *out)
{
	if (value > UINT64_MAX - (alignment - 1))
		return false;
	*out = (value + (alignment - 1)) & ~(alignment - 1);
	return true;
}

static inline uint64_t pg_align_down(uint64_t value, uint64_t alignment)
{
	return value & ~(alignment - 1);
}

#endif
