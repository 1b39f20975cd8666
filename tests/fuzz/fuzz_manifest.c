/* SPDX-License-Identifier: BSD-2-Clause */
/* A manifest in either byte order: read, judged, and written again as it was.
 * The first byte chooses order and architecture, the next 16 are the memory of
 * the image. */
#include "tests/fuzz/fuzz.h"

#include "pack/manifest/manifest_codec.h"
#include "purgatorio/check.h"

static void judge(const struct pg_manifest *manifest, uint32_t arch,
		  struct pg_span image)
{
	struct pg_check_place place = {NULL, 0, 0};
	enum pg_status status;

	status = pg_manifest_check(manifest, arch, image, &place);
	if (status == PG_OK) {
		/* What is promised about every manifest that passes. */
		const struct pg_range *ranges = pg_manifest_ranges(manifest);
		uint64_t end = 0;

		for (uint32_t i = 0; i < manifest->ranges.count; i++) {
			uint64_t start = pg_manifest_resolve(
				ranges[i].start, ranges[i].flags, image.start);

			fuzz_must(start >= end);
			end = start + ranges[i].bytes;
			fuzz_must(end > start);
			fuzz_must(ranges[i].part < manifest->parts.count);
		}
		return;
	}
	fuzz_must(place.what != NULL);
	fuzz_must(pg_status_name(status) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = {data, size};
	const uint8_t chosen = fuzz_u8(&in);
	const bool big = chosen & 1;
	struct pg_span image = {fuzz_u64(&in), fuzz_u64(&in)};
	struct pg_manifest *manifest = NULL;
	struct pg_error error;
	enum pg_status status;
	uint8_t *again;

	status = pg_manifest_read((struct pg_bytes){in.data, in.size}, big,
				  &manifest, &error);
	fuzz_error(status, &error);
	if (status != PG_OK)
		return 0;
	fuzz_must(manifest->bytes <= in.size);
	again = malloc(manifest->bytes);
	if (again != NULL)
		pg_manifest_write(manifest, big, again);
	free(again);
	judge(manifest, (chosen >> 1 & 3) + 1, image);
	free(manifest);
	return 0;
}
