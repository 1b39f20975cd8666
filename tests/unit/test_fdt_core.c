/* SPDX-License-Identifier: BSD-2-Clause */
/* fdt/core/ as freestanding code calls it: faults as values, buffers of the
 * caller's, and libfdt's own opinion beside ours. */
#include "tests/unit/trees.h"

static struct pg_fdt_fault fault;

static void expect_fault(enum pg_status status, enum pg_status expected,
			 enum pg_fdt_problem problem, int reason)
{
	assert_int_equal(status, expected);
	assert_int_equal(fault.problem, problem);
	assert_int_equal(fault.reason, reason);
}

/* A whole tree of words: a header, an empty reserve map, @words. */
static struct pg_bytes raw(const uint32_t *words, size_t count)
{
	static _Alignas(8) uint8_t tree[512];
	const uint32_t header[] = {0xd00dfeed, 0,  56, 0, 40,
				   17,	       16, 0,  4, (uint32_t)count * 4};

	memset(tree, 0, sizeof(tree));
	for (size_t i = 0; i < 10; i++)
		pg_store_be32(tree + 4 * i, header[i]);
	for (size_t i = 0; i < count; i++)
		pg_store_be32(tree + 56 + 4 * i, words[i]);
	pg_store_be32(tree + 12, 56 + (uint32_t)count * 4);
	memcpy(tree + 56 + count * 4, "reg", 4);
	pg_store_be32(tree + 4, 60 + (uint32_t)count * 4);
	return (struct pg_bytes){tree, 60 + count * 4};
}
#define RAW(...)                             \
	raw((const uint32_t[]){__VA_ARGS__}, \
	    sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

enum {
	BEGIN = 1,
	END_NODE,
	PROP,
	NOP,
	END = 9
};

static void test_structure(void **state)
{
	const uint32_t a = 0x61000000; /* "a" */

	(void)state;
	assert_int_equal(pg_tree_check(RAW(BEGIN, 0, END_NODE, END), &fault),
			 PG_OK);
	assert_int_equal(
		pg_tree_check(RAW(NOP, BEGIN, 0, PROP, 4, 0, 7, NOP, BEGIN, a,
				  END_NODE, END_NODE, NOP, END),
			      &fault),
		PG_OK);
	/* Never ends, ends early, has two roots, begins with a property. */
	expect_fault(
		pg_tree_check(RAW(BEGIN, 0, BEGIN, a, END_NODE, END), &fault),
		PG_E_CORRUPT, PG_FDT_DAMAGED, -FDT_ERR_BADSTRUCTURE);
	assert_string_equal(fault.node, "/");
	assert_int_not_equal(pg_tree_check(RAW(BEGIN, 0, END_NODE), &fault),
			     PG_OK);
	assert_int_not_equal(pg_tree_check(RAW(END), &fault), PG_OK);
	assert_int_not_equal(
		pg_tree_check(RAW(BEGIN, 0, END_NODE, BEGIN, 0, END_NODE, END),
			      &fault),
		PG_OK);
	assert_int_not_equal(
		pg_tree_check(RAW(END_NODE, BEGIN, 0, END), &fault), PG_OK);
	assert_int_not_equal(
		pg_tree_check(RAW(PROP, 4, 0, 7, BEGIN, 0, END_NODE, END),
			      &fault),
		PG_OK);
	/* An unknown tag, a property that leads out, a name that does. */
	assert_int_not_equal(
		pg_tree_check(RAW(BEGIN, 0, 5, END_NODE, END), &fault), PG_OK);
	expect_fault(pg_tree_check(RAW(BEGIN, 0, BEGIN, a, PROP, 0x7fffffff, 0,
				       7, END_NODE, END_NODE, END),
				   &fault),
		     PG_E_CORRUPT, PG_FDT_DAMAGED, -FDT_ERR_BADSTRUCTURE);
	assert_string_equal(fault.node, "/a");
	expect_fault(pg_tree_check(RAW(BEGIN, 0, BEGIN, a, PROP, 4, 99, 7,
				       END_NODE, END_NODE, END),
				   &fault),
		     PG_E_CORRUPT, PG_FDT_DAMAGED, -FDT_ERR_BADOFFSET);
	assert_string_equal(fault.node, "/a");
}

/* The path of a node deeper than what has room ends where it was cut. */
static void test_deep(void **state)
{
	enum {
		DEPTH = 50
	};
	void *tree = new_tree(2, false);
	char expected[PG_FDT_PATH_BYTES] = "";
	const struct fdt_property *property;
	int node = 0;

	(void)state;
	for (int i = 0; i < DEPTH; i++) {
		node = node_at(tree, node, "node-9");
		if (strlen(expected) + 7 < sizeof(expected) - 1)
			strcat(expected, "/node-9");
	}
	assert_int_equal(fdt_setprop_u32(tree, node, "reg", 1), 0);
	assert_int_equal(pg_tree_check(bytes_of(tree), &fault), PG_OK);
	property = fdt_get_property(tree, node, "reg", NULL);
	pg_store_be32((uint8_t *)(uintptr_t)&property->len, 1u << 30);
	assert_int_equal(pg_tree_check(bytes_of(tree), &fault), PG_E_CORRUPT);
	assert_string_equal(fault.node, expected);
	free(tree);
}

/* Each problem as a value; what was to be set is as it was. */
static void test_faults(void **state)
{
	struct pg_bytes tree = load_tree("virt-el1");
	struct pg_fdt_edits edits = all_edits();
	size_t room = (size_t)pg_tree_edit_room(tree, &edits), bytes = 1;
	uint8_t *out = malloc(room);
	void *made = new_tree(1, true);

	(void)state;
	assert_non_null(out);
	expect_fault(pg_tree_check((struct pg_bytes){tree.data, 39}, &fault),
		     PG_E_TRUNCATED, PG_FDT_HEADER, -FDT_ERR_TRUNCATED);
	expect_fault(pg_tree_check((struct pg_bytes){tree.data, tree.size - 1},
				   &fault),
		     PG_E_TRUNCATED, PG_FDT_SHORT, 0);
	assert_int_equal(fault.have, tree.size - 1);
	assert_int_equal(fault.want, tree.size);
	expect_fault(pg_tree_edit(tree, &edits, out, room - 1, &bytes, &fault),
		     PG_E_LIMIT, PG_FDT_ROOM, 0);
	assert_int_equal(fault.want, room);
	edits.usable_count = PG_FDT_USABLE_MAX + 1;
	expect_fault(pg_tree_edit(tree, &edits, out, room, &bytes, &fault),
		     PG_E_LIMIT, PG_FDT_RANGES, 0);
	edits = all_edits();
	edits.reserved_count = PG_FDT_BYTES_MAX;
	expect_fault(pg_tree_edit(tree, &edits, out, room, &bytes, &fault),
		     PG_E_LIMIT, PG_FDT_LARGE, 0);
	edits = all_edits();
	free(out);
	room = (size_t)pg_tree_edit_room(bytes_of(made), &edits);
	out = malloc(room);
	expect_fault(
		pg_tree_edit(bytes_of(made), &edits, out, room, &bytes, &fault),
		PG_E_LIMIT, PG_FDT_NARROW, 0);
	assert_string_equal(fault.property, "linux,usable-memory-range");
	assert_int_equal(fault.span.start, 0x1c0000000);
	assert_int_equal(fault.address_cells, 1);
	CELLS(made, "/", "#size-cells", 3);
	expect_fault(
		pg_tree_edit(bytes_of(made), &edits, out, room, &bytes, &fault),
		PG_E_CORRUPT, PG_FDT_CELLS, -FDT_ERR_BADNCELLS);
	assert_int_equal(bytes, 1);
	free(out);
	free(made);
	drop(tree);
}

static void test_string_fault(void **state)
{
	void *made = new_tree(2, true);
	const char *line = "untouched";

	(void)state;
	fdt_setprop(made, node_at(made, 0, "chosen"), "bootargs", "quiet", 5);
	expect_fault(pg_tree_command_line(bytes_of(made), &line, &fault),
		     PG_E_CORRUPT, PG_FDT_STRING, -FDT_ERR_BADVALUE);
	assert_string_equal(fault.node, "/chosen");
	assert_string_equal(fault.property, "bootargs");
	assert_string_equal(line, "untouched");
	free(made);
}

/* Debian's libfdt has a full check, that of Linux has not: ours takes and
 * refuses what that one does. */
static void test_second_opinion(void **state)
{
	struct pg_bytes tree = load_tree("virt-el2");
	uint8_t *copy = malloc(tree.size);
	uint64_t seed = 3;
	int good = 0, bad = 0;

	(void)state;
	assert_non_null(copy);
	for (int round = 0; round < 20000; round++) {
		struct pg_bytes spoiled = {copy, tree.size};
		bool ours, theirs;

		memcpy(copy, tree.data, tree.size);
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		copy[(seed >> 20) % (round % 4 ? tree.size : 56)] =
			(uint8_t)(round % 3 ? seed >> 8 : seed >> 8 & 15);
		ours = pg_tree_check(spoiled, &fault) == PG_OK;
		theirs = fdt_totalsize(copy) <= tree.size &&
			 fdt_check_full(copy, tree.size) == 0;
		assert_int_equal(ours, theirs);
		good += ours;
		bad += !ours;
	}
	assert_true(good > 1000);
	assert_true(bad > 1000);
	free(copy);
	drop(tree);
}

/* What a loader said for this very kernel stays. */
static void test_loaded(void **state)
{
	struct pg_bytes tree = load_tree("virt-el1");
	struct pg_fdt_edits edits = all_edits();
	uint8_t *loaded = edit(tree, &edits), *out;
	const struct pg_bytes blob = {loaded, fdt_totalsize(loaded)};
	int bytes;

	(void)state;
	edits = (struct pg_fdt_edits){
		.command_line = "other", .loaded = true, .keep_initrd = true};
	out = edit(blob, &edits);
	EXPECT_CELLS(out, "linux,elfcorehdr", 8, 0x7d000000, 0x1000);
	EXPECT_CELLS(out, "linux,usable-memory-range", 8, 0x1c0000000,
		     0x20000000, 0x70000000, 0x8000000);
	EXPECT_CELLS(out, "linux,initrd-start", 8, 0x7c000000);
	assert_string_equal(chosen(out, "bootargs", &bytes), "other");
	assert_non_null(chosen(out, "rng-seed", &bytes));
	assert_int_equal(fdt_num_mem_rsv(out), 1);
	free(out);
	edits.keep_initrd = false;
	out = edit(blob, &edits);
	assert_null(chosen(out, "linux,initrd-start", &bytes));
	assert_non_null(chosen(out, "linux,elfcorehdr", &bytes));
	free(out);
	edits.initrd = (struct pg_span){0x50000000, 16};
	out = edit(blob, &edits);
	EXPECT_CELLS(out, "linux,initrd-start", 8, 0x50000000);
	EXPECT_CELLS(out, "linux,initrd-end", 8, 0x50000010);
	EXPECT_CELLS(out, "linux,elfcorehdr", 8, 0x7d000000, 0x1000);
	free(out);
	free(loaded);
	drop(tree);
}

/* The room behind a tree's last block is not carried along. */
static void test_roomy(void **state)
{
	struct pg_bytes tree = load_tree("virt-el1");
	const struct pg_fdt_edits edits = all_edits();
	const size_t roomy = 1u << 20;
	uint8_t *large = calloc(1, roomy);
	uint8_t *one = edit(tree, &edits), *two;
	struct pg_bytes blob = {large, roomy};

	(void)state;
	assert_non_null(large);
	memcpy(large, tree.data, tree.size);
	fdt_set_totalsize(large, (uint32_t)roomy);
	assert_true(pg_tree_edit_room(blob, &edits) < 40000);
	two = edit(blob, &edits);
	assert_int_equal(fdt_totalsize(one), fdt_totalsize(two));
	assert_memory_equal(one, two, fdt_totalsize(one));
	free(one);
	free(two);
	free(large);
	drop(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_structure),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_string_fault),
		cmocka_unit_test(test_loaded),
		cmocka_unit_test(test_roomy),
		cmocka_unit_test(test_second_opinion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
