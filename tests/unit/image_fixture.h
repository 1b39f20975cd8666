/* SPDX-License-Identifier: BSD-2-Clause */
/* Images of synthetic kernels, as bytes that a test may spoil. */
#ifndef PURGATORIO_TESTS_IMAGE_FIXTURE_H
#define PURGATORIO_TESTS_IMAGE_FIXTURE_H

#include <stdio.h>
#include <unistd.h>

#include "pack/image/image.h"
#include "pack/image/image_note.h"
#include "pack/plan/plan.h"
#include "tests/unit/synthetic.h"

#define WINDOW	     0x10000000ull
#define WINDOW_BYTES 0x4000000ull
#define INITRD_BYTES (2 * PG_RANGE_BYTES + 123)

#define EHDR(field)    offsetof(Elf64_Ehdr, field)
#define PHDR(i, field) (PE_PHDR(i) + offsetof(Elf64_Phdr, field))

/* Reads the file at @path into malloc(3) memory. */
static inline uint8_t *slurp(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	long end;

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	end = ftell(file);
	rewind(file);
	bytes = malloc((size_t)end);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, (size_t)end, file), end);
	fclose(file);
	*size = (size_t)end;
	return bytes;
}

static char path[64];

static inline uint8_t *pack_with(struct pg_pack_options *options, size_t *size)
{
	uint8_t *bzimage = make_bzimage();
	uint8_t *purgatory = make_purgatory(PG_ARCH_X86_64);
	struct pg_error error;

	options->kernel = bzimage_bytes(bzimage);
	options->purgatory_elf = purgatory_bytes(purgatory);
	if (options->window_bytes == 0) {
		options->window_start = WINDOW;
		options->window_bytes = WINDOW_BYTES;
	}
	expect_ok(pg_pack(options, path, &error), &error);
	free(bzimage);
	free(purgatory);
	return slurp(path, size);
}

/* An image with everything in it. */
static inline uint8_t *make_image(size_t *size)
{
	uint8_t *initrd = calloc(1, INITRD_BYTES);
	struct pg_bytes initrds[2] = {{initrd, INITRD_BYTES - 20},
				      {initrd + 5, 20}};
	struct pg_pack_options options = {
		.initrds = initrds,
		.initrd_count = 2,
		.command_line = "console=ttyS0",
		.console = {PG_CONSOLE_8250_PORT, 115200, 0x3f8, 1, 0},
		.backup_bytes = 640 * 1024};
	uint8_t *image;

	assert_non_null(initrd);
	for (size_t i = 0; i < INITRD_BYTES; i++)
		initrd[i] = (uint8_t)(i + i / 251);
	image = pack_with(&options, size);
	free(initrd);
	return image;
}

static inline struct pg_image *read_image(const uint8_t *file, size_t size)
{
	struct pg_error error;
	struct pg_image *image =
		pg_image_read((struct pg_bytes){file, size}, &error);

	if (image == NULL)
		print_error("%s\n", error.text);
	assert_non_null(image);
	return image;
}

static inline size_t find_part(const struct pg_image *image, const char *name)
{
	for (size_t i = 0; i < pg_image_part_count(image); i++)
		if (strcmp(pg_image_part(image, i).name, name) == 0)
			return i;
	fail_msg("no part %s", name);
	return 0;
}

/* Offset in the file of the content at @address. */
static inline size_t offset_of(const uint8_t *file, uint64_t address)
{
	for (size_t i = 0; i < pg_load_le16(file + 56); i++) {
		const uint8_t *p = file + PE_PHDR(i);
		uint64_t start = pg_load_le64(p + 24);

		if (pg_load_le32(p) == PT_LOAD && address >= start &&
		    address - start < pg_load_le64(p + 32))
			return pg_load_le64(p + 8) + (address - start);
	}
	fail_msg("no content");
	return 0;
}

/* Reads and verifies. PG_OK, or what either said. */
static inline enum pg_status judge(const uint8_t *file, size_t size,
				   struct pg_error *error)
{
	struct pg_image *image =
		pg_image_read((struct pg_bytes){file, size}, error);
	enum pg_status status;

	if (image == NULL)
		return error->status;
	status = pg_image_verify(image, error);
	pg_image_free(image);
	return status;
}

static inline int begin(void **state)
{
	int fd;

	(void)state;
	strcpy(path, "/tmp/pg-test-image-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static inline int end(void **state)
{
	(void)state;
	return unlink(path);
}

#endif
