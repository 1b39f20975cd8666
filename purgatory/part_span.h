/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the parts of a capture image lie, for those who merge what its loader
 * said into what the kernel is told (arch/<arch>/). */
#ifndef PURGATORIO_PURGATORY_PART_SPAN_H
#define PURGATORIO_PURGATORY_PART_SPAN_H

#include "purgatorio/check.h"
#include "purgatorio/manifest.h"
#include "purgatorio/range.h"

/* From the first byte of the first to the last byte of the last part of
 * @kind, which stand together; empty: there is none. */
static inline struct pg_span pg_part_span(const struct pg_manifest *m,
					  uint64_t base, uint32_t kind)
{
	const struct pg_range *ranges = pg_manifest_ranges(m);
	const struct pg_part *parts = pg_manifest_parts(m);
	struct pg_span span = {0, 0};
	uint32_t i;

	for (i = 0; i < m->ranges.count; i++) {
		const uint64_t start = pg_manifest_resolve(
			ranges[i].start, ranges[i].flags, base);

		if (parts[ranges[i].part].kind != kind)
			continue;
		if (span.bytes == 0)
			span.start = start;
		span.bytes = start + ranges[i].bytes - span.start;
	}
	return span;
}

#endif
