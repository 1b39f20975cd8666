/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * purgatory.elf, the linked purgatory of one architecture, as one flat run of
 * bytes: PROTOCOL.md, "The image". It has no relocations, so flattening is all
 * there is to do.
 */
#ifndef PURGATORIO_PACK_IMAGE_PURGATORY_ELF_H
#define PURGATORIO_PACK_IMAGE_PURGATORY_ELF_H

#include "purgatorio/purgatorio.h"

struct pg_purgatory {
	uint8_t *content;      /* const_bytes, from malloc(3) */
	uint64_t const_bytes;  /* code and constants */
	uint64_t memory_bytes; /* with zeroed memory; a page multiple */
};

/* Larger ones are taken for damaged. */
#define PG_PURGATORY_BYTES_MAX (16u * 1024 * 1024)

/* Reads @file for PG_ARCH_* @arch; @out->content is freed by the caller.
 * PG_E_TRUNCATED, PG_E_FORMAT (not a purgatory, or one with relocations),
 * PG_E_CORRUPT, PG_E_ARCH, PG_E_VERSION, PG_E_NO_MEMORY. */
enum pg_status pg_purgatory_read(struct pg_bytes file, uint32_t arch,
				 struct pg_purgatory *out,
				 struct pg_error *error);

/* Checks the header at the start of @image, which has @bytes bytes, in @arch's
 * byte order, and reads the two lengths. The first four of the above. */
enum pg_status pg_purgatory_header(const uint8_t *image, uint64_t bytes,
				   uint32_t arch, uint64_t *const_bytes,
				   uint64_t *memory_bytes,
				   struct pg_error *error);

#endif
