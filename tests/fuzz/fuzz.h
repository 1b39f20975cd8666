/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzz targets share. One program per reader: fuzz_<reader>.c, whose
 * function libFuzzer calls with bytes that nobody has looked at. They lie in
 * memory of exactly their size, so that ASan sees each step beyond it.
 */
#ifndef PURGATORIO_TESTS_FUZZ_H
#define PURGATORIO_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "purgatorio/byteorder.h"
#include "purgatorio/purgatorio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise of the header that was not kept: as bad as a step beyond the
 * end. */
static inline void fuzz_must(bool kept)
{
	if (!kept)
		abort();
}

/* An error is one line, and carries the status that was returned. */
static inline void fuzz_error(enum pg_status status,
			      const struct pg_error *error)
{
	if (status == PG_OK)
		return;
	fuzz_must(error->status == status);
	fuzz_must(memchr(error->text, '\0', sizeof(error->text)) != NULL);
	fuzz_must(strchr(error->text, '\n') == NULL);
	fuzz_must(error->text[0] != '\0');
}

/* Every byte of @bytes can be read: ASan looks at all that memcmp(3) would. */
static inline void fuzz_touch(struct pg_bytes bytes)
{
	const uint8_t *again = bytes.data;

	__asm__ volatile("" : "+r"(again)); /* not the same, for all we know */
	fuzz_must(bytes.size == 0 ||
		  memcmp(bytes.data, again, bytes.size) == 0);
}

/* What a reader says of a kernel can be relied on. */
static inline void fuzz_kernel(enum pg_status status, struct pg_kernel *kernel,
			       const struct pg_error *error)
{
	fuzz_error(status, error);
	if (status != PG_OK)
		return;
	fuzz_must(kernel->image.size > 0);
	fuzz_must(kernel->memory_bytes >= kernel->image.size);
	fuzz_must(kernel->alignment != 0);
	fuzz_must((kernel->alignment & (kernel->alignment - 1)) == 0);
	fuzz_must(memchr(kernel->release, '\0', sizeof(kernel->release)) !=
		  NULL);
	fuzz_touch(kernel->image);
	fuzz_touch(kernel->setup_header);
	fuzz_touch(kernel->head);
	pg_kernel_free(kernel);
}

/* The next @bytes of input, or zeros where it has ended. */
struct fuzz_input {
	const uint8_t *data;
	size_t size;
};

static inline void fuzz_take(struct fuzz_input *in, void *out, size_t bytes)
{
	const size_t some = bytes < in->size ? bytes : in->size;

	memset(out, 0, bytes);
	if (some != 0)
		memcpy(out, in->data, some);
	in->data += some;
	in->size -= some;
}

static inline uint64_t fuzz_u64(struct fuzz_input *in)
{
	uint8_t bytes[8];

	fuzz_take(in, bytes, sizeof(bytes));
	return pg_load_le64(bytes);
}

static inline uint8_t fuzz_u8(struct fuzz_input *in)
{
	uint8_t byte;

	fuzz_take(in, &byte, 1);
	return byte;
}

/* The rest of the input as a string of its own, to be free(3)d. */
static inline char *fuzz_string(struct fuzz_input *in)
{
	char *text = malloc(in->size + 1);

	if (text == NULL)
		abort();
	if (in->size != 0)
		memcpy(text, in->data, in->size);
	text[in->size] = '\0';
	in->data += in->size;
	in->size = 0;
	return text;
}

#endif
