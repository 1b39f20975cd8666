/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "pack/capture/capture.h"
#include "pack/image/image.h"
#include "pack/manifest/manifest_codec.h"
#include "purgatorio/sha256.h"

static enum pg_status verify_self(const struct pg_image *image,
				  struct pg_error *error)
{
	char expected[65], computed[65];
	uint8_t digest[32];

	pg_manifest_self_digest(image->constant, image->manifest_raw, digest);
	if (memcmp(digest, image->manifest->self_sha256, sizeof(digest)) == 0)
		return PG_OK;
	pg_hex(image->manifest->self_sha256, expected);
	pg_hex(digest, computed);
	return pg_fail(error, PG_E_SELF,
		       "purgatory and manifest at 0x%llx: expected SHA-256 %s, "
		       "computed %s; copy or make the image again",
		       (unsigned long long)image->purgatory, expected,
		       computed);
}

static enum pg_status wrong_range(const struct pg_image *image, size_t index,
				  const uint8_t computed[32],
				  struct pg_error *error)
{
	struct pg_range range = pg_image_range(image, index);
	const struct pg_part_view *part = &image->parts[range.part];
	char expected_hex[65], computed_hex[65];

	pg_hex(range.sha256, expected_hex);
	pg_hex(computed, computed_hex);
	return pg_fail(error, PG_E_DIGEST,
		       "%s: range %zu of %zu, 0x%llx-0x%llx: expected SHA-256 "
		       "%s, computed %s; copy or make the image again",
		       part->name, index - part->first_range + 1,
		       part->range_count, (unsigned long long)range.start,
		       (unsigned long long)(range.start + range.bytes - 1),
		       expected_hex, computed_hex);
}

static enum pg_status wrong_part(const struct pg_image *image, size_t index,
				 const uint8_t computed[32],
				 struct pg_error *error)
{
	const struct pg_part_view *part = &image->parts[index];
	char expected_hex[65], computed_hex[65];

	pg_hex(part->sha256, expected_hex);
	pg_hex(computed, computed_hex);
	return pg_fail(
		error, PG_E_DIGEST,
		"%s: as a whole, 0x%llx-0x%llx: expected SHA-256 %s, "
		"computed %s; make the image again",
		part->name, (unsigned long long)part->address,
		(unsigned long long)(part->address + part->content.size - 1),
		expected_hex, computed_hex);
}

/* One job per range, then one per part. */
static void ask(const struct pg_image *image, struct pg_sha256_job *jobs)
{
	for (size_t i = 0; i < pg_image_part_count(image); i++) {
		const struct pg_part_view *part = &image->parts[i];

		for (size_t k = 0; k < part->range_count; k++) {
			size_t index = part->first_range + k;
			struct pg_range range = pg_image_range(image, index);

			jobs[index] = (struct pg_sha256_job){
				.data = part->content.data +
					(range.start - part->address),
				.bytes = range.bytes};
		}
		if (part->kind == PG_PART_FILE)
			continue;
		jobs[pg_image_range_count(image) + i] =
			(struct pg_sha256_job){.data = part->content.data,
					       .bytes = part->content.size};
	}
}

static enum pg_status compare(const struct pg_image *image,
			      const struct pg_sha256_job *jobs,
			      struct pg_error *error)
{
	size_t ranges = pg_image_range_count(image);

	for (size_t i = 0; i < ranges; i++) {
		struct pg_range range = pg_image_range(image, i);

		if (memcmp(range.sha256, jobs[i].digest, 32) != 0)
			return wrong_range(image, i, jobs[i].digest, error);
	}
	for (size_t i = 0; i < pg_image_part_count(image); i++)
		if (image->parts[i].kind != PG_PART_FILE &&
		    memcmp(image->parts[i].sha256, jobs[ranges + i].digest,
			   32) != 0)
			return wrong_part(image, i, jobs[ranges + i].digest,
					  error);
	return PG_OK;
}

/* The head of a capture image, as it was before anyone signed it. */
static enum pg_status verify_head(const struct pg_image *image, size_t index,
				  struct pg_error *error)
{
	const struct pg_bytes head = image->head;
	uint8_t *copy = malloc(head.size + 1);
	uint8_t digest[32];
	struct pg_sha256 sha;

	if (copy == NULL)
		return pg_fail(error, PG_E_NO_MEMORY, "image: out of memory");
	memcpy(copy, head.data, head.size);
	pg_capture_mask(copy, head.size);
	pg_sha256_init(&sha, pg_host_features());
	pg_sha256_update(&sha, copy, head.size);
	pg_sha256_final(&sha, digest);
	free(copy);
	if (memcmp(digest, image->parts[index].sha256, sizeof(digest)) == 0)
		return PG_OK;
	return wrong_part(image, index, digest, error);
}

enum pg_status pg_image_verify(const struct pg_image *image,
			       struct pg_error *error)
{
	size_t count = pg_image_range_count(image) + pg_image_part_count(image);
	enum pg_status status = verify_self(image, error);
	struct pg_sha256_job *jobs;

	if (status != PG_OK)
		return status;
	jobs = calloc(count + 1, sizeof(*jobs));
	if (jobs == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "image: no memory to hash %zu ranges", count);
	ask(image, jobs);
	pg_sha256_many(jobs, count, pg_host_features());
	status = compare(image, jobs, error);
	free(jobs);
	for (size_t i = 0; status == PG_OK && i < pg_image_part_count(image);
	     i++)
		if (image->parts[i].kind == PG_PART_FILE)
			status = verify_head(image, i, error);
	if (status == PG_OK && image->head.size != 0)
		status = pg_capture_gaps(image, error);
	return status;
}
