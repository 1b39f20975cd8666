/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device trees: QEMU's (virt, dumped by -machine dumpdtb=, at EL1 and EL2),
 * trees made here, and hostile ones.
 */
#include "tests/unit/synthetic.h"

#include <libfdt.h>
#include <stdio.h>

#include "fdt/fdt_edit.h"

#define ROOM 65536

static struct pg_error error;

/* A fixture in malloc(3) memory of exactly its size, so that ASan sees each
 * step beyond it. */
static struct pg_bytes load_tree(const char *name)
{
	char path[200];
	struct pg_bytes map;
	uint8_t *copy;

	snprintf(path, sizeof(path), "tests/unit/fixtures/%s.dtb", name);
	expect_ok(pg_file_map(path, &map, &error), &error);
	copy = malloc(map.size);
	assert_non_null(copy);
	memcpy(copy, map.data, map.size);
	pg_file_unmap(&map);
	return (struct pg_bytes){copy, fdt_totalsize(copy)};
}

static void drop(struct pg_bytes tree)
{
	free((void *)(uintptr_t)tree.data);
}

/* A tree with @cells address and size cells (0: not said) and a /memory, to
 * add to with libfdt. */
static void *new_tree(uint32_t cells, bool hardware)
{
	void *tree = calloc(1, ROOM);

	assert_non_null(tree);
	assert_int_equal(fdt_create_empty_tree(tree, ROOM), 0);
	if (cells != 0) {
		fdt_setprop_u32(tree, 0, "#address-cells", cells);
		fdt_setprop_u32(tree, 0, "#size-cells", cells);
	}
	if (hardware)
		assert_true(fdt_add_subnode(tree, 0, "memory@0") > 0);
	return tree;
}

static int node_at(void *tree, int parent, const char *name)
{
	int node = fdt_add_subnode(tree, parent, name);

	assert_true(node > 0);
	return node;
}

static void text(void *tree, const char *path, const char *name,
		 const char *value)
{
	int node = fdt_path_offset(tree, path);

	assert_true(node >= 0);
	assert_int_equal(
		fdt_setprop(tree, node, name, value, (int)strlen(value) + 1),
		0);
}

static void cell_list(void *tree, const char *path, const char *name,
		      const uint32_t *cells, size_t count)
{
	int node = fdt_path_offset(tree, path);
	uint8_t bytes[64];

	assert_true(node >= 0);
	for (size_t i = 0; i < count; i++)
		pg_store_be32(bytes + 4 * i, cells[i]);
	assert_int_equal(fdt_setprop(tree, node, name, bytes, (int)count * 4),
			 0);
}
#define CELLS(tree, path, name, ...)                                 \
	cell_list(tree, path, name, (const uint32_t[]){__VA_ARGS__}, \
		  sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

static struct pg_bytes bytes_of(void *tree)
{
	return (struct pg_bytes){tree, fdt_totalsize(tree)};
}

/* A property of /chosen in @tree. */
static const uint8_t *chosen(const uint8_t *tree, const char *name, int *bytes)
{
	return fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), name, bytes);
}

static void expect_cells(const uint8_t *tree, const char *name,
			 const uint64_t *values, size_t count, int width)
{
	int bytes;
	const uint8_t *at = chosen(tree, name, &bytes);

	assert_non_null(at);
	assert_int_equal(bytes, (int)count * width);
	for (size_t i = 0; i < count; i++, at += width)
		assert_int_equal(width == 8 ? pg_load_be64(at)
					    : pg_load_be32(at),
				 values[i]);
}
#define EXPECT_CELLS(tree, name, width, ...)                      \
	expect_cells(tree, name, (const uint64_t[]){__VA_ARGS__}, \
		     sizeof((const uint64_t[]){__VA_ARGS__}) / 8, width)

static const struct pg_span log_span = {0x7e000000, 0x10000};
static uint8_t seeds[PG_FDT_SEED_BYTES];

static struct pg_fdt_edits all_edits(void)
{
	for (size_t i = 0; i < sizeof(seeds); i++)
		seeds[i] = (uint8_t)(i + 1);
	return (struct pg_fdt_edits){
		.command_line = "console=ttyAMA0 x=\"a b\"",
		.initrd = {0x7c000000, 0x123457},
		.core_header = {0x7d000000, 0x1000},
		.usable = {{0x1c0000000, 0x20000000}, {0x70000000, 0x8000000}},
		.usable_count = 2,
		.reserved = &log_span,
		.reserved_count = 1,
		.seeds = seeds,
	};
}

static uint8_t *edit(struct pg_bytes tree, const struct pg_fdt_edits *edits)
{
	uint8_t *out = NULL, *tight;
	size_t bytes = 0;

	expect_ok(pg_fdt_edit(tree, edits, &out, &bytes, &error), &error);
	assert_true(bytes <= pg_fdt_edit_bound(tree, edits, 0));
	/* No longer than it says it is. */
	tight = malloc(bytes);
	assert_non_null(tight);
	memcpy(tight, out, bytes);
	free(out);
	expect_ok(pg_fdt_check((struct pg_bytes){tight, bytes}, &error),
		  &error);
	return tight;
}

static void test_virt(void **state)
{
	static const char *const names[] = {"virt-el1", "virt-el2"};
	static const uint32_t resets[] = {PG_RESET_PSCI_HVC, PG_RESET_PSCI_SMC};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct pg_bytes tree = load_tree(names[i]);
		struct pg_console console;
		const char *line;

		expect_ok(pg_fdt_check(tree, &error), &error);
		console = pg_fdt_console(tree);
		assert_int_equal(console.kind, PG_CONSOLE_PL011);
		assert_int_equal(console.address, 0x9000000);
		assert_int_equal(console.baud, 0);
		assert_int_equal(pg_fdt_reset(tree).kind, resets[i]);
		assert_false(pg_fdt_is_stub(tree));
		expect_ok(pg_fdt_command_line(tree, &line, &error), &error);
		assert_string_equal(line, "");
		drop(tree);
	}
}

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

/* A UART two buses down, and a stdout-path with an alias and options. */
static void *uart_tree(void)
{
	void *tree = new_tree(2, true);

	node_at(tree, 0, "chosen");
	text(tree, "/chosen", "stdout-path", "serial0:115200n8");
	node_at(tree, 0, "aliases");
	text(tree, "/aliases", "serial0", "/soc/apb/serial@100");
	node_at(tree, 0, "soc");
	CELLS(tree, "/soc", "#address-cells", 1);
	CELLS(tree, "/soc", "#size-cells", 1);
	CELLS(tree, "/soc", "ranges", 0x0, 0x8, 0x0, 0x10000000, 0x20000000,
	      0x8, 0x80000000, 0x100000);
	node_at(tree, fdt_path_offset(tree, "/soc"), "apb");
	CELLS(tree, "/soc/apb", "#address-cells", 1);
	CELLS(tree, "/soc/apb", "#size-cells", 1);
	CELLS(tree, "/soc/apb", "ranges", 0x100, 0x20001000, 0x100);
	node_at(tree, fdt_path_offset(tree, "/soc/apb"), "serial@100");
	CELLS(tree, "/soc/apb/serial@100", "reg", 0x140, 0x20);
	text(tree, "/soc/apb/serial@100", "compatible", "snps,dw-apb-uart");
	CELLS(tree, "/soc/apb/serial@100", "reg-shift", 2);
	CELLS(tree, "/soc/apb/serial@100", "reg-io-width", 4);
	CELLS(tree, "/soc/apb/serial@100", "clock-frequency", 24000000);
	return tree;
}

static void test_uarts(void **state)
{
	static const struct {
		const char *compatible;
		uint32_t kind;
	} kinds[] = {{"snps,dw-apb-uart", PG_CONSOLE_8250_MMIO},
		     {"ns16550a", PG_CONSOLE_8250_MMIO},
		     {"arm,pl011", PG_CONSOLE_PL011},
		     {"arm,sbsa-uart", PG_CONSOLE_SBSA},
		     {"acme,uart", PG_CONSOLE_NONE}};
	const char *path = "/soc/apb/serial@100";
	void *tree = uart_tree();
	struct pg_console console;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		text(tree, path, "compatible", kinds[i].compatible);
		console = pg_fdt_console(bytes_of(tree));
		assert_int_equal(console.kind, kinds[i].kind);
		if (kinds[i].kind == PG_CONSOLE_NONE)
			continue;
		assert_int_equal(console.address, 0x880001040);
		assert_int_equal(console.stride, 4);
	}
	text(tree, path, "compatible", "ns16550a");
	assert_int_equal(pg_fdt_console(bytes_of(tree)).clock_hertz, 24000000);
	CELLS(tree, path, "reg-shift", 0);
	CELLS(tree, path, "reg-io-width", 1);
	assert_int_equal(pg_fdt_console(bytes_of(tree)).stride, 1);
	/* Wide accesses to narrow registers: not a driver of ours. */
	CELLS(tree, path, "reg-io-width", 4);
	assert_int_equal(pg_fdt_console(bytes_of(tree)).kind, PG_CONSOLE_NONE);
	CELLS(tree, path, "reg-io-width", 1);
	CELLS(tree, path, "reg-shift", 3);
	assert_int_equal(pg_fdt_console(bytes_of(tree)).kind, PG_CONSOLE_NONE);
	free(tree);
}

/* An address that no bus translates is no address. */
static void test_untranslatable(void **state)
{
	void *tree = uart_tree();

	(void)state;
	CELLS(tree, "/soc", "ranges", 0x0, 0x8, 0x0, 0x10000000);
	assert_int_equal(pg_fdt_console(bytes_of(tree)).kind, PG_CONSOLE_NONE);
	fdt_delprop(tree, fdt_path_offset(tree, "/soc"), "ranges");
	assert_int_equal(pg_fdt_console(bytes_of(tree)).kind, PG_CONSOLE_NONE);
	/* Empty: the same on both sides. */
	assert_int_equal(fdt_setprop(tree, fdt_path_offset(tree, "/soc"),
				     "ranges", NULL, 0),
			 0);
	assert_int_equal(pg_fdt_console(bytes_of(tree)).address, 0x20001040);
	CELLS(tree, "/soc/apb", "#address-cells", 4);
	assert_int_equal(pg_fdt_console(bytes_of(tree)).kind, PG_CONSOLE_NONE);
	CELLS(tree, "/soc/apb", "#address-cells", 1);
	CELLS(tree, "/soc/apb/serial@100", "reg", 0x140);
	assert_int_equal(pg_fdt_console(bytes_of(tree)).kind, PG_CONSOLE_NONE);
	free(tree);
}

static void test_psci(void **state)
{
	void *tree = new_tree(2, true);

	(void)state;
	node_at(tree, 0, "psci");
	text(tree, "/psci", "method", "smc");
	text(tree, "/psci", "compatible", "arm,psci"); /* no SYSTEM_RESET */
	assert_int_equal(pg_fdt_reset(bytes_of(tree)).kind, PG_RESET_ARCH);
	text(tree, "/psci", "compatible", "arm,psci-0.2");
	assert_int_equal(pg_fdt_reset(bytes_of(tree)).kind, PG_RESET_PSCI_SMC);
	fdt_setprop(tree, fdt_path_offset(tree, "/psci"), "method", "smc", 3);
	assert_int_equal(pg_fdt_reset(bytes_of(tree)).kind, PG_RESET_ARCH);
	free(tree);
}

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
		cmocka_unit_test(test_virt),
		cmocka_unit_test(test_edit),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_reservations),
		cmocka_unit_test(test_no_chosen),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_stub),
		cmocka_unit_test(test_uarts),
		cmocka_unit_test(test_untranslatable),
		cmocka_unit_test(test_psci),
		cmocka_unit_test(test_not_trees),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_unterminated),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_spoiled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
