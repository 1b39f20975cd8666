/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The structural check of a manifest of which every byte can be anything, for
 * any architecture and image. Two facts make up the proof. The contract of
 * table_fits() in check.c, which is proved from its code: a table that passes
 * has no more entries than its limit, and all of them lie inside of the
 * manifest. And here, with as many entries as may be: no access goes beyond
 * them, for each table lies at the end of what can be read.
 */
#include "tests/proof/proof.h"

#include "purgatorio/check.h"

static struct {
	struct pg_manifest header;
	uint8_t between[PG_RANGES_MAX * sizeof(struct pg_range)];
	struct pg_part last[PG_PARTS_MAX];
} parts;
static struct {
	struct pg_manifest header;
	uint8_t between[PG_FILLS_MAX * sizeof(struct pg_part)];
	struct pg_range last[PG_RANGES_MAX];
} ranges;
static struct {
	struct pg_manifest header;
	uint8_t between[PG_RANGES_MAX * sizeof(struct pg_range)];
	struct pg_fill last[PG_FILLS_MAX];
} fills;
static struct {
	struct pg_manifest header;
	uint8_t between[PG_RANGES_MAX * sizeof(struct pg_range)];
	struct pg_copy last[PG_COPIES_MAX];
} copies;

/* @table of @manifest is the one at @offset; the others lie in front of it. */
static void check(struct pg_manifest *manifest, struct pg_table *table,
		  size_t offset)
{
	struct pg_check_place place;
	struct pg_span image;

	manifest->parts.count = (uint32_t)any_up_to(PG_PARTS_MAX);
	manifest->ranges.count = (uint32_t)any_up_to(PG_RANGES_MAX);
	manifest->fills.count = (uint32_t)any_up_to(PG_FILLS_MAX);
	manifest->copies.count = (uint32_t)any_up_to(PG_COPIES_MAX);
	manifest->parts.offset = sizeof(*manifest);
	manifest->ranges.offset = sizeof(*manifest);
	manifest->fills.offset = sizeof(*manifest);
	manifest->copies.offset = sizeof(*manifest);
	table->offset = (uint32_t)offset;
	ANY(image);
	(void)pg_manifest_check(manifest, any_u32(), image, &place);
}

void main(void)
{
	ANY(parts);
	check(&parts.header, &parts.header.parts,
	      sizeof(parts.header) + sizeof(parts.between));
	ANY(ranges);
	check(&ranges.header, &ranges.header.ranges,
	      sizeof(ranges.header) + sizeof(ranges.between));
	ANY(fills);
	check(&fills.header, &fills.header.fills,
	      sizeof(fills.header) + sizeof(fills.between));
	ANY(copies);
	check(&copies.header, &copies.header.copies,
	      sizeof(copies.header) + sizeof(copies.between));
}
