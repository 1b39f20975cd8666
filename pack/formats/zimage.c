/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's zImage for ppc64 (arch/powerpc/boot): an ELF program of 32 or 64
 * bits that holds a compressed vmlinux in a section, which it finds by the
 * linker script's symbols, and we by its name.
 */
#include <string.h>

#include "pack/formats/elf64.h"
#include "pack/formats/kernel_formats.h"

#define SECTION ".kernel:vmlinux.strip"

/* What differs between the two classes, and where the table is. */
struct sections {
	struct pg_bytes file;
	bool big, wide; /* ELF64 */
	uint64_t offset;
	uint16_t count, names;
	size_t entry_bytes;
};

/* A field of either class, of 4 or 8 bytes. */
static uint64_t field(const struct sections *s, const uint8_t *at,
		      size_t narrow, size_t wide)
{
	return s->wide ? pg_load64(s->big, at + wide)
		       : pg_load32(s->big, at + narrow);
}

static bool open_sections(struct pg_bytes file, struct sections *s)
{
	const uint8_t *at = file.data;
	uint16_t machine;

	if (file.size < sizeof(Elf64_Ehdr) || memcmp(at, ELFMAG, SELFMAG) != 0)
		return false;
	*s = (struct sections){.file = file,
			       .big = at[EI_DATA] == ELFDATA2MSB,
			       .wide = at[EI_CLASS] == ELFCLASS64};
	machine = pg_load16(s->big, at + offsetof(Elf64_Ehdr, e_machine));
	if (machine != EM_PPC && machine != EM_PPC64)
		return false;
	s->offset = field(s, at, offsetof(Elf32_Ehdr, e_shoff),
			  offsetof(Elf64_Ehdr, e_shoff));
	s->entry_bytes = s->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	s->count = pg_load16(s->big,
			     at + (s->wide ? offsetof(Elf64_Ehdr, e_shnum)
					   : offsetof(Elf32_Ehdr, e_shnum)));
	s->names = pg_load16(s->big,
			     at + (s->wide ? offsetof(Elf64_Ehdr, e_shstrndx)
					   : offsetof(Elf32_Ehdr, e_shstrndx)));
	return s->offset <= file.size &&
	       s->count * s->entry_bytes <= file.size - s->offset &&
	       s->names < s->count;
}

static bool content(const struct sections *s, size_t index,
		    struct pg_bytes *out)
{
	const uint8_t *at = s->file.data + s->offset + index * s->entry_bytes;
	uint64_t offset = field(s, at, offsetof(Elf32_Shdr, sh_offset),
				offsetof(Elf64_Shdr, sh_offset));
	uint64_t bytes = field(s, at, offsetof(Elf32_Shdr, sh_size),
			       offsetof(Elf64_Shdr, sh_size));

	if (offset > s->file.size || bytes > s->file.size - offset)
		return false;
	*out = (struct pg_bytes){s->file.data + offset, (size_t)bytes};
	return true;
}

static bool is_named(const struct sections *s, struct pg_bytes names,
		     size_t index)
{
	const uint8_t *at = s->file.data + s->offset + index * s->entry_bytes;
	uint32_t name = pg_load32(s->big, at); /* sh_name */

	return name <= names.size && names.size - name >= sizeof(SECTION) &&
	       memcmp(names.data + name, SECTION, sizeof(SECTION)) == 0;
}

/* The section's number, or 0, which is nobody's. */
static size_t find(const struct sections *s)
{
	struct pg_bytes names;

	if (!content(s, s->names, &names))
		return 0;
	for (size_t i = 1; i < s->count; i++)
		if (is_named(s, names, i))
			return i;
	return 0;
}

bool pg_zimage_recognise(struct pg_bytes file)
{
	struct sections s;

	return open_sections(file, &s) && find(&s) != 0;
}

enum pg_status pg_zimage_payload(struct pg_bytes file, struct pg_bytes *out,
				 enum pg_compression *kind,
				 struct pg_error *error)
{
	struct sections s;
	struct pg_bytes found;

	if (!open_sections(file, &s) || find(&s) == 0)
		return pg_fail(error, PG_E_FORMAT,
			       "kernel: an ELF file without " SECTION
			       "; give the vmlinux or zImage of Linux");
	if (!content(&s, find(&s), &found))
		return pg_fail(error, PG_E_TRUNCATED,
			       "kernel: the zImage's " SECTION
			       " leaves the file of %zu bytes; copy or "
			       "download it again",
			       file.size);
	*out = found;
	*kind = pg_compression_of(found);
	return PG_OK;
}
