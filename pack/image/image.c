/* SPDX-License-Identifier: BSD-2-Clause */
#include "pack/image/image.h"

#include <stdlib.h>
#include <string.h>

#include "pack/capture/capture.h"
#include "pack/image/purgatory_elf.h"
#include "pack/manifest/manifest_codec.h"
#include "purgatorio/check.h"

bool pg_image_bytes(const struct pg_image *image, uint64_t start,
		    uint64_t bytes, struct pg_bytes *out)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct pg_segment *s = &image->segments[i];

		if (start < s->address ||
		    start - s->address > s->content.size ||
		    bytes > s->content.size - (start - s->address))
			continue;
		out->data = s->content.data + (start - s->address);
		out->size = (size_t)bytes;
		return true;
	}
	return false;
}

/* Is [@start, +@bytes) memory of one segment? */
static bool is_memory(const struct pg_image *image, uint64_t start,
		      uint64_t bytes)
{
	struct pg_span span;

	if (!pg_span_make(start, bytes, &span))
		return false;
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct pg_segment *s = &image->segments[i];

		if (pg_span_contains(
			    (struct pg_span){s->address, s->memory_bytes},
			    span))
			return true;
	}
	return false;
}

/* All content from @start to the end of its segment's. */
static bool rest_of_segment(const struct pg_image *image, uint64_t start,
			    struct pg_bytes *out)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct pg_segment *s = &image->segments[i];

		if (start >= s->address && start - s->address < s->content.size)
			return pg_image_bytes(
				image, start,
				s->content.size - (start - s->address), out);
	}
	return false;
}

/* The purgatory, and behind its memory the manifest. */
static enum pg_status read_purgatory(struct pg_image *image,
				     struct pg_error *error)
{
	struct pg_bytes rest;
	uint64_t constant;
	enum pg_status status;

	if (!rest_of_segment(image, image->purgatory, &rest))
		return pg_fail(error, PG_E_CORRUPT,
			       "image: the purgatory at 0x%llx lies outside of "
			       "all segments; make it again",
			       (unsigned long long)image->purgatory);
	status = pg_purgatory_header(rest.data, rest.size, image->arch,
				     &constant, &image->image_memory_bytes,
				     error);
	if (status != PG_OK)
		return status;
	image->constant = (struct pg_bytes){rest.data, (size_t)constant};
	if (image->manifest_address - image->purgatory !=
	    image->image_memory_bytes)
		return pg_fail(error, PG_E_CORRUPT,
			       "image: the manifest at 0x%llx does not follow "
			       "the purgatory; make it again",
			       (unsigned long long)image->manifest_address);
	if (!rest_of_segment(image, image->manifest_address, &rest))
		return pg_fail(error, PG_E_TRUNCATED,
			       "image: the manifest at 0x%llx lies outside of "
			       "all segments; make or copy it again",
			       (unsigned long long)image->manifest_address);
	status = pg_manifest_read(rest, image->big, &image->manifest, error);
	if (status != PG_OK)
		return status;
	image->manifest_raw =
		(struct pg_bytes){rest.data, image->manifest->bytes};
	return PG_OK;
}

static enum pg_status check_manifest(const struct pg_image *image,
				     struct pg_error *error)
{
	struct pg_span span = {image->purgatory, image->image_memory_bytes};
	struct pg_check_place place = {"", 0, 0};
	enum pg_status status =
		pg_manifest_check(image->manifest, image->arch, span, &place);

	if (status == PG_OK)
		return PG_OK;
	return pg_fail(error, status,
		       "image: manifest: %s (%s[%u], 0x%llx); make it again",
		       pg_status_cause(status), place.what, place.index,
		       (unsigned long long)place.value);
}

static void resolve(const struct pg_image *image, uint64_t *address,
		    uint32_t *flags, uint32_t flag)
{
	if (!(*flags & flag))
		return;
	*address += image->purgatory;
	*flags &= ~flag;
}

/* From here on, every address of the manifest is absolute. The digest over it
 * is made of the file's bytes, not of these. */
static void resolve_all(struct pg_image *image)
{
	struct pg_manifest *m = image->manifest;
	struct pg_handoff *handoff = &m->handoff;
	struct pg_range *ranges = (void *)(uintptr_t)pg_manifest_ranges(m);
	struct pg_fill *fills = (void *)(uintptr_t)pg_manifest_fills(m);
	struct pg_copy *copies = (void *)(uintptr_t)pg_manifest_copies(m);

	for (size_t i = 0; i < m->ranges.count; i++)
		resolve(image, &ranges[i].start, &ranges[i].flags, PG_RELATIVE);
	for (size_t i = 0; i < m->fills.count; i++)
		resolve(image, &fills[i].start, &fills[i].flags, PG_RELATIVE);
	for (size_t i = 0; i < m->copies.count; i++)
		resolve(image, &copies[i].destination, &copies[i].flags,
			PG_RELATIVE);
	resolve(image, &m->log.start, &m->log.flags, PG_RELATIVE);
	resolve(image, &handoff->entry, &handoff->flags, PG_RELATIVE);
	for (unsigned i = 0; i < 4; i++)
		resolve(image, &handoff->args[i], &handoff->flags,
			PG_HANDOFF_ARG_RELATIVE(i));
}

/* What lies in front of a capture image's segment, and is never loaded. */
static enum pg_status gather_head(const struct pg_image *image,
				  const struct pg_part *part,
				  struct pg_part_view *view,
				  struct pg_error *error)
{
	view->content = image->head;
	if (part->bytes != image->head.size)
		return pg_fail(error, PG_E_CORRUPT,
			       "image: %s: has 0x%llx bytes, and the file has "
			       "0x%zx; make it again",
			       part->name, (unsigned long long)part->bytes,
			       image->head.size);
	return PG_OK;
}

/* A part's ranges stand together, in the order of its bytes, and cover it. */
static enum pg_status gather_part(struct pg_image *image, uint32_t index,
				  size_t *next, struct pg_error *error)
{
	const struct pg_part *part = &pg_manifest_parts(image->manifest)[index];
	struct pg_part_view *view = &image->parts[index];
	uint64_t bytes = 0;

	*view = (struct pg_part_view){.name = part->name,
				      .kind = part->kind,
				      .sha256 = part->sha256,
				      .first_range = *next};
	if (part->kind == PG_PART_FILE)
		return gather_head(image, part, view, error);
	for (; *next < image->manifest->ranges.count; (*next)++) {
		struct pg_range range = pg_image_range(image, *next);

		if (range.part != index)
			break;
		if (bytes == 0)
			view->address = range.start;
		if (range.start != view->address + bytes ||
		    bytes % PG_RANGE_BYTES != 0 || range.bytes > PG_RANGE_BYTES)
			return pg_fail(
				error, PG_E_CORRUPT,
				"image: %s: range %zu at 0x%llx does not "
				"follow the one before; make it again",
				part->name, *next - view->first_range,
				(unsigned long long)range.start);
		bytes += range.bytes;
		view->range_count++;
	}
	if (bytes != part->bytes || bytes == 0)
		return pg_fail(error, PG_E_CORRUPT,
			       "image: %s: its ranges have 0x%llx bytes and it "
			       "has 0x%llx; make it again",
			       part->name, (unsigned long long)bytes,
			       (unsigned long long)part->bytes);
	if (!pg_image_bytes(image, view->address, bytes, &view->content))
		return pg_fail(error, PG_E_CORRUPT,
			       "image: %s: 0x%llx bytes at 0x%llx are not in "
			       "one segment; make it again",
			       part->name, (unsigned long long)bytes,
			       (unsigned long long)view->address);
	return PG_OK;
}

static enum pg_status gather_parts(struct pg_image *image,
				   struct pg_error *error)
{
	enum pg_status status;
	size_t next = 0;

	for (uint32_t i = 0; i < image->manifest->parts.count; i++) {
		status = gather_part(image, i, &next, error);
		if (status != PG_OK)
			return status;
	}
	if (next != image->manifest->ranges.count)
		return pg_fail(error, PG_E_CORRUPT,
			       "image: range %zu belongs to a part that came "
			       "before; make it again",
			       next);
	return PG_OK;
}

/* What the purgatory writes lies in memory that the image claims. */
static enum pg_status check_writes(const struct pg_image *image,
				   struct pg_error *error)
{
	const struct pg_manifest *m = image->manifest;

	for (size_t i = 0; i < m->fills.count; i++) {
		struct pg_fill fill = pg_image_fill(image, i);

		if (!is_memory(image, fill.start, fill.bytes))
			return pg_fail(error, PG_E_CORRUPT,
				       "image: fill %zu at 0x%llx leaves the "
				       "segments; make it again",
				       i, (unsigned long long)fill.start);
	}
	for (size_t i = 0; i < m->copies.count; i++) {
		struct pg_copy copy = pg_image_copy(image, i);

		if (!is_memory(image, copy.destination, copy.bytes))
			return pg_fail(error, PG_E_CORRUPT,
				       "image: copy %zu to 0x%llx leaves the "
				       "segments; make it again",
				       i, (unsigned long long)copy.destination);
	}
	if (m->log.bytes != 0 && !is_memory(image, m->log.start, m->log.bytes))
		return pg_fail(error, PG_E_CORRUPT,
			       "image: the log at 0x%llx leaves the segments; "
			       "make it again",
			       (unsigned long long)m->log.start);
	return PG_OK;
}

static bool holds(const struct pg_segment *segment, uint64_t address)
{
	return address >= segment->address &&
	       address - segment->address < segment->memory_bytes;
}

/* Program headers have no names: what lies in a segment names it. */
static void name_segments(struct pg_image *image)
{
	const struct pg_manifest *m = image->manifest;

	for (size_t i = 0; i < image->segment_count; i++) {
		struct pg_segment *segment = &image->segments[i];

		for (size_t k = 0; k < m->copies.count; k++)
			if (holds(segment, pg_image_copy(image, k).destination))
				segment->name = "backup";
		if (m->log.bytes != 0 && holds(segment, m->log.start))
			segment->name = "log";
		for (size_t k = 0; k < m->parts.count; k++)
			if (holds(segment, image->parts[k].address))
				segment->name = image->parts[k].name;
		if (holds(segment, image->purgatory))
			segment->name =
				image->head.size != 0 ? "image" : "purgatory";
	}
}

struct pg_image *pg_image_read(struct pg_bytes file, struct pg_error *error)
{
	struct pg_image *image = calloc(1, sizeof(*image));
	enum pg_status status;

	if (image == NULL) {
		pg_fail(error, PG_E_NO_MEMORY, "image: out of memory");
		return NULL;
	}
	status = pg_capture_recognise(file)
			 ? pg_capture_read(file, image, error)
			 : pg_image_read_elf(file, image, error);
	if (status == PG_OK)
		status = read_purgatory(image, error);
	if (status == PG_OK)
		status = check_manifest(image, error);
	if (status == PG_OK)
		resolve_all(image);
	if (status == PG_OK)
		status = gather_parts(image, error);
	if (status == PG_OK)
		status = check_writes(image, error);
	if (status != PG_OK) {
		pg_image_free(image);
		return NULL;
	}
	name_segments(image);
	return image;
}

void pg_image_free(struct pg_image *image)
{
	if (image == NULL)
		return;
	free(image->manifest);
	free(image);
}
