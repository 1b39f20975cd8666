/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each loader demands of a purgatory object: read in kexec-tools 2.0.25 to
 * 2.0.32 (kexec/kexec-elf-rel.c, kexec/arch/) and in Linux 6.1
 * (kernel/kexec_file.c, arch/). lint.c checks it, generate.c keeps it.
 */
#ifndef PURGATORIO_WRAP_RULES_H
#define PURGATORIO_WRAP_RULES_H

#include "purgatorio/purgatorio.h"

/* A symbol that the loader looks up. */
struct pg_symbol_rule {
	const char *name;
	uint32_t bytes; /* st_size; 0: only its address is asked for */
	const char *use;
};

/* Rule @index of that loader and PG_ARCH_*; NULL behind the last one. */
const struct pg_symbol_rule *pg_symbol_rule(enum pg_loader loader,
					    uint32_t arch, size_t index);

/* Has that loader a purgatory on PG_ARCH_* @arch? */
bool pg_loader_has(enum pg_loader loader, uint32_t arch);

/* Does it apply relocations of that type? */
bool pg_loader_relocates(enum pg_loader loader, uint32_t arch, uint32_t type);

/* The most bytes, zeroed memory included, that it has room for; 0: no limit
 * that matters. */
uint64_t pg_loader_bytes_max(enum pg_loader loader, uint32_t arch);

#endif
