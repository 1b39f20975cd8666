/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plan from the inside. plan.c collects what is wanted, plan_place.c finds
 * room, plan_seal.c hashes and writes the manifest, plan_segments.c hands out
 * the result.
 */
#ifndef PURGATORIO_PACK_PLAN_H
#define PURGATORIO_PACK_PLAN_H

#include "pack/purgatory_elf.h"
#include "purgatorio/purgatorio.h"
#include "purgatorio/range.h"

enum pg_plan_state {
	PG_PLAN_OPEN,
	PG_PLAN_PLACED,
	PG_PLAN_SEALED
};

struct pg_plan_part {
	struct pg_part_spec spec; /* memory_bytes and alignment filled in */
	struct pg_span span;	  /* what it occupies: whole pages */
	/* Digests from a build host, or NULL. */
	uint8_t (*digests)[32];
	size_t digest_count;
	uint8_t whole[32];
};

#define PG_PLAN_NO_LOG SIZE_MAX

struct pg_plan {
	uint32_t arch;
	enum pg_plan_state state;
	struct pg_purgatory purgatory;
	struct pg_span purgatory_span; /* image, then manifest: whole pages */
	struct pg_span windows[PG_PLAN_WINDOWS_MAX];
	size_t window_count;
	uint64_t page_bytes; /* what everything is whole pages of */
	struct pg_plan_part parts[PG_PARTS_MAX];
	size_t part_count;
	struct pg_copy copies[PG_COPIES_MAX];
	size_t copy_count;
	struct pg_handoff handoff;
	struct pg_console console;
	struct pg_reset reset;
	uint32_t policy;
	uint64_t ticks_per_second;
	size_t log_part;
	uint32_t flags;	     /* PG_MANIFEST_* */
	struct pg_span swap; /* s390x: the crash region; empty: no swap */
	/* After sealing: image memory and manifest, as they are loaded. */
	uint8_t *sealed;
	size_t sealed_bytes;
};

/* An upper bound of the manifest's size, whatever the contents will be. */
uint64_t pg_plan_manifest_bound(const struct pg_plan *plan);

/* How many ranges @bytes of content are cut into. */
static inline uint64_t pg_range_count(uint64_t bytes)
{
	return bytes / PG_RANGE_BYTES + (bytes % PG_RANGE_BYTES != 0);
}

/* A segment with what only the ELF file needs to know. */
struct pg_plan_piece {
	struct pg_segment segment;
	uint32_t elf_flags; /* PF_* */
};
#define PG_PLAN_PIECES_MAX (PG_PARTS_MAX + 1)

/* All segments of a sealed plan, sorted by address; returns how many. */
size_t pg_plan_pieces(const struct pg_plan *plan,
		      struct pg_plan_piece out[PG_PLAN_PIECES_MAX]);

#endif
