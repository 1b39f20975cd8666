/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_purgatory_read(): purgatory.elf, flattened or refused. */
#include "pack/image/purgatory_elf.h"
#include "tests/unit/synthetic.h"

static void test_good(void **state)
{
	static const uint32_t archs[] = {PG_ARCH_X86_64, PG_ARCH_ARM64,
					 PG_ARCH_PPC64, PG_ARCH_S390X};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		uint8_t *file = make_purgatory(archs[i]);
		struct pg_purgatory purgatory;
		struct pg_error error;

		expect_ok(pg_purgatory_read(purgatory_bytes(file), archs[i],
					    &purgatory, &error),
			  &error);
		assert_int_equal(purgatory.const_bytes, PE_CONST_BYTES);
		assert_int_equal(purgatory.memory_bytes, PE_MEMORY_BYTES);
		assert_memory_equal(purgatory.content, file + PE_CONTENT_AT,
				    PE_CONST_BYTES);
		free(purgatory.content);
		free(file);
	}
}

/* Offsets in the file. */
#define EHDR(field)    offsetof(Elf64_Ehdr, field)
#define PHDR(i, field) (PE_PHDR(i) + offsetof(Elf64_Phdr, field))
#define HEADER(field)  (PE_CONTENT_AT + offsetof(struct pg_image_header, field))

struct spoiled {
	size_t at;
	unsigned bytes;
	uint64_t value;
	enum pg_status status;
	const char *word;
};

static const struct spoiled spoiled[] = {
	{0, 1, 'X', PG_E_FORMAT, "not an ELF file"},
	{EI_CLASS, 1, ELFCLASS32, PG_E_FORMAT, "ELF64"},
	{EI_DATA, 1, 3, PG_E_FORMAT, "byte order"},
	{EI_DATA, 1, ELFDATA2MSB, PG_E_CORRUPT, "e_phentsize"},
	{EHDR(e_machine), 2, EM_AARCH64, PG_E_ARCH, "arm64 and not for x86_64"},
	{EHDR(e_phnum), 2, 0, PG_E_FORMAT, "program headers"},
	{EHDR(e_phnum), 2, 60, PG_E_TRUNCATED, "program headers"},
	{EHDR(e_phoff), 8, UINT64_MAX, PG_E_TRUNCATED, "program headers"},
	{EHDR(e_phentsize), 2, 32, PG_E_CORRUPT, "e_phentsize"},
	{EHDR(e_entry), 8, 0x10, PG_E_FORMAT, "lowest address"},
	{EHDR(e_shnum), 2, 100, PG_E_TRUNCATED, "section headers"},
	{EHDR(e_shoff), 8, PE_BYTES + 1, PG_E_TRUNCATED, "section headers"},
	{PHDR(0, p_offset), 8, PE_BYTES, PG_E_TRUNCATED, "segment 0"},
	{PHDR(0, p_offset), 8, UINT64_MAX, PG_E_TRUNCATED, "segment 0"},
	{PHDR(0, p_memsz), 8, PE_CONST_BYTES - 1, PG_E_CORRUPT,
	 "more content than memory"},
	{PHDR(1, p_vaddr), 8, UINT64_MAX - 0x1000, PG_E_CORRUPT, "wraps"},
	{PHDR(1, p_paddr), 8, UINT64_MAX - 0x1000, PG_E_CORRUPT, "wraps"},
	{PHDR(1, p_memsz), 8, 0x3000, PG_E_CORRUPT, "spans"},
	{PHDR(1, p_memsz), 8, 0x2000000, PG_E_CORRUPT, "16 MiB"},
	{HEADER(magic), 1, 'p', PG_E_FORMAT, "PGIMAGE1"},
	{HEADER(arch), 4, PG_ARCH_PPC64, PG_E_ARCH, "ppc64"},
	{HEADER(version), 4, PG_MANIFEST_VERSION + 1, PG_E_VERSION, "version"},
	{HEADER(const_bytes), 8, 47, PG_E_CORRUPT, "contradicts"},
	{HEADER(const_bytes), 8, PE_MEMORY_BYTES + 1, PG_E_CORRUPT,
	 "const_bytes"},
	/* Content behind const_bytes is data that nobody verifies. */
	{HEADER(const_bytes), 8, PE_CONST_BYTES - 1, PG_E_CORRUPT,
	 "behind const_bytes"},
	{HEADER(memory_bytes), 8, PE_MEMORY_BYTES + 1, PG_E_CORRUPT,
	 "memory_bytes"},
	{HEADER(memory_bytes), 8, 0x10000000000, PG_E_CORRUPT, "memory_bytes"},
	{HEADER(memory_bytes), 8, 0x2000, PG_E_CORRUPT, "announces"},
};

static void test_spoiled(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(spoiled) / sizeof(*spoiled); i++) {
		uint8_t *file = make_purgatory(PG_ARCH_X86_64);
		struct pg_purgatory out = {.const_bytes = 7};
		struct pg_error error;

		for (unsigned k = 0; k < spoiled[i].bytes; k++)
			file[spoiled[i].at + k] =
				(uint8_t)(spoiled[i].value >> (8 * k));
		expect_error(pg_purgatory_read(purgatory_bytes(file),
					       PG_ARCH_X86_64, &out, &error),
			     spoiled[i].status, &error, spoiled[i].word);
		assert_null(out.content);
		assert_int_equal(out.const_bytes, 7);
		free(file);
	}
}

/* A purgatory that covers less memory than its constants. */
static void test_short_memory(void **state)
{
	uint8_t *file = make_purgatory(PG_ARCH_X86_64);
	struct pg_purgatory out;
	struct pg_error error;

	(void)state;
	pg_store_le16(file + EHDR(e_phnum), 1);
	pg_store_le64(file + PHDR(0, p_filesz), 0x100);
	pg_store_le64(file + PHDR(0, p_memsz), 0x100);
	expect_error(pg_purgatory_read(purgatory_bytes(file), PG_ARCH_X86_64,
				       &out, &error),
		     PG_E_TRUNCATED, &error, "announces");
	pg_store_le64(file + PHDR(0, p_filesz), 0x20);
	pg_store_le64(file + PHDR(0, p_memsz), 0x20);
	expect_error(pg_purgatory_read(purgatory_bytes(file), PG_ARCH_X86_64,
				       &out, &error),
		     PG_E_TRUNCATED, &error, "header");
	free(file);
}

static void test_truncated(void **state)
{
	uint8_t *whole = make_purgatory(PG_ARCH_X86_64);
	struct pg_purgatory out;
	struct pg_error error;

	(void)state;
	for (size_t size = 1; size < PE_BYTES; size++) {
		uint8_t *file = malloc(size);

		assert_non_null(file);
		memcpy(file, whole, size);
		assert_int_equal(
			pg_purgatory_read((struct pg_bytes){file, size},
					  PG_ARCH_X86_64, &out, &error),
			PG_E_TRUNCATED);
		free(file);
	}
	free(whole);
}

/* Section headers behind the content: one RELA of @bytes bytes. */
static void test_relocations(void **state)
{
	uint8_t *file = make_purgatory(PG_ARCH_X86_64);
	struct pg_purgatory out;
	struct pg_error error;

	(void)state;
	file = realloc(file, PE_BYTES + 2 * sizeof(Elf64_Shdr));
	assert_non_null(file);
	memset(file + PE_BYTES, 0, 2 * sizeof(Elf64_Shdr));
	pg_store_le64(file + EHDR(e_shoff), PE_BYTES);
	pg_store_le16(file + EHDR(e_shnum), 2);
	for (unsigned type = SHT_RELA; type <= SHT_REL; type += 5) {
		uint8_t *section = file + PE_BYTES + sizeof(Elf64_Shdr);
		struct pg_bytes bytes = {file,
					 PE_BYTES + 2 * sizeof(Elf64_Shdr)};

		pg_store_le32(section + offsetof(Elf64_Shdr, sh_type), type);
		pg_store_le64(section + offsetof(Elf64_Shdr, sh_size), 24);
		expect_error(
			pg_purgatory_read(bytes, PG_ARCH_X86_64, &out, &error),
			PG_E_FORMAT, &error, "section 1 has relocations");
		pg_store_le64(section + offsetof(Elf64_Shdr, sh_size), 0);
		expect_ok(
			pg_purgatory_read(bytes, PG_ARCH_X86_64, &out, &error),
			&error);
		free(out.content);
	}
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_short_memory),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_relocations),
	};

	return cmocka_run_group_tests_name("purgatory_elf", tests, NULL, NULL);
}
