/* SPDX-License-Identifier: BSD-2-Clause */
/* What a capture kernel may use of each memory node. */
#include <stdlib.h>
#include <string.h>

#include "fdt/drconf.h"
#include "fdt/flatten.h"
#include "fdt/tree.h"

#define PAIR_BYTES 16 /* two cells each, as on every ppc64 machine */
#define USABLE_MAX 16
/* A property with its header and name, for each of a few memory nodes. */
#define NODE_BYTES (64 + (USABLE_MAX + 1) * PAIR_BYTES)
#define NODES_MAX  1024

/* All of @node's reg, against all of @usable. None is one empty pair: without
 * the property the node would be used whole. */
static int limit(void *tree, int node, const struct pg_span *usable,
		 size_t count)
{
	uint8_t pairs[(USABLE_MAX + 1) * PAIR_BYTES] = {0};
	int bytes, used = 0;
	const uint8_t *reg = fdt_getprop(tree, node, "reg", &bytes);

	for (int i = 0; reg != NULL && i + PAIR_BYTES <= bytes;
	     i += PAIR_BYTES) {
		struct pg_span memory;

		if (!pg_span_make(fdt64_ld((const void *)(reg + i)),
				  fdt64_ld((const void *)(reg + i + 8)),
				  &memory))
			return -FDT_ERR_BADVALUE;
		for (size_t n = 0; n < count; n++) {
			struct pg_span both = pg_span_meet(memory, usable[n]);

			if (both.bytes == 0)
				continue;
			if (used == USABLE_MAX * PAIR_BYTES)
				return -FDT_ERR_NOSPACE;
			fdt64_st(pairs + used, both.start);
			fdt64_st(pairs + used + 8, both.bytes);
			used += PAIR_BYTES;
		}
	}
	return fdt_setprop(tree, node, "linux,usable-memory", pairs,
			   used == 0 ? PAIR_BYTES : used);
}

static size_t count_memory(const void *tree)
{
	size_t count = 0;
	int node;

	fdt_for_each_subnode(node, tree, 0) count +=
		pg_fdt_is_memory(tree, node);
	return count;
}

enum pg_status pg_fdt_usable_memory(struct pg_bytes blob,
				    const struct pg_span *usable, size_t count,
				    struct pg_bytes *out,
				    struct pg_error *error)
{
	const size_t nodes = count_memory(blob.data);
	uint32_t address, size;
	size_t room, blocks;
	uint8_t *tree;
	int node, result;

	if (!pg_fdt_cells(blob.data, 0, &address, &size) || address != 2 ||
	    size != 2)
		return pg_fail(error, PG_E_CORRUPT,
			       "device tree: /: #address-cells or #size-cells "
			       "is not 2, as on ppc64 machines");
	if (nodes == 0 || nodes > NODES_MAX)
		return pg_fail(error, PG_E_MACHINE,
			       "device tree: has %zu memory nodes, not 1 to %u",
			       nodes, NODES_MAX);
	if (!pg_fdt_drconf_bytes(blob.data, usable, count, &blocks))
		return pg_fail(error, PG_E_CORRUPT,
			       "device tree: /ibm,dynamic-reconfiguration-"
			       "memory: its blocks are missing, wrap around "
			       "or are too many; copy or make it again");
	room = fdt_totalsize(blob.data) + (nodes + 1) * NODE_BYTES + blocks;
	tree = malloc(room);
	if (tree == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "device tree: out of memory");
	result = fdt_open_into(blob.data, tree, (int)room);
	if (result == 0) {
		fdt_for_each_subnode(node, tree, 0)
		{
			if (result == 0 && pg_fdt_is_memory(tree, node))
				result = limit(tree, node, usable, count);
		}
	}
	if (result == 0)
		result = pg_fdt_drconf_limit(tree, usable, count);
	if (result == 0)
		result = fdt_pack(tree);
	if (result != 0) {
		free(tree);
		return pg_fdt_fail("/memory", result, "linux,usable-memory",
				   error);
	}
	*out = (struct pg_bytes){tree, fdt_totalsize(tree)};
	return PG_OK;
}
