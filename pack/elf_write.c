/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sealed plan as an ELF64 file: header, program headers, note, then the
 * contents, each at a file offset that is congruent to its address modulo the
 * page, as ELF demands. The same plan always gives the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "pack/elf64.h"
#include "pack/image_note.h"
#include "pack/plan.h"

struct writer {
	uint8_t *data;
	bool big;
};

static void put16(const struct writer *w, size_t at, uint16_t value)
{
	pg_store16(w->big, w->data + at, value);
}

static void put32(const struct writer *w, size_t at, uint32_t value)
{
	pg_store32(w->big, w->data + at, value);
}

static void put64(const struct writer *w, size_t at, uint64_t value)
{
	pg_store64(w->big, w->data + at, value);
}

static void write_header(const struct writer *w, const struct pg_plan *plan,
			 size_t phnum)
{
	memcpy(w->data, ELFMAG, SELFMAG);
	w->data[EI_CLASS] = ELFCLASS64;
	w->data[EI_DATA] = w->big ? ELFDATA2MSB : ELFDATA2LSB;
	w->data[EI_VERSION] = EV_CURRENT;
	put16(w, offsetof(Elf64_Ehdr, e_type), ET_EXEC);
	put16(w, offsetof(Elf64_Ehdr, e_machine), pg_arch_machine(plan->arch));
	put32(w, offsetof(Elf64_Ehdr, e_version), EV_CURRENT);
	put64(w, offsetof(Elf64_Ehdr, e_entry), plan->purgatory_span.start);
	put64(w, offsetof(Elf64_Ehdr, e_phoff), sizeof(Elf64_Ehdr));
	put16(w, offsetof(Elf64_Ehdr, e_ehsize), sizeof(Elf64_Ehdr));
	put16(w, offsetof(Elf64_Ehdr, e_phentsize), sizeof(Elf64_Phdr));
	put16(w, offsetof(Elf64_Ehdr, e_phnum), (uint16_t)phnum);
}

static void write_phdr(const struct writer *w, size_t index,
		       const Elf64_Phdr *phdr)
{
	size_t at = sizeof(Elf64_Ehdr) + index * sizeof(Elf64_Phdr);

	put32(w, at + offsetof(Elf64_Phdr, p_type), phdr->p_type);
	put32(w, at + offsetof(Elf64_Phdr, p_flags), phdr->p_flags);
	put64(w, at + offsetof(Elf64_Phdr, p_offset), phdr->p_offset);
	put64(w, at + offsetof(Elf64_Phdr, p_vaddr), phdr->p_vaddr);
	put64(w, at + offsetof(Elf64_Phdr, p_paddr), phdr->p_paddr);
	put64(w, at + offsetof(Elf64_Phdr, p_filesz), phdr->p_filesz);
	put64(w, at + offsetof(Elf64_Phdr, p_memsz), phdr->p_memsz);
	put64(w, at + offsetof(Elf64_Phdr, p_align), phdr->p_align);
}

static void write_note(const struct writer *w, const struct pg_plan *plan,
		       size_t at)
{
	uint64_t purgatory = plan->purgatory_span.start;

	put32(w, at, IMAGE_NOTE_NAME_BYTES);
	put32(w, at + 4, IMAGE_NOTE_DESC_BYTES);
	put32(w, at + 8, IMAGE_NOTE_TYPE);
	memcpy(w->data + at + IMAGE_NOTE_NAME_AT, IMAGE_NOTE_NAME,
	       IMAGE_NOTE_NAME_BYTES);
	put32(w, at + IMAGE_NOTE_VERSION, PG_MANIFEST_VERSION);
	put32(w, at + IMAGE_NOTE_ARCH, plan->arch);
	put64(w, at + IMAGE_NOTE_PURGATORY, purgatory);
	put64(w, at + IMAGE_NOTE_MANIFEST,
	      purgatory + plan->purgatory.memory_bytes);
}

static size_t next_page(size_t offset)
{
	return (offset + PG_PAGE_BYTES - 1) & ~(size_t)(PG_PAGE_BYTES - 1);
}

/* Sizes the file and sets @offsets, where each piece's content goes. */
static size_t lay_out(const struct pg_plan_piece *pieces, size_t count,
		      size_t note_at, size_t offsets[PG_PLAN_PIECES_MAX])
{
	size_t end = note_at + IMAGE_NOTE_BYTES;

	for (size_t i = 0; i < count; i++) {
		offsets[i] = 0;
		if (pieces[i].segment.content.size == 0)
			continue;
		/* Every address is a page multiple, so every offset is. */
		offsets[i] = next_page(end);
		end = offsets[i] + pieces[i].segment.content.size;
	}
	return end;
}

static void write_pieces(const struct writer *w,
			 const struct pg_plan_piece *pieces, size_t count,
			 const size_t *offsets)
{
	for (size_t i = 0; i < count; i++) {
		const struct pg_segment *segment = &pieces[i].segment;
		const Elf64_Phdr phdr = {.p_type = PT_LOAD,
					 .p_flags = pieces[i].elf_flags,
					 .p_offset = offsets[i],
					 .p_vaddr = segment->address,
					 .p_paddr = segment->address,
					 .p_filesz = segment->content.size,
					 .p_memsz = segment->memory_bytes,
					 .p_align = PG_PAGE_BYTES};

		write_phdr(w, i + 1, &phdr);
		if (segment->content.size != 0)
			memcpy(w->data + offsets[i], segment->content.data,
			       segment->content.size);
	}
}

enum pg_status pg_plan_write_elf(const struct pg_plan *plan, const char *path,
				 struct pg_error *error)
{
	struct pg_plan_piece pieces[PG_PLAN_PIECES_MAX];
	struct writer w = {.big = pg_arch_big_endian(plan->arch)};
	size_t offsets[PG_PLAN_PIECES_MAX];
	size_t count, note_at, bytes;
	enum pg_status status;

	if (plan->state != PG_PLAN_SEALED)
		return pg_fail(error, PG_E_USAGE,
			       "plan: written before sealed");
	count = pg_plan_pieces(plan, pieces);
	note_at = sizeof(Elf64_Ehdr) + (count + 1) * sizeof(Elf64_Phdr);
	bytes = lay_out(pieces, count, note_at, offsets);
	w.data = calloc(1, bytes);
	if (w.data == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "%s: no memory for %zu bytes", path, bytes);
	write_header(&w, plan, count + 1);
	write_phdr(&w, 0,
		   &(const Elf64_Phdr){.p_type = PT_NOTE,
				       .p_flags = PF_R,
				       .p_offset = note_at,
				       .p_filesz = IMAGE_NOTE_BYTES,
				       .p_memsz = IMAGE_NOTE_BYTES,
				       .p_align = 4});
	write_note(&w, plan, note_at);
	write_pieces(&w, pieces, count, offsets);
	status = pg_file_write(path, (struct pg_bytes){w.data, bytes}, 0644,
			       error);
	free(w.data);
	return status;
}
