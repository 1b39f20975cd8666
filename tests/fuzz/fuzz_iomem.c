/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of /proc/iomem, and the maps that are made of it. */
#include "tests/fuzz/fuzz.h"

#include "load/machine.h"

static void sorted(const struct pg_map *map)
{
	for (size_t i = 1; i < map->count; i++)
		fuzz_must(map->entries[i - 1].start +
				  map->entries[i - 1].bytes <=
			  map->entries[i].start);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = {data, size};
	struct pg_map map = {NULL, 0, 0};
	struct pg_iomem iomem;
	struct pg_error error;
	struct pg_span crash;
	enum pg_status status;
	char *text = fuzz_string(&in);

	status = pg_iomem_parse(text, size, &iomem, &error);
	fuzz_error(status, &error);
	free(text);
	if (status != PG_OK)
		return 0;
	fuzz_error(pg_crash_region(&iomem, &crash, &error), &error);
	status = pg_ram_map(&iomem, &map, &error);
	fuzz_error(status, &error);
	if (status == PG_OK) {
		struct pg_span low[4];

		sorted(&map);
		fuzz_must(pg_low_ram(&map, low, 4) <= 4);
		pg_map_free(&map);
	}
	/* No firmware map: there is no such root. */
	status = pg_firmware_map("/nonexistent", &iomem, &map, &error);
	fuzz_error(status, &error);
	if (status == PG_OK) {
		sorted(&map);
		pg_map_free(&map);
	}
	pg_iomem_free(&iomem);
	return 0;
}
