/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run of physical memory, and the only arithmetic on its ends. Overflow is
 * checked where it is computed: a struct pg_span that came from
 * pg_span_make() ends at or below 2^64 - 1, so that its end can be computed
 * by anyone.
 *
 * The contracts in ACSL are proved by `make proof` (tests/proof/).
 */
#ifndef PURGATORIO_RANGE_H
#define PURGATORIO_RANGE_H

#include <stdbool.h>
#include <stdint.h>

struct pg_span {
	uint64_t start; /* first byte */
	uint64_t bytes; /* length; may be 0 */
};

/*@ predicate pg_in(integer x, struct pg_span s) =
      s.start <= x < s.start + s.bytes;
    predicate pg_no_wrap(struct pg_span s) =
      s.start + s.bytes <= UINT64_MAX;
*/

/* Sets *@out to [@start, @start + @bytes). False, with *@out untouched, when
 * the end is beyond 2^64 - 1. */
/*@ requires \valid(out);
    assigns *out;
    behavior fits:
      assumes start + bytes <= UINT64_MAX;
      ensures \result == \true && out->start == start && out->bytes == bytes;
      ensures pg_no_wrap(*out);
    behavior wraps:
      assumes start + bytes > UINT64_MAX;
      ensures \result == \false && *out == \old(*out);
    complete behaviors;
    disjoint behaviors;
*/
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
/*@ requires pg_no_wrap(span);
    assigns \nothing;
    ensures \result == span.start + span.bytes;
*/
static inline uint64_t pg_span_end(struct pg_span span)
{
	return span.start + span.bytes;
}

/* Do they share a byte? An empty span shares none. */
/*@ requires pg_no_wrap(a) && pg_no_wrap(b);
    assigns \nothing;
    ensures \result ==> (pg_in(a.start, b) && pg_in(a.start, a)) ||
      (pg_in(b.start, a) && pg_in(b.start, b));
    ensures !\result ==> \forall integer x; !(pg_in(x, a) && pg_in(x, b));
*/
static inline bool pg_span_overlap(struct pg_span a, struct pg_span b)
{
	if (a.bytes == 0 || b.bytes == 0)
		return false;
	return a.start < pg_span_end(b) && b.start < pg_span_end(a);
}

/* Is every byte of @inner in @outer? An empty one has to lie there too. */
/*@ requires pg_no_wrap(outer) && pg_no_wrap(inner);
    assigns \nothing;
    ensures \result ==> \forall integer x; pg_in(x, inner) ==> pg_in(x, outer);
    ensures !\result && inner.bytes > 0 ==> !pg_in(inner.start, outer) ||
      !pg_in(inner.start + inner.bytes - 1, outer);
*/
static inline bool pg_span_contains(struct pg_span outer, struct pg_span inner)
{
	return inner.start >= outer.start &&
	       pg_span_end(inner) <= pg_span_end(outer);
}

/* What @a and @b share; bytes 0: nothing. */
/*@ requires pg_no_wrap(a) && pg_no_wrap(b);
    assigns \nothing;
    ensures \forall integer x; pg_in(x, \result) <==>
      (pg_in(x, a) && pg_in(x, b));
*/
static inline struct pg_span pg_span_meet(struct pg_span a, struct pg_span b)
{
	uint64_t start = a.start > b.start ? a.start : b.start;
	uint64_t end = pg_span_end(a) < pg_span_end(b) ? pg_span_end(a)
						       : pg_span_end(b);

	return (struct pg_span){start, end > start ? end - start : 0};
}

/* @value rounded up to @alignment, a power of two. False when it wraps. */
/*@ requires \valid(out) && alignment > 0;
    assigns *out;
    ensures \result <==> value + alignment - 1 <= UINT64_MAX;
    ensures !\result ==> *out == \old(*out);
*/
static inline bool pg_align_up(uint64_t value, uint64_t alignment,
			       uint64_t *out)
{
	if (value > UINT64_MAX - (alignment - 1))
		return false;
	*out = (value + (alignment - 1)) & ~(alignment - 1);
	return true;
}

/*@ assigns \nothing; */
static inline uint64_t pg_align_down(uint64_t value, uint64_t alignment)
{
	return value & ~(alignment - 1);
}

#endif
