/* SPDX-License-Identifier: BSD-2-Clause */
/* An image's tree takes from its loader's what only that one knows. */
#include "tests/unit/trees.h"

static struct pg_fdt_fault fault;
static uint8_t *out;

static void put(void *tree, const char *path, const char *name)
{
	assert_int_equal(fdt_setprop_u64(tree, fdt_path_offset(tree, path),
					 name, UINT64_C(0x1122334455667788)),
			 0);
}

static void add_memory(void *tree, const char *name, uint32_t start)
{
	char path[40] = "/";

	strcat(path, name);
	node_at(tree, 0, name);
	text(tree, path, "device_type", "memory");
	CELLS(tree, path, "reg", 0, start, 0, 0x10000000);
}

static void add_reserved(void *tree, const char *name, uint32_t start)
{
	int node = fdt_path_offset(tree, "/reserved-memory");
	char path[60] = "/reserved-memory/";

	if (node < 0) {
		node = node_at(tree, 0, "reserved-memory");
		fdt_setprop_u32(tree, node, "#address-cells", 2);
		fdt_setprop_u32(tree, node, "#size-cells", 2);
		fdt_setprop_empty(tree, node, "ranges");
		node = fdt_path_offset(tree, "/reserved-memory");
	}
	strcat(path, name);
	node_at(tree, node, name);
	fdt_setprop_empty(tree, fdt_path_offset(tree, path), "no-map");
	CELLS(tree, path, "reg", 0, start, 0, 0x1000);
	fdt_setprop_u32(tree, fdt_path_offset(tree, path), "phandle", start);
}

static enum pg_status take(void *own, void *loader, bool initrd)
{
	const struct pg_fdt_edits edits = {.command_line = "quiet",
					   .keep_initrd = initrd,
					   .facts = bytes_of(loader)};
	const struct pg_bytes blob = bytes_of(own);
	const size_t room = (size_t)pg_tree_edit_room(blob, &edits);
	enum pg_status status;
	size_t bytes;

	/* An allocation of just that: ASan sees what goes beyond. */
	free(out);
	out = malloc(room);
	assert_non_null(out);
	status = pg_tree_edit(blob, &edits, out, room, &bytes, &fault);
	if (status == PG_OK) {
		assert_true(bytes <= pg_fdt_edit_bound(blob, &edits, 0));
		assert_int_equal(pg_tree_check(bytes_of(out), &fault), PG_OK);
	}
	return status;
}

static int at(const char *path)
{
	return fdt_path_offset(out, path);
}

static void expect_reg(const char *path, uint32_t start)
{
	int bytes;
	const uint8_t *reg = fdt_getprop(out, at(path), "reg", &bytes);

	assert_non_null(reg);
	assert_int_equal(bytes, 16);
	assert_int_equal(pg_load_be32(reg + 4), start);
}

/* Memory, reservations and /chosen are the loader's, the rest is not. */
static void test_taken(void **state)
{
	void *own = new_tree(2, false), *loader = new_tree(2, false);
	int bytes;

	(void)state;
	text(own, "/", "model", "own");
	text(loader, "/", "model", "loader");
	node_at(own, 0, "chosen");
	node_at(loader, 0, "chosen");
	text(own, "/chosen", "stdout-path", "own");
	put(own, "/chosen", "linux,uefi-mmap-start");
	put(own, "/chosen", "linux,initrd-start");
	CELLS(own, "/chosen", "linux,elfcorehdr", 0, 1, 0, 2);
	CELLS(own, "/chosen", "linux,usable-memory-range", 0, 1, 0, 2);
	text(loader, "/chosen", "stdout-path", "loader");
	text(loader, "/chosen", "bootargs", "theirs");
	CELLS(loader, "/chosen", "linux,elfcorehdr", 0, 3, 0, 4);
	put(loader, "/chosen", "kaslr-seed");
	put(loader, "/chosen", "linux,initrd-start");
	add_memory(own, "memory@10000000", 0x10000000);
	add_memory(own, "memory@30000000", 0x30000000);
	add_memory(loader, "memory@40000000", 0x40000000);
	add_memory(loader, "memory@60000000", 0x60000000);
	add_reserved(own, "both@1000", 0x1000);
	add_reserved(loader, "both@1000", 0x2000);
	add_reserved(loader, "more@3000", 0x3000);
	assert_int_equal(fdt_add_mem_rsv(own, 0x5000, 0x1000), 0);
	assert_int_equal(fdt_add_mem_rsv(loader, 0x6000, 0x1000), 0);

	assert_int_equal(take(own, loader, false), PG_OK);
	assert_string_equal(fdt_getprop(out, 0, "model", NULL), "own");
	assert_string_equal(chosen(out, "stdout-path", &bytes), "own");
	assert_string_equal(chosen(out, "bootargs", &bytes), "quiet");
	EXPECT_CELLS(out, "linux,elfcorehdr", 8, 3, 4);
	EXPECT_CELLS(out, "kaslr-seed", 8, 0x1122334455667788);
	EXPECT_CELLS(out, "linux,uefi-mmap-start", 8, 0x1122334455667788);
	assert_null(chosen(out, "linux,usable-memory-range", &bytes));
	assert_null(chosen(out, "linux,initrd-start", &bytes));
	assert_true(at("/memory@10000000") < 0 && at("/memory@30000000") < 0);
	expect_reg("/memory@40000000", 0x40000000);
	expect_reg("/memory@60000000", 0x60000000);
	expect_reg("/reserved-memory/both@1000", 0x1000);
	expect_reg("/reserved-memory/more@3000", 0x3000);
	assert_non_null(fdt_getprop(out, at("/reserved-memory/more@3000"),
				    "no-map", NULL));
	assert_int_equal(fdt_get_phandle(out, at("/reserved-memory/more@3000")),
			 0);
	assert_int_equal(fdt_num_mem_rsv(out), 2);
	assert_int_equal(take(own, loader, true), PG_OK);
	EXPECT_CELLS(out, "linux,initrd-start", 8, 0x1122334455667788);
	free(own);
	free(loader);
}

/* What the loader does not say stays as the image has it. */
static void test_silent(void **state)
{
	void *own = new_tree(2, false), *loader = new_tree(0, false);

	(void)state;
	add_memory(own, "memory@10000000", 0x10000000);
	assert_int_equal(take(own, loader, true), PG_OK);
	expect_reg("/memory@10000000", 0x10000000);
	assert_true(at("/reserved-memory") < 0);
	/* Into a tree that has none. */
	add_reserved(loader, "more@3000", 0x3000);
	assert_int_equal(take(own, loader, true), PG_OK);
	expect_reg("/reserved-memory/more@3000", 0x3000);
	free(own);
	free(loader);
}

static void refuse_cells(void *own, void *loader, const char *node)
{
	assert_int_equal(take(own, loader, true), PG_E_CORRUPT);
	assert_int_equal(fault.problem, PG_FDT_CELLS);
	assert_string_equal(fault.node, node);
}

static void test_cells(void **state)
{
	void *own = new_tree(1, false), *loader = new_tree(2, false);

	(void)state;
	add_memory(loader, "memory@40000000", 0x40000000);
	refuse_cells(own, loader, "/");
	free(loader);
	loader = new_tree(2, false);
	node_at(loader, 0, "chosen");
	CELLS(loader, "/chosen", "linux,elfcorehdr", 0, 3, 0, 4);
	refuse_cells(own, loader, "/");
	free(loader);
	loader = new_tree(2, false);
	add_reserved(loader, "more@3000", 0x3000);
	add_reserved(own, "own@1000", 0x1000);
	fdt_setprop_u32(own, fdt_path_offset(own, "/reserved-memory"),
			"#size-cells", 1);
	refuse_cells(own, loader, "/reserved-memory");
	free(own);
	free(loader);
}

static void test_memory(void **state)
{
	const struct pg_span memory[] = {{0x140000000, 0x1000},
					 {0x80000000, 0x2000}};
	struct pg_fdt_edits edits = {
		.command_line = "", .memory = memory, .memory_count = 2};
	void *own = new_tree(2, false), *narrow = new_tree(1, false);
	const uint8_t *reg;
	size_t bytes, room;
	int length;

	(void)state;
	add_memory(own, "memory@10000000", 0x10000000);
	room = (size_t)pg_tree_edit_room(bytes_of(own), &edits);
	free(out);
	out = malloc(room);
	assert_non_null(out);
	assert_int_equal(
		pg_tree_edit(bytes_of(own), &edits, out, room, &bytes, &fault),
		PG_OK);
	assert_true(at("/memory@10000000") < 0);
	reg = fdt_getprop(out, at("/memory@140000000"), "reg", &length);
	assert_non_null(reg);
	assert_int_equal(length, 32);
	assert_int_equal(pg_load_be64(reg), 0x140000000);
	assert_int_equal(pg_load_be64(reg + 24), 0x2000);
	assert_int_equal(pg_tree_edit(bytes_of(narrow), &edits, out, room,
				      &bytes, &fault),
			 PG_E_CORRUPT);
	assert_int_equal(fault.problem, PG_FDT_PROPERTY);
	free(own);
	free(narrow);
}

static int tear_down(void **state)
{
	(void)state;
	free(out);
	out = NULL;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
