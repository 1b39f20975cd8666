/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory map: sorted, disjoint, neighbours of a type joined, whatever is
 * put into it, and what was put last is what is found. */
#include "tests/fuzz/fuzz.h"

#include "load/machine.h"

#define PUTS_MAX 64

static uint32_t type_at(const struct pg_map *map, uint64_t address)
{
	for (size_t i = 0; i < map->count; i++)
		if (address >= map->entries[i].start &&
		    address - map->entries[i].start < map->entries[i].bytes)
			return map->entries[i].type;
	return 0;
}

static void judge(const struct pg_map *map)
{
	const struct pg_e820 *e = map->entries;

	for (size_t i = 0; i < map->count; i++) {
		fuzz_must(e[i].bytes != 0 && e[i].type != 0);
		fuzz_must(e[i].bytes <= UINT64_MAX - e[i].start);
		if (i == 0)
			continue;
		fuzz_must(e[i - 1].start + e[i - 1].bytes <= e[i].start);
		fuzz_must(e[i - 1].start + e[i - 1].bytes < e[i].start ||
			  e[i - 1].type != e[i].type);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = {data, size};
	struct pg_map map = {NULL, 0, 0};
	struct pg_error error;

	for (int i = 0; i < PUTS_MAX && in.size != 0; i++) {
		const uint8_t how = fuzz_u8(&in);
		struct pg_span span = {fuzz_u8(&in), fuzz_u8(&in)};
		enum pg_status status;

		if (how & 0x80) /* anywhere */
			span = (struct pg_span){fuzz_u64(&in), fuzz_u64(&in)};
		if (span.bytes > UINT64_MAX - span.start)
			continue;
		status = pg_map_put(&map, span, how & 7, &error);
		fuzz_error(status, &error);
		judge(&map);
		if (status != PG_OK || span.bytes == 0)
			continue;
		fuzz_must(type_at(&map, span.start) == (how & 7));
		fuzz_must(type_at(&map, span.start + span.bytes - 1) ==
			  (how & 7));
	}
	pg_map_free(&map);
	return 0;
}
