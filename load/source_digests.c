/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Digests that a build host made, handed on to the plan. A part whose content
 * is one of the image's byte for byte is not hashed again: what changes behind
 * the build host's back, even while we load, is found when the purgatory
 * verifies. What is made of an image's bytes (a part of a file, a command line)
 * is hashed here; that it was made of the right bytes, the second look says.
 */
#include <stdlib.h>
#include <string.h>

#include "load/parts.h"

static enum pg_status carry(const struct pg_image *image, size_t part,
			    struct pg_plan *plan, size_t index,
			    struct pg_error *error)
{
	struct pg_part_view view = pg_image_part(image, part);
	uint8_t(*digests)[32] = calloc(view.range_count + 1, 32);
	enum pg_status status;

	if (!digests)
		return pg_fail(error, PG_E_NO_MEMORY, "image: out of memory");
	for (size_t i = 0; i < view.range_count; i++)
		memcpy(digests[i],
		       pg_image_range(image, view.first_range + i).sha256, 32);
	status = pg_plan_digests(plan, index, (const uint8_t(*)[32])digests,
				 view.range_count, view.sha256, error);
	free(digests);
	return status;
}

/* The part of @image whose content @content is, or SIZE_MAX. */
static size_t same(const struct pg_image *image, struct pg_bytes content)
{
	for (size_t i = 0; i < pg_image_part_count(image); i++) {
		const struct pg_part_view part = pg_image_part(image, i);

		if (part.kind != PG_PART_FILE &&
		    part.content.data == content.data &&
		    part.content.size == content.size)
			return i;
	}
	return SIZE_MAX;
}

enum pg_status pg_source_digests(const struct pg_source *source,
				 struct pg_plan *plan, size_t kernel_index,
				 size_t initrd_index, struct pg_error *error)
{
	size_t part = source->kernel_part;
	enum pg_status status = PG_OK;

	if (!source->image)
		return PG_OK;
	if (part == SIZE_MAX)
		part = same(source->image, source->kernel.image);
	if (part != SIZE_MAX)
		status = carry(source->image, part, plan, kernel_index, error);
	for (size_t i = 0; i < source->initrd_count && status == PG_OK; i++) {
		part = same(source->image, source->initrds[i].content);
		if (part != SIZE_MAX)
			status = carry(source->image, part, plan,
				       initrd_index + i, error);
	}
	return status;
}

enum pg_status pg_source_unchanged(const struct pg_source *source,
				   struct pg_error *error)
{
	struct pg_error why;

	if (!source->image || pg_image_verify(source->image, &why) == PG_OK)
		return PG_OK;
	return pg_fail(error, PG_E_MISMATCH,
		       "image: changed while it was loaded: %.400s", why.text);
}
