/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory maps: the arithmetic, the firmware's map, the capture kernel's. */
#include "machine.h"

#include "load/parts.h"

static struct pg_error error;

static enum pg_status parse(const char *text, struct pg_iomem *out)
{
	return pg_iomem_parse(text, strlen(text), out, &error);
}

/* Paints the same spans into a map and into an array of pages. */
static void test_map_against_array(void **state)
{
	enum {
		PAGES = 64
	};
	uint64_t seed = 42;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct pg_map map = {NULL, 0, 0};
		uint32_t pages[PAGES] = {0};
		uint64_t at = 0;

		for (int i = 0; i < 12; i++) {
			uint64_t start, bytes;
			uint32_t type;

			seed = seed * 6364136223846793005u + 1;
			start = (seed >> 33) % PAGES;
			bytes = (seed >> 41) % (PAGES - start + 1);
			type = (seed >> 50) % 4;
			assert_int_equal(
				pg_map_put(&map, (struct pg_span){start, bytes},
					   type, &error),
				PG_OK);
			for (uint64_t n = start; n < start + bytes; n++)
				pages[n] = type;
		}
		for (size_t i = 0; i < map.count; i++) {
			const struct pg_e820 *entry = &map.entries[i];

			assert_true(entry->bytes > 0);
			for (; at < entry->start; at++)
				assert_int_equal(pages[at], 0);
			for (; at < entry->start + entry->bytes; at++)
				assert_int_equal(pages[at], entry->type);
			assert_int_equal(at, entry->start + entry->bytes);
			/* neighbours of one type are one entry */
			if (i + 1 < map.count && map.entries[i + 1].start == at)
				assert_int_not_equal(map.entries[i + 1].type,
						     entry->type);
		}
		for (; at < PAGES; at++)
			assert_int_equal(pages[at], 0);
		pg_map_free(&map);
	}
}

static void test_recorded_bios(void **state)
{
	struct machine machine = machine_make("bios-4cpu-high");
	struct pg_span region, low[4];
	struct pg_iomem iomem;
	struct pg_map map;

	(void)state;
	assert_int_equal(pg_iomem_read(machine.root, &iomem, &error), PG_OK);
	assert_int_equal(pg_crash_region(&iomem, &region, &error), PG_OK);
	assert_int_equal(region.start, 0x1af000000);
	assert_int_equal(pg_ram_map(&iomem, &map, &error), PG_OK);
	/* both crash kernel regions are out */
	for (size_t i = 0; i < map.count; i++)
		assert_true(!pg_span_overlap(
				    (struct pg_span){map.entries[i].start,
						     map.entries[i].bytes},
				    (struct pg_span){0x1af000000, 1 << 28}) &&
			    !pg_span_overlap(
				    (struct pg_span){map.entries[i].start,
						     map.entries[i].bytes},
				    (struct pg_span){0xaf000000, 1 << 28}));
	assert_int_equal(pg_low_ram(&map, low, 4), 1);
	assert_int_equal(low[0].start, 0x1000);
	assert_int_equal(low[0].bytes, 0x9fc00 - 0x1000);
	pg_map_free(&map);
	assert_int_equal(pg_firmware_map(machine.root, &iomem, &map, &error),
			 PG_OK);
	assert_int_equal(map.count, 8);
	assert_int_equal(map.entries[0].start, 0);
	assert_int_equal(map.entries[0].bytes, 0x9fc00);
	assert_int_equal(map.entries[0].type, PG_E820_RAM);
	pg_map_free(&map);
	pg_iomem_free(&iomem);
	machine_free(&machine);
}

static void test_low_ram_is_cut(void **state)
{
	struct pg_e820 entries[] = {{0x1000, 0x57000, PG_E820_RAM},
				    {0x59000, 0x100000, PG_E820_RAM},
				    {0x200000, 0x1000, PG_E820_RAM}};
	struct pg_map map = {entries, 3, 3};
	struct pg_span low[4];

	(void)state;
	assert_int_equal(pg_low_ram(&map, low, 4), 2);
	assert_int_equal(low[1].start, 0x59000);
	assert_int_equal(pg_span_end(low[1]), PG_LOW_END);
	assert_int_equal(pg_low_ram(&map, low, 1), 1);
}

/* The type that @map gives the byte at @address; 0: none. */
static uint32_t type_at(const struct pg_map *map, uint64_t address)
{
	for (size_t i = 0; i < map->count; i++)
		if (address >= map->entries[i].start &&
		    address - map->entries[i].start < map->entries[i].bytes)
			return map->entries[i].type;
	return 0;
}

/* Firmware that lists RAM over what it reserved: the reservation stands. */
static void test_firmware_overlap(void **state)
{
	struct machine machine = machine_make("bios-1cpu");
	struct pg_iomem iomem;
	struct pg_map map;

	(void)state;
	assert_int_equal(pg_iomem_read(machine.root, &iomem, &error), PG_OK);
	machine_put(&machine, "/sys/firmware/memmap/3/start", "0xe0000\n");
	assert_int_equal(pg_firmware_map(machine.root, &iomem, &map, &error),
			 PG_OK);
	assert_int_equal(type_at(&map, 0xe0000), PG_E820_RAM);
	assert_int_equal(type_at(&map, 0xf0000), PG_E820_RESERVED);
	assert_int_equal(type_at(&map, 0xfffff), PG_E820_RESERVED);
	assert_int_equal(type_at(&map, 0x100000), PG_E820_RAM);
	pg_map_free(&map);
	pg_iomem_free(&iomem);
	machine_free(&machine);
}

static void test_firmware_map_errors(void **state)
{
	struct machine machine = machine_make("efi-1cpu");
	struct pg_iomem iomem;
	struct pg_map map;

	(void)state;
	assert_int_equal(pg_iomem_read(machine.root, &iomem, &error), PG_OK);
	machine_put(&machine, "/sys/firmware/memmap/3/end", "0x10\n");
	assert_int_equal(pg_firmware_map(machine.root, &iomem, &map, &error),
			 PG_E_MACHINE);
	/* One past its last byte would be 0. */
	machine_put(&machine, "/sys/firmware/memmap/3/end",
		    "0xffffffffffffffff\n");
	assert_int_equal(pg_firmware_map(machine.root, &iomem, &map, &error),
			 PG_E_MACHINE);
	machine_put(&machine, "/sys/firmware/memmap/3/end", "much\n");
	assert_int_equal(pg_firmware_map(machine.root, &iomem, &map, &error),
			 PG_E_MACHINE);
	assert_non_null(strstr(error.text, "memmap/3/end"));
	machine_drop(&machine, "/sys/firmware/memmap/3/type");
	assert_int_equal(pg_firmware_map(machine.root, &iomem, &map, &error),
			 PG_E_MACHINE);
	/* without it, iomem serves */
	machine_drop(&machine, "/sys/firmware/memmap");
	assert_int_equal(pg_firmware_map(machine.root, &iomem, &map, &error),
			 PG_OK);
	assert_true(map.count > 8);
	for (size_t i = 0; i < map.count; i++)
		if (map.entries[i].start == 0x806000)
			assert_int_equal(map.entries[i].type, PG_E820_NVS);
	pg_map_free(&map);
	pg_iomem_free(&iomem);
	machine_free(&machine);
}

/* What Linux tells apart stays apart, from the firmware and from iomem. */
static void test_rare_types(void **state)
{
	static const struct {
		const char *name;
		uint32_t normal, crash;
	} rare[] = {
		{"Soft Reserved", PG_E820_SOFT_RESERVED, PG_E820_RESERVED},
		{"Unusable memory", PG_E820_UNUSABLE, PG_E820_UNUSABLE},
		{"Persistent Memory", PG_E820_PERSISTENT, PG_E820_PERSISTENT},
		{"Persistent Memory (legacy)", PG_E820_PERSISTENT_LEGACY,
		 PG_E820_PERSISTENT_LEGACY},
		{"Flying Memory", PG_E820_RESERVED, 0},
	};
	struct machine machine = machine_make("bios-1cpu");
	const struct pg_span low = {0x1000, 0x1000};
	struct pg_iomem iomem;
	struct pg_map map;
	char text[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++) {
		machine_put(&machine, "/sys/firmware/memmap/6/type",
			    rare[i].name);
		snprintf(text, sizeof(text),
			 "00001000-3fffffff : System RAM\n"
			 "  30000000-3fffffff : Crash kernel\n"
			 "40000000-4fffffff : %s\n",
			 rare[i].name);
		assert_int_equal(parse(text, &iomem), PG_OK);
		assert_int_equal(
			pg_firmware_map(machine.root, &iomem, &map, &error),
			PG_OK);
		assert_int_equal(type_at(&map, 0xfd00000000), rare[i].normal);
		pg_map_free(&map);
		assert_int_equal(
			pg_firmware_map("/nowhere", &iomem, &map, &error),
			PG_OK);
		assert_int_equal(type_at(&map, 0x40000000),
				 rare[i].crash ? rare[i].normal : 0);
		pg_map_free(&map);
		assert_int_equal(
			pg_e820_crash(&iomem, &low, 1, NULL, 0, &map, &error),
			PG_OK);
		assert_int_equal(type_at(&map, 0x40000000), rare[i].crash);
		pg_map_free(&map);
		pg_iomem_free(&iomem);
	}
	machine_free(&machine);
}

static void test_crash_e820(void **state)
{
	struct machine machine = machine_make("efi-4cpu");
	const struct pg_span low = {0x1000, 0x9f000};
	const struct pg_span ours[] = {{0x6b100000, 0x1000},
				       {0x6b200000, 0x2000}};
	struct pg_iomem iomem;
	struct pg_map map;

	(void)state;
	assert_int_equal(pg_iomem_read(machine.root, &iomem, &error), PG_OK);
	assert_int_equal(pg_e820_crash(&iomem, &low, 1, ours, 2, &map, &error),
			 PG_OK);
	assert_int_equal(type_at(&map, 0x1000), PG_E820_RAM);
	assert_int_equal(type_at(&map, 0x9ffff), PG_E820_RAM);
	/* the dead kernel's memory is not there at all */
	assert_int_equal(type_at(&map, 0x100000), 0);
	assert_int_equal(type_at(&map, 0x6affffff), 0);
	assert_int_equal(type_at(&map, 0x7b000000), 0);
	/* the region, but for what is ours */
	assert_int_equal(type_at(&map, 0x6b000000), PG_E820_RAM);
	assert_int_equal(type_at(&map, 0x6b100000), PG_E820_RESERVED);
	assert_int_equal(type_at(&map, 0x6b101000), PG_E820_RAM);
	assert_int_equal(type_at(&map, 0x6b201fff), PG_E820_RESERVED);
	assert_int_equal(type_at(&map, 0x7affffff), PG_E820_RAM);
	/* the machine's own, also where it lies within a bus */
	assert_int_equal(type_at(&map, 0x7f76c000), PG_E820_ACPI);
	assert_int_equal(type_at(&map, 0x806000), PG_E820_NVS);
	assert_int_equal(type_at(&map, 0x7fedc000), PG_E820_RESERVED);
	assert_int_equal(type_at(&map, 0xb0000000), PG_E820_RESERVED);
	pg_map_free(&map);
	pg_iomem_free(&iomem);
	machine_free(&machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map_against_array),
		cmocka_unit_test(test_recorded_bios),
		cmocka_unit_test(test_low_ram_is_cut),
		cmocka_unit_test(test_firmware_overlap),
		cmocka_unit_test(test_firmware_map_errors),
		cmocka_unit_test(test_rare_types),
		cmocka_unit_test(test_crash_e820),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
