/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture image, as a PE file, an ELF file or memory of s390x: its sections,
 * what `load` takes from them, and the image as `inspect` and `verify` read
 * it. Most of a file is zero, which costs as much as what is not: the input is
 * a row of literal bytes and zeros (tests/fuzz/sparse.h). */
#include "tests/fuzz/fuzz_look.h"

#include "pack/capture/capture.h"
#include "pack/formats/uki.h"
#include "pack/sections.h"
#include "tests/fuzz/sparse.h"

static void sections(struct pg_bytes file)
{
	struct pg_sections all;
	struct pg_error error;
	enum pg_status status = pg_sections_open(file, &all, &error);

	fuzz_error(status, &error);
	if (status != PG_OK)
		return;
	for (size_t i = 0; i < all.count; i++) {
		const struct pg_section section = pg_section_at(&all, i);

		fuzz_must(section.name[PG_SECTION_NAME_BYTES] == '\0');
		fuzz_must(section.content.data >= file.data &&
			  section.content.data + section.content.size <=
				  file.data + file.size);
	}
}

static void line(struct pg_bytes section)
{
	char *text = pg_uki_line(section);

	fuzz_must(text != NULL);
	for (const char *c = text; *c != '\0'; c++)
		fuzz_must((unsigned char)*c >= ' ' && *c != 0x7f);
	free(text);
}

static void uki(struct pg_bytes file)
{
	struct pg_error error;
	struct pg_uki found;
	enum pg_status status;

	if (!pg_uki_recognise(file))
		return;
	status = pg_uki_read(file, &found, &error);
	fuzz_error(status, &error);
	if (status != PG_OK)
		return;
	fuzz_touch(found.linux_image);
	fuzz_touch(found.dtb);
	fuzz_touch(found.ucode);
	fuzz_must(found.initrd_count <= PG_UKI_INITRDS_MAX);
	for (size_t i = 0; i < found.initrd_count; i++)
		fuzz_touch(found.initrds[i]);
	line(found.cmdline);
}

static void all(struct pg_bytes file)
{
	struct pg_kernel kernel;
	struct pg_error error;

	sections(file);
	uki(file);
	if (!pg_capture_recognise(file))
		return;
	fuzz_read_image(file);
	fuzz_kernel(pg_kernel_read(file, &kernel, &error), &kernel, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t bytes = sparse_expand(data, size, NULL);
	uint8_t *file;

	if (bytes < SELFMAG)
		return 0;
	file = malloc(bytes);
	fuzz_must(file != NULL);
	(void)sparse_expand(data, size, file);
	all((struct pg_bytes){file, bytes});
	free(file);
	return 0;
}
