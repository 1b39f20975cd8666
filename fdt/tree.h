/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of fdt/ share on the host: errors as lines of text. */
#ifndef PURGATORIO_FDT_TREE_H
#define PURGATORIO_FDT_TREE_H

#include "fdt/core/tree.h"
#include "fdt/fdt_edit.h"

/* Sets *@error to what libfdt's @reason means at @what of @node ("": none). */
enum pg_status pg_fdt_fail(const char *node, int reason, const char *what,
			   struct pg_error *error);

/* Sets *@error to @status and what *@fault says. */
enum pg_status pg_fdt_explain(enum pg_status status,
			      const struct pg_fdt_fault *fault,
			      struct pg_error *error);

#endif
