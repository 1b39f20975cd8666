/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contents that are read bit by bit: from memory, or, where they lie in a
 * file's map, from the file.
 */
#ifndef PURGATORIO_PACK_PIECES_H
#define PURGATORIO_PACK_PIECES_H

#include "pack/plan/plan.h"

/* Reads @bytes of @part's content from @offset on to @out. @files as in struct
 * pg_pack_options. PG_E_IO: a file cannot be read, or has shrunk. */
enum pg_status pg_pieces_read(const struct pg_plan_part *part,
			      const struct pg_pack_options *files,
			      uint64_t offset, size_t bytes, uint8_t *out,
			      struct pg_error *error);

#endif
