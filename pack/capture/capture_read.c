/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture image, read: one segment, at the address that is its offset in the
 * file; what stands in front of it is the head. */
#include <string.h>

#include "pack/capture/capture.h"
#include "pack/sections.h"
#include "purgatorio/image.h"

bool pg_capture_recognise(struct pg_bytes file)
{
	struct pg_sections sections;
	struct pg_error ignored;
	struct pg_bytes door;

	return file.size > SELFMAG &&
	       (memcmp(file.data, "MZ", 2) == 0 ||
		memcmp(file.data, ELFMAG, SELFMAG) == 0 ||
		pg_raw_recognise(file)) &&
	       pg_sections_open(file, &sections, &ignored) == PG_OK &&
	       pg_section_find(&sections, ".door", &door) &&
	       door.size > PG_IMAGE_PURGATORY + 24 &&
	       memcmp(door.data + PG_IMAGE_PURGATORY + PG_IMAGE_MAGIC_OFFSET,
		      PG_IMAGE_MAGIC, 8) == 0;
}

/* Sections lie one behind the other, from the door to the kernel or, on s390x,
 * from the kernel on. What stands in front of both, such as the names of the
 * sections, belongs to the head. */
static void measure(const struct pg_sections *sections, struct pg_bytes file,
		    struct pg_bytes door, struct pg_bytes kernel, size_t *start,
		    size_t *end)
{
	const uint8_t *first =
		door.data < kernel.data ? door.data : kernel.data;
	const uint8_t *last = first;

	for (size_t i = 0; i < sections->count; i++) {
		const struct pg_bytes content =
			pg_section_at(sections, i).content;

		if (content.data >= first && content.data + content.size > last)
			last = content.data + content.size;
	}
	*start = (size_t)(first - file.data);
	*end = (size_t)(last - file.data);
	/* Padding belongs to it; what a signer appends does not. */
	*end = (*end + PG_PAGE_BYTES - 1) & ~(size_t)(PG_PAGE_BYTES - 1);
}

enum pg_status pg_capture_read(struct pg_bytes file, struct pg_image *image,
			       struct pg_error *error)
{
	struct pg_bytes door, kernel, purgatory;
	uint64_t constant, memory;
	struct pg_sections sections;
	enum pg_status status = pg_sections_open(file, &sections, error);
	size_t start, end;

	if (status != PG_OK)
		return status;
	if (sections.arch == 0)
		return pg_fail(error, PG_E_ARCH,
			       "image: is for a machine that has none; make it "
			       "again");
	if (!pg_section_find(&sections, ".door", &door) ||
	    !pg_section_find(&sections, ".linux", &kernel) ||
	    door.size <= PG_IMAGE_PURGATORY)
		return pg_fail(error, PG_E_CORRUPT,
			       "image: has no .door and .linux; make it again");
	measure(&sections, file, door, kernel, &start, &end);
	if (start % PG_PAGE_BYTES != 0)
		return pg_fail(error, PG_E_CORRUPT,
			       "image: its first section begins at 0x%zx, "
			       "which is no page; make it again",
			       start);
	if (end > file.size)
		return pg_fail(error, PG_E_TRUNCATED,
			       "image: has %zu bytes and its sections end at "
			       "%zu; copy it again",
			       file.size, end);
	image->arch = sections.arch;
	purgatory = (struct pg_bytes){door.data + PG_IMAGE_PURGATORY,
				      door.size - PG_IMAGE_PURGATORY};
	status = pg_purgatory_header(purgatory.data, purgatory.size,
				     image->arch, &constant, &memory, error);
	if (status != PG_OK)
		return status;
	image->big = pg_arch_big_endian(sections.arch);
	image->file = file;
	image->head = (struct pg_bytes){file.data, start};
	/* Memory in front of the kernel: the log's. */
	if (sections.arch == PG_ARCH_S390X)
		image->segments[image->segment_count++] =
			(struct pg_segment){.memory_bytes = start};
	image->segments[image->segment_count++] =
		(struct pg_segment){.content = {file.data + start, end - start},
				    .address = start,
				    .memory_bytes = end - start};
	image->purgatory = (uint64_t)(purgatory.data - file.data);
	image->manifest_address = image->purgatory + memory;
	return PG_OK;
}

static const struct pg_segment *all_of(const struct pg_image *image)
{
	return &image->segments[image->segment_count - 1];
}

/* Each byte is like the one before it, and the first is zero. */
static bool all_zero(const uint8_t *at, uint64_t bytes)
{
	return bytes == 0 || (at[0] == 0 && memcmp(at, at + 1, bytes - 1) == 0);
}

static enum pg_status check_zero(const struct pg_image *image, uint64_t start,
				 uint64_t end, struct pg_error *error)
{
	const struct pg_segment *all = all_of(image);

	if (start >= end ||
	    all_zero(all->content.data + (start - all->address), end - start))
		return PG_OK;
	for (; start < end; start++)
		if (all->content.data[start - all->address] != 0)
			return pg_fail(error, PG_E_DIGEST,
				       "padding: the byte at 0x%llx, between "
				       "the parts, is not zero; copy or make "
				       "the image again",
				       (unsigned long long)start);
	return PG_OK;
}

enum pg_status pg_capture_gaps(const struct pg_image *image,
			       struct pg_error *error)
{
	const struct pg_segment *all = all_of(image);
	/* The purgatory and its manifest are two pieces among the ranges. */
	const struct pg_span own[] = {
		{image->purgatory, image->constant.size},
		{image->manifest_address, image->manifest_raw.size},
		{all->address + all->content.size, 0}};
	uint64_t at = all->address;
	enum pg_status status = PG_OK;
	size_t range = 0, piece = 0;

	while (status == PG_OK && piece < sizeof(own) / sizeof(*own)) {
		struct pg_span next = own[piece];

		if (range < pg_image_range_count(image) &&
		    pg_image_range(image, range).start < next.start) {
			const struct pg_range r = pg_image_range(image, range);

			next = (struct pg_span){r.start, r.bytes};
			range++;
		} else {
			piece++;
		}
		status = check_zero(image, at, next.start, error);
		at = pg_span_end(next);
	}
	return status;
}
