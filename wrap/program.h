/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An executable that embeds a purgatory, and what pg_retrofit() has appended to
 * one. All but the appended object stays where it was: the object's header
 * takes the place of the old one's, and refers to sections far behind it, in a
 * segment of its own that takes the place of a note's program header.
 */
#ifndef PURGATORIO_WRAP_PROGRAM_H
#define PURGATORIO_WRAP_PROGRAM_H

#include <elf.h>

#include "pack/formats/elf64.h"

/* At the very end of a retrofitted file: how to undo it. Little-endian. */
#define PG_UNDO_MAGIC	  "PGUNDO\r\n"
#define PG_UNDO_MAGIC_AT  0
#define PG_UNDO_SIZE_AT	  8  /* u64: of the original file */
#define PG_UNDO_PHDR_AT	  16 /* u64: offset of the program header */
#define PG_UNDO_HEADER_AT 24 /* u64: offset of the embedded ELF header */
#define PG_UNDO_LENGTH_AT 32 /* u64: offset of the length variable */
#define PG_UNDO_SHA256_AT 40 /* of the original file */
#define PG_UNDO_PHDR	  72 /* what was there */
#define PG_UNDO_HEADER	  (PG_UNDO_PHDR + sizeof(Elf64_Phdr))
#define PG_UNDO_LENGTH	  (PG_UNDO_HEADER + sizeof(Elf64_Ehdr))
#define PG_UNDO_BYTES	  (PG_UNDO_LENGTH + 8)

/* The footer of @program, or NULL. All its offsets lie in the original. */
const uint8_t *pg_undo_find(struct pg_bytes program);

/* Where the file's byte @offset is mapped. False: nowhere. */
bool pg_program_address(const struct pg_elf64 *elf, uint64_t offset,
			uint64_t *address);

/* What the loader sees of the embedded object: memory from its address on, as
 * many bytes as its length says. To be freed. PG_E_CORRUPT, PG_E_NO_MEMORY. */
enum pg_status pg_embedded_view(struct pg_bytes program,
				const struct pg_embedded *embedded,
				struct pg_bytes *out, struct pg_error *error);

#endif
