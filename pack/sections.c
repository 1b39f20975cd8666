/* SPDX-License-Identifier: BSD-2-Clause */
#include "pack/sections.h"

#include <string.h>

#include "pack/formats/kernel_formats.h"
#include "pack/formats/s390_kernel.h"
#include "pack/image/image_note.h"
#include "purgatorio/image.h"

#define PE_SECTION_BYTES 40

static uint32_t arch_of_pe(uint16_t machine)
{
	switch (machine) {
	case PG_PE_AMD64:
		return PG_ARCH_X86_64;
	case PG_PE_ARM64:
		return PG_ARCH_ARM64;
	default:
		return 0;
	}
}

static uint32_t arch_of_elf(uint16_t machine)
{
	static const uint32_t all[] = {PG_ARCH_X86_64, PG_ARCH_ARM64,
				       PG_ARCH_PPC64, PG_ARCH_S390X};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (pg_arch_machine(all[i]) == machine)
			return all[i];
	return 0;
}

static Elf64_Shdr header_at(const struct pg_elf64 *elf, size_t index)
{
	const uint8_t *at =
		elf->file.data + elf->shoff + index * sizeof(Elf64_Shdr);
	const bool big = elf->big;

	return (Elf64_Shdr){
		.sh_name = pg_load32(big, at + offsetof(Elf64_Shdr, sh_name)),
		.sh_type = pg_load32(big, at + offsetof(Elf64_Shdr, sh_type)),
		.sh_flags = pg_load64(big, at + offsetof(Elf64_Shdr, sh_flags)),
		.sh_offset =
			pg_load64(big, at + offsetof(Elf64_Shdr, sh_offset)),
		.sh_size = pg_load64(big, at + offsetof(Elf64_Shdr, sh_size))};
}

/* Does the section have bytes in the file? */
static bool in_file(const Elf64_Shdr *header)
{
	return header->sh_type != SHT_NULL && header->sh_type != SHT_NOBITS;
}

static enum pg_status check_elf(const struct pg_elf64 *elf,
				struct pg_error *error)
{
	const size_t size = elf->file.size;

	if (elf->shoff > size ||
	    elf->shnum > (size - elf->shoff) / sizeof(Elf64_Shdr))
		return pg_fail(error, PG_E_TRUNCATED,
			       "image: ends at %zu, inside of its section "
			       "table; copy it again",
			       size);
	for (size_t i = 0; i < elf->shnum; i++) {
		const Elf64_Shdr header = header_at(elf, i);

		if (in_file(&header) &&
		    (header.sh_offset > size ||
		     header.sh_size > size - header.sh_offset))
			return pg_fail(error, PG_E_TRUNCATED,
				       "image: has %zu bytes, and its section "
				       "%zu ends beyond; copy it again",
				       size, i);
	}
	return PG_OK;
}

/* Where the table is; 0: @file has none. */
static size_t raw_table(struct pg_bytes file)
{
	const size_t door = PG_IMAGE_PURGATORY + IMAGE_S390X_ONCE;
	size_t entry;

	if (file.size < SELFMAG || memcmp(file.data, ELFMAG, SELFMAG) == 0 ||
	    !pg_s390_recognise(file))
		return 0;
	if (pg_load_be16(file.data + PG_S390_NORMAL) != PG_S390_BRANCH_LONG)
		return 0;
	entry = PG_S390_NORMAL +
		2 * (size_t)pg_load_be32(file.data + PG_S390_NORMAL + 2);
	if (entry <= door || entry > file.size ||
	    memcmp(file.data + entry - door, PG_RAW_MAGIC, PG_RAW_COUNT) != 0)
		return 0;
	return entry - door;
}

bool pg_raw_recognise(struct pg_bytes file)
{
	return raw_table(file) != 0;
}

static enum pg_status open_raw(struct pg_bytes file, struct pg_sections *out,
			       struct pg_error *error)
{
	const size_t table = raw_table(file);

	out->is_raw = true;
	out->arch = PG_ARCH_S390X;
	out->count = pg_load_le32(file.data + table + PG_RAW_COUNT);
	out->pe.file = file;
	out->pe.sections = table + PG_RAW_ENTRIES;
	out->pe.section_count = out->count;
	return pg_pe_check(&out->pe, error);
}

enum pg_status pg_sections_open(struct pg_bytes file, struct pg_sections *out,
				struct pg_error *error)
{
	struct pg_sections sections = {.is_elf = false};
	enum pg_status status;

	sections.is_elf =
		file.size >= SELFMAG && memcmp(file.data, ELFMAG, SELFMAG) == 0;
	if (sections.is_elf) {
		status = pg_elf64_open(file, "image", &sections.elf, error);
		if (status == PG_OK)
			status = check_elf(&sections.elf, error);
		sections.arch = arch_of_elf(sections.elf.machine);
		sections.count = sections.elf.shnum;
	} else if (pg_raw_recognise(file)) {
		status = open_raw(file, &sections, error);
	} else {
		status = pg_pe_open(file, &sections.pe, error);
		sections.arch = arch_of_pe(sections.pe.machine);
		sections.count = sections.pe.section_count;
	}
	if (status == PG_OK)
		*out = sections;
	return status;
}

/* The name lies in the table of names, whose index the file's header has, as
 * far as that reaches. */
static void name_elf(const struct pg_elf64 *elf, uint32_t name, char *out)
{
	const uint16_t index = pg_load16(
		elf->big, elf->file.data + offsetof(Elf64_Ehdr, e_shstrndx));
	Elf64_Shdr names;

	if (index >= elf->shnum)
		return;
	names = header_at(elf, index);
	if (!in_file(&names))
		return;
	for (size_t i = 0; i < PG_SECTION_NAME_BYTES; i++) {
		if (name >= names.sh_size || i >= names.sh_size - name)
			return;
		out[i] = (char)elf->file.data[names.sh_offset + name + i];
		if (out[i] == '\0')
			return;
	}
}

static struct pg_section elf_section(const struct pg_elf64 *elf, size_t index)
{
	const Elf64_Shdr header = header_at(elf, index);
	struct pg_section section = {.content = {elf->file.data, 0},
				     .offset = header.sh_offset,
				     .memory_bytes = header.sh_size,
				     .read = header.sh_flags & SHF_ALLOC,
				     .write = header.sh_flags & SHF_WRITE,
				     .execute =
					     header.sh_flags & SHF_EXECINSTR};

	if (in_file(&header))
		section.content =
			(struct pg_bytes){elf->file.data + header.sh_offset,
					  (size_t)header.sh_size};
	name_elf(elf, header.sh_name, section.name);
	return section;
}

struct pg_section pg_section_at(const struct pg_sections *sections,
				size_t index)
{
	const struct pg_pe *pe = &sections->pe;
	struct pg_section section;
	const uint8_t *at;
	uint32_t flags;

	if (sections->is_elf)
		return elf_section(&sections->elf, index);
	at = pe->file.data + pe->sections + index * PE_SECTION_BYTES;
	flags = pg_load_le32(at + 36);
	section = (struct pg_section){.offset = pg_load_le32(at + 12),
				      .memory_bytes = pg_load_le32(at + 8),
				      .read = flags & 0x40000000u,
				      .write = flags & 0x80000000u,
				      .execute = flags & 0x20000000u};
	section.content = pg_pe_section_at(pe, index, section.name);
	return section;
}

bool pg_section_find(const struct pg_sections *sections, const char *name,
		     struct pg_bytes *out)
{
	for (size_t i = 0; i < sections->count; i++) {
		const struct pg_section section = pg_section_at(sections, i);

		if (strncmp(section.name, name, PG_SECTION_NAME_BYTES) != 0)
			continue;
		*out = section.content;
		return true;
	}
	return false;
}
