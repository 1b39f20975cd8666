/* SPDX-License-Identifier: BSD-2-Clause */
/* Is this a device tree, and if not: which node is at fault? */
#include <stdio.h>
#include <string.h>

#include "fdt/tree.h"

#define PATH_BYTES 160

static enum pg_status status_of(int reason)
{
	switch (reason) {
	case -FDT_ERR_TRUNCATED:
		return PG_E_TRUNCATED;
	case -FDT_ERR_BADMAGIC:
	case -FDT_ERR_BADVERSION:
		return PG_E_FORMAT;
	case -FDT_ERR_NOSPACE:
		return PG_E_LIMIT;
	default:
		return PG_E_CORRUPT;
	}
}

enum pg_status pg_fdt_fail(const char *node, int reason, const char *what,
			   struct pg_error *error)
{
	return pg_fail(error, status_of(reason),
		       "device tree: %s%s%s: %s; give a whole .dtb, or make it "
		       "again with dtc",
		       node, *node != '\0' ? ": " : "", what,
		       fdt_strerror(reason));
}

/* Puts @name behind the first @depth components of @path. */
static void descend(char path[PATH_BYTES], int depth, const char *name)
{
	char *at = path;

	for (int i = 0; i < depth && *at != '\0'; i++)
		at += 1 + strcspn(at + 1, "/");
	snprintf(at, (size_t)(path + PATH_BYTES - at), "/%s", name);
}

/* Walks as fdt_check_full() does; @path is the last node that could be
 * entered, which is the one at fault or the one before it. */
static void find_fault(const void *tree, char path[PATH_BYTES])
{
	int depth = 0, length;

	strcpy(path, "/");
	for (int node = 0; node >= 0;
	     node = fdt_next_node(tree, node, &depth)) {
		const char *name = fdt_get_name(tree, node, &length);
		int property;

		if (name == NULL)
			return;
		if (depth > 0)
			descend(path, depth - 1, name);
		fdt_for_each_property_offset(
			property, tree,
			node) if (fdt_getprop_by_offset(tree, property, NULL,
							&length) ==
				  NULL) return;
		if (property != -FDT_ERR_NOTFOUND)
			return;
	}
}

enum pg_status pg_fdt_check(struct pg_bytes blob, struct pg_error *error)
{
	char path[PATH_BYTES];
	int reason;

	if (blob.size < sizeof(struct fdt_header))
		return pg_fdt_fail("", -FDT_ERR_TRUNCATED, "its header", error);
	reason = fdt_check_header(blob.data);
	if (reason != 0)
		return pg_fdt_fail("", reason, "its header", error);
	if (fdt_totalsize(blob.data) > blob.size)
		return pg_fail(error, PG_E_TRUNCATED,
			       "device tree: has %zu bytes and announces %u; "
			       "copy or make it again",
			       blob.size, fdt_totalsize(blob.data));
	if (fdt_totalsize(blob.data) > PG_FDT_BYTES_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "device tree: announces %u bytes, and Linux "
			       "takes 2 MiB; make it smaller",
			       fdt_totalsize(blob.data));
	reason = fdt_check_full(blob.data, blob.size);
	if (reason == 0)
		return PG_OK;
	find_fault(blob.data, path);
	return pg_fdt_fail(path, reason, "this node or the next", error);
}
