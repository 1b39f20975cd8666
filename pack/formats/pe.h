/* SPDX-License-Identifier: BSD-2-Clause */
/* PE32+ files, as far as kernels come in them (Microsoft, "PE Format"). */
#ifndef PURGATORIO_PACK_FORMATS_PE_H
#define PURGATORIO_PACK_FORMATS_PE_H

#include <stdbool.h>

#include "purgatorio/purgatorio.h"

struct pg_pe {
	struct pg_bytes file;
	uint16_t machine; /* PG_PE_* */
	size_t sections;  /* offset of the section table */
	size_t section_count;
};

/* "Machine Types" */
#define PG_PE_NONE	  0x0000
#define PG_PE_AMD64	  0x8664
#define PG_PE_ARM64	  0xaa64
#define PG_PE_RISCV64	  0x5064
#define PG_PE_LOONGARCH64 0x6264
#define PG_PE_I386	  0x014c
#define PG_PE_ARM	  0x01c2
const char *pg_pe_machine_name(uint16_t machine);

/* Reads the headers of @file, which begins with "MZ": the section table and
 * every section's content lie in the file. PG_E_TRUNCATED, PG_E_FORMAT. */
enum pg_status pg_pe_open(struct pg_bytes file, struct pg_pe *out,
			  struct pg_error *error);

/* Do the section table of @pe and every section's content lie in its file?
 * PG_E_TRUNCATED. */
enum pg_status pg_pe_check(const struct pg_pe *pe, struct pg_error *error);

/* The name and content of section @index, which is below section_count. */
#define PG_PE_NAME_BYTES 8
struct pg_bytes pg_pe_section_at(const struct pg_pe *pe, size_t index,
				 char name[PG_PE_NAME_BYTES + 1]);

/* The content of the section @name. False: there is none. */
bool pg_pe_section(const struct pg_pe *pe, const char *name,
		   struct pg_bytes *out);

#endif
