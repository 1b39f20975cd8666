/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory map of boot_params: read, built, and cut by the log. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "arch/x86_64/e820.c"

static uint8_t params[BP_BYTES];

static void map(unsigned index, uint64_t start, uint64_t bytes, uint32_t type)
{
	store(params, index, (struct pg_span){start, bytes}, type);
	if (params[BP_E820_ENTRIES] <= index)
		params[BP_E820_ENTRIES] = (uint8_t)(index + 1);
}

static void the_map_is_read(void **state)
{
	(void)state;
	memset(params, 0, sizeof(params));
	/* An empty one knows nothing. */
	assert_int_equal(
		pg_x86_e820_ram(params, (struct pg_span){0x1000, 0x1000}),
		0x2000);
	map(0, 0x200000, 0x100000, TYPE_RAM);
	map(1, 0x100000, 0x100000, TYPE_RAM);
	map(2, 0x300000, 0x100000, TYPE_KEEP);
	assert_int_equal(
		pg_x86_e820_ram(params, (struct pg_span){0x180000, 0x100000}),
		0x280000);
	assert_int_equal(
		pg_x86_e820_ram(params, (struct pg_span){0x180000, 0x200000}),
		0x300000);
	assert_int_equal(
		pg_x86_e820_ram(params, (struct pg_span){0x80000, 0x1000}),
		0x80000);
	/* An entry that wraps around is none. */
	map(3, 0x400000, UINT64_MAX, TYPE_RAM);
	assert_int_equal(
		pg_x86_e820_ram(params, (struct pg_span){0x400000, 0x1000}),
		0x400000);
}

static void the_map_is_cut(void **state)
{
	const struct pg_span log = {0x1f000, 0x2000};
	struct pg_span ram;

	(void)state;
	memset(params, 0, sizeof(params));
	map(0, 0x10000, 0x100000, TYPE_RAM);
	assert_true(pg_x86_e820_reserve(params, log));
	assert_int_equal(params[BP_E820_ENTRIES], 3);
	assert_true(ram_at(params, 0, &ram));
	assert_int_equal(ram.bytes, 0xf000);
	assert_false(ram_at(params, 1, &ram));
	assert_true(ram_at(params, 2, &ram));
	assert_int_equal(ram.start, 0x21000);
	assert_int_equal(pg_span_end(ram), 0x110000);
	/* It is no RAM any more; and a full map stays what it is. */
	assert_false(pg_x86_e820_reserve(params, log));
	params[BP_E820_ENTRIES] = 127;
	assert_false(
		pg_x86_e820_reserve(params, (struct pg_span){0x11000, 0x1000}));
	assert_int_equal(params[BP_E820_ENTRIES], 127);
}

static void a_map_is_built(void **state)
{
	struct pg_span ram;

	(void)state;
	memset(params, 0, sizeof(params));
	pg_x86_e820_add(params, 0, 0x1000, TYPE_RAM);
	pg_x86_e820_add(params, 0x1000, 0x1000, TYPE_RAM);
	assert_int_equal(params[BP_E820_ENTRIES], 1);
	assert_true(ram_at(params, 0, &ram));
	assert_int_equal(ram.bytes, 0x2000);
	pg_x86_e820_add(params, 0x2000, 0x1000, TYPE_KEEP);
	pg_x86_e820_add(params, 0x4000, 0x1000, TYPE_KEEP);
	assert_int_equal(params[BP_E820_ENTRIES], 3);
	/* Nothing, and what wraps around. */
	pg_x86_e820_add(params, 0x8000, 0, TYPE_RAM);
	pg_x86_e820_add(params, 0x8000, UINT64_MAX, TYPE_RAM);
	assert_int_equal(params[BP_E820_ENTRIES], 3);
	for (unsigned i = 0; i < 200; i++)
		pg_x86_e820_add(params, 0x10000 + i * 0x2000ull, 0x1000,
				TYPE_RAM);
	assert_int_equal(params[BP_E820_ENTRIES], ENTRIES_MAX - SPARE);
	assert_true(
		pg_x86_e820_reserve(params, (struct pg_span){0x10100, 0x100}));
	assert_true(
		pg_x86_e820_reserve(params, (struct pg_span){0x12100, 0x100}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_map_is_read),
		cmocka_unit_test(the_map_is_cut),
		cmocka_unit_test(a_map_is_built),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
