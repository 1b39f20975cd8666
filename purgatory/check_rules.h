/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the structural check share. */
#ifndef PURGATORY_CHECK_RULES_H
#define PURGATORY_CHECK_RULES_H

#include "purgatorio/check.h"

/* What the checks of one manifest share. */
struct pg_check {
	const struct pg_manifest *manifest;
	struct pg_span image; /* the image and, behind it, the manifest */
	struct pg_check_place *place;
};

static inline enum pg_status pg_check_wrong(struct pg_check_place *place,
					    enum pg_status status,
					    const char *what, uint32_t index,
					    uint64_t value)
{
	place->what = what;
	place->index = index;
	place->value = value;
	return status;
}

/* [@start, +@bytes) after resolving; false when empty or wrapping. */
static inline bool pg_check_resolve(const struct pg_check *check,
				    uint64_t start, uint64_t bytes,
				    uint32_t flags, struct pg_span *out)
{
	start = pg_manifest_resolve(start, flags, check->image.start);
	return bytes != 0 && pg_span_make(start, bytes, out);
}

static inline struct pg_span pg_check_range(const struct pg_check *check,
					    uint32_t index)
{
	const struct pg_range *range =
		&pg_manifest_ranges(check->manifest)[index];

	return (struct pg_span){pg_manifest_resolve(range->start, range->flags,
						    check->image.start),
				range->bytes};
}

/* check_writes.c: fills, copies and the swap, of a manifest whose ranges and
 * log are already known to be right. */
enum pg_status pg_check_writes(const struct pg_check *check);

/* check_swap.c: the swap, when all of the above is right. */
enum pg_status pg_check_swap(const struct pg_check *check);

/* check_swap.c: where what the next kernel will find at @address is before the
 * swap, if there is one; UINT64_MAX when it will not be there. */
uint64_t pg_check_before_swap(const struct pg_check *check, uint64_t address);

#endif
