/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_kernel_read(): bzImages, and what is taken for one. */
#include "tests/unit/synthetic.h"

static void test_good(void **state)
{
	uint8_t *file = make_bzimage();
	struct pg_kernel kernel;
	struct pg_error error;

	(void)state;
	expect_ok(pg_kernel_read(bzimage_bytes(file), &kernel, &error), &error);
	assert_int_equal(kernel.arch, PG_ARCH_X86_64);
	assert_int_equal(kernel.format, PG_KERNEL_BZIMAGE);
	assert_ptr_equal(kernel.image.data, file + BZ_SETUP_BYTES);
	assert_int_equal(kernel.image.size, BZ_IMAGE_BYTES);
	assert_int_equal(kernel.memory_bytes, BZ_INIT_SIZE);
	assert_int_equal(kernel.alignment, BZ_ALIGNMENT);
	assert_int_equal(kernel.lowest, 0x100000);
	assert_int_equal(kernel.highest, (1ull << 52) - 1);
	assert_int_equal(kernel.initrd_highest, (1ull << 52) - 1);
	assert_int_equal(kernel.entry_offset, 0x200);
	assert_int_equal(kernel.cmdline_max, BZ_CMDLINE_MAX);
	assert_int_equal(kernel.protocol, 0x020f);
	expect_release(&kernel, "6.1.0-test");
	assert_ptr_equal(kernel.setup_header.data, file + 0x1f1);
	assert_int_equal(kernel.setup_header.size, 0x26c - 0x1f1);
	free(file);
}

/* Reads @file with one field changed. */
static enum pg_status read_with(size_t at, unsigned bytes, uint64_t value,
				struct pg_kernel *kernel,
				struct pg_error *error)
{
	uint8_t *file = make_bzimage();
	enum pg_status status;

	for (unsigned i = 0; i < bytes; i++)
		file[at + i] = (uint8_t)(value >> (8 * i));
	status = pg_kernel_read(bzimage_bytes(file), kernel, error);
	free(file);
	return status;
}

struct spoiled {
	size_t at;
	unsigned bytes;
	uint64_t value;
	enum pg_status status;
	const char *word;
};

static const struct spoiled spoiled[] = {
	{HDR_BOOT_FLAG, 2, 0x55aa, PG_E_CORRUPT, "boot_flag"},
	{HDR_VERSION, 2, 0x0205, PG_E_OLD_KERNEL, "2.05"},
	{HDR_VERSION, 2, 0x0206, PG_E_FORMAT, "no 64-bit entry"},
	{HDR_VERSION, 2, 0x020b, PG_E_FORMAT, "2.11"},
	{HDR_XLOADFLAGS, 2, 0x007e, PG_E_FORMAT, "x86_64 kernel"},
	{HDR_JUMP, 1, 0x90, PG_E_CORRUPT, "jump"},
	{HDR_JUMP + 1, 1, 0x65, PG_E_CORRUPT, "jump"},
	{HDR_JUMP + 1, 1, 0x8f, PG_E_CORRUPT, "jump"},
	{HDR_SYSSIZE, 4, 0, PG_E_CORRUPT, "syssize"},
	{HDR_SYSSIZE, 4, 0x20, PG_E_CORRUPT, "syssize"},
	{HDR_SYSSIZE, 4, BZ_IMAGE_BYTES / 16 + 1, PG_E_TRUNCATED, "announces"},
	{HDR_SYSSIZE, 4, 0xffffffff, PG_E_TRUNCATED, "announces"},
	{HDR_SETUP_SECTS, 1, 0, PG_E_TRUNCATED, "announces"}, /* means 4 */
	{HDR_SETUP_SECTS, 1, 255, PG_E_TRUNCATED, "announces"},
	{HDR_LOADFLAGS, 1, 0, PG_E_FORMAT, "zImage"},
	{HDR_KERNEL_ALIGNMENT, 4, 0, PG_E_CORRUPT, "kernel_alignment"},
	{HDR_KERNEL_ALIGNMENT, 4, 0x300000, PG_E_CORRUPT, "kernel_alignment"},
	{HDR_KERNEL_ALIGNMENT, 4, 0x80000000, PG_E_CORRUPT, "1 GiB"},
	{HDR_MIN_ALIGNMENT, 1, 22, PG_E_CORRUPT, "min_alignment"},
	{HDR_MIN_ALIGNMENT, 1, 255, PG_E_CORRUPT, "min_alignment"},
	{HDR_INIT_SIZE, 4, 0, PG_E_CORRUPT, "init_size"},
	{HDR_PAYLOAD_LENGTH, 4, BZ_IMAGE_BYTES - 0x400 + 1, PG_E_CORRUPT,
	 "payload"},
	{HDR_PAYLOAD_OFFSET, 4, 0xffffffff, PG_E_CORRUPT, "payload"},
	{HDR_KERNEL_VERSION, 2, 0xffff, PG_E_CORRUPT, "kernel_version"},
	{HDR_KERNEL_VERSION, 2, BZ_SETUP_BYTES - 0x200, PG_E_CORRUPT,
	 "kernel_version"},
};

static void test_spoiled(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(spoiled) / sizeof(*spoiled); i++) {
		const struct spoiled *s = &spoiled[i];
		struct pg_kernel kernel = {.arch = 77};
		struct pg_error error;

		expect_error(
			read_with(s->at, s->bytes, s->value, &kernel, &error),
			s->status, &error, s->word);
		assert_int_equal(kernel.arch, 77);
	}
}

/* A field that may have this value, and what follows from it. */
static void test_allowed(void **state)
{
	struct pg_kernel kernel;
	struct pg_error error;

	(void)state;
	expect_ok(read_with(HDR_KERNEL_VERSION, 2, 0, &kernel, &error), &error);
	expect_release(&kernel, "");
	/* More content than init_size: room for the content. */
	expect_ok(read_with(HDR_INIT_SIZE, 4, 1, &kernel, &error), &error);
	assert_int_equal(kernel.memory_bytes, BZ_IMAGE_BYTES);
	expect_ok(read_with(HDR_PAYLOAD_LENGTH, 4, BZ_IMAGE_BYTES - 0x400,
			    &kernel, &error),
		  &error);
	/* Without 5-level paging; without addresses above 4 GiB. */
	expect_ok(read_with(HDR_XLOADFLAGS, 2, 0x0003, &kernel, &error),
		  &error);
	assert_int_equal(kernel.highest, (1ull << 46) - 1);
	expect_ok(read_with(HDR_XLOADFLAGS, 2, 0x0001, &kernel, &error),
		  &error);
	assert_int_equal(kernel.highest, UINT32_MAX);
	assert_int_equal(kernel.initrd_highest, 0x7fffffff);
	/* Runs at pref_address only. */
	expect_ok(read_with(HDR_RELOCATABLE, 1, 0, &kernel, &error), &error);
	assert_int_equal(kernel.lowest, 0x1000000);
	assert_int_equal(kernel.highest, 0x1000000 + BZ_INIT_SIZE - 1);
}

static void test_one_address(void **state)
{
	static const uint64_t bad[] = {0, 0x80000, 0x1000001, UINT64_MAX};
	uint8_t *file = make_bzimage();
	struct pg_kernel kernel;
	struct pg_error error;

	(void)state;
	file[HDR_RELOCATABLE] = 0;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		pg_store_le64(file + HDR_PREF_ADDRESS, bad[i]);
		expect_error(
			pg_kernel_read(bzimage_bytes(file), &kernel, &error),
			PG_E_CORRUPT, &error, "pref_address");
	}
	/* It must end below 4 GiB when it cannot be loaded above. */
	pg_store_le16(file + HDR_XLOADFLAGS, XLF_KERNEL_64);
	pg_store_le64(file + HDR_PREF_ADDRESS, 0x100000000);
	expect_error(pg_kernel_read(bzimage_bytes(file), &kernel, &error),
		     PG_E_CORRUPT, &error, "pref_address");
	pg_store_le64(file + HDR_PREF_ADDRESS, 0xffe00000);
	expect_ok(pg_kernel_read(bzimage_bytes(file), &kernel, &error), &error);
	pg_store_le32(file + HDR_INIT_SIZE, 0x200001);
	expect_error(pg_kernel_read(bzimage_bytes(file), &kernel, &error),
		     PG_E_CORRUPT, &error, "pref_address");
	free(file);
}

/* A release without an end, at the last byte of the setup code. */
static void test_release_unterminated(void **state)
{
	uint8_t *file = make_bzimage();
	struct pg_kernel kernel;
	char release[PG_KERNEL_RELEASE_BYTES];
	struct pg_error error;

	(void)state;
	memset(file + 0x300, 'a', BZ_SETUP_BYTES - 0x300);
	expect_error(pg_kernel_read(bzimage_bytes(file), &kernel, &error),
		     PG_E_CORRUPT, &error, "kernel_version");
	/* Too long for us, but right. */
	file[BZ_SETUP_BYTES - 1] = 0;
	expect_ok(pg_kernel_read(bzimage_bytes(file), &kernel, &error), &error);
	pg_kernel_release(&kernel, release);
	assert_int_equal(strlen(release), sizeof(release) - 1);
	free(file);
}

/* Cut anywhere, it is never taken for whole. */
static void test_truncated(void **state)
{
	uint8_t *whole = make_bzimage();
	struct pg_kernel kernel;
	struct pg_error error;

	(void)state;
	for (size_t size = 0; size < BZ_BYTES; size++) {
		uint8_t *file = malloc(size + 1);
		enum pg_status status;

		assert_non_null(file);
		file = realloc(file, size == 0 ? 1 : size);
		assert_non_null(file);
		memcpy(file, whole, size);
		status = pg_kernel_read((struct pg_bytes){file, size}, &kernel,
					&error);
		if (size >= HDR_MAGIC + 4 || size == 0)
			assert_int_equal(status, PG_E_TRUNCATED);
		else
			assert_int_equal(status, PG_E_FORMAT);
		free(file);
	}
	free(whole);
}

struct other {
	const char *magic;
	size_t bytes, at;
	enum pg_status status;
	const char *word;
};

static const struct other others[] = {
	{"\x1f\x8b\x08", 3, 0, PG_E_CORRUPT, "gzip"},
	{"\xfd"
	 "7zXZ\0",
	 6, 0, PG_E_CORRUPT, "xz"},
	{"\x28\xb5\x2f\xfd", 4, 0, PG_E_TRUNCATED, "zstd"},
	{"BZh9", 4, 0, PG_E_FORMAT, "bunzip2"},
	{"\x02\x21\x4c\x18", 4, 0, PG_E_FORMAT, "unlz4"},
	{"\x27\x05\x19\x56", 4, 0, PG_E_FORMAT, "uImage"},
	{"ARM\x64", 4, 0x38, PG_E_OLD_KERNEL, "image_size"},
	{"RSC\x05", 4, 0x38, PG_E_KERNEL_ARCH, "riscv"},
	{"\x18\x28\x6f\x01", 4, 0x24, PG_E_KERNEL_ARCH, "arm (zImage)"},
	{"S390EP", 6, 0x10008, PG_E_TRUNCATED, "s390x"},
	{"MZ", 2, 0, PG_E_FORMAT, "DOS"},
	{"hello", 5, 0, PG_E_FORMAT, "HdrS"},
};

static void test_other_formats(void **state)
{
	struct pg_kernel kernel;
	struct pg_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		const struct other *o = &others[i];
		uint8_t *file = calloc(1, 0x10010);

		assert_non_null(file);
		memcpy(file + o->at, o->magic, o->bytes);
		expect_error(pg_kernel_read((struct pg_bytes){file, 0x10010},
					    &kernel, &error),
			     o->status, &error, o->word);
		free(file);
	}
}

static void test_pe(void **state)
{
	static const struct {
		uint16_t machine;
		bool zboot;
		enum pg_status status;
		const char *word;
	} cases[] = {
		{0xaa64, true, PG_E_FORMAT, "zboot"},
		{0x6264, true, PG_E_KERNEL_ARCH, "loongarch64"},
		{0x5064, false, PG_E_KERNEL_ARCH, "riscv (PE)"},
		{0x014c, false, PG_E_KERNEL_ARCH, "i386"},
		{0x01c2, false, PG_E_KERNEL_ARCH, "arm"},
		{0x1234, false, PG_E_KERNEL_ARCH, "unknown"},
		{0x8664, true, PG_E_FORMAT, "zboot"},
		{0x8664, false, PG_E_FORMAT, ".linux"},
	};
	struct pg_kernel kernel;
	struct pg_error error;
	uint8_t *file = calloc(1, 0x98);

	(void)state;
	assert_non_null(file);
	memcpy(file, "MZ", 2);
	pg_store_le32(file + 0x3c, 0x80);
	memcpy(file + 0x80, "PE\0\0", 4);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		memcpy(file + 4, cases[i].zboot ? "zimg" : "\0\0\0\0", 4);
		pg_store_le16(file + 0x84, cases[i].machine);
		expect_error(pg_kernel_read((struct pg_bytes){file, 0x98},
					    &kernel, &error),
			     cases[i].status, &error, cases[i].word);
	}
	/* A PE header outside of the file, and half of one. */
	expect_error(
		pg_kernel_read((struct pg_bytes){file, 0x97}, &kernel, &error),
		PG_E_FORMAT, &error, "PE");
	pg_store_le32(file + 0x3c, 0xffffffff);
	expect_error(
		pg_kernel_read((struct pg_bytes){file, 0x98}, &kernel, &error),
		PG_E_FORMAT, &error, "PE");
	free(file);
	file = calloc(1, 0x3f);
	assert_non_null(file);
	memcpy(file, "MZ", 2);
	expect_error(
		pg_kernel_read((struct pg_bytes){file, 0x3f}, &kernel, &error),
		PG_E_TRUNCATED, &error, "header");
	free(file);
}

static void test_elf(void **state)
{
	static const struct {
		uint8_t order;
		uint16_t machine;
		enum pg_status status;
		const char *word;
	} cases[] = {
		{ELFDATA2LSB, EM_X86_64, PG_E_FORMAT, "bzImage"},
		{ELFDATA2LSB, EM_386, PG_E_KERNEL_ARCH, "i386"},
		{ELFDATA2LSB, EM_AARCH64, PG_E_FORMAT, "Image"},
		{ELFDATA2MSB, EM_PPC64, PG_E_KERNEL_ARCH, "ppc64"},
		{ELFDATA2MSB, EM_S390, PG_E_KERNEL_ARCH, "s390x"},
		{ELFDATA2LSB, 0x7777, PG_E_KERNEL_ARCH, "unknown"},
	};
	uint8_t *file = calloc(1, sizeof(Elf64_Ehdr));
	struct pg_kernel kernel;
	struct pg_error error;

	(void)state;
	assert_non_null(file);
	memcpy(file, ELFMAG, SELFMAG);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		file[EI_DATA] = cases[i].order;
		pg_store16(cases[i].order == ELFDATA2MSB, file + 18,
			   cases[i].machine);
		expect_error(pg_kernel_read((struct pg_bytes){file, 64},
					    &kernel, &error),
			     cases[i].status, &error, cases[i].word);
	}
	expect_error(
		pg_kernel_read((struct pg_bytes){file, 63}, &kernel, &error),
		PG_E_TRUNCATED, &error, "ELF");
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_one_address),
		cmocka_unit_test(test_release_unterminated),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_other_formats),
		cmocka_unit_test(test_pe),
		cmocka_unit_test(test_elf),
	};

	return cmocka_run_group_tests_name("bzimage", tests, NULL, NULL);
}
