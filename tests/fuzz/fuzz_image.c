/* SPDX-License-Identifier: BSD-2-Clause */
/* An image of `pack`: read, hashed, shown. What is shown of one that is
 * hostile must be one line for each fact, and no control character. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>

static FILE *nowhere;

static void look(const struct pg_image *image)
{
	struct pg_error error;
	size_t i;

	for (i = 0; i < pg_image_segment_count(image); i++)
		fuzz_touch(pg_image_segment(image, i).content);
	for (i = 0; i < pg_image_part_count(image); i++)
		fuzz_touch(pg_image_part(image, i).content);
	for (i = 0; i < pg_image_range_count(image); i++)
		(void)pg_image_range(image, i);
	for (i = 0; i < pg_image_fill_count(image); i++)
		(void)pg_image_fill(image, i);
	for (i = 0; i < pg_image_copy_count(image); i++)
		(void)pg_image_copy(image, i);
	fuzz_error(pg_image_verify(image, &error), &error);
	fuzz_error(pg_image_print(image, nowhere, &error), &error);
	fuzz_error(pg_image_print_json(image, nowhere, &error), &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_error error = {PG_OK, ""};
	struct pg_image *image;

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	fuzz_must(nowhere != NULL);
	image = pg_image_read((struct pg_bytes){data, size}, &error);
	if (image == NULL) {
		fuzz_must(error.status != PG_OK);
		fuzz_error(error.status, &error);
		return 0;
	}
	look(image);
	pg_image_free(image);
	return 0;
}
