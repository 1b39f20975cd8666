/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the manifest of what another loader said. It lies behind the image, as
 * every manifest does, in memory that the loader gave us with our own.
 *
 * Its ranges are the loader's regions, sorted; their digests are not known
 * (dropin/verify.c knows what to do). Only the region that takes the backup is
 * left out, which a copy will overwrite.
 */
#include "dropin/dropin.h"

#include <string.h>

#include "purgatorio/arch.h"

#define PARTS_MOST 12

/* Read where nobody says how far: the boot parameters or a device tree. */
#define UNCHECKED_BYTES 8192

/* The manifest as it lies in memory. */
struct made {
	struct pg_manifest manifest;
	struct pg_part parts[PG_LOADER_REGIONS];
	struct pg_range ranges[PG_LOADER_REGIONS];
	struct pg_copy copy;
};

_Static_assert(sizeof(struct made) <= DROPIN_MANIFEST_BYTES, "its room");

static struct made *made;
static struct pg_request asked;
static struct pg_dropin_name names[PG_LOADER_REGIONS];

const struct pg_request *pg_dropin_asked(void)
{
	return &asked;
}

const struct pg_dropin_name *pg_dropin_name(size_t region)
{
	return &names[region];
}

/* The region with @start and the @bytes behind it; PG_LOADER_REGIONS: none. */
static size_t region_of(const struct pg_request *request, uint64_t start,
			uint64_t bytes)
{
	struct pg_span wanted, region;
	size_t i;

	if (bytes == 0 || !pg_span_make(start, bytes, &wanted))
		return PG_LOADER_REGIONS;
	for (i = 0; i < PG_LOADER_REGIONS; i++)
		if (pg_span_make(request->regions[i].start,
				 request->regions[i].bytes, &region) &&
		    pg_span_contains(region, wanted))
			break;
	return i;
}

uint64_t pg_dropin_known(const struct pg_request *request, uint64_t start,
			 uint64_t bytes)
{
	const size_t i = region_of(request, start, bytes);

	if (i < PG_LOADER_REGIONS)
		return pg_arch_reachable(start, bytes)
			       ? request->regions[i].bytes -
					 (start - request->regions[i].start)
			       : 0;
	if (!request->unchecked || start == 0 || bytes > UNCHECKED_BYTES)
		return 0;
	return pg_arch_reachable(start, UNCHECKED_BYTES) ? UNCHECKED_BYTES : 0;
}

static void set_name(struct pg_dropin_name *to, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(to->name) - 1 && name[i]; i++)
		to->name[i] = name[i];
	to->name[i] = '\0';
}

static void name_region(size_t index, const struct pg_dropin_part *part)
{
	const struct pg_loader_region *region = &asked.regions[index];
	struct pg_dropin_name *name = &names[index];
	const uint64_t own = part->own_end - region->start;

	set_name(name, part->name);
	name->kind = part->kind;
	if (part->content_bytes && part->content_bytes <= region->bytes)
		name->content_bytes = part->content_bytes;
	if (part->own_end > region->start && own < name->content_bytes)
		name->own_bytes = own;
}

static void name_regions(void)
{
	struct pg_dropin_part parts[PARTS_MOST];
	size_t count, i, region;

	for (i = 0; i < PG_LOADER_REGIONS; i++) {
		set_name(&names[i], "region 00");
		names[i].name[7] = (char)('0' + i / 10);
		names[i].name[8] = (char)('0' + i % 10);
		names[i].kind = PG_PART_OTHER;
		names[i].content_bytes = asked.regions[i].bytes;
		names[i].own_bytes = 0;
	}
	count = pg_dropin_parts(&asked, parts, PARTS_MOST);
	for (i = 0; i < count; i++) {
		region = region_of(&asked, parts[i].address, 1);
		if (region < PG_LOADER_REGIONS &&
		    names[region].kind == PG_PART_OTHER)
			name_region(region, &parts[i]);
	}
}

static void add_range(struct pg_manifest *m, const char *name, uint32_t kind,
		      struct pg_span span)
{
	struct pg_part *part = &made->parts[m->parts.count];
	uint32_t i = m->ranges.count;

	memcpy(part->name, name, sizeof(part->name));
	part->kind = kind;
	part->bytes = span.bytes;
	for (; i > 0 && made->ranges[i - 1].start > span.start; i--)
		made->ranges[i] = made->ranges[i - 1];
	made->ranges[i].start = span.start;
	made->ranges[i].bytes = span.bytes;
	made->ranges[i].part = m->parts.count++;
	made->ranges[i].flags = 0;
	m->ranges.count++;
}

/* Nothing was said to be verified; what the next kernel begins with still has
 * to be in memory that can be reached. */
static void add_page(struct pg_manifest *m, const char *name, uint64_t address)
{
	const struct pg_span page = {pg_align_down(address, PG_PAGE_BYTES),
				     PG_PAGE_BYTES};
	struct pg_dropin_name named;

	if (m->ranges.count != 0 && made->ranges[0].start == page.start)
		return;
	memset(&named, 0, sizeof(named));
	set_name(&named, name);
	add_range(m, named.name, PG_PART_OTHER, page);
}

/* Nothing was said of where in the crash region there is something: all of it
 * is exchanged, but for ourselves, from @start to @end. */
static void add_crash_region(struct pg_manifest *m, uint64_t start,
			     uint64_t end)
{
	static const char name[sizeof(made->parts->name)] = "crash region";
	const uint64_t first = asked.swap_start + PG_SWAP_LOWCORE_BYTES;
	const uint64_t last = asked.swap_start + asked.swap_bytes;

	if (first < start)
		add_range(m, name, PG_PART_OTHER,
			  (struct pg_span){first, start - first});
	if (end < last)
		add_range(m, name, PG_PART_OTHER,
			  (struct pg_span){end, last - end});
}

static void add_ranges(struct pg_manifest *m, struct pg_span image)
{
	size_t i;

	m->parts.offset = offsetof(struct made, parts);
	m->ranges.offset = offsetof(struct made, ranges);
	for (i = 0; i < PG_LOADER_REGIONS && !asked.unchecked; i++) {
		const struct pg_loader_region *region = &asked.regions[i];

		if (region->bytes != 0 &&
		    region->start <= asked.copy.destination &&
		    asked.copy.bytes != 0 &&
		    asked.copy.destination - region->start < region->bytes) {
			set_name(&names[i], "backup");
			names[i].content_bytes = 0;
		} else if (region->bytes != 0) {
			add_range(
				m, names[i].name, names[i].kind,
				(struct pg_span){region->start, region->bytes});
		}
	}
	if (!asked.unchecked)
		return;
	/* There is no proof that a second call could take over (s390x). */
	m->flags |= PG_MANIFEST_VERIFY_AGAIN;
	if (asked.swap_bytes != 0) {
		add_crash_region(m, image.start, pg_span_end(image));
		return;
	}
	add_page(m, "next kernel", asked.handoff.entry);
	if (asked.handoff.args[0] != 0)
		add_page(m, "its arguments", asked.handoff.args[0]);
}

void pg_translate(const struct pg_context *context)
{
	struct pg_manifest *m =
		pg_pointer(context->base + context->image->memory_bytes);

	const struct pg_span image = {
		context->base, context->image->memory_bytes + sizeof(*made)};

	/* A second call finds what the first one left. */
	memset(&asked, 0, sizeof(asked));
	made = (struct made *)m;
	memset(made, 0, sizeof(*made));
	pg_dropin_request(&asked);
	name_regions();
	memcpy(m->magic, PG_MANIFEST_MAGIC, sizeof(m->magic));
	m->version = PG_MANIFEST_VERSION;
	m->arch = context->image->arch;
	m->bytes = sizeof(*made);
	add_ranges(m, image);
	m->copies.offset = offsetof(struct made, copy);
	m->copies.count = asked.copy.bytes != 0;
	made->copy = asked.copy;
	m->swap_start = asked.swap_start;
	m->swap_bytes = asked.swap_bytes;
	m->handoff = asked.handoff;
	if (asked.console.kind == PG_CONSOLE_NONE)
		asked.another = asked.console = pg_dropin_console(&asked);
	m->console = asked.console;
	m->console_twin = asked.another;
	m->policy = m->policy_twin = PG_POLICY_STOP;
	m->ticks_per_second = asked.ticks_per_second;
}
