/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The head is header, program headers and note; each content has a file offset
 * that is congruent to its address modulo the page, as ELF demands. The same
 * plan always gives the same bytes.
 */
#include <string.h>

#include "pack/formats/elf64.h"
#include "pack/image/elf_write.h"
#include "pack/image/image_note.h"

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
	const bool once = plan->arch == PG_ARCH_S390X && plan->swap.bytes == 0;

	memcpy(w->data, ELFMAG, SELFMAG);
	w->data[EI_CLASS] = ELFCLASS64;
	w->data[EI_DATA] = w->big ? ELFDATA2MSB : ELFDATA2LSB;
	w->data[EI_VERSION] = EV_CURRENT;
	put16(w, offsetof(Elf64_Ehdr, e_type), ET_EXEC);
	put16(w, offsetof(Elf64_Ehdr, e_machine), pg_arch_machine(plan->arch));
	put32(w, offsetof(Elf64_Ehdr, e_version), EV_CURRENT);
	put64(w, offsetof(Elf64_Ehdr, e_entry),
	      plan->purgatory_span.start + (once ? IMAGE_S390X_ONCE : 0));
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

static uint64_t next_page(uint64_t offset)
{
	return (offset + PG_PAGE_BYTES - 1) & ~(uint64_t)(PG_PAGE_BYTES - 1);
}

/* Where the note is: behind a program header for itself and one per piece. */
static size_t note_at(const struct pg_elf_file *file)
{
	return sizeof(Elf64_Ehdr) + (file->count + 1) * sizeof(Elf64_Phdr);
}

void pg_elf_file_plan(const struct pg_plan *plan, struct pg_elf_file *out)
{
	uint64_t end;

	out->count = pg_plan_pieces(plan, out->pieces);
	end = note_at(out) + IMAGE_NOTE_BYTES;
	for (size_t i = 0; i < out->count; i++) {
		const size_t bytes = out->pieces[i].segment.content.size;

		out->offsets[i] = 0;
		if (bytes == 0)
			continue;
		/* Every address is a page multiple, so every offset is. */
		out->offsets[i] = next_page(end);
		end = out->offsets[i] + bytes;
	}
}

uint64_t pg_elf_file_offset(const struct pg_elf_file *file, uint64_t address)
{
	for (size_t i = 0; i < file->count; i++)
		if (file->pieces[i].segment.address == address)
			return file->offsets[i];
	return 0;
}

enum pg_status pg_elf_file_head(const struct pg_elf_file *file,
				const struct pg_plan *plan,
				struct pg_output *output,
				struct pg_error *error)
{
	uint8_t head[sizeof(Elf64_Ehdr) +
		     (PG_PLAN_PIECES_MAX + 1) * sizeof(Elf64_Phdr) +
		     IMAGE_NOTE_BYTES] = {0};
	const struct writer w = {head, pg_arch_big_endian(plan->arch)};
	const size_t note = note_at(file);
	const Elf64_Phdr note_header = {.p_type = PT_NOTE,
					.p_flags = PF_R,
					.p_offset = note,
					.p_filesz = IMAGE_NOTE_BYTES,
					.p_memsz = IMAGE_NOTE_BYTES,
					.p_align = 4};

	write_header(&w, plan, file->count + 1);
	write_phdr(&w, 0, &note_header);
	for (size_t i = 0; i < file->count; i++) {
		const struct pg_segment *segment = &file->pieces[i].segment;
		const Elf64_Phdr phdr = {.p_type = PT_LOAD,
					 .p_flags = file->pieces[i].elf_flags,
					 .p_offset = file->offsets[i],
					 .p_vaddr = segment->address,
					 .p_paddr = segment->address,
					 .p_filesz = segment->content.size,
					 .p_memsz = segment->memory_bytes,
					 .p_align = PG_PAGE_BYTES};

		write_phdr(&w, i + 1, &phdr);
	}
	write_note(&w, plan, note);
	return pg_output_write(output, 0,
			       (struct pg_bytes){head, note + IMAGE_NOTE_BYTES},
			       error);
}

enum pg_status pg_plan_write_elf(const struct pg_plan *plan, const char *path,
				 struct pg_error *error)
{
	struct pg_output output;
	struct pg_elf_file file;
	enum pg_status status;

	if (plan->state != PG_PLAN_SEALED)
		return pg_fail(error, PG_E_USAGE,
			       "plan: written before sealed");
	status = pg_output_open(path, 0644, &output, error);
	if (status != PG_OK)
		return status;
	pg_elf_file_plan(plan, &file);
	status = pg_elf_file_head(&file, plan, &output, error);
	for (size_t i = 0; i < file.count && status == PG_OK; i++)
		status = pg_output_write(&output, file.offsets[i],
					 file.pieces[i].segment.content, error);
	if (status == PG_OK)
		return pg_output_commit(&output, error);
	pg_output_drop(&output);
	return status;
}
