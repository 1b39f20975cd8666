/* SPDX-License-Identifier: BSD-2-Clause */
/* Device trees that are none, cut, damaged or too large. */
#include "tests/unit/trees.h"

static void test_not_trees(void **state)
{
	struct pg_bytes tree = load_tree("virt-el1");
	uint8_t *copy = (uint8_t *)(uintptr_t)tree.data;

	(void)state;
	copy[0] = 0;
	expect_error(pg_fdt_check(tree, &error), PG_E_FORMAT, &error,
		     "FDT_ERR_BADMAGIC");
	copy[0] = 0xd0;
	expect_error(pg_fdt_check((struct pg_bytes){tree.data, 39}, &error),
		     PG_E_TRUNCATED, &error, "header");
	expect_error(pg_fdt_check((struct pg_bytes){tree.data, 0}, &error),
		     PG_E_TRUNCATED, &error, "header");
	pg_store_be32(copy + 4, 3u << 20);
	expect_error(
		pg_fdt_check((struct pg_bytes){tree.data, 4u << 20}, &error),
		PG_E_LIMIT, &error, "2 MiB");
	drop(tree);
}

static void test_truncated(void **state)
{
	struct pg_bytes tree = load_tree("virt-el1");

	(void)state;
	for (size_t size = 0; size < tree.size; size += 61) {
		uint8_t *cut = malloc(size ? size : 1);

		memcpy(cut, tree.data, size);
		expect_error(pg_fdt_check((struct pg_bytes){cut, size}, &error),
			     PG_E_TRUNCATED, &error, "device tree");
		/* The header says so too: then it is the structure's end. */
		if (size >= 40) {
			pg_store_be32(cut + 4, (uint32_t)size);
			assert_int_not_equal(
				pg_fdt_check((struct pg_bytes){cut, size},
					     &error),
				PG_OK);
		}
		free(cut);
	}
	drop(tree);
}

/* A property whose length leads out of the tree: the node is named. */
static void test_unterminated(void **state)
{
	struct pg_bytes tree = load_tree("virt-el1");
	int bytes, node = fdt_path_offset(tree.data, "/psci");
	const struct fdt_property *property =
		fdt_get_property(tree.data, node, "method", &bytes);
	struct pg_fdt_edits edits = all_edits();
	const char *line;
	uint8_t *out;
	void *made;

	(void)state;
	assert_non_null(property);
	pg_store_be32((uint8_t *)(uintptr_t)&property->len, 0x7fffff00);
	expect_error(pg_fdt_check(tree, &error), PG_E_CORRUPT, &error, "/psci");
	assert_non_null(strstr(error.text, "FDT_ERR_BADSTRUCTURE"));
	drop(tree);
	/* A string without its NUL. */
	made = new_tree(2, true);
	node = node_at(made, 0, "chosen");
	fdt_setprop(made, node, "bootargs", "quiet", 5);
	fdt_setprop(made, node, "stdout-path", "/x", 2);
	expect_error(pg_fdt_command_line(bytes_of(made), &line, &error),
		     PG_E_CORRUPT, &error, "/chosen: bootargs");
	assert_int_equal(pg_fdt_console(bytes_of(made)).kind, PG_CONSOLE_NONE);
	out = edit(bytes_of(made), &edits);
	expect_ok(
		pg_fdt_command_line((struct pg_bytes){out, fdt_totalsize(out)},
				    &line, &error),
		&error);
	free(out);
	free(made);
}

static void test_too_much(void **state)
{
	struct pg_bytes tree = load_tree("virt-el1");
	struct pg_fdt_edits edits = all_edits();
	char *line = malloc(PG_FDT_BYTES_MAX);
	uint8_t *out;
	size_t bytes;

	(void)state;
	assert_non_null(line);
	memset(line, 'x', PG_FDT_BYTES_MAX - 1);
	line[PG_FDT_BYTES_MAX - 1] = '\0';
	edits.command_line = line;
	expect_error(pg_fdt_edit(tree, &edits, &out, &bytes, &error),
		     PG_E_LIMIT, &error, "2 MiB");
	edits.command_line = "";
	edits.usable_count = 3;
	expect_error(pg_fdt_edit(tree, &edits, &out, &bytes, &error),
		     PG_E_LIMIT, &error, "usable memory");
	drop(tree);
	free(line);
}

/* Whatever is spoiled: an error or a whole tree, and no byte beyond the end
 * (ASan sees it). */
static void test_spoiled(void **state)
{
	struct pg_bytes tree = load_tree("virt-el2");
	struct pg_fdt_edits edits = all_edits();
	uint64_t seed = 11;
	int good = 0;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		uint8_t *copy = malloc(tree.size), *out;
		struct pg_bytes spoiled = {copy, tree.size};
		const char *line;
		size_t bytes;

		memcpy(copy, tree.data, tree.size);
		for (int i = 0; i < 1 + round % 4; i++) {
			seed = seed * 6364136223846793005u +
			       1442695040888963407u;
			copy[(seed >> 20) % (round % 2 ? tree.size : 400)] =
				(uint8_t)(seed >> 8);
		}
		if (pg_fdt_edit(spoiled, &edits, &out, &bytes, &error) ==
		    PG_OK) {
			good++;
			pg_fdt_console(spoiled);
			pg_fdt_reset(spoiled);
			(void)pg_fdt_command_line(spoiled, &line, &error);
			expect_ok(pg_fdt_check((struct pg_bytes){out, bytes},
					       &error),
				  &error);
			free(out);
		}
		free(copy);
	}
	assert_true(good > 100);
	drop(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_trees),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_unterminated),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_spoiled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
