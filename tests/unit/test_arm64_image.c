/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_kernel_read(): arm64's Image. */
#include "tests/unit/arm64_image.h"

static struct pg_kernel kernel;
static struct pg_error error;

static void test_good(void **state)
{
	uint8_t *file = make_image();

	(void)state;
	expect_ok(pg_kernel_read(bytes_of(file), &kernel, &error), &error);
	assert_int_equal(kernel.arch, PG_ARCH_ARM64);
	assert_int_equal(kernel.format, PG_KERNEL_ARM64_IMAGE);
	assert_ptr_equal(kernel.image.data, file);
	assert_int_equal(kernel.image.size, IMAGE_BYTES);
	assert_int_equal(kernel.memory_bytes, IMAGE_NEEDS);
	assert_int_equal(kernel.alignment, 0x200000);
	assert_int_equal(kernel.alignment_offset, 0x80000);
	assert_int_equal(kernel.entry_offset, 0);
	assert_int_equal(kernel.cmdline_max, 2047);
	assert_int_equal(kernel.page_bytes, 4096);
	assert_false(kernel.lowest_only);
	assert_false(kernel.big_endian);
	assert_null(kernel.owned);
	expect_release(&kernel, "6.1.0-test");
	pg_kernel_free(&kernel);
	free(file);
}

static void test_flags(void **state)
{
	static const struct {
		uint64_t flags;
		uint32_t pages;
		bool big, lowest;
	} cases[] = {{0x0, 0, false, true},
		     {0x1, 0, true, true},
		     {0x4 | 0x8, 16384, false, false},
		     {0x6 | 0x9, 65536, true, false}};
	uint8_t *file = make_image();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		pg_store_le64(file + 24, cases[i].flags);
		expect_ok(pg_kernel_read(bytes_of(file), &kernel, &error),
			  &error);
		assert_int_equal(kernel.page_bytes, cases[i].pages);
		assert_int_equal(kernel.big_endian, cases[i].big);
		assert_int_equal(kernel.lowest_only, cases[i].lowest);
	}
	free(file);
}

static void test_spoiled(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
		enum pg_status status;
		const char *word;
	} cases[] = {
		{16, 0, PG_E_OLD_KERNEL, "image_size"},
		{16, (1u << 30) + 1, PG_E_CORRUPT, "image_size"},
		{16, UINT64_MAX, PG_E_CORRUPT, "image_size"},
		{8, 0x200000, PG_E_CORRUPT, "text_offset"},
		{8, 0x800, PG_E_CORRUPT, "text_offset"},
		{8, UINT64_MAX, PG_E_CORRUPT, "text_offset"},
		{SECTION(1) + 12, 0x100100000000, PG_E_TRUNCATED, "section"},
		{PE_AT, 0, PG_E_FORMAT, "PE"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t *file = make_image();

		if (cases[i].at == SECTION(1) + 12)
			pg_store_le32(file + SECTION(1) + RAW_BYTES, 0x1001);
		else
			pg_store_le64(file + cases[i].at, cases[i].value);
		expect_error(pg_kernel_read(bytes_of(file), &kernel, &error),
			     cases[i].status, &error, cases[i].word);
		free(file);
	}
	uint8_t *file = make_image();

	pg_store_le16(file + PE_AT + 4, 0x8664);
	expect_error(pg_kernel_read(bytes_of(file), &kernel, &error),
		     PG_E_CORRUPT, &error, "PE header is for x86_64");
	free(file);
}

/* Without a PE header nothing tells that the file is short. */
static void test_truncated(void **state)
{
	uint8_t *whole = make_image();

	(void)state;
	for (size_t size = 0; size < IMAGE_BYTES; size += 7) {
		uint8_t *file = malloc(size ? size : 1);
		enum pg_status status;

		memcpy(file, whole, size);
		status = pg_kernel_read((struct pg_bytes){file, size}, &kernel,
					&error);
		if (size >= PE_AT + 24 || size == 0)
			assert_int_equal(status, PG_E_TRUNCATED);
		else
			assert_int_not_equal(status, PG_OK);
		free(file);
	}
	memset(whole, 0, 2);
	expect_ok(pg_kernel_read((struct pg_bytes){whole, 64}, &kernel, &error),
		  &error);
	assert_int_equal(kernel.memory_bytes, IMAGE_NEEDS);
	free(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
