/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's memory (Devicetree Specification 3.4): made one node, and asked
 * for. */
#include "fdt/core/tree.h"

#include <string.h>

#define DIGITS	   16
#define CELL_BYTES 4

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

/* Linux 6.1 looks no further (drivers/of/fdt.c, early_init_dt_scan_memory()).
 */
static bool in_use(const void *tree, int node)
{
	const char *said = pg_fdt_string(tree, node, "status");

	return pg_fdt_is_memory(tree, node) &&
	       (said == NULL || strcmp(said, "okay") == 0 ||
		strcmp(said, "ok") == 0);
}

/* One pass over all memory. *@end moves behind each span that holds it. */
static bool follow(const void *tree, uint32_t address, uint32_t size,
		   uint64_t *end)
{
	const uint32_t step = (address + size) * CELL_BYTES;
	struct pg_span span;
	bool any = false;
	int node, bytes;

	fdt_for_each_subnode(node, tree, 0)
	{
		const uint8_t *reg = fdt_getprop(tree, node, "reg", &bytes);

		if (reg == NULL || !in_use(tree, node))
			continue;
		for (; (uint32_t)bytes >= step; reg += step) {
			bytes -= (int)step;
			any = true;
			if (pg_span_make(
				    pg_fdt_number(reg, address),
				    pg_fdt_number(reg + address * CELL_BYTES,
						  size),
				    &span) &&
			    span.start <= *end && pg_span_end(span) > *end)
				*end = pg_span_end(span);
		}
	}
	return any;
}

/* Are nodes not all of it? */
static bool others_say(const void *tree)
{
	const int chosen = fdt_path_offset(tree, "/chosen");

	if (chosen >= 0 &&
	    fdt_getprop(tree, chosen, "linux,uefi-mmap-start", NULL) != NULL)
		return true;
	return fdt_path_offset(tree, "/ibm,dynamic-reconfiguration-memory") >=
	       0;
}

bool pg_fdt_memory_end(struct pg_bytes blob, uint64_t start, uint64_t *end)
{
	uint64_t reached = start, before;
	uint32_t address, size;

	if (others_say(blob.data))
		return false;
	if (!pg_fdt_cells(blob.data, 0, &address, &size))
		return false;
	do {
		before = reached;
		if (!follow(blob.data, address, size, &reached))
			return false;
	} while (reached != before);
	*end = reached;
	return true;
}
