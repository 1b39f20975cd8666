/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plan from the inside. plan.c collects what is wanted, plan_place.c finds
 * room, plan_manifest.c writes the manifest, plan_seal.c hashes,
 * plan_segments.c hands out the result, elf_write.c writes it to a file.
 * stream.c hashes and writes at once.
 */
#ifndef PURGATORIO_PACK_PLAN_PLAN_H
#define PURGATORIO_PACK_PLAN_PLAN_H

#include "pack/image/purgatory_elf.h"
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
	/* For pg_plan_stream(): the content is these, one behind the other
	 * from 4-byte boundaries, and spec.content has no data but their
	 * size. NULL: it is spec.content. */
	const struct pg_bytes *pieces;
	size_t piece_count;
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
	bool relative;	     /* the manifest's addresses count from the
				purgatory */
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

/* And a part: what lies in the file only has none. */
static inline uint64_t pg_part_ranges(const struct pg_part_spec *spec)
{
	return spec->kind == PG_PART_FILE ? 0
					  : pg_range_count(spec->content.size);
}

/* plan_relative.c: turns the addresses of a sealed plan's @manifest into such
 * that count from the purgatory's @base. */
void pg_plan_relative(struct pg_manifest *manifest, uint64_t base);

/* Parts with content, by address: the order of the manifest. */
struct pg_plan_order {
	const struct pg_plan_part *part[PG_PARTS_MAX];
	size_t count;
};

/* The manifest of a placed plan, from malloc(3), in the host's byte order and
 * without digests, and the order of its parts. It was checked as the purgatory
 * will check it. */
enum pg_status pg_plan_manifest(const struct pg_plan *plan,
				struct pg_plan_order *order,
				struct pg_manifest **out,
				struct pg_error *error);

/* Image memory, then @manifest in the target's byte order and with its own
 * digest: now the plan is sealed. */
enum pg_status pg_plan_assemble(struct pg_plan *plan,
				const struct pg_manifest *manifest,
				struct pg_error *error);

/* A segment with what only the ELF file needs to know. */
struct pg_plan_piece {
	struct pg_segment segment;
	uint32_t elf_flags; /* PF_* */
};
#define PG_PLAN_PIECES_MAX (PG_PARTS_MAX + 1)

/* All segments of a sealed plan, sorted by address; returns how many. */
size_t pg_plan_pieces(const struct pg_plan *plan,
		      struct pg_plan_piece out[PG_PLAN_PIECES_MAX]);

/* Seals a placed plan and writes it as pg_plan_write_elf() does, in one pass
 * and a fixed amount of memory; files and progress are @options'. */
enum pg_status pg_plan_stream(struct pg_plan *plan,
			      const struct pg_pack_options *options,
			      const char *path, struct pg_error *error);

#endif
