/* SPDX-License-Identifier: BSD-2-Clause */
/* A plan as an ELF64 file (PROTOCOL.md, "The image file"): what lies where. */
#ifndef PURGATORIO_PACK_IMAGE_ELF_WRITE_H
#define PURGATORIO_PACK_IMAGE_ELF_WRITE_H

#include "pack/output.h"
#include "pack/plan/plan.h"

struct pg_elf_file {
	struct pg_plan_piece pieces[PG_PLAN_PIECES_MAX];
	uint64_t offsets[PG_PLAN_PIECES_MAX]; /* of their contents; 0: none */
	size_t count;
};

/* Lays out @plan, which is placed; the contents have their final sizes. */
void pg_elf_file_plan(const struct pg_plan *plan, struct pg_elf_file *out);

/* Where the content of the piece at @address goes. */
uint64_t pg_elf_file_offset(const struct pg_elf_file *file, uint64_t address);

/* Writes what comes before the contents. PG_E_IO. */
enum pg_status pg_elf_file_head(const struct pg_elf_file *file,
				const struct pg_plan *plan,
				struct pg_output *output,
				struct pg_error *error);

#endif
