/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The digests of all ranges of a manifest that the structural check has
 * passed: the purgatory's own tables stay whole, whatever the number of ranges
 * and whatever the digests turn out to be.
 */
#include "tests/proof/machine.h"

#include "sha256/backend.h"

static struct {
	struct pg_manifest header;
	struct pg_part parts[PG_PARTS_MAX];
	struct pg_range ranges[PG_RANGES_MAX];
} manifest;

/* What sha256.h promises of it: as many jobs as there are lanes, each given
 * back when it is done, in any order, until no more come. */
void pg_sha256_each(pg_sha256_turn *turn, void *from, uint32_t features)
{
	const size_t lanes = any_up_to(PG_SHA256_LANES_MAX);
	struct pg_sha256_job *jobs[PG_SHA256_LANES_MAX], *next;
	static struct pg_sha256_job none;
	size_t busy = 0, i;

	for (i = 0; i < PG_SHA256_LANES_MAX; i++)
		jobs[i] = &none;

	//@ loop unroll PG_SHA256_LANES_MAX;
	for (i = 0; i < lanes; i++) {
		next = turn(from, NULL);
		if (next == NULL)
			break;
		jobs[i] = next;
		busy = i + 1;
	}
	while (busy != 0) {
		i = any_up_to(PG_SHA256_LANES_MAX - 1);
		if (i >= busy)
			continue;
		if (jobs[i] == &none)
			continue;
		/* What it was compared with is anything, so its digest may
		 * stay what it is. */
		next = turn(from, jobs[i]);
		if (next == NULL)
			return; /* the others are done in the same way */
		jobs[i] = next;
	}
}

/* console.c has, too; that a range's part exists and has a name that ends, the
 * structural check has seen to. */
void pg_put(const char *text)
{
}

void pg_put_dec(uint64_t value)
{
}

void pg_put_hex(uint64_t value)
{
}

void pg_put_digest(const uint8_t digest[32])
{
	(void)digest[0];
	(void)digest[31];
}

static struct pg_table table(const void *at, uint64_t count)
{
	return (struct pg_table){
		(uint32_t)((const uint8_t *)at - (const uint8_t *)&manifest),
		(uint32_t)count};
}

void main(void)
{
	static struct pg_image_header image;
	struct pg_context context = {.image = &image,
				     .manifest = &manifest.header};
	struct pg_manifest *m = &manifest.header;
	uint64_t bytes = 0;

	//@ widen_hints global:"all", 63, 64, 32767, 32768;

	ANY(manifest.header);
	m->parts = table(manifest.parts, any_up_to(PG_PARTS_MAX));
	m->ranges = table(manifest.ranges, any_up_to(PG_RANGES_MAX));
	/* check_parts(), check_ranges(): names end, parts exist. */
	for (size_t i = 0; i < PG_PARTS_MAX; i++)
		Frama_C_make_unknown(manifest.parts[i].name, 23);
	for (size_t i = 0; i < PG_RANGES_MAX; i++) {
		manifest.ranges[i].start = any_u64();
		manifest.ranges[i].bytes = any_u64();
		manifest.ranges[i].part = (uint32_t)any_up_to(PG_PARTS_MAX - 1);
		manifest.ranges[i].flags = (uint32_t)any_up_to(3);
		ANY(manifest.ranges[i].sha256);
	}
	(void)pg_verify(&context, &bytes);
}
