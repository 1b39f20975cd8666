/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where everything goes: fixed parts first, then the others, those that are
 * hardest to place before the rest, each into the first gap that suits it.
 * The same plan always gives the same layout.
 */
#include <stdlib.h>

#include "pack/plan/plan.h"

/* One thing to place: a part, or the purgatory with its manifest. */
struct item {
	const char *name;
	uint64_t bytes; /* whole pages, with those of parts behind it */
	uint64_t alignment;
	uint64_t offset;  /* from a multiple of alignment */
	uint64_t lowest;  /* of its first byte */
	uint64_t highest; /* of its last byte */
	uint64_t fixed;
	uint32_t flags; /* PG_SPEC_* */
	size_t number;	/* in the order of pg_plan_part() */
	struct pg_span *result;
};

#define ITEMS_MAX (PG_PARTS_MAX + 1)

struct placing {
	const struct pg_plan *plan;
	struct item items[ITEMS_MAX];
	size_t item_count;
	struct pg_span taken[ITEMS_MAX];
	size_t taken_count;
};

static int by_difficulty(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	uint32_t x_fixed = x->flags & PG_SPEC_FIXED;
	uint32_t y_fixed = y->flags & PG_SPEC_FIXED;

	if (x_fixed != y_fixed)
		return x_fixed ? -1 : 1;
	if (x->highest != y->highest)
		return x->highest < y->highest ? -1 : 1;
	if (x->alignment != y->alignment)
		return x->alignment > y->alignment ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

/* The first taken span that shares a byte with @span, or NULL. */
static const struct pg_span *clash(const struct placing *placing,
				   struct pg_span span)
{
	for (size_t i = 0; i < placing->taken_count; i++)
		if (pg_span_overlap(placing->taken[i], span))
			return &placing->taken[i];
	return NULL;
}

/* The part of @window that @item's limits leave. False: nothing. */
static bool usable(struct pg_span window, const struct item *item,
		   struct pg_span *out)
{
	uint64_t start = window.start, end = pg_span_end(window);

	if (start < item->lowest)
		start = item->lowest;
	if (item->highest != UINT64_MAX && end > item->highest + 1)
		end = item->highest + 1;
	if (start >= end)
		return false;
	*out = (struct pg_span){start, end - start};
	return true;
}

/* The first or last address from @value on that suits @item. */
static bool align_up(uint64_t value, const struct item *item, uint64_t *out)
{
	uint64_t base = value > item->offset ? value - item->offset : 0;

	if (!pg_align_up(base, item->alignment, &base) ||
	    base > UINT64_MAX - item->offset)
		return false;
	*out = base + item->offset;
	return true;
}

static bool align_down(uint64_t value, const struct item *item, uint64_t *out)
{
	if (value < item->offset)
		return false;
	*out = pg_align_down(value - item->offset, item->alignment) +
	       item->offset;
	return true;
}

/* Both directions step from gap to gap: each step leaves one taken span
 * behind, so that there are at most taken_count + 1 of them. */
static bool fit_low(const struct placing *placing, struct pg_span room,
		    const struct item *item, struct pg_span *out)
{
	uint64_t start = room.start;

	for (;;) {
		const struct pg_span *taken;
		struct pg_span span;

		if (!align_up(start, item, &start) ||
		    !pg_span_make(start, item->bytes, &span) ||
		    !pg_span_contains(room, span))
			return false;
		taken = clash(placing, span);
		if (taken == NULL) {
			*out = span;
			return true;
		}
		start = pg_span_end(*taken);
	}
}

static bool fit_high(const struct placing *placing, struct pg_span room,
		     const struct item *item, struct pg_span *out)
{
	uint64_t end = pg_span_end(room);

	for (;;) {
		const struct pg_span *taken;
		struct pg_span span;

		if (end < item->bytes)
			return false;
		span.bytes = item->bytes;
		if (!align_down(end - item->bytes, item, &span.start) ||
		    !pg_span_contains(room, span))
			return false;
		taken = clash(placing, span);
		if (taken == NULL) {
			*out = span;
			return true;
		}
		end = taken->start;
	}
}

/* The lowest fit over all windows, or the highest. */
static bool find(const struct placing *placing, const struct item *item,
		 struct pg_span *out)
{
	bool high = item->flags & PG_SPEC_TOP_DOWN;
	bool found = false;

	for (size_t i = 0; i < placing->plan->window_count; i++) {
		struct pg_span room, span;

		if (!usable(placing->plan->windows[i], item, &room))
			continue;
		if (!(high ? fit_high : fit_low)(placing, room, item, &span))
			continue;
		if (!found ||
		    (high ? span.start > out->start : span.start < out->start))
			*out = span;
		found = true;
	}
	return found;
}

/* How many bytes @item could have at most: the largest gap that it may use,
 * found by bisection, because a smaller item fits wherever a larger one does.
 */
static uint64_t largest_fit(const struct placing *placing,
			    const struct item *item)
{
	struct item trial = *item;
	struct pg_span unused;
	uint64_t fits = 0, fails = item->bytes / PG_PAGE_BYTES;

	while (fails - fits > 1) {
		uint64_t middle = fits + (fails - fits) / 2;

		trial.bytes = middle * PG_PAGE_BYTES;
		if (find(placing, &trial, &unused))
			fits = middle;
		else
			fails = middle;
	}
	return fits * PG_PAGE_BYTES;
}

static enum pg_status no_space(const struct placing *placing,
			       const struct item *item, struct pg_error *error)
{
	const struct pg_plan *plan = placing->plan;
	uint64_t most = largest_fit(placing, item);
	uint64_t lowest = UINT64_MAX, end = 0;

	if (plan->window_count == 0)
		return pg_fail(error, PG_E_NO_SPACE,
			       "%s: there is no memory window to place it in",
			       item->name);
	for (size_t i = 0; i < plan->window_count; i++) {
		if (plan->windows[i].start < lowest)
			lowest = plan->windows[i].start;
		if (pg_span_end(plan->windows[i]) > end)
			end = pg_span_end(plan->windows[i]);
	}
	if (item->highest != UINT64_MAX && item->highest < end)
		end = item->highest + 1;
	return pg_fail(error, PG_E_NO_SPACE,
		       "%s: needs %llu KiB in one piece, and at most %llu KiB "
		       "are free in 0x%llx-0x%llx, so %llu KiB are missing; "
		       "reserve more memory or use smaller files",
		       item->name, (unsigned long long)(item->bytes >> 10),
		       (unsigned long long)(most >> 10),
		       (unsigned long long)lowest,
		       (unsigned long long)(end - 1),
		       (unsigned long long)((item->bytes - most) >> 10));
}

static enum pg_status place_fixed(struct placing *placing,
				  const struct item *item, struct pg_span *out,
				  struct pg_error *error)
{
	struct pg_span room;

	if (!pg_span_make(item->fixed, item->bytes, out))
		return pg_fail(error, PG_E_RANGE,
			       "%s: 0x%llx bytes at 0x%llx wrap around",
			       item->name, (unsigned long long)item->bytes,
			       (unsigned long long)item->fixed);
	if (clash(placing, *out) != NULL)
		return pg_fail(error, PG_E_OVERLAP,
			       "%s: 0x%llx-0x%llx overlaps another part; move "
			       "one of them",
			       item->name, (unsigned long long)out->start,
			       (unsigned long long)(pg_span_end(*out) - 1));
	for (size_t i = 0; i < placing->plan->window_count; i++)
		if (usable(placing->plan->windows[i], item, &room) &&
		    pg_span_contains(room, *out))
			return PG_OK;
	return pg_fail(error, PG_E_NO_SPACE,
		       "%s: 0x%llx-0x%llx lies in no memory window that it may "
		       "use; move it or give other memory",
		       item->name, (unsigned long long)out->start,
		       (unsigned long long)(pg_span_end(*out) - 1));
}

static enum pg_status place_one(struct placing *placing, struct item *item,
				struct pg_error *error)
{
	struct pg_span span;

	if (item->flags & PG_SPEC_FIXED) {
		enum pg_status status =
			place_fixed(placing, item, &span, error);

		if (status != PG_OK)
			return status;
	} else if (!find(placing, item, &span)) {
		return no_space(placing, item, error);
	}
	placing->taken[placing->taken_count++] = span;
	return PG_OK;
}

static uint64_t whole_pages(const struct pg_plan *plan, uint64_t bytes)
{
	return (bytes + plan->page_bytes - 1) & ~(plan->page_bytes - 1);
}

static void list_items(struct pg_plan *plan, struct placing *placing)
{
	for (size_t i = 0; i < plan->part_count; i++) {
		struct pg_plan_part *part = &plan->parts[i];
		const struct pg_part_spec *spec = &part->spec;

		if (spec->flags & PG_SPEC_BEHIND) {
			placing->items[placing->item_count - 1].bytes +=
				whole_pages(plan, spec->memory_bytes);
			continue;
		}
		placing->items[placing->item_count++] = (struct item){
			.name = spec->name,
			.bytes = whole_pages(plan, spec->memory_bytes),
			.alignment = spec->alignment < plan->page_bytes
					     ? plan->page_bytes
					     : spec->alignment,
			.offset = spec->alignment_offset,
			.lowest = spec->lowest,
			.highest =
				spec->highest == 0 ? UINT64_MAX : spec->highest,
			.fixed = spec->fixed,
			.flags = spec->flags,
			.number = i,
			.result = &part->span,
		};
	}
	placing->items[placing->item_count++] = (struct item){
		.name = "purgatory",
		.bytes =
			whole_pages(plan, plan->purgatory.memory_bytes +
						  pg_plan_manifest_bound(plan)),
		.alignment = plan->page_bytes,
		.highest = UINT64_MAX,
		.number = plan->part_count,
		.result = &plan->purgatory_span,
	};
}

/* Parts behind others were placed with them. */
static void share_out(struct pg_plan *plan)
{
	for (size_t i = 0; i < plan->part_count; i++) {
		struct pg_plan_part *part = &plan->parts[i];

		if (part->spec.flags & PG_SPEC_BEHIND)
			part->span.start = pg_span_end(plan->parts[i - 1].span);
		part->span.bytes = whole_pages(plan, part->spec.memory_bytes);
	}
}

enum pg_status pg_plan_place(struct pg_plan *plan, struct pg_error *error)
{
	struct placing placing = {.plan = plan};
	enum pg_status status;

	if (plan->state != PG_PLAN_OPEN)
		return pg_fail(error, PG_E_USAGE, "plan: placed twice");
	list_items(plan, &placing);
	qsort(placing.items, placing.item_count, sizeof(*placing.items),
	      by_difficulty);
	for (size_t i = 0; i < placing.item_count; i++) {
		status = place_one(&placing, &placing.items[i], error);
		if (status != PG_OK)
			return status;
	}
	for (size_t i = 0; i < placing.item_count; i++)
		*placing.items[i].result = placing.taken[i];
	share_out(plan);
	plan->state = PG_PLAN_PLACED;
	return PG_OK;
}
