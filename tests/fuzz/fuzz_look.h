/* SPDX-License-Identifier: BSD-2-Clause */
/* All that can be asked of an image. */
#ifndef PURGATORIO_TESTS_FUZZ_LOOK_H
#define PURGATORIO_TESTS_FUZZ_LOOK_H

#include <stdio.h>

#include "tests/fuzz/fuzz.h"

static inline FILE *fuzz_nowhere(void)
{
	static FILE *nowhere;

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	fuzz_must(nowhere != NULL);
	return nowhere;
}

static inline void fuzz_look(const struct pg_image *image)
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
	fuzz_error(pg_image_print(image, fuzz_nowhere(), &error), &error);
	fuzz_error(pg_image_print_json(image, fuzz_nowhere(), &error), &error);
}

static inline void fuzz_read_image(struct pg_bytes file)
{
	struct pg_error error = {PG_OK, ""};
	struct pg_image *image = pg_image_read(file, &error);

	if (image == NULL) {
		fuzz_must(error.status != PG_OK);
		fuzz_error(error.status, &error);
		return;
	}
	fuzz_look(image);
	pg_image_free(image);
}

#endif
