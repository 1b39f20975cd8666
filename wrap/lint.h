/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of lint share. */
#ifndef PURGATORIO_WRAP_LINT_H
#define PURGATORIO_WRAP_LINT_H

#include "wrap/object.h"

struct pg_lint {
	struct pg_object object;
	enum pg_loader loader;
	FILE *to;
	size_t findings;
};

/* Counts and prints one line. */
void pg_lint_find(struct pg_lint *lint, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* lint_symbols.c: what the loader looks up, and the entry. */
void pg_lint_symbols(struct pg_lint *lint);

/* lint_relocations.c: what it has to apply. */
void pg_lint_relocations(struct pg_lint *lint);

#endif
