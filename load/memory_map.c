/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory maps, and what /proc/iomem says of RAM. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "load/machine.h"

static struct pg_span span_of(const struct pg_e820 *entry)
{
	return (struct pg_span){entry->start, entry->bytes};
}

/* One put splits at most one entry in two and adds one. */
static bool make_room(struct pg_map *map)
{
	size_t room = map->room ? map->room * 2 : 64;
	struct pg_e820 *more;

	if (map->count + 2 <= map->room)
		return true;
	more = realloc(map->entries, room * sizeof(*more));
	if (!more)
		return false;
	map->entries = more;
	map->room = room;
	return true;
}

static void insert(struct pg_map *map, size_t at, struct pg_e820 entry)
{
	memmove(map->entries + at + 1, map->entries + at,
		(map->count - at) * sizeof(*map->entries));
	map->entries[at] = entry;
	map->count++;
}

static void drop(struct pg_map *map, size_t at)
{
	map->count--;
	memmove(map->entries + at, map->entries + at + 1,
		(map->count - at) * sizeof(*map->entries));
}

/* Takes @span out of every entry. Returns where an entry that begins at
 * @span.start belongs. */
static size_t carve(struct pg_map *map, struct pg_span span)
{
	uint64_t end = pg_span_end(span);
	size_t i = 0;

	while (i < map->count) {
		struct pg_e820 *entry = &map->entries[i];
		uint64_t entry_end = pg_span_end(span_of(entry));

		if (entry_end <= span.start) {
			i++;
		} else if (entry->start >= end) {
			break;
		} else if (entry->start >= span.start && entry_end <= end) {
			drop(map, i);
		} else if (entry->start >= span.start) {
			entry->bytes = entry_end - end;
			entry->start = end;
			break;
		} else {
			struct pg_e820 rest = {end, entry_end - end,
					       entry->type};

			entry->bytes = span.start - entry->start;
			i++;
			if (entry_end > end) {
				insert(map, i, rest);
				break;
			}
		}
	}
	return i;
}

static bool continues(const struct pg_e820 *a, const struct pg_e820 *b)
{
	return a->type == b->type && a->start + a->bytes == b->start;
}

enum pg_status pg_map_put(struct pg_map *map, struct pg_span span,
			  uint32_t type, struct pg_error *error)
{
	size_t at;

	if (span.bytes == 0)
		return PG_OK;
	if (!make_room(map))
		return pg_fail(error, PG_E_NO_MEMORY,
			       "memory map: out of memory");
	at = carve(map, span);
	if (type == 0)
		return PG_OK;
	insert(map, at, (struct pg_e820){span.start, span.bytes, type});
	if (at + 1 < map->count &&
	    continues(&map->entries[at], &map->entries[at + 1])) {
		map->entries[at].bytes += map->entries[at + 1].bytes;
		drop(map, at + 1);
	}
	if (at > 0 && continues(&map->entries[at - 1], &map->entries[at])) {
		map->entries[at - 1].bytes += map->entries[at].bytes;
		drop(map, at);
	}
	return PG_OK;
}

void pg_map_free(struct pg_map *map)
{
	free(map->entries);
	*map = (struct pg_map){NULL, 0, 0};
}

/* Puts every entry of @iomem that is of @from as @to (0: takes it out). */
static enum pg_status put_all(struct pg_map *map, const struct pg_iomem *iomem,
			      enum pg_iomem_type from, uint32_t to,
			      struct pg_error *error)
{
	for (size_t i = 0; i < iomem->count; i++) {
		enum pg_status status;

		if (iomem->entries[i].type != from)
			continue;
		status = pg_map_put(map, iomem->entries[i].span, to, error);
		if (status != PG_OK)
			return status;
	}
	return PG_OK;
}

enum pg_status pg_ram_map(const struct pg_iomem *iomem, struct pg_map *out,
			  struct pg_error *error)
{
	struct pg_map map = {NULL, 0, 0};
	enum pg_status status;

	status = put_all(&map, iomem, PG_IOMEM_RAM, PG_E820_RAM, error);
	if (status == PG_OK)
		status = put_all(&map, iomem, PG_IOMEM_CRASH, 0, error);
	if (status == PG_OK && map.count == 0)
		status = pg_fail(error, PG_E_MACHINE,
				 "/proc/iomem: has no \"System RAM\"");
	if (status != PG_OK) {
		pg_map_free(&map);
		return status;
	}
	*out = map;
	return PG_OK;
}

/* arch/x86/kernel/setup.c, reserve_crashkernel(): crashk_res is either alone,
 * or above 4 GiB with crashk_low_res below it. So it is the highest one. */
enum pg_status pg_crash_region(const struct pg_iomem *iomem,
			       struct pg_span *out, struct pg_error *error)
{
	struct pg_span region = {0, 0};

	for (size_t i = 0; i < iomem->count; i++)
		if (iomem->entries[i].type == PG_IOMEM_CRASH &&
		    iomem->entries[i].span.start >= region.start)
			region = iomem->entries[i].span;
	if (region.bytes <= 1)
		return pg_fail(error, PG_E_NO_CRASH_REGION,
			       "/proc/iomem: no memory is reserved for a crash "
			       "kernel; boot with crashkernel=256M on the "
			       "kernel's command line");
	if (region.start % PG_PAGE_BYTES != 0 ||
	    region.bytes % PG_PAGE_BYTES != 0)
		return pg_fail(error, PG_E_MACHINE,
			       "/proc/iomem: the crash kernel's memory at "
			       "0x%" PRIx64 " is not in whole pages",
			       region.start);
	*out = region;
	return PG_OK;
}

size_t pg_low_ram(const struct pg_map *ram, struct pg_span *out, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < ram->count && count < max; i++) {
		struct pg_span span = span_of(&ram->entries[i]);

		if (span.start >= PG_LOW_END)
			break;
		if (pg_span_end(span) > PG_LOW_END)
			span.bytes = PG_LOW_END - span.start;
		out[count++] = span;
	}
	return count;
}
