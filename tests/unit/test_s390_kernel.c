/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels for s390x: raw and ELF, what they are told, and files that are
 * wrong. */
#include "synthetic.h"

#include <elf.h>

#include "pack/formats/elf64.h"
#include "s390_fixture.h"

static struct pg_error error;

static enum pg_status read_it(const uint8_t *data, size_t bytes,
			      struct pg_kernel *out)
{
	return pg_kernel_read((struct pg_bytes){data, bytes}, out, &error);
}

static void test_raw(void **state)
{
	uint8_t *image = make_s390(4096);
	struct pg_kernel kernel;

	(void)state;
	expect_ok(read_it(image, S390_BYTES, &kernel), &error);
	assert_int_equal(kernel.arch, PG_ARCH_S390X);
	assert_int_equal(kernel.format, PG_KERNEL_S390_IMAGE);
	expect_release(&kernel, "6.1.9-test");
	assert_int_equal(kernel.cmdline_max, 4095);
	/* 0x10480 + 4096, in whole pages. */
	assert_int_equal(kernel.linked, 0x12000);
	assert_int_equal(kernel.head.size, 0x2000);
	assert_ptr_equal(kernel.head.data, image + 0x10000);
	assert_ptr_equal(kernel.image.data, image + 0x12000);
	assert_int_equal(kernel.image.size, S390_BYTES - 0x12000);
	assert_null(kernel.owned);
	pg_kernel_free(&kernel);
	free(image);
}

static void test_old(void **state)
{
	uint8_t *image = make_s390(0);
	struct pg_kernel kernel;

	(void)state;
	pg_store_be64(image + 0x10428, S390_BYTES);
	expect_ok(read_it(image, S390_BYTES, &kernel), &error);
	assert_int_equal(kernel.cmdline_max, 895);
	assert_int_equal(kernel.linked, 0x11000);
	expect_release(&kernel, "");
	pg_kernel_free(&kernel);
	free(image);
}

static void test_parameters(void **state)
{
	uint8_t *image = make_s390(896), out[0x1000];
	struct pg_s390_parameters in = {.initrd = {0x7000000, 0x123},
					.oldmem = {0x8000000, 0x4000000},
					.command_line = "quiet"};
	struct pg_kernel kernel;
	char line[897];

	(void)state;
	expect_ok(read_it(image, S390_BYTES, &kernel), &error);
	assert_int_equal(kernel.head.size, sizeof(out));
	expect_ok(pg_s390_parameters(&kernel, &in, out, &error), &error);
	assert_int_equal(pg_load_be64(out + 0x408), 0x7000000);
	assert_int_equal(pg_load_be64(out + 0x410), 0x123);
	assert_int_equal(pg_load_be64(out + 0x418), 0x8000000);
	assert_int_equal(pg_load_be64(out + 0x420), 0x4000000);
	assert_string_equal((char *)out + 0x480, "quiet");
	/* The rest is the kernel's. */
	assert_memory_equal(out, image + 0x10000, 0x408);
	assert_memory_equal(out + 0x800, image + 0x10800, 0x800);
	memset(line, 'x', sizeof(line));
	line[895] = '\0';
	in.command_line = line;
	expect_ok(pg_s390_parameters(&kernel, &in, out, &error), &error);
	line[895] = 'x';
	line[896] = '\0';
	expect_error(pg_s390_parameters(&kernel, &in, out, &error), PG_E_LIMIT,
		     &error, "896");
	pg_kernel_free(&kernel);
	free(image);
}

static void test_wrong(void **state)
{
	static const struct {
		uint64_t room;
		size_t bytes;
		enum pg_status status;
		const char *word;
	} cases[] = {
		{4096, 0x1000e, PG_E_TRUNCATED, "parameter area"},
		{4096, 0x1047f, PG_E_TRUNCATED, "parameter area"},
		{4096, 0x10480, PG_E_TRUNCATED, "command line"},
		{4096, 0x12000, PG_E_TRUNCATED, "command line"},
		{895, S390_BYTES, PG_E_CORRUPT, "0x37f"},
		{1024 * 1024 + 1, S390_BYTES, PG_E_CORRUPT, "0x100001"},
		{UINT64_MAX, S390_BYTES, PG_E_CORRUPT, "0x10430"},
		{1024 * 1024, S390_BYTES, PG_E_TRUNCATED, "command line"},
		{4096, 0x1000d, PG_E_FORMAT, "HdrS"},
	};
	struct pg_kernel kernel;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t *image = make_s390(cases[i].room);
		/* So that ASan sees where it ends. */
		uint8_t *file = malloc(cases[i].bytes);

		assert_non_null(file);
		memcpy(file, image, cases[i].bytes);
		memset(file, 0, 0x1000);
		expect_error(read_it(file, cases[i].bytes, &kernel),
			     cases[i].status, &error, cases[i].word);
		free(file);
		free(image);
	}
}

#define ELF_BYTES (0x1000 + S390_BYTES)

/* One segment with all of the image from 0x10000 on, and a bss. */
static uint8_t *make_elf(void)
{
	uint8_t *file = calloc(1, ELF_BYTES), *image = make_s390(896);
	uint8_t *load = file + sizeof(Elf64_Ehdr);

	assert_non_null(file);
	memcpy(file, ELFMAG, SELFMAG);
	file[EI_CLASS] = ELFCLASS64;
	file[EI_DATA] = ELFDATA2MSB;
	file[EI_VERSION] = EV_CURRENT;
	pg_store_be16(file + offsetof(Elf64_Ehdr, e_type), ET_EXEC);
	pg_store_be16(file + offsetof(Elf64_Ehdr, e_machine), EM_S390);
	pg_store_be64(file + offsetof(Elf64_Ehdr, e_phoff), sizeof(Elf64_Ehdr));
	pg_store_be16(file + offsetof(Elf64_Ehdr, e_phentsize),
		      sizeof(Elf64_Phdr));
	pg_store_be16(file + offsetof(Elf64_Ehdr, e_phnum), 1);
	pg_store_be32(load + offsetof(Elf64_Phdr, p_type), PT_LOAD);
	pg_store_be64(load + offsetof(Elf64_Phdr, p_offset), 0x1000);
	pg_store_be64(load + offsetof(Elf64_Phdr, p_paddr), 0x10000);
	pg_store_be64(load + offsetof(Elf64_Phdr, p_filesz),
		      S390_BYTES - 0x10000);
	pg_store_be64(load + offsetof(Elf64_Phdr, p_memsz), 0x8000);
	memcpy(file + 0x1000, image + 0x10000, S390_BYTES - 0x10000);
	free(image);
	return file;
}

static void test_elf(void **state)
{
	uint8_t *file = make_elf(), *image = make_s390(896);
	uint8_t *load = file + sizeof(Elf64_Ehdr);
	struct pg_kernel kernel;

	(void)state;
	expect_ok(read_it(file, ELF_BYTES, &kernel), &error);
	assert_int_equal(kernel.linked, 0x11000);
	assert_int_equal(kernel.image.size, 0x18000 - 0x11000);
	assert_memory_equal(kernel.image.data, image + 0x11000,
			    S390_BYTES - 0x11000);
	assert_int_equal(kernel.image.data[0x18000 - 0x11000 - 1], 0);
	assert_non_null(kernel.owned);
	pg_kernel_free(&kernel);
	pg_store_be64(load + offsetof(Elf64_Phdr, p_paddr), 0x20000);
	expect_error(read_it(file, ELF_BYTES, &kernel), PG_E_FORMAT, &error,
		     "S390EP");
	pg_store_be64(load + offsetof(Elf64_Phdr, p_paddr), 1u << 30);
	expect_error(read_it(file, ELF_BYTES, &kernel), PG_E_LIMIT, &error,
		     "1 GiB");
	pg_store_be64(load + offsetof(Elf64_Phdr, p_offset), ELF_BYTES);
	expect_error(read_it(file, ELF_BYTES, &kernel), PG_E_TRUNCATED, &error,
		     "segment 0");
	free(file);
	free(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw),	   cmocka_unit_test(test_old),
		cmocka_unit_test(test_parameters), cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_elf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
