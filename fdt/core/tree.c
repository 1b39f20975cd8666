/* SPDX-License-Identifier: BSD-2-Clause */
/* Properties and addresses of a checked tree. */
#include "fdt/core/tree.h"

#include <string.h>

#define CELL_BYTES 4
#define DEPTH_MAX  32 /* buses above a device */

const char *pg_fdt_string(const void *tree, int node, const char *name)
{
	int bytes;
	const char *text = fdt_getprop(tree, node, name, &bytes);

	if (text == NULL || bytes <= 0 || text[bytes - 1] != '\0')
		return NULL;
	return text;
}

uint32_t pg_fdt_cell(const void *tree, int node, const char *name,
		     uint32_t otherwise)
{
	int bytes;
	const void *cell = fdt_getprop(tree, node, name, &bytes);

	if (cell == NULL || bytes != CELL_BYTES)
		return otherwise;
	return fdt32_ld(cell);
}

bool pg_fdt_cells(const void *tree, int node, uint32_t *address, uint32_t *size)
{
	*address = pg_fdt_cell(tree, node, "#address-cells", 1);
	*size = pg_fdt_cell(tree, node, "#size-cells", 1);
	return *address >= 1 && *address <= 2 && *size <= 2;
}

uint64_t pg_fdt_number(const uint8_t *at, uint32_t cells)
{
	uint64_t value = 0;

	for (uint32_t i = 0; i < cells; i++)
		value = value << 32 |
			fdt32_ld((
				const fdt32_t *)(const void *)(at +
							       i * CELL_BYTES));
	return value;
}

/* One step up: @at from the address space below @bus to that above it. */
static bool translate(const void *tree, int bus, int above, struct pg_span *at)
{
	uint32_t child, parent, size, unused;
	int bytes;
	const uint8_t *ranges = fdt_getprop(tree, bus, "ranges", &bytes);
	uint32_t step;

	if (ranges == NULL)
		return false;
	if (bytes == 0)
		return true;
	if (!pg_fdt_cells(tree, bus, &child, &size) ||
	    !pg_fdt_cells(tree, above, &parent, &unused))
		return false;
	step = (child + parent + size) * CELL_BYTES;
	for (uint32_t i = 0; i + step <= (uint32_t)bytes; i += step) {
		struct pg_span from;
		uint64_t to =
			pg_fdt_number(ranges + i + child * CELL_BYTES, parent);

		if (!pg_span_make(
			    pg_fdt_number(ranges + i, child),
			    pg_fdt_number(ranges + i +
						  (child + parent) * CELL_BYTES,
					  size),
			    &from) ||
		    !pg_span_contains(from, *at))
			continue;
		return pg_span_make(to + (at->start - from.start), at->bytes,
				    at);
	}
	return false;
}

bool pg_fdt_address(const void *tree, int node, struct pg_span *out)
{
	uint32_t address, size;
	int bytes, bus = fdt_parent_offset(tree, node);
	const uint8_t *reg = fdt_getprop(tree, node, "reg", &bytes);
	struct pg_span at;

	if (bus < 0 || reg == NULL ||
	    !pg_fdt_cells(tree, bus, &address, &size) ||
	    (uint32_t)bytes < (address + size) * CELL_BYTES ||
	    !pg_span_make(pg_fdt_number(reg, address),
			  pg_fdt_number(reg + address * CELL_BYTES, size), &at))
		return false;
	for (int depth = 0; bus > 0; depth++) {
		int above = fdt_parent_offset(tree, bus);

		if (above < 0 || depth == DEPTH_MAX ||
		    !translate(tree, bus, above, &at))
			return false;
		bus = above;
	}
	*out = at;
	return true;
}
