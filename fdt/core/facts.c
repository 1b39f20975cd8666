/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only a loader knows, from its tree into that of an image: how much
 * memory there is and who has some of it already, and what /chosen says of a
 * dead kernel, of the firmware and of chance. Whole properties are copied, so
 * both trees have to measure in the same cells.
 */
#include "fdt/core/tree.h"

#include <string.h>

/* What Linux and its loaders have in /chosen, and no image can know. Addresses
 * of the two first are in the root's cells (drivers/of/fdt.c). */
static const char celled[] = "linux,elfcorehdr\0"
			     "linux,usable-memory-range\0";
static const char known[] = "kaslr-seed\0"
			    "rng-seed\0"
			    "linux,ima-kexec-buffer\0"
			    "linux,tpm-kexec-buffer\0"
			    "linux,uefi-system-table\0"
			    "linux,uefi-mmap-start\0"
			    "linux,uefi-mmap-size\0"
			    "linux,uefi-mmap-desc-size\0"
			    "linux,uefi-mmap-desc-ver\0"
			    "linux,uefi-secure-boot\0";
static const char initrd[] = "linux,initrd-start\0"
			     "linux,initrd-end\0";

#define RESERVED "/reserved-memory"

/* One copy after the other, until one fails. */
struct taking {
	void *tree;
	const void *from;
	enum pg_status status;
	struct pg_fdt_fault *fault;
};

/* libfdt's @result for @property of @node; true: all is well. */
static bool done(struct taking *t, int result, const char *node,
		 const char *property)
{
	if (result >= 0 || t->status != PG_OK)
		return t->status == PG_OK;
	t->status =
		pg_fdt_blame(PG_FDT_PROPERTY, result, node, property, t->fault);
	return false;
}

/* Do @node of the one and @other of the other count in the same cells? */
static void same_cells(struct taking *t, int node, int other, const char *name)
{
	uint32_t address, size, other_address, other_size;

	if (t->status == PG_OK &&
	    (!pg_fdt_cells(t->from, node, &address, &size) ||
	     !pg_fdt_cells(t->tree, other, &other_address, &other_size) ||
	     address != other_address || size != other_size))
		t->status = pg_fdt_blame(PG_FDT_CELLS, -FDT_ERR_BADNCELLS, name,
					 NULL, t->fault);
}

/* @names end with an empty one. */
static void take_names(struct taking *t, const char *names, bool cells)
{
	const int from = fdt_path_offset(t->from, "/chosen");
	const void *value;
	int bytes, to;

	for (; from >= 0 && *names != '\0'; names += strlen(names) + 1) {
		value = fdt_getprop(t->from, from, names, &bytes);
		if (value == NULL)
			continue;
		if (cells)
			same_cells(t, 0, 0, "/");
		to = fdt_path_offset(t->tree, "/chosen");
		if (!done(t, to, "/chosen", NULL) ||
		    !done(t, fdt_setprop(t->tree, to, names, value, bytes),
			  "/chosen", names))
			return;
	}
}

/* A node of its own @name below @parent, with the properties of @from. Nobody
 * in this tree refers to it: it has no phandle. */
static void take_node(struct taking *t, int from, const char *parent,
		      const char *name)
{
	int to = fdt_path_offset(t->tree, parent);
	int property;

	if (done(t, to, parent, NULL))
		to = fdt_add_subnode(t->tree, to, name);
	if (!done(t, to, parent, NULL))
		return;
	fdt_for_each_property_offset(property, t->from, from)
	{
		const char *label;
		int bytes;
		const void *value = fdt_getprop_by_offset(t->from, property,
							  &label, &bytes);

		if (value == NULL || strcmp(label, "phandle") == 0 ||
		    strcmp(label, "linux,phandle") == 0)
			continue;
		if (!done(t, fdt_setprop(t->tree, to, label, value, bytes),
			  parent, NULL))
			return;
	}
}

bool pg_fdt_is_memory(const void *tree, int node)
{
	const char *type = pg_fdt_string(tree, node, "device_type");

	return type != NULL && strcmp(type, "memory") == 0;
}

int pg_fdt_remove_memory(void *tree)
{
	int node = fdt_first_subnode(tree, 0);

	while (node >= 0) {
		int result;

		if (!pg_fdt_is_memory(tree, node)) {
			node = fdt_next_subnode(tree, node);
			continue;
		}
		result = fdt_del_node(tree, node);
		if (result != 0)
			return result;
		node = fdt_first_subnode(tree, 0);
	}
	return 0;
}

/* The loader's memory is the machine's, where it says any. */
static void take_memory(struct taking *t)
{
	bool first = true;
	int node;

	fdt_for_each_subnode(node, t->from, 0)
	{
		if (!pg_fdt_is_memory(t->from, node))
			continue;
		same_cells(t, 0, 0, "/");
		if (first && t->status == PG_OK)
			(void)done(t, pg_fdt_remove_memory(t->tree), "/", NULL);
		first = false;
		if (t->status != PG_OK)
			return;
		take_node(t, node, "/", fdt_get_name(t->from, node, NULL));
	}
}

/* Reservations at an address that is known. Those that the image's tree has by
 * the same name stay as it has them. */
static void take_reserved(struct taking *t)
{
	const int from = fdt_path_offset(t->from, RESERVED);
	int node, to;

	fdt_for_each_subnode(node, t->from, from)
	{
		const char *name = fdt_get_name(t->from, node, NULL);

		if (name == NULL ||
		    fdt_getprop(t->from, node, "reg", NULL) == NULL)
			continue;
		to = fdt_path_offset(t->tree, RESERVED);
		if (to == -FDT_ERR_NOTFOUND) {
			take_node(t, from, "/", &RESERVED[1]);
			to = fdt_path_offset(t->tree, RESERVED);
		}
		if (!done(t, to, RESERVED, NULL))
			return;
		same_cells(t, from, to, RESERVED);
		if (t->status == PG_OK &&
		    fdt_subnode_offset(t->tree, to, name) < 0)
			take_node(t, node, RESERVED, name);
		if (t->status != PG_OK)
			return;
	}
}

static void take_reserve_map(struct taking *t)
{
	const int count = fdt_num_mem_rsv(t->from);
	uint64_t start, bytes;

	for (int i = 0; i < count && t->status == PG_OK; i++) {
		int result = fdt_get_mem_rsv(t->from, i, &start, &bytes);

		if (result == 0)
			result = fdt_add_mem_rsv(t->tree, start, bytes);
		if (result != 0)
			t->status = pg_fdt_blame(PG_FDT_RESERVE_MAP, result, "",
						 NULL, t->fault);
	}
}

enum pg_status pg_fdt_take_facts(void *tree, struct pg_bytes loader,
				 bool with_initrd, struct pg_fdt_fault *fault)
{
	struct taking t = {.tree = tree,
			   .from = loader.data,
			   .status = PG_OK,
			   .fault = fault};

	take_memory(&t);
	if (t.status == PG_OK && fdt_path_offset(t.from, RESERVED) >= 0)
		take_reserved(&t);
	if (t.status == PG_OK)
		take_names(&t, celled, true);
	if (t.status == PG_OK)
		take_names(&t, known, false);
	if (t.status == PG_OK && with_initrd)
		take_names(&t, initrd, false);
	if (t.status == PG_OK)
		take_reserve_map(&t);
	return t.status;
}
