/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's memory, as one node (Devicetree Specification 3.4). */
#include "fdt/core/tree.h"

#include <string.h>

#define DIGITS 16

/* "memory@", and where it begins. */
static void name_node(char *name, uint64_t start)
{
	unsigned digits = 1;

	while (digits < DIGITS && start >> (4 * digits) != 0)
		digits++;
	memcpy(name, "memory@", 7);
	name += 7;
	while (digits-- > 0)
		*name++ = "0123456789abcdef"[start >> (4 * digits) & 0xf];
	*name = '\0';
}

/* Appends @span to the node's reg; libfdt's reason, or 0. */
static int append(void *tree, int node, struct pg_span span, uint32_t address,
		  uint32_t size)
{
	uint8_t cells[16], *at = cells;

	if (!pg_fdt_put(&at, span.start, address) ||
	    !pg_fdt_put(&at, span.bytes, size))
		return -FDT_ERR_BADNCELLS;
	return fdt_appendprop(tree, node, "reg", cells, (int)(at - cells));
}

enum pg_status pg_fdt_set_memory(void *tree, const struct pg_span *spans,
				 size_t count, struct pg_fdt_fault *fault)
{
	char name[7 + DIGITS + 1];
	uint32_t address, size;
	int node, result;

	if (!pg_fdt_cells(tree, 0, &address, &size))
		return pg_fdt_blame(PG_FDT_CELLS, -FDT_ERR_BADNCELLS, "/", NULL,
				    fault);
	result = pg_fdt_remove_memory(tree);
	name_node(name, spans[0].start);
	node = result == 0 ? fdt_add_subnode(tree, 0, name) : result;
	if (node < 0)
		return pg_fdt_blame(PG_FDT_PROPERTY, node, "/", NULL, fault);
	result = fdt_setprop(tree, node, "device_type", "memory",
			     sizeof("memory"));
	for (size_t i = 0; i < count && result == 0; i++)
		result = append(tree, node, spans[i], address, size);
	if (result != 0)
		return pg_fdt_blame(PG_FDT_PROPERTY, result, "/memory", "reg",
				    fault);
	return PG_OK;
}
