/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ELF core header that a capture kernel finds by elfcorehdr= and offers,
 * with what it describes, as /proc/vmcore (fs/proc/vmcore.c). p_offset of each
 * program header is a physical address: where the bytes are now.
 */
#ifndef PURGATORIO_LOAD_ELFCOREHDR_H
#define PURGATORIO_LOAD_ELFCOREHDR_H

#include "load/machine.h"

/* Memory of the dead kernel. */
struct pg_core_run {
	struct pg_span memory; /* where it was */
	uint64_t content;      /* where it is now; the same, but for backups */
};

struct pg_core_input {
	const struct pg_notes *notes;
	const struct pg_kernel_map *kernel;
	const struct pg_core_run *runs; /* sorted by memory, disjoint */
	size_t run_count;
	uint16_t machine; /* EM_* */
	bool big_endian;  /* the dead kernel, and so the capture kernel */
};

/* How large the header will be: it depends on counts only. */
uint64_t pg_elfcorehdr_bytes(const struct pg_core_input *in);

/*
 * Writes it to @out, which has pg_elfcorehdr_bytes(@in). Every run is checked:
 * not empty, no wrap, sorted, disjoint, its content at the same place within
 * its page. PG_E_MACHINE; PG_E_LIMIT: more than 65534 headers.
 */
enum pg_status pg_elfcorehdr_build(const struct pg_core_input *in, uint8_t *out,
				   struct pg_error *error);

/* For people. */
void pg_elfcorehdr_print(const uint8_t *header, uint64_t bytes, FILE *to);

#endif
