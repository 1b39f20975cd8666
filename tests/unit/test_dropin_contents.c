/* SPDX-License-Identifier: BSD-2-Clause */
/* What the drop-ins say of a region's content: dropin/cpio.c, core.c and
 * contents.c, whose own source is included. Each span is allocated to the
 * byte, so that a read outside of it is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dropin/contents.c"
#include "dropin/core.c"
#include "dropin/cpio.c"

#define CORE_LOADS 3
#define CORE_BYTES 1024

static struct pg_dropin_name name;

const struct pg_dropin_name *pg_dropin_name(size_t region)
{
	(void)region;
	return &name;
}

uint64_t pg_dropin_known(const struct pg_request *request, uint64_t start,
			 uint64_t bytes)
{
	(void)request;
	(void)start;
	return bytes;
}

const char *pg_dropin_doubt_own(const struct pg_request *request, uint32_t kind,
				struct pg_span span, uint64_t *at)
{
	(void)request;
	(void)kind;
	(void)span;
	(void)at;
	return NULL;
}

/* The doubt about a copy of @bytes at @data that is of @kind in its first
 * @content bytes; its offset goes to *@offset. */
static const char *doubt(uint32_t kind, const uint8_t *data, size_t bytes,
			 size_t content, uint64_t *offset)
{
	struct pg_loader_region regions[PG_LOADER_REGIONS] = {{0, 0}};
	const struct pg_request request = {.regions = regions};
	uint8_t *copy = malloc(bytes);
	const char *text;
	uint64_t at = 0;

	assert_non_null(copy);
	memcpy(copy, data, bytes);
	regions[0].start = (uint64_t)(uintptr_t)copy;
	regions[0].bytes = bytes;
	name.kind = kind;
	name.content_bytes = content;
	text = pg_dropin_doubt(&request, 0, &at);
	*offset = at - regions[0].start;
	free(copy);
	return text;
}

static size_t add_file(uint8_t *archive, size_t at, const char *file,
		       size_t bytes)
{
	size_t end = at + (size_t)sprintf((char *)archive + at,
					  "070701%08x%08x%08x%08x%08x%08x%08x"
					  "%08x%08x%08x%08x%08x%08x%s",
					  1, 0x81a4, 0, 0, 1, 0,
					  (unsigned)bytes, 0, 0, 0, 0,
					  (unsigned)strlen(file) + 1, 0, file);

	end = (end + 1 + 3) & ~(size_t)3;
	memset(archive + end, 'x', bytes);
	return (end + bytes + 3) & ~(size_t)3;
}

static size_t make_archive(uint8_t archive[2048])
{
	size_t end;

	memset(archive, 0, 2048);
	end = add_file(archive, 0, "init", 301);
	end = add_file(archive, end, "etc/passwd", 10);
	return add_file(archive, end, "TRAILER!!!", 0);
}

static void test_archive(void **state)
{
	uint8_t archive[2048];
	const size_t bytes = make_archive(archive);
	uint64_t at;

	(void)state;
	assert_null(doubt(PG_PART_INITRD, archive, bytes, bytes, &at));
	/* Zeros, and a second archive, may follow. */
	assert_null(doubt(PG_PART_INITRD, archive, 2048, 2048, &at));
	memcpy(archive + 1024, archive, bytes);
	assert_null(doubt(PG_PART_INITRD, archive, 2048, 2048, &at));
	/* A compressed one behind it says nothing. */
	memcpy(archive + 1024, "\x28\xb5\x2f\xfd random", 12);
	assert_null(doubt(PG_PART_INITRD, archive, 2048, 2048, &at));
}

/* Every bit of a header, of a name's end and of padding: told, but where the
 * number is another good one. */
static void test_archive_damaged(void **state)
{
	uint8_t archive[2048];
	const size_t bytes = make_archive(archive);
	uint64_t at;

	(void)state;
	archive[8] ^= 0x80;
	assert_non_null(doubt(PG_PART_INITRD, archive, bytes, bytes, &at));
	assert_int_equal(at, 6);
	make_archive(archive);
	archive[54 + 2] = '7'; /* a file of 1.8 GB */
	assert_non_null(doubt(PG_PART_INITRD, archive, bytes, bytes, &at));
	make_archive(archive);
	archive[94 + 7] = '0'; /* a name of no bytes */
	assert_non_null(doubt(PG_PART_INITRD, archive, bytes, bytes, &at));
	make_archive(archive);
	archive[110 + 4] = 1; /* the name's NUL */
	assert_non_null(doubt(PG_PART_INITRD, archive, bytes, bytes, &at));
	make_archive(archive);
	archive[116 + 301] = 1; /* padding behind the file */
	assert_non_null(doubt(PG_PART_INITRD, archive, bytes, bytes, &at));
	assert_int_equal(at, 116 + 301);
	make_archive(archive);
	/* The file's end is missing. */
	assert_non_null(doubt(PG_PART_INITRD, archive, 366, 366, &at));
	assert_int_equal(at, 116);
}

static void test_archive_of_any_bytes(void **state)
{
	uint8_t archive[2048];
	const size_t bytes = make_archive(archive);
	uint64_t at;

	(void)state;
	for (size_t cut = 0; cut < bytes; cut++)
		(void)doubt(PG_PART_INITRD, archive, bytes - cut, bytes - cut,
			    &at);
	for (size_t i = 0; i < bytes * 8; i++) {
		archive[i / 8] ^= (uint8_t)(1u << i % 8);
		(void)doubt(PG_PART_INITRD, archive, bytes, bytes, &at);
		archive[i / 8] ^= (uint8_t)(1u << i % 8);
	}
}

static void make_core(uint8_t core[CORE_BYTES])
{
	const struct header header = {.ident = {0x7f, 'E', 'L', 'F', 2, 1, 1},
				      .type = TYPE_CORE,
				      .version = 1,
				      .phoff = EHDR_BYTES,
				      .ehsize = EHDR_BYTES,
				      .phentsize = PHDR_BYTES,
				      .phnum = 1 + CORE_LOADS};
	struct segment segment = {.type = SEGMENT_NOTE,
				  .offset = 0x1000,
				  .paddr = 0x1000,
				  .filesz = 0x100,
				  .memsz = 0x100};

	memset(core, 0, CORE_BYTES);
	memcpy(core, &header, sizeof(header));
	memcpy(core + EHDR_BYTES, &segment, sizeof(segment));
	for (unsigned i = 0; i < CORE_LOADS; i++) {
		segment = (struct segment){.type = SEGMENT_LOAD,
					   .offset = i << 20,
					   .paddr = i << 20,
					   .vaddr = 0xffff888000000000 +
						    (i << 20),
					   .filesz = 1 << 20,
					   .memsz = 1 << 20};
		memcpy(core + EHDR_BYTES + (i + 1) * PHDR_BYTES, &segment,
		       sizeof(segment));
	}
}

static void test_core(void **state)
{
	const size_t second = EHDR_BYTES + 2 * PHDR_BYTES;
	uint8_t core[CORE_BYTES];
	uint64_t at;
	/* Of the second load: its type, its size, its address. */
	const size_t damaged[] = {16, 40, second, second + 32, second + 17};

	(void)state;
	make_core(core);
	assert_null(
		doubt(PG_PART_ELFCOREHDR, core, CORE_BYTES, CORE_BYTES, &at));
	for (size_t i = 0; i < sizeof(damaged) / sizeof(*damaged); i++) {
		make_core(core);
		core[damaged[i]] ^= 2;
		assert_non_null(doubt(PG_PART_ELFCOREHDR, core, CORE_BYTES,
				      CORE_BYTES, &at));
	}
	make_core(core);
	core[CORE_BYTES - 1] = 1;
	assert_non_null(
		doubt(PG_PART_ELFCOREHDR, core, CORE_BYTES, CORE_BYTES, &at));
	assert_int_equal(at, CORE_BYTES - 1);
	for (size_t cut = 1; cut < CORE_BYTES; cut++)
		(void)doubt(PG_PART_ELFCOREHDR, core, CORE_BYTES - cut,
			    CORE_BYTES - cut, &at);
}

static void test_zeros_and_command_line(void **state)
{
	uint8_t data[256] = "console=ttyS0 quiet";
	uint64_t at;

	(void)state;
	assert_null(doubt(PG_PART_CMDLINE, data, 256, 256, &at));
	data[3] = 0x83;
	assert_non_null(doubt(PG_PART_CMDLINE, data, 256, 256, &at));
	assert_int_equal(at, 3);
	data[3] = 's';
	data[200] = 1;
	assert_non_null(doubt(PG_PART_CMDLINE, data, 256, 256, &at));
	assert_int_equal(at, 200);
	assert_null(doubt(PG_PART_KERNEL, data, 256, 201, &at));
	assert_non_null(doubt(PG_PART_KERNEL, data, 256, 200, &at));
	assert_int_equal(at, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_archive),
		cmocka_unit_test(test_archive_damaged),
		cmocka_unit_test(test_archive_of_any_bytes),
		cmocka_unit_test(test_core),
		cmocka_unit_test(test_zeros_and_command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
