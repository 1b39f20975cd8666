/* SPDX-License-Identifier: BSD-2-Clause */
/* What the next kernel's device tree leads to: for the architectures that
 * name DROPIN_WITH_<arch> := devicetree in their flags.mk. */
#include "dropin/devicetree/tree.h"

#include <libfdt.h>
#include <string.h>

#include "fdt/core/core.h"
#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"

#define TREE_ALIGNMENT 8

/* The region of the tree at @address, if a tree can be read there. */
static bool blob_at(const struct pg_request *request, uint64_t address,
		    struct pg_bytes *out)
{
	struct pg_fdt_fault fault;

	if (address % TREE_ALIGNMENT != 0)
		return false;
	out->data = pg_pointer(address);
	out->size =
		pg_dropin_known(request, address, sizeof(struct fdt_header));
	if (out->size == 0)
		return false;
	return pg_tree_check(*out, &fault) == PG_OK;
}

/* An address of one or two cells in /chosen; 0: none. */
static uint64_t chosen(struct pg_bytes blob, const char *name)
{
	const int node = fdt_path_offset(blob.data, "/chosen");
	int bytes = 0;
	const void *value =
		node < 0 ? NULL : fdt_getprop(blob.data, node, name, &bytes);

	if (value && bytes == 4)
		return pg_load_be32(value);
	return value && bytes == 8 ? pg_load_be64(value) : 0;
}

size_t pg_dropin_tree_parts(const struct pg_request *request, uint64_t tree,
			    struct pg_dropin_part *parts, size_t max)
{
	struct pg_bytes blob;
	uint64_t start, end;
	size_t count = 0;

	if (max < 2 || tree == 0)
		return 0;
	parts[count++] = (struct pg_dropin_part){
		.name = "dtb", .kind = PG_PART_FDT, .address = tree};
	if (!blob_at(request, tree, &blob))
		return count;
	start = chosen(blob, "linux,initrd-start");
	end = chosen(blob, "linux,initrd-end");
	if (start != 0 && end > start)
		parts[count++] =
			(struct pg_dropin_part){.name = "initrd",
						.kind = PG_PART_INITRD,
						.address = start,
						.content_bytes = end - start};
	return count;
}

struct pg_console pg_dropin_tree_console(const struct pg_request *request,
					 uint64_t tree)
{
	const struct pg_console none = {.kind = PG_CONSOLE_NONE};
	struct pg_bytes blob;

	return blob_at(request, tree, &blob) ? pg_fdt_console(blob) : none;
}

const char *pg_doubt_tree(struct pg_span span, uint64_t *at)
{
	const struct pg_bytes blob = {pg_pointer(span.start), span.bytes};
	struct pg_fdt_fault fault;

	*at = span.start;
	if (span.start % TREE_ALIGNMENT != 0)
		return "a device tree does not lie at such an address";
	if (pg_tree_check(blob, &fault) == PG_OK)
		return NULL;
	return fault.problem == PG_FDT_HEADER || fault.problem == PG_FDT_SHORT
		       ? "the device tree's header contradicts itself"
		       : "the device tree is damaged";
}
