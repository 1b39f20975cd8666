/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fdt/core/core.h for the host: the same edits and questions, with memory from
 * malloc(3) and errors as lines of text.
 *
 * Errors name libfdt's reason and the node. PG_E_TRUNCATED, PG_E_FORMAT (no
 * device tree), PG_E_CORRUPT, PG_E_LIMIT, PG_E_NO_MEMORY.
 */
#ifndef PURGATORIO_FDT_EDIT_H
#define PURGATORIO_FDT_EDIT_H

#include "fdt/core/core.h"
#include "purgatorio/purgatorio.h"

/* Is every node and property of @blob whole? @blob may be longer than the
 * tree in it. */
enum pg_status pg_fdt_check(struct pg_bytes blob, struct pg_error *error);

/* Checks @blob and copies it with @edits to *@out (malloc(3), owned by the
 * caller), *@bytes long. */
enum pg_status pg_fdt_edit(struct pg_bytes blob,
			   const struct pg_fdt_edits *edits, uint8_t **out,
			   size_t *bytes, struct pg_error *error);

/* /chosen's bootargs of a checked @blob, "" when there are none.
 * PG_E_CORRUPT: not a string. */
enum pg_status pg_fdt_command_line(struct pg_bytes blob, const char **out,
				   struct pg_error *error);

#endif
