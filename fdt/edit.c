/* SPDX-License-Identifier: BSD-2-Clause */
/* fdt/core/ for the host: memory for what is made, words for what is wrong. */
#include <stdlib.h>

#include "fdt/tree.h"

enum pg_status pg_fdt_check(struct pg_bytes blob, struct pg_error *error)
{
	struct pg_fdt_fault fault;
	enum pg_status status = pg_tree_check(blob, &fault);

	return status == PG_OK ? PG_OK : pg_fdt_explain(status, &fault, error);
}

enum pg_status pg_fdt_edit(struct pg_bytes blob,
			   const struct pg_fdt_edits *edits, uint8_t **out,
			   size_t *bytes, struct pg_error *error)
{
	enum pg_status status = pg_fdt_check(blob, error);
	struct pg_fdt_fault fault;
	uint64_t room;
	uint8_t *tree;

	if (status != PG_OK)
		return status;
	/* More than 2 MiB each is refused without being touched. */
	room = pg_tree_edit_room(blob, edits);
	tree = malloc(room);
	if (tree == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "device tree: out of memory");
	status = pg_tree_edit(blob, edits, tree, room, bytes, &fault);
	if (status != PG_OK) {
		free(tree);
		return pg_fdt_explain(status, &fault, error);
	}
	*out = tree;
	return PG_OK;
}

enum pg_status pg_fdt_command_line(struct pg_bytes blob, const char **out,
				   struct pg_error *error)
{
	struct pg_fdt_fault fault;
	enum pg_status status = pg_tree_command_line(blob, out, &fault);

	return status == PG_OK ? PG_OK : pg_fdt_explain(status, &fault, error);
}
