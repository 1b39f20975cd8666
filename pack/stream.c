/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A placed plan, sealed and written in one pass: each content is read once,
 * into one of a few windows, hashed there and written from there. Manifest and
 * headers, which need the digests, come last.
 */
#include <stdlib.h>
#include <string.h>

#include "pack/image/elf_write.h"
#include "pack/pieces.h"
#include "pack/whole.h"

/* One has ranges for every lane that there is, several times, and fits into
 * caches. */
#define WINDOW_BYTES  (2u << 20)
#define WINDOW_RANGES (WINDOW_BYTES / PG_RANGE_BYTES)
/* One is filled while the others are in the queue of the thread. */
#define WINDOWS (PG_WHOLE_QUEUE + 1)

_Static_assert(WINDOW_BYTES % PG_RANGE_BYTES == 0, "windows cut ranges");

struct stream {
	const struct pg_pack_options *options;
	struct pg_output output;
	struct pg_elf_file file;
	struct pg_whole whole;
	uint8_t *windows; /* used by turns */
	unsigned turn;
	uint64_t done, total; /* bytes of content */
};

/* The digests of a window's ranges, the first of which is *@range. */
static void hash_ranges(struct pg_bytes window, struct pg_range *range)
{
	struct pg_sha256_job jobs[WINDOW_RANGES];
	size_t count = (size_t)pg_range_count(window.size);

	for (size_t i = 0; i < count; i++)
		jobs[i] = (struct pg_sha256_job){.data = window.data +
							 i * PG_RANGE_BYTES,
						 .bytes = range[i].bytes};
	pg_sha256_many(jobs, count, pg_host_features());
	for (size_t i = 0; i < count; i++)
		memcpy(range[i].sha256, jobs[i].digest, PG_SHA256_BYTES);
}

/* What a build host hashed keeps the build host's digests. */
static void use_given(const struct pg_plan_part *part, struct pg_part *entry,
		      struct pg_range *range)
{
	for (size_t i = 0; i < part->digest_count; i++)
		memcpy(range[i].sha256, part->digests[i], PG_SHA256_BYTES);
	memcpy(entry->sha256, part->whole, PG_SHA256_BYTES);
}

/* The next window of @part, from @offset on; its digests. */
static enum pg_status take_window(struct stream *s,
				  const struct pg_plan_part *part,
				  uint64_t offset, struct pg_range *range,
				  struct pg_bytes *out, struct pg_error *error)
{
	const uint64_t left = part->spec.content.size - offset;
	const size_t bytes = left < WINDOW_BYTES ? (size_t)left : WINDOW_BYTES;
	uint8_t *window = s->windows + (size_t)s->turn * WINDOW_BYTES;
	enum pg_status status =
		pg_pieces_read(part, s->options, offset, bytes, window, error);

	if (status != PG_OK)
		return status;
	/* The next one is free when pg_whole_add() returns. */
	s->turn = (s->turn + 1) % WINDOWS;
	*out = (struct pg_bytes){window, bytes};
	if (part->digests != NULL)
		return PG_OK;
	if (part->spec.content.size > PG_RANGE_BYTES)
		pg_whole_add(&s->whole, *out);
	hash_ranges(*out, range);
	return PG_OK;
}

static enum pg_status stream_part(struct stream *s,
				  const struct pg_plan_part *part,
				  struct pg_part *entry, struct pg_range *range,
				  struct pg_error *error)
{
	const uint64_t at = pg_elf_file_offset(&s->file, part->span.start);
	const uint64_t size = part->spec.content.size;
	enum pg_status status = PG_OK;
	struct pg_bytes window;

	pg_whole_begin(&s->whole);
	for (uint64_t offset = 0; offset < size; offset += window.size) {
		status = take_window(s, part, offset,
				     range + offset / PG_RANGE_BYTES, &window,
				     error);
		if (status == PG_OK)
			status = pg_output_write(&s->output, at + offset,
						 window, error);
		if (status != PG_OK)
			return status;
		s->done += window.size;
		if (s->options->progress != NULL)
			s->options->progress(s->options->progress_context,
					     s->done, s->total);
	}
	if (part->digests != NULL)
		use_given(part, entry, range);
	else if (size <= PG_RANGE_BYTES)
		memcpy(entry->sha256, range->sha256, PG_SHA256_BYTES);
	else
		pg_whole_end(&s->whole, entry->sha256);
	return PG_OK;
}

static enum pg_status stream_parts(struct stream *s,
				   const struct pg_plan_order *order,
				   struct pg_manifest *manifest,
				   struct pg_error *error)
{
	struct pg_part *entry =
		(void *)((uint8_t *)manifest + manifest->parts.offset);
	struct pg_range *range =
		(void *)((uint8_t *)manifest + manifest->ranges.offset);
	enum pg_status status = PG_OK;

	for (size_t i = 0; i < order->count; i++)
		s->total += order->part[i]->spec.content.size;
	pg_whole_start(&s->whole, s->total);
	for (size_t i = 0; i < order->count && status == PG_OK; i++) {
		status =
			stream_part(s, order->part[i], entry + i, range, error);
		range += pg_range_count(order->part[i]->spec.content.size);
	}
	pg_whole_stop(&s->whole);
	return status;
}

/* The parts, then what says their digests. */
static enum pg_status write_all(struct stream *s, struct pg_plan *plan,
				const struct pg_plan_order *order,
				struct pg_manifest *manifest,
				struct pg_error *error)
{
	enum pg_status status;

	plan->sealed_bytes =
		(size_t)plan->purgatory.memory_bytes + manifest->bytes;
	pg_elf_file_plan(plan, &s->file);
	status = stream_parts(s, order, manifest, error);
	if (status == PG_OK)
		status = pg_plan_assemble(plan, manifest, error);
	if (status == PG_OK)
		status = pg_output_write(
			&s->output,
			pg_elf_file_offset(&s->file,
					   plan->purgatory_span.start),
			(struct pg_bytes){plan->sealed, plan->sealed_bytes},
			error);
	if (status == PG_OK)
		status = pg_elf_file_head(&s->file, plan, &s->output, error);
	return status;
}

enum pg_status pg_plan_stream(struct pg_plan *plan,
			      const struct pg_pack_options *options,
			      const char *path, struct pg_error *error)
{
	struct stream s = {.options = options};
	struct pg_manifest *manifest;
	struct pg_plan_order order;
	enum pg_status status =
		pg_plan_manifest(plan, &order, &manifest, error);

	if (status != PG_OK)
		return status;
	s.windows = malloc(WINDOWS * (size_t)WINDOW_BYTES);
	if (s.windows == NULL)
		status = pg_fail(error, PG_E_NO_MEMORY,
				 "%s: no memory to write it", path);
	else
		status = pg_output_open(path, 0644, &s.output, error);
	if (status == PG_OK) {
		status = write_all(&s, plan, &order, manifest, error);
		if (status == PG_OK)
			status = pg_output_commit(&s.output, error);
		else
			pg_output_drop(&s.output);
	}
	free(s.windows);
	free(manifest);
	return status;
}
