/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_image_read(): ELF files that lie. */
#include "tests/unit/image_fixture.h"

struct spoiled {
	size_t at;
	unsigned bytes;
	uint64_t value;
	enum pg_status status;
	const char *word;
};

/* The segments of make_image(): 0 is the note, 1 the kernel at WINDOW, then
 * boot_params, cmdline, backup, purgatory, log in an order that the placement
 * decides, and the initrd last. */
static const struct spoiled spoiled[] = {
	{0, 1, 'x', PG_E_FORMAT, "not an ELF file"},
	{EI_VERSION, 1, 2, PG_E_FORMAT, "ELF64"},
	{EHDR(e_type), 2, ET_DYN, PG_E_FORMAT, "executable"},
	{EHDR(e_machine), 2, EM_S390, PG_E_FORMAT, "little-endian s390x"},
	{EHDR(e_machine), 2, EM_MIPS, PG_E_FORMAT, "mips"},
	{EHDR(e_machine), 2, EM_AARCH64, PG_E_CORRUPT, "ELF header for arm64"},
	{EHDR(e_entry), 8, WINDOW, PG_E_CORRUPT, "e_entry"},
	{EHDR(e_phnum), 2, 0xffff, PG_E_TRUNCATED, "program headers"},
	{EHDR(e_phoff), 8, UINT64_MAX - 5, PG_E_TRUNCATED, "program headers"},
	{PHDR(0, p_type), 4, PT_NULL, PG_E_FORMAT, "without purgatorio's note"},
	{PHDR(0, p_filesz), 8, IMAGE_NOTE_BYTES - 1, PG_E_CORRUPT, "note"},
	{PHDR(0, p_filesz), 8, 5, PG_E_FORMAT, "without purgatorio's note"},
	{PHDR(0, p_offset), 8, UINT64_MAX, PG_E_TRUNCATED, "segment 0"},
	{PHDR(1, p_offset), 8, UINT64_MAX - 7, PG_E_TRUNCATED, "segment 1"},
	{PHDR(1, p_filesz), 8, UINT64_MAX, PG_E_TRUNCATED, "segment 1"},
	{PHDR(1, p_filesz), 8, 0x1000, PG_E_CORRUPT, "kernel"},
	{PHDR(1, p_memsz), 8, UINT64_MAX, PG_E_CORRUPT, "wraps"},
	{PHDR(1, p_memsz), 8, 0x100, PG_E_CORRUPT, "more content"},
	{PHDR(1, p_memsz), 8, BZ_INIT_SIZE + 1, PG_E_CORRUPT, "whole pages"},
	{PHDR(1, p_memsz), 8, 0x3000000, PG_E_OVERLAP, "overlaps"},
	{PHDR(1, p_paddr), 8, 0xffffffff0000, PG_E_CORRUPT, "higher one"},
	{PHDR(1, p_paddr), 8, WINDOW + 1, PG_E_CORRUPT, "whole pages"},
	{PHDR(1, p_paddr), 8, WINDOW - 0x100000, PG_E_CORRUPT, "one segment"},
	{PHDR(1, p_type), 4, PT_NULL, PG_E_CORRUPT, "one segment"},
};

static void test_spoiled(void **state)
{
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(spoiled) / sizeof(*spoiled); i++) {
		const struct spoiled *s = &spoiled[i];
		uint8_t saved[8];

		memcpy(saved, file + s->at, s->bytes);
		for (unsigned k = 0; k < s->bytes; k++)
			file[s->at + k] = (uint8_t)(s->value >> (8 * k));
		expect_error(judge(file, size, &error), s->status, &error,
			     s->word);
		memcpy(file + s->at, saved, s->bytes);
	}
	expect_ok(judge(file, size, &error), &error);
	free(file);
}

/* Segments that an image may have and that nobody interprets; and more of them
 * than any image has. */
static void test_other_segments(void **state)
{
	size_t size;
	uint8_t *file = make_image(&size);
	uint16_t count = pg_load_le16(file + EHDR(e_phnum));
	size_t table = 80 * sizeof(Elf64_Phdr);
	uint8_t *extra;
	struct pg_error error;

	(void)state;
	/* A note has no memory. */
	pg_store_le64(file + PHDR(0, p_memsz), 0);
	expect_ok(judge(file, size, &error), &error);
	file = realloc(file, size + table);
	assert_non_null(file);
	memset(file + size, 0, table);
	memcpy(file + size, file + PE_PHDR(0), count * sizeof(Elf64_Phdr));
	pg_store_le64(file + EHDR(e_phoff), size);
	extra = file + size + count * sizeof(Elf64_Phdr);
	pg_store_le32(extra, PT_GNU_STACK);
	pg_store_le64(extra + offsetof(Elf64_Phdr, p_offset), UINT64_MAX);
	pg_store_le16(file + EHDR(e_phnum), (uint16_t)(count + 1));
	expect_ok(judge(file, size + table, &error), &error);
	for (size_t i = 0; i + count < 80; i++)
		put_phdr(false, extra + i * sizeof(Elf64_Phdr), 0,
			 WINDOW + WINDOW_BYTES + i * 0x1000, 0, 0x1000);
	pg_store_le16(file + EHDR(e_phnum), PG_IMAGE_SEGMENTS_MAX + 1);
	expect_ok(judge(file, size + table, &error), &error);
	pg_store_le16(file + EHDR(e_phnum), PG_IMAGE_SEGMENTS_MAX + 2);
	expect_error(judge(file, size + table, &error), PG_E_LIMIT, &error,
		     "more than 65 segments");
	free(file);
}

/* What the note says against what is there. */
static void test_spoiled_note(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
		enum pg_status status;
		const char *word;
	} cases[] = {
		{IMAGE_NOTE_VERSION, PG_MANIFEST_VERSION + 1, PG_E_VERSION,
		 "version"},
		{4, 32, PG_E_CORRUPT, "note is damaged"}, /* descsz */
		{8, 2, PG_E_CORRUPT, "note is damaged"},  /* type */
		{IMAGE_NOTE_PURGATORY, 0, PG_E_CORRUPT, "outside"},
		{IMAGE_NOTE_PURGATORY, WINDOW, PG_E_FORMAT, "PGIMAGE1"},
		{IMAGE_NOTE_MANIFEST, WINDOW, PG_E_CORRUPT, "does not follow"},
	};
	size_t size;
	uint8_t *file = make_image(&size);
	size_t note = pg_load_le64(file + PHDR(0, p_offset));
	struct pg_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool entry = cases[i].at == IMAGE_NOTE_PURGATORY;
		uint8_t saved[8], saved_entry[8];

		memcpy(saved, file + note + cases[i].at, 8);
		memcpy(saved_entry, file + EHDR(e_entry), 8);
		if (cases[i].at <= IMAGE_NOTE_VERSION)
			pg_store_le32(file + note + cases[i].at,
				      (uint32_t)cases[i].value);
		else
			pg_store_le64(file + note + cases[i].at,
				      cases[i].value);
		if (entry)
			pg_store_le64(file + EHDR(e_entry), cases[i].value);
		expect_error(judge(file, size, &error), cases[i].status, &error,
			     cases[i].word);
		memcpy(file + note + cases[i].at, saved, 8);
		memcpy(file + EHDR(e_entry), saved_entry, 8);
	}
	free(file);
}

/* Cut anywhere: refused, and nothing beyond the end is read. */
static void test_truncated(void **state)
{
	size_t size;
	uint8_t *whole = make_image(&size);
	struct pg_error error;
	size_t step = 1;

	(void)state;
	for (size_t cut = 0; cut < size; cut += step) {
		uint8_t *file = malloc(cut + 1);

		assert_non_null(file);
		file = realloc(file, cut == 0 ? 1 : cut);
		assert_non_null(file);
		memcpy(file, whole, cut);
		assert_int_equal(judge(file, cut, &error), PG_E_TRUNCATED);
		free(file);
		if (cut > 1024)
			step = size / 100;
	}
	free(whole);
}

static uint32_t seed = 1;
static uint32_t roll(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

/* Thousands of damaged files, most of them in what is interpreted: none may
 * make the reader, the verifier or the printers step outside. */
static void test_damaged(void **state)
{
	struct pg_pack_options options = {.command_line = "x",
					  .backup_bytes = 4096};
	FILE *null = fopen("/dev/null", "w");
	size_t size, accepted = 0;
	uint8_t *good = pack_with(&options, &size);
	struct pg_image *image = read_image(good, size);
	size_t manifest = offset_of(good, pg_image_manifest_address(image));
	size_t purgatory = offset_of(good, pg_image_purgatory(image));
	const size_t starts[] = {0, manifest, purgatory};
	const uint32_t lengths[] = {560, pg_image_manifest(image)->bytes, 48};
	struct pg_error error;

	(void)state;
	pg_image_free(image);
	assert_non_null(null);
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t *file = malloc(size);
		uint32_t where = roll(3);

		assert_non_null(file);
		memcpy(file, good, size);
		for (unsigned k = 0; k < 1 + roll(3); k++) {
			size_t at = starts[where] + roll(lengths[where]);
			static const uint8_t values[] = {0, 1, 0x7f, 0x80,
							 0xff};

			file[at] =
				roll(2) ? values[roll(5)] : (uint8_t)roll(256);
		}
		image = pg_image_read((struct pg_bytes){file, size}, &error);
		if (image != NULL) {
			accepted++;
			pg_image_print(image, null, &error);
			pg_image_print_json(image, null, &error);
			pg_image_verify(image, &error);
		}
		pg_image_free(image);
		free(file);
	}
	assert_in_range(accepted, 100, 19000); /* both ways were tried */
	fclose(null);
	free(good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_other_segments),
		cmocka_unit_test(test_spoiled_note),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests_name("image_hostile", tests, begin, end);
}
