/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Read as Linux reads it (arch/powerpc/mm/drmem.c, walk_drmem_lmbs_early();
 * arch/powerpc/kernel/prom.c, early_init_drmem_lmb()): of the blocks that are
 * in use, and only of those, linux,drconf-usable-memory has a counter and as
 * many pairs of address and size, of two cells each.
 */
#include "fdt/drconf.h"

#include <stdlib.h>

#include "fdt/tree.h"

#define PATH "/ibm,dynamic-reconfiguration-memory"
/* arch/powerpc/include/asm/drmem.h: DRCONF_MEM_* */
#define ASSIGNED 0x8u
#define RESERVED 0x80u

#define CELL_BYTES    4
#define ENTRY_BYTES   24 /* of either version of the table */
#define COUNTER_BYTES 8
#define PAIR_BYTES    16
/* Their counters alone would fill a tree. */
#define BLOCKS_MAX (PG_FDT_BYTES_MAX / COUNTER_BYTES)

struct table {
	const uint8_t *entries;
	uint32_t count;
	uint64_t block_bytes;
	bool sets; /* version 2: entries are of many blocks */
};

/* Blocks that follow each other. */
struct set {
	uint64_t start;
	uint32_t blocks;
	bool used;
};

static bool open_table(const void *tree, int node, struct table *out)
{
	int size_bytes, bytes;
	const void *size = fdt_getprop(tree, node, "ibm,lmb-size", &size_bytes);
	const uint8_t *at =
		fdt_getprop(tree, node, "ibm,dynamic-memory", &bytes);
	struct table table = {.sets = at == NULL};

	if (table.sets)
		at = fdt_getprop(tree, node, "ibm,dynamic-memory-v2", &bytes);
	if (at == NULL || size == NULL || size_bytes != 8 || bytes < CELL_BYTES)
		return false;
	table.count = fdt32_ld((const void *)at);
	table.entries = at + CELL_BYTES;
	table.block_bytes = fdt64_ld(size);
	if (table.block_bytes == 0 ||
	    table.count > (size_t)(bytes - CELL_BYTES) / ENTRY_BYTES)
		return false;
	*out = table;
	return true;
}

static struct set set_of(const struct table *table, uint32_t index)
{
	const uint8_t *at = table->entries + (size_t)index * ENTRY_BYTES;
	/* Both end with the flags. */
	const uint32_t flags = fdt32_ld((const void *)(at + 20));
	const bool used = (flags & ASSIGNED) && !(flags & RESERVED);

	if (table->sets)
		return (struct set){fdt64_ld((const void *)(at + CELL_BYTES)),
				    fdt32_ld((const void *)at), used};
	return (struct set){fdt64_ld((const void *)at), 1, used};
}

/* The entry of one block, to @out unless that is NULL; its length. */
static size_t put_block(struct pg_span block, const struct pg_span *usable,
			size_t count, uint8_t *out)
{
	size_t bytes = COUNTER_BYTES, pairs = 0;

	for (size_t n = 0; n < count; n++) {
		struct pg_span both = pg_span_meet(block, usable[n]);

		if (both.bytes == 0)
			continue;
		if (out != NULL) {
			fdt64_st(out + bytes, both.start);
			fdt64_st(out + bytes + 8, both.bytes);
		}
		bytes += PAIR_BYTES;
		pairs++;
	}
	if (out != NULL)
		fdt64_st(out, pairs);
	return bytes;
}

/* All blocks; the length, or 0 when one is impossible or they are too many. */
static size_t put_all(const struct table *table, const struct pg_span *usable,
		      size_t count, uint8_t *out)
{
	uint32_t blocks = 0;
	size_t bytes = 0;

	for (uint32_t i = 0; i < table->count; i++) {
		const struct set set = set_of(table, i);
		struct pg_span block = {set.start, 0};

		if (!set.used)
			continue;
		if (set.blocks > BLOCKS_MAX - blocks)
			return 0;
		blocks += set.blocks;
		for (uint32_t n = 0; n < set.blocks; n++) {
			if (!pg_span_make(pg_span_end(block),
					  table->block_bytes, &block))
				return 0;
			bytes += put_block(block, usable, count,
					   out == NULL ? NULL : out + bytes);
		}
	}
	/* Empty means that no block is in use, and nothing has to be said. */
	return bytes == 0 ? COUNTER_BYTES : bytes;
}

bool pg_fdt_drconf_bytes(const void *tree, const struct pg_span *usable,
			 size_t count, size_t *bytes)
{
	const int node = fdt_path_offset(tree, PATH);
	struct table table;

	*bytes = 0;
	if (node < 0)
		return true;
	if (!open_table(tree, node, &table))
		return false;
	*bytes = put_all(&table, usable, count, NULL);
	return *bytes != 0;
}

int pg_fdt_drconf_limit(void *tree, const struct pg_span *usable, size_t count)
{
	const int node = fdt_path_offset(tree, PATH);
	struct table table;
	size_t bytes;
	void *content;
	int result;

	if (node < 0)
		return 0;
	if (!open_table(tree, node, &table))
		return -FDT_ERR_BADVALUE;
	bytes = put_all(&table, usable, count, NULL);
	if (bytes == 0)
		return -FDT_ERR_BADVALUE;
	/* fdt_setprop() may move what @table points to. */
	content = calloc(1, bytes);
	if (content == NULL)
		return -FDT_ERR_NOSPACE;
	(void)put_all(&table, usable, count, content);
	result = fdt_setprop(tree, node, "linux,drconf-usable-memory", content,
			     (int)bytes);
	free(content);
	return result;
}
