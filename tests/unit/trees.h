/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device trees for tests: QEMU's (virt, dumped by -machine dumpdtb=, at EL1
 * and EL2), and trees made here.
 */
#ifndef PURGATORIO_TESTS_TREES_H
#define PURGATORIO_TESTS_TREES_H

#include "tests/unit/synthetic.h"

#include <libfdt.h>
#include <stdio.h>

#include "fdt/fdt_edit.h"

#define ROOM 65536

static struct pg_error error;

/* A fixture in malloc(3) memory of exactly its size, so that ASan sees each
 * step beyond it. */
static inline struct pg_bytes load_tree(const char *name)
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

/* A fixture, in which memory reaches from 0 to @end. */
static inline struct pg_bytes with_memory(const char *name, uint64_t end)
{
	struct pg_bytes tree = load_tree(name);
	void *bytes = (void *)(uintptr_t)tree.data;
	uint8_t reg[16];

	pg_store_be64(reg, 0);
	pg_store_be64(reg + 8, end);
	assert_int_equal(fdt_setprop_inplace(bytes,
					     fdt_path_offset(bytes, "/memory"),
					     "reg", reg, sizeof(reg)),
			 0);
	return tree;
}

static inline void drop(struct pg_bytes tree)
{
	free((void *)(uintptr_t)tree.data);
}

/* A tree with @cells address and size cells (0: not said) and a /memory, to
 * add to with libfdt. */
static inline void *new_tree(uint32_t cells, bool hardware)
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

static inline int node_at(void *tree, int parent, const char *name)
{
	int node = fdt_add_subnode(tree, parent, name);

	assert_true(node > 0);
	return node;
}

static inline void text(void *tree, const char *path, const char *name,
			const char *value)
{
	int node = fdt_path_offset(tree, path);

	assert_true(node >= 0);
	assert_int_equal(
		fdt_setprop(tree, node, name, value, (int)strlen(value) + 1),
		0);
}

static inline void cell_list(void *tree, const char *path, const char *name,
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

static inline struct pg_bytes bytes_of(void *tree)
{
	return (struct pg_bytes){tree, fdt_totalsize(tree)};
}

/* A property of /chosen in @tree. */
static const uint8_t *chosen(const uint8_t *tree, const char *name, int *bytes)
{
	return fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), name, bytes);
}

static inline void expect_cells(const uint8_t *tree, const char *name,
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

static inline struct pg_fdt_edits all_edits(void)
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

static inline uint8_t *edit(struct pg_bytes tree,
			    const struct pg_fdt_edits *edits)
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

#endif
