/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF header, program headers, section headers, the sections' names, notes.
 * GRUB copies sections that have no address to memory of its own choice
 * (grub-core/loader/multiboot_elfxx.c), so every section has one; coreboot
 * wants to find a table of names.
 */
#include "pack/capture/capture_elf.h"

#include <string.h>

#include "pack/capture/capture.h"
#include "pack/sections.h"
#include "purgatorio/image.h"

#define SEGMENTS_MAX   (PG_CAPTURE_SECTIONS_MAX + 3 + PG_CAPTURE_NOTES_MAX)
#define HEADERS_MAX    (PG_CAPTURE_SECTIONS_MAX + 2)
#define NAME_BYTES     (PG_SECTION_NAME_BYTES + 1)
#define NAMES	       "\0.shstrtab"
#define NOTE_NAME_AT   12
#define NOTE_BYTES_MAX (NOTE_NAME_AT + 24 + 32)

#define SEGMENTS_AT sizeof(Elf64_Ehdr)
#define HEADERS_AT  (SEGMENTS_AT + SEGMENTS_MAX * sizeof(Elf64_Phdr))
#define NAMES_AT    (HEADERS_AT + HEADERS_MAX * sizeof(Elf64_Shdr))
#define NOTES_AT                                                            \
	((NAMES_AT + sizeof(NAMES) + PG_CAPTURE_SECTIONS_MAX * NAME_BYTES + \
	  7) &                                                              \
	 ~(size_t)7)

struct writer {
	uint8_t *file;
	const struct pg_capture *capture;
	bool big;
	uint64_t base;
	uint16_t segments, headers;
	uint32_t names; /* bytes of them */
};

uint32_t pg_capture_elf_bytes(void)
{
	return (uint32_t)((NOTES_AT + PG_CAPTURE_NOTES_MAX * NOTE_BYTES_MAX +
			   7) &
			  ~(size_t)7);
}

static void put_segment(struct writer *w, const Elf64_Phdr *segment)
{
	uint8_t *at =
		w->file + SEGMENTS_AT + w->segments++ * sizeof(Elf64_Phdr);

	pg_store32(w->big, at + offsetof(Elf64_Phdr, p_type), segment->p_type);
	pg_store32(w->big, at + offsetof(Elf64_Phdr, p_flags),
		   segment->p_flags);
	pg_store64(w->big, at + offsetof(Elf64_Phdr, p_offset),
		   segment->p_offset);
	pg_store64(w->big, at + offsetof(Elf64_Phdr, p_vaddr),
		   w->base + segment->p_offset);
	pg_store64(w->big, at + offsetof(Elf64_Phdr, p_paddr),
		   w->base + segment->p_offset);
	pg_store64(w->big, at + offsetof(Elf64_Phdr, p_filesz),
		   segment->p_filesz);
	pg_store64(w->big, at + offsetof(Elf64_Phdr, p_memsz),
		   segment->p_memsz);
	pg_store64(w->big, at + offsetof(Elf64_Phdr, p_align),
		   segment->p_align);
}

static void put_load(struct writer *w, uint32_t flags, uint64_t offset,
		     uint64_t file_bytes, uint64_t memory_bytes)
{
	const uint64_t align = w->capture->elf.align;
	const Elf64_Phdr segment = {.p_type = PT_LOAD,
				    .p_flags = flags,
				    .p_offset = offset,
				    .p_filesz = file_bytes,
				    .p_memsz = memory_bytes,
				    .p_align = w->segments == 0 && align != 0
						       ? align
						       : PG_PAGE_BYTES};

	if (memory_bytes != 0)
		put_segment(w, &segment);
}

static uint64_t padded(uint64_t bytes)
{
	return (bytes + PG_PAGE_BYTES - 1) & ~(uint64_t)(PG_PAGE_BYTES - 1);
}

/* The door's section has code, memory that is written, the purgatory's code,
 * and memory again. What is constant behind it becomes one segment. */
static void put_loads(struct writer *w)
{
	const struct pg_capture_section *all = w->capture->sections;
	const size_t count = w->capture->section_count;
	/* Behind a kernel that lies where it runs, or else the first. */
	const struct pg_capture_section *at = &all[w->capture->fixed ? 1 : 0];
	const uint64_t door = at->offset;
	const uint64_t purgatory = door + PG_IMAGE_PURGATORY;
	const uint64_t constants = w->capture->plan->purgatory.const_bytes;
	const uint64_t rest = purgatory + constants;
	const uint64_t end = padded(door + at->memory_bytes);
	const uint64_t loaded = w->capture->file_bytes - door;

	if (w->capture->elf.single) {
		put_load(w, PF_R | PF_W | PF_X, door, loaded, loaded);
		return;
	}

	/* A kernel that is entered at its own first bytes. */
	if (w->capture->fixed)
		put_load(w, PF_R | PF_X, 0, door, door);
	put_load(w, PF_R | PF_X, door, PG_IMAGE_WORK, PG_IMAGE_WORK);
	put_load(w, PF_R | PF_W, door + PG_IMAGE_WORK, PG_IMAGE_WORK_BYTES,
		 PG_IMAGE_WORK_BYTES);
	put_load(w, PF_R | PF_X, purgatory, constants, constants);
	put_load(w, PF_R | PF_W, rest, end - rest, end - rest);
	if (w->capture->file_bytes > end)
		put_load(w, PF_R, end, w->capture->file_bytes - end,
			 w->capture->file_bytes - end);
	if (all[count - 1].flags == PE_ZERO)
		put_load(w, PF_R | PF_W, all[count - 1].offset, 0,
			 all[count - 1].memory_bytes);
}

static void put_header(struct writer *w, const Elf64_Shdr *header,
		       const char *name, size_t name_bytes)
{
	uint8_t *at = w->file + HEADERS_AT + w->headers++ * sizeof(Elf64_Shdr);

	pg_store32(w->big, at + offsetof(Elf64_Shdr, sh_name), w->names);
	pg_store32(w->big, at + offsetof(Elf64_Shdr, sh_type), header->sh_type);
	pg_store64(w->big, at + offsetof(Elf64_Shdr, sh_flags),
		   header->sh_flags);
	pg_store64(w->big, at + offsetof(Elf64_Shdr, sh_addr),
		   w->base + header->sh_offset);
	pg_store64(w->big, at + offsetof(Elf64_Shdr, sh_offset),
		   header->sh_offset);
	pg_store64(w->big, at + offsetof(Elf64_Shdr, sh_size), header->sh_size);
	pg_store64(w->big, at + offsetof(Elf64_Shdr, sh_addralign),
		   header->sh_addralign);
	memcpy(w->file + NAMES_AT + w->names, name, name_bytes);
	w->names += (uint32_t)name_bytes + 1;
}

static void put_section(struct writer *w,
			const struct pg_capture_section *section)
{
	const Elf64_Shdr header = {
		.sh_type =
			section->flags == PE_ZERO ? SHT_NOBITS : SHT_PROGBITS,
		.sh_flags =
			(uint64_t)SHF_ALLOC |
			(section->flags & PE_CAN_WRITE ? SHF_WRITE : 0) |
			(section->flags & PE_CAN_EXECUTE ? SHF_EXECINSTR : 0),
		.sh_offset = section->offset,
		.sh_size = section->memory_bytes,
		.sh_addralign = PG_PAGE_BYTES};

	put_header(w, &header, section->name,
		   strnlen(section->name, sizeof(section->name)));
}

/* Header 0 stays empty, as ELF wants it; the names come last. */
static void put_sections(struct writer *w)
{
	const struct pg_capture *capture = w->capture;
	Elf64_Shdr names = {.sh_type = SHT_STRTAB,
			    .sh_offset = NAMES_AT,
			    .sh_addralign = 1};

	w->headers = 1;
	w->names = 1;
	for (size_t i = 0; i < capture->section_count; i++)
		put_section(w, &capture->sections[i]);
	names.sh_size = w->names + sizeof(".shstrtab");
	put_header(w, &names, ".shstrtab", strlen(".shstrtab"));
}

static void put_notes(struct writer *w)
{
	const struct pg_capture_elf *elf = &w->capture->elf;
	size_t at = NOTES_AT;

	for (size_t i = 0; i < elf->note_count; i++) {
		const struct pg_capture_note *note = &elf->notes[i];
		const uint32_t name_bytes = (uint32_t)strlen(note->name) + 1;
		const uint32_t desc = NOTE_NAME_AT + ((name_bytes + 3) & ~3u);
		const Elf64_Phdr segment = {.p_type = PT_NOTE,
					    .p_flags = PF_R,
					    .p_offset = at,
					    .p_filesz = desc + note->desc_bytes,
					    .p_memsz = desc + note->desc_bytes,
					    .p_align = 4};

		pg_store32(w->big, w->file + at, name_bytes);
		pg_store32(w->big, w->file + at + 4, note->desc_bytes);
		pg_store32(w->big, w->file + at + 8, note->type);
		memcpy(w->file + at + NOTE_NAME_AT, note->name, name_bytes);
		memcpy(w->file + at + desc, note->desc, note->desc_bytes);
		put_segment(w, &segment);
		at += desc + note->desc_bytes;
	}
}

static void put_file_header(const struct writer *w)
{
	uint8_t *at = w->file;
	const bool big = w->big;

	memcpy(at, ELFMAG, SELFMAG);
	at[EI_CLASS] = ELFCLASS64;
	at[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	at[EI_VERSION] = EV_CURRENT;
	pg_store16(big, at + offsetof(Elf64_Ehdr, e_type), ET_EXEC);
	pg_store16(big, at + offsetof(Elf64_Ehdr, e_machine),
		   pg_arch_machine(w->capture->kernel.arch));
	pg_store32(big, at + offsetof(Elf64_Ehdr, e_version), EV_CURRENT);
	pg_store64(big, at + offsetof(Elf64_Ehdr, e_entry),
		   w->base + w->capture->elf.entry);
	pg_store64(big, at + offsetof(Elf64_Ehdr, e_phoff), SEGMENTS_AT);
	pg_store64(big, at + offsetof(Elf64_Ehdr, e_shoff), HEADERS_AT);
	pg_store16(big, at + offsetof(Elf64_Ehdr, e_ehsize),
		   sizeof(Elf64_Ehdr));
	pg_store16(big, at + offsetof(Elf64_Ehdr, e_phentsize),
		   sizeof(Elf64_Phdr));
	pg_store16(big, at + offsetof(Elf64_Ehdr, e_phnum), w->segments);
	pg_store16(big, at + offsetof(Elf64_Ehdr, e_shentsize),
		   sizeof(Elf64_Shdr));
	pg_store16(big, at + offsetof(Elf64_Ehdr, e_shnum), w->headers);
	pg_store16(big, at + offsetof(Elf64_Ehdr, e_shstrndx),
		   (uint16_t)(w->headers - 1));
}

void pg_capture_write_elf(struct pg_capture *capture)
{
	struct writer w = {.file = capture->file,
			   .capture = capture,
			   .big = capture->elf.big,
			   .base = capture->elf.base};

	put_loads(&w);
	put_notes(&w);
	put_sections(&w);
	put_file_header(&w);
}
