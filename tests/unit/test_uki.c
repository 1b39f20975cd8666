/* SPDX-License-Identifier: BSD-2-Clause */
/* EFI programs with a kernel and what belongs to it, whole and spoiled. */
#include "trial_arm64.h"

#include "pack/formats/pe.h"
#include "pack/formats/uki.h"
#include "trees.h"

#define TABLE_AT 0x98
#define DATA_AT	 0x1000

struct section {
	const char *name;
	struct pg_bytes content;
};
#define TEXT(string)                                           \
	{                                                      \
		(const uint8_t *)(string), sizeof(string) - 1, \
	}

/* A PE file for @machine of exactly as many bytes as it needs. */
static struct pg_bytes make_uki(uint16_t machine, const struct section *list,
				size_t count)
{
	size_t bytes = DATA_AT;
	uint8_t *file;

	for (size_t i = 0; i < count; i++)
		bytes += (list[i].content.size + 511) / 512 * 512;
	file = calloc(1, bytes);
	assert_non_null(file);
	memcpy(file, "MZ", 2);
	pg_store_le32(file + 0x3c, 0x80);
	memcpy(file + 0x80, "PE\0\0", 4);
	pg_store_le16(file + 0x84, machine);
	pg_store_le16(file + 0x86, (uint16_t)count);
	bytes = DATA_AT;
	for (size_t i = 0; i < count; i++) {
		uint8_t *at = file + TABLE_AT + 40 * i;
		size_t size = list[i].content.size;

		strncpy((char *)at, list[i].name, 8);
		pg_store_le32(at + 8, (uint32_t)size);
		size = (size + 511) / 512 * 512;
		pg_store_le32(at + 16, (uint32_t)size);
		pg_store_le32(at + 20, (uint32_t)bytes);
		if (list[i].content.size != 0)
			memcpy(file + bytes, list[i].content.data,
			       list[i].content.size);
		bytes += size;
	}
	return (struct pg_bytes){file, bytes};
}
#define UKI(machine, list) \
	make_uki(machine, list, sizeof(list) / sizeof((list)[0]))

static void expect_text(struct pg_bytes bytes, const char *text)
{
	assert_int_equal(bytes.size, strlen(text));
	assert_memory_equal(bytes.data, text, bytes.size);
}

static void test_sections(void **state)
{
	const struct section list[] = {
		{".text", TEXT("stub")},       {".osrel", TEXT("ID=debian")},
		{".cmdline", TEXT("quiet")},   {".initrd", TEXT("one")},
		{".ucode", TEXT("microcode")}, {".initrd", TEXT("second")},
		{".dtb", TEXT("tree")},	       {".linux", TEXT("kernel")},
	};
	struct pg_bytes file = UKI(PG_PE_AMD64, list);
	struct pg_uki uki;

	(void)state;
	assert_true(pg_uki_recognise(file));
	expect_ok(pg_uki_read(file, &uki, &error), &error);
	expect_text(uki.linux_image, "kernel");
	expect_text(uki.cmdline, "quiet");
	expect_text(uki.dtb, "tree");
	expect_text(uki.ucode, "microcode");
	assert_int_equal(uki.initrd_count, 2);
	expect_text(uki.initrds[0], "one");
	expect_text(uki.initrds[1], "second");
	drop(file);
}

/* What the first profile has replaces what is common; the second is not
 * looked at. */
static void test_profiles(void **state)
{
	const struct section list[] = {
		{".linux", TEXT("kernel")},  {".cmdline", TEXT("common")},
		{".initrd", TEXT("common")}, {".dtb", TEXT("common")},
		{".profile", TEXT("ID=a")},  {".cmdline", TEXT("first")},
		{".initrd", TEXT("first")},  {".initrd", TEXT("too")},
		{".profile", TEXT("ID=b")},  {".cmdline", TEXT("second")},
		{".linux", TEXT("other")},
	};
	struct pg_bytes file = UKI(PG_PE_ARM64, list);
	struct pg_uki uki;

	(void)state;
	expect_ok(pg_uki_read(file, &uki, &error), &error);
	expect_text(uki.linux_image, "kernel");
	expect_text(uki.cmdline, "first");
	expect_text(uki.dtb, "common");
	assert_int_equal(uki.initrd_count, 2);
	expect_text(uki.initrds[0], "first");
	expect_text(uki.initrds[1], "too");
	drop(file);
}

static void test_line(void **state)
{
	static const struct {
		struct pg_bytes section;
		const char *line;
	} lines[] = {
		{TEXT("console=ttyS0 quiet"), "console=ttyS0 quiet"},
		{TEXT("quiet\n\0 \n"), "quiet"},
		{TEXT("a\nb\tc\r\n"), "a b c"},
		{TEXT("r\xc3\xa9 x\x7f"), "r   x"},
		{TEXT(" \n"), ""},
		{TEXT(""), ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		/* No byte behind it is read. */
		size_t size = lines[i].section.size;
		uint8_t *tight = malloc(size ? size : 1);
		char *line;

		memcpy(tight, lines[i].section.data, size);
		line = pg_uki_line((struct pg_bytes){tight, size});
		assert_string_equal(line, lines[i].line);
		free(line);
		free(tight);
	}
}

static void test_hostile(void **state)
{
	const struct section empty[] = {{".linux", TEXT("kernel")},
					{".initrd", TEXT("")}};
	const struct section many[] = {
		{".linux", TEXT("k")},	{".initrd", TEXT("1")},
		{".initrd", TEXT("2")}, {".initrd", TEXT("3")},
		{".initrd", TEXT("4")}, {".initrd", TEXT("5")},
		{".initrd", TEXT("6")},
	};
	const struct section none[] = {{".text", TEXT("x")}};
	struct pg_uki uki = {.initrd_count = 77};
	struct pg_bytes file = UKI(PG_PE_AMD64, empty);
	uint8_t *data = (uint8_t *)(uintptr_t)file.data;

	(void)state;
	expect_error(pg_uki_read(file, &uki, &error), PG_E_TRUNCATED, &error,
		     ".initrd is empty");
	/* Content beyond the file: then it is no PE file at all. */
	pg_store_le32(data + TABLE_AT + 40 + 16, 1);
	pg_store_le32(data + TABLE_AT + 40 + 20, (uint32_t)file.size);
	assert_false(pg_uki_recognise(file));
	expect_error(pg_uki_read(file, &uki, &error), PG_E_FORMAT, &error,
		     "not an EFI program");
	pg_store_le32(data + TABLE_AT + 40 + 20, UINT32_MAX);
	assert_false(pg_uki_recognise(file));
	/* A table that leads out, and each length of the file. */
	pg_store_le16(data + 0x86, 0xffff);
	assert_false(pg_uki_recognise(file));
	pg_store_le16(data + 0x86, 1);
	assert_true(pg_uki_recognise(file));
	for (size_t size = 0; size < file.size; size += 7) {
		uint8_t *cut = malloc(size ? size : 1);

		memcpy(cut, file.data, size);
		assert_int_equal(pg_uki_recognise((struct pg_bytes){cut, size}),
				 size >= DATA_AT + 512);
		free(cut);
	}
	drop(file);
	file = UKI(PG_PE_AMD64, many);
	expect_error(pg_uki_read(file, &uki, &error), PG_E_LIMIT, &error,
		     "more than 5");
	assert_int_equal(uki.initrd_count, 77);
	drop(file);
	file = UKI(PG_PE_AMD64, none);
	assert_false(pg_uki_recognise(file));
	drop(file);
	file = UKI(PG_PE_RISCV64, many);
	assert_false(pg_uki_recognise(file));
	drop(file);
}

/* Every initrd is a part with its own name and digest; they lie on pages that
 * follow each other, and what is between them is zeroed. */
static void test_load(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);
	static uint8_t large[9000] = "large";
	const struct section list[] = {
		{".cmdline", TEXT("console=ttyS0\n")},
		{".ucode", TEXT("microcode")},
		{".initrd", {large, sizeof(large)}},
		{".initrd", TEXT("second")},
		{".dtb", TEXT("not for x86")},
		{".linux", bzimage_bytes(trial.kernel)},
	};
	static const char *const names[] = {"ucode", "initrd-1", "initrd-2",
					    "initrd-added"};
	struct pg_bytes file = UKI(PG_PE_AMD64, list), written;
	struct pg_image *image;
	const uint8_t *params;
	uint64_t next = 0;
	size_t found = 0;

	(void)state;
	trial.options.kernel = file;
	image = plan(&trial, &written);
	params = part(image, PG_PART_BOOTPARAMS).content.data;
	for (size_t i = 0; i < pg_image_part_count(image); i++) {
		struct pg_part_view view = pg_image_part(image, i);

		if (view.kind != PG_PART_INITRD)
			continue;
		assert_string_equal(view.name, names[found++]);
		if (next == 0)
			assert_int_equal(pg_load_le32(params + 0x218),
					 view.address);
		else
			assert_int_equal(view.address, next);
		next = (view.address + view.content.size + 4095) & ~4095ull;
		assert_int_equal(view.range_count, 1);
		if (found == 4)
			assert_int_equal(pg_load_le32(params + 0x218) +
						 pg_load_le32(params + 0x21c),
					 view.address + view.content.size);
	}
	assert_int_equal(found, 4);
	assert_int_equal(pg_image_fill_count(image), 3);
	assert_int_equal(pg_image_fill(image, 1).bytes, 3 * 4096 - 9000);
	assert_memory_equal(part(image, PG_PART_CMDLINE).content.data,
			    "console=ttyS0 quiet elfcorehdr=0x", 33);
	pg_image_free(image);
	pg_file_unmap(&written);
	pg_job_free(&trial.job);
	drop(file);
	end(&trial);
}

/* The program's tree instead of the running kernel's, and a given one instead
 * of both. */
static void test_tree(void **state)
{
	struct trial trial = begin_arm64("arm64-high", PG_LOAD_CRASH);
	void *tree = new_tree(2, true), *given = new_tree(2, true);
	struct pg_bytes file, written;
	struct pg_image *image;

	(void)state;
	text(tree, "/", "model", "embedded");
	text(given, "/", "model", "given");
	const struct section list[] = {
		{".linux", {trial.kernel, IMAGE_BYTES}},
		{".dtb", bytes_of(tree)},
	};
	file = UKI(PG_PE_ARM64, list);
	trial.options.kernel = file;
	for (int round = 0; round < 2; round++) {
		if (round == 1)
			trial.options.dtb = bytes_of(given);
		image = plan(&trial, &written);
		assert_string_equal(
			fdt_getprop(part(image, PG_PART_FDT).content.data, 0,
				    "model", NULL),
			round == 0 ? "embedded" : "given");
		assert_string_equal(part(image, PG_PART_INITRD).name, "initrd");
		pg_image_free(image);
		pg_file_unmap(&written);
		pg_job_free(&trial.job);
	}
	drop(file);
	free(tree);
	free(given);
	end(&trial);
}

/* The same parts in an image: one initrd, each at a multiple of four. */
static void test_pack(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);
	const struct section list[] = {
		{".cmdline", TEXT("embedded\n")},
		{".initrd", TEXT("12345")},
		{".ucode", TEXT("mic")},
		{".dtb", TEXT("not for x86")},
		{".linux", bzimage_bytes(trial.kernel)},
	};
	const struct pg_bytes added = TEXT("added"),
			      kernel = UKI(PG_PE_AMD64, list);
	const struct pg_pack_options options = {
		.kernel = kernel,
		.purgatory_elf = purgatory_bytes(trial.purgatory),
		.initrds = &added,
		.initrd_count = 1,
		.command_line = "given",
		.window_start = 0x10000000,
		.window_bytes = 0x10000000,
	};
	struct pg_image *image;
	struct pg_bytes file;
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/image", trial.machine.root);
	expect_ok(pg_pack(&options, path, &error), &error);
	expect_ok(pg_file_map(path, &file, &error), &error);
	image = pg_image_read(file, &error);
	assert_non_null(image);
	expect_ok(pg_image_verify(image, &error), &error);
	assert_int_equal(part(image, PG_PART_INITRD).content.size, 17);
	assert_memory_equal(part(image, PG_PART_INITRD).content.data,
			    "mic\0"
			    "12345\0\0\0added",
			    17);
	assert_string_equal(
		(const char *)part(image, PG_PART_CMDLINE).content.data,
		"embedded given");
	pg_image_free(image);
	pg_file_unmap(&file);
	drop(kernel);
	end(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_pack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
