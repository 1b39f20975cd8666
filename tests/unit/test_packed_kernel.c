/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_kernel_read(): kernels packed inside of other files. */
#include "tests/unit/arm64_image.h"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "pack/formats/compressed.h"

static struct pg_kernel kernel;
static struct pg_error error;

/* ------------------------------------------------------- compression -- */

static const enum pg_compression kinds[] = {
	PG_COMPRESSION_GZIP, PG_COMPRESSION_XZ, PG_COMPRESSION_ZSTD};

static struct pg_bytes squeeze(enum pg_compression kind, struct pg_bytes from)
{
	size_t room = from.size + 65536, bytes = 0;
	uint8_t *out = malloc(room);

	assert_non_null(out);
	if (kind == PG_COMPRESSION_XZ) {
		assert_int_equal(lzma_easy_buffer_encode(
					 6, LZMA_CHECK_CRC32, NULL, from.data,
					 from.size, out, &bytes, room),
				 LZMA_OK);
	} else if (kind == PG_COMPRESSION_ZSTD) {
		ZSTD_CCtx *context = ZSTD_createCCtx();

		/* As zstd(1) does. */
		ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
		bytes = ZSTD_compress2(context, out, room, from.data,
				       from.size);
		assert_false(ZSTD_isError(bytes));
		ZSTD_freeCCtx(context);
	} else {
		z_stream stream = {.avail_in = (uInt)from.size,
				   .avail_out = (uInt)room,
				   .next_out = out};

		stream.next_in = (void *)(uintptr_t)from.data;
		assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16,
					      8, Z_DEFAULT_STRATEGY),
				 Z_OK);
		assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
		bytes = stream.total_out;
		deflateEnd(&stream);
	}
	/* Exactly so long, for ASan. */
	out = realloc(out, bytes);
	assert_non_null(out);
	return (struct pg_bytes){out, bytes};
}

static void drop(struct pg_bytes bytes)
{
	free((void *)(uintptr_t)bytes.data);
}

static void test_compressed(void **state)
{
	uint8_t *image = make_image();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct pg_bytes file = squeeze(kinds[i], bytes_of(image));

		assert_int_equal(pg_compression_of(file), kinds[i]);
		expect_ok(pg_kernel_read(file, &kernel, &error), &error);
		assert_int_equal(kernel.image.size, IMAGE_BYTES);
		assert_memory_equal(kernel.image.data, image, IMAGE_BYTES);
		assert_non_null(kernel.owned);
		pg_kernel_free(&kernel);
		drop(file);
	}
	free(image);
}

/* x86's kernels may come that way too. */
static void test_compressed_bzimage(void **state)
{
	uint8_t *image = make_bzimage();
	struct pg_bytes file =
		squeeze(PG_COMPRESSION_GZIP, bzimage_bytes(image));

	(void)state;
	expect_ok(pg_kernel_read(file, &kernel, &error), &error);
	assert_int_equal(kernel.arch, PG_ARCH_X86_64);
	pg_kernel_free(&kernel);
	drop(file);
	free(image);
}

static void test_compressed_cut(void **state)
{
	uint8_t *image = make_image();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct pg_bytes file = squeeze(kinds[i], bytes_of(image));

		for (size_t size = 8; size < file.size; size += 37) {
			uint8_t *cut = malloc(size);

			memcpy(cut, file.data, size);
			expect_error(
				pg_kernel_read((struct pg_bytes){cut, size},
					       &kernel, &error),
				PG_E_TRUNCATED, &error,
				pg_compression_name(kinds[i]));
			free(cut);
		}
		drop(file);
	}
	free(image);
}

static void test_compressed_damaged(void **state)
{
	uint8_t *image = make_image();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct pg_bytes file = squeeze(kinds[i], bytes_of(image));
		uint8_t *data = (uint8_t *)(uintptr_t)file.data;
		unsigned wrong = 0;

		for (size_t at = 10; at < file.size; at += 31) {
			data[at] ^= 0x10;
			if (pg_kernel_read(file, &kernel, &error) == PG_OK)
				assert_memory_equal(kernel.image.data, image,
						    IMAGE_BYTES);
			else
				wrong++;
			pg_kernel_free(&kernel);
			data[at] ^= 0x10;
		}
		assert_true(wrong > 5);
		drop(file);
	}
	free(image);
}

/* 600 MiB of zeros in a small file. */
static void test_bomb(void **state)
{
	size_t bytes = (size_t)600 << 20;
	uint8_t *zeros = calloc(1, bytes);
	struct pg_bytes file;

	(void)state;
	assert_non_null(zeros);
	file = squeeze(PG_COMPRESSION_ZSTD, (struct pg_bytes){zeros, bytes});
	free(zeros);
	expect_error(pg_kernel_read(file, &kernel, &error), PG_E_LIMIT, &error,
		     "512 MiB");
	drop(file);
}

/* Files inside of files have an end. */
static void test_nesting(void **state)
{
	uint8_t *image = make_image();
	struct pg_bytes file = squeeze(PG_COMPRESSION_GZIP, bytes_of(image));

	(void)state;
	for (int depth = 1; depth < 6; depth++) {
		struct pg_bytes outer = squeeze(kinds[depth % 3], file);

		drop(file);
		file = outer;
		if (depth < 4) {
			expect_ok(pg_kernel_read(file, &kernel, &error),
				  &error);
			assert_memory_equal(kernel.image.data, image,
					    IMAGE_BYTES);
		} else {
			expect_error(pg_kernel_read(file, &kernel, &error),
				     PG_E_FORMAT, &error, "inside of");
		}
		pg_kernel_free(&kernel);
	}
	drop(file);
	free(image);
}

/* ------------------------------------------------------ EFI programs --- */

/* A PE file of @machine with one section @name that holds @content. */
static struct pg_bytes make_pe(uint16_t machine, const char *name,
			       struct pg_bytes content)
{
	size_t at = 0x400, bytes = at + content.size;
	uint8_t *file = calloc(1, bytes);

	assert_non_null(file);
	memcpy(file, "MZ", 2);
	pg_store_le32(file + 0x3c, 0x80);
	memcpy(file + 0x80, "PE\0\0", 4);
	pg_store_le16(file + 0x84, machine);
	pg_store_le16(file + 0x86, 1);
	memcpy(file + 0x98, name, strlen(name));
	pg_store_le32(file + 0x98 + 8, (uint32_t)content.size);
	pg_store_le32(file + 0x98 + RAW_BYTES, (uint32_t)content.size);
	pg_store_le32(file + 0x98 + RAW_AT, (uint32_t)at);
	memcpy(file + at, content.data, content.size);
	return (struct pg_bytes){file, bytes};
}

static void test_zboot(void **state)
{
	static const char *const types[] = {"gzip", "xzkern", "zstd22"};
	uint8_t *image = make_image();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct pg_bytes packed = squeeze(kinds[i], bytes_of(image));
		struct pg_bytes file = make_pe(0xaa64, ".gzdata", packed);
		uint8_t *data = (uint8_t *)(uintptr_t)file.data;

		memcpy(data + 4, "zimg", 4);
		pg_store_le32(data + 8, 0x400);
		pg_store_le32(data + 12, (uint32_t)packed.size);
		strcpy((char *)data + 24, types[i]);
		expect_ok(pg_kernel_read(file, &kernel, &error), &error);
		assert_memory_equal(kernel.image.data, image, IMAGE_BYTES);
		pg_kernel_free(&kernel);
		pg_store_le32(data + 12, (uint32_t)packed.size + 1);
		expect_error(pg_kernel_read(file, &kernel, &error),
			     PG_E_TRUNCATED, &error, "zboot payload");
		pg_store_le32(data + 8, 8);
		expect_error(pg_kernel_read(file, &kernel, &error),
			     PG_E_CORRUPT, &error, "zboot header");
		strcpy((char *)data + 24, "lzma");
		expect_error(pg_kernel_read(file, &kernel, &error), PG_E_FORMAT,
			     &error, "'lzma'");
		drop(file);
		drop(packed);
	}
	free(image);
}

static void test_unified(void **state)
{
	uint8_t *image = make_image();
	struct pg_bytes packed = squeeze(PG_COMPRESSION_GZIP, bytes_of(image));
	struct pg_bytes file = make_pe(0xaa64, ".linux", bytes_of(image));

	(void)state;
	expect_ok(pg_kernel_read(file, &kernel, &error), &error);
	assert_ptr_equal(kernel.image.data, file.data + 0x400);
	assert_int_equal(kernel.image.size, IMAGE_BYTES);
	drop(file);
	file = make_pe(0xaa64, ".linux", packed);
	expect_ok(pg_kernel_read(file, &kernel, &error), &error);
	pg_kernel_free(&kernel);
	drop(file);
	file = make_pe(0xaa64, ".linux2", bytes_of(image));
	expect_error(pg_kernel_read(file, &kernel, &error), PG_E_FORMAT, &error,
		     "no section .linux");
	drop(file);
	drop(packed);
	free(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_compressed_bzimage),
		cmocka_unit_test(test_compressed_cut),
		cmocka_unit_test(test_compressed_damaged),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_zboot),
		cmocka_unit_test(test_unified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
