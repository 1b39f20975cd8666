/* SPDX-License-Identifier: BSD-2-Clause */
/* ppc64's device trees: flattened, read and edited; and images with them. */
#include "tests/unit/ppc64_machine.h"

static void test_reserved(void **state)
{
	struct machine m = make_machine();
	struct pg_span spans[4];
	struct pg_bytes tree;
	char folder[128];
	size_t count;

	(void)state;
	CELLS(&m, "pci@1/linux,tce-base", 0, 0x50000000);
	CELLS(&m, "pci@1/linux,tce-size", 0x400000);
	snprintf(folder, sizeof(folder), "%s" TREE, m.root);
	expect_ok(pg_fdt_flatten(folder, &tree, &error), &error);
	expect_ok(pg_fdt_ppc64_reserved(tree, spans, 4, &count, &error),
		  &error);
	assert_int_equal(count, 2);
	assert_int_equal(spans[0].start, RTAS);
	assert_int_equal(spans[1].start, 0x50000000);
	assert_int_equal(spans[1].bytes, 0x400000);
	expect_error(pg_fdt_ppc64_reserved(tree, spans, 1, &count, &error),
		     PG_E_LIMIT, &error, "reserves 2");
	free((void *)(uintptr_t)tree.data);
	machine_free(&m);
}

static void refuse_pack(const struct pg_pack_options *options,
			enum pg_status expected, const char *word)
{
	expect_error(pg_pack(options, "/nowhere/image", &error), expected,
		     &error, word);
}

/* What pack makes, load takes. */
static void test_pack(void **state)
{
	struct trial trial = begin_ppc64(PG_LOAD_CRASH);
	struct pg_pack_options pack = {
		.kernel = trial.options.kernel,
		.purgatory_elf = trial.options.purgatory_elf,
		.initrds = &trial.initrd,
		.initrd_count = 1,
		.command_line = "quiet",
		.window_start = 0x8000000,
		.window_bytes = 0x8000000,
		.console_of_dtb = true,
		.backup_bytes = 0x10000,
	};
	char folder[128], path[128];
	struct pg_bytes file;
	struct pg_image *image;
	const void *tree;

	(void)state;
	refuse_pack(&pack, PG_E_USAGE, "--dtb=FILE");
	snprintf(folder, sizeof(folder), "%s" TREE, trial.machine.root);
	expect_ok(pg_fdt_flatten(folder, &pack.dtb, &error), &error);
	pack.backup_bytes = 0x1000;
	refuse_pack(&pack, PG_E_USAGE, "--backup=64K");
	pack.backup_bytes = 0x10000;
	pack.window_start = CRASH;
	refuse_pack(&pack, PG_E_OVERLAP, "firmware uses");
	pack.window_start = RMA - 0x10000;
	refuse_pack(&pack, PG_E_RANGE, "real mode");
	pack.window_start = 0x8000000;
	snprintf(path, sizeof(path), "%s/image.elf", trial.machine.root);
	expect_ok(pg_pack(&pack, path, &error), &error);
	expect_ok(pg_file_map(path, &file, &error), &error);
	image = pg_image_read(file, &error);
	assert_non_null(image);
	expect_ok(pg_image_verify(image, &error), &error);
	assert_int_equal(
		pg_load_le32(part(image, PG_PART_KERNEL).content.data + 0x5c),
		1);
	assert_int_equal(pg_image_manifest(image)->console.kind,
			 PG_CONSOLE_HVTERM);
	assert_int_equal(pg_image_copy(image, 0).bytes, 0x10000);
	tree = part(image, PG_PART_FDT).content.data;
	assert_int_equal(pair(tree, "/memory@0", "linux,usable-memory", 1),
			 0x10000000);
	assert_true(is_reserved(tree, 0x10000, 0x8000000 - 0x10000));
	assert_true(is_reserved(tree, RTAS, RTAS_BYTES));
	pg_image_free(image);
	trial.options.kernel = file;
	trial.options.initrd_count = 0;
	expect_ok(pg_load(options_of(&trial), &error), &error);
	pg_file_unmap(&file);
	free((void *)(uintptr_t)pack.dtb.data);
	end(&trial);
}

static void test_cells(void **state)
{
	struct machine m = make_machine();
	const struct pg_span usable = {0, 0x1000};
	struct pg_bytes tree, out;
	char folder[128];

	(void)state;
	snprintf(folder, sizeof(folder), "%s" TREE, m.root);
	CELLS(&m, "#size-cells", 1);
	expect_ok(pg_fdt_flatten(folder, &tree, &error), &error);
	expect_error(pg_fdt_usable_memory(tree, &usable, 1, &out, &error),
		     PG_E_CORRUPT, &error, "is not 2");
	free((void *)(uintptr_t)tree.data);
	machine_free(&m);
}

/* More than fits at first, more than a property, more than a tree may be. */
static void test_large_trees(void **state)
{
	static uint8_t content[1024 * 1024];
	struct machine m = make_machine();
	struct pg_bytes tree;
	char folder[128];

	(void)state;
	snprintf(folder, sizeof(folder), "%s" TREE, m.root);
	machine_put_bytes(&m, TREE "/large", content, 700000);
	expect_ok(pg_fdt_flatten(folder, &tree, &error), &error);
	expect_ok(pg_fdt_check(tree, &error), &error);
	assert_true(tree.size > 700000);
	free((void *)(uintptr_t)tree.data);
	for (int i = 0; i < 3; i++) {
		char path[64];

		snprintf(path, sizeof(path), TREE "/large%d", i);
		machine_put_bytes(&m, path, content, 700000);
	}
	expect_error(pg_fdt_flatten(folder, &tree, &error), PG_E_LIMIT, &error,
		     "2 MiB");
	machine_put_bytes(&m, TREE "/large", content, sizeof(content));
	expect_error(pg_fdt_flatten(folder, &tree, &error), PG_E_MACHINE,
		     &error, "more than 1 MiB");
	machine_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_large_trees),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_pack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
