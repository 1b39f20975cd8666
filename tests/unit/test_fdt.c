/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device tree tells the next kernel, and what it no longer does. */
#include "tests/unit/trees.h"

static void test_edit(void **state)
{
	struct pg_bytes tree = load_tree("virt-el1");
	struct pg_fdt_edits edits = all_edits();
	uint8_t *out = edit(tree, &edits);
	uint64_t start, length;
	const char *line;
	int bytes;

	(void)state;
	expect_ok(
		pg_fdt_command_line((struct pg_bytes){out, fdt_totalsize(out)},
				    &line, &error),
		&error);
	assert_string_equal(line, edits.command_line);
	EXPECT_CELLS(out, "linux,initrd-start", 8, 0x7c000000);
	EXPECT_CELLS(out, "linux,initrd-end", 8, 0x7c123457);
	EXPECT_CELLS(out, "linux,elfcorehdr", 8, 0x7d000000, 0x1000);
	/* High first, as Linux takes them. */
	EXPECT_CELLS(out, "linux,usable-memory-range", 8, 0x1c0000000,
		     0x20000000, 0x70000000, 0x8000000);
	assert_memory_equal(chosen(out, "kaslr-seed", &bytes), seeds, 8);
	assert_int_equal(bytes, 8);
	assert_memory_equal(chosen(out, "rng-seed", &bytes), seeds + 8, 64);
	assert_int_equal(bytes, 64);
	assert_string_equal(chosen(out, "stdout-path", &bytes),
			    "/pl011@9000000");
	assert_int_equal(fdt_num_mem_rsv(out), 1);
	assert_int_equal(fdt_get_mem_rsv(out, 0, &start, &length), 0);
	assert_int_equal(start, log_span.start);
	assert_int_equal(length, log_span.bytes);
	drop(tree);
	free(out);
}

/* What one kernel was told is not told to the next. */
static void test_stale(void **state)
{
	struct pg_bytes tree = load_tree("virt-el2");
	struct pg_fdt_edits edits = all_edits();
	const struct pg_fdt_edits plain = {.command_line = "quiet"};
	uint8_t *crash = edit(tree, &edits), *out;
	static const char *const gone[] = {
		"linux,initrd-start", "linux,initrd-end",
		"linux,elfcorehdr",   "linux,usable-memory-range",
		"kaslr-seed",	      "rng-seed"};
	int bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++)
		assert_non_null(chosen(crash, gone[i], &bytes));
	out = edit((struct pg_bytes){crash, fdt_totalsize(crash)}, &plain);
	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++)
		assert_null(chosen(out, gone[i], &bytes));
	assert_string_equal(chosen(out, "bootargs", &bytes), "quiet");
	assert_non_null(chosen(out, "stdout-path", &bytes));
	drop(tree);
	free(crash);
	free(out);
}

/* Boot loaders reserve the initrd: that goes, what else they reserve stays. */
static void test_reservations(void **state)
{
	const struct pg_fdt_edits plain = {
		.command_line = "", .reserved = &log_span, .reserved_count = 1};
	void *tree = new_tree(2, true);
	uint64_t start, length;
	uint8_t *out;

	(void)state;
	node_at(tree, 0, "chosen");
	for (uint64_t i = 0; i < 40; i++)
		assert_int_equal(
			fdt_add_mem_rsv(tree, 0x48000000 + i * 0x2000, 0x1000),
			0);
	CELLS(tree, "/chosen", "linux,initrd-start", 0x48004010);
	CELLS(tree, "/chosen", "linux,initrd-end", 0x48004810);
	out = edit(bytes_of(tree), &plain);
	assert_int_equal(fdt_num_mem_rsv(out), 40);
	for (int i = 0; i < 39; i++) {
		assert_int_equal(fdt_get_mem_rsv(out, i, &start, &length), 0);
		assert_int_equal(start,
				 0x48000000u + (unsigned)(i < 2 ? i : i + 1) *
						       0x2000u);
	}
	assert_int_equal(fdt_get_mem_rsv(out, 39, &start, &length), 0);
	assert_int_equal(start, log_span.start);
	free(tree);
	free(out);
}

static void test_no_chosen(void **state)
{
	struct pg_fdt_edits edits = all_edits();
	void *tree = new_tree(2, true);
	const char *line;
	uint8_t *out;

	(void)state;
	expect_ok(pg_fdt_command_line(bytes_of(tree), &line, &error), &error);
	assert_string_equal(line, "");
	assert_int_equal(pg_fdt_console(bytes_of(tree)).kind, PG_CONSOLE_NONE);
	assert_int_equal(pg_fdt_reset(bytes_of(tree)).kind, PG_RESET_ARCH);
	out = edit(bytes_of(tree), &edits);
	EXPECT_CELLS(out, "linux,elfcorehdr", 8, 0x7d000000, 0x1000);
	free(tree);
	free(out);
}

/* The root's cells are honoured, and what they cannot hold is named. */
static void test_cells(void **state)
{
	struct pg_fdt_edits edits = all_edits();
	void *tree = new_tree(1, true);
	uint8_t *out = NULL;
	size_t bytes;

	(void)state;
	expect_error(pg_fdt_edit(bytes_of(tree), &edits, &out, &bytes, &error),
		     PG_E_LIMIT, &error, "#address-cells 1");
	assert_null(out);
	edits.usable[0] = (struct pg_span){0x70000000, 0x8000000};
	edits.usable_count = 1;
	out = edit(bytes_of(tree), &edits);
	EXPECT_CELLS(out, "linux,usable-memory-range", 4, 0x70000000,
		     0x8000000);
	EXPECT_CELLS(out, "linux,elfcorehdr", 4, 0x7d000000, 0x1000);
	free(out);
	free(tree);
	tree = new_tree(0, true); /* one each, says Linux */
	out = edit(bytes_of(tree), &edits);
	EXPECT_CELLS(out, "linux,elfcorehdr", 4, 0x7d000000, 0x1000);
	free(out);
	CELLS(tree, "/", "#address-cells", 3);
	expect_error(pg_fdt_edit(bytes_of(tree), &edits, &out, &bytes, &error),
		     PG_E_CORRUPT, &error, "#address-cells");
	free(tree);
}

/* As the EFI stub leaves it on an ACPI machine. */
static void test_stub(void **state)
{
	struct pg_fdt_edits edits = all_edits();
	void *tree = new_tree(0, false);
	uint8_t *out;
	int bytes;

	(void)state;
	node_at(tree, 0, "chosen");
	CELLS(tree, "/chosen", "linux,uefi-system-table", 0, 0x5ee0018);
	assert_true(pg_fdt_is_stub(bytes_of(tree)));
	out = edit(bytes_of(tree), &edits);
	EXPECT_CELLS(out, "linux,usable-memory-range", 8, 0x1c0000000,
		     0x20000000, 0x70000000, 0x8000000);
	EXPECT_CELLS(out, "linux,uefi-system-table", 8, 0x5ee0018);
	assert_non_null(fdt_getprop(out, 0, "#address-cells", &bytes));
	assert_true(pg_fdt_is_stub((struct pg_bytes){out, fdt_totalsize(out)}));
	assert_int_equal(pg_fdt_console(bytes_of(tree)).kind, PG_CONSOLE_NONE);
	free(tree);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edit),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_reservations),
		cmocka_unit_test(test_no_chosen),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_stub),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
