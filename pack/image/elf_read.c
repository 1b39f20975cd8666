/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "pack/formats/elf64.h"
#include "pack/formats/kernel_formats.h"
#include "pack/image/image.h"
#include "pack/image/image_note.h"

static uint32_t arch_of(uint16_t machine, bool big)
{
	for (uint32_t arch = PG_ARCH_X86_64; arch <= PG_ARCH_S390X; arch++)
		if (pg_arch_machine(arch) == machine &&
		    pg_arch_big_endian(arch) == big)
			return arch;
	return 0;
}

/* Is the note at @at, which has @bytes bytes, ours? */
static bool is_our_note(const struct pg_elf64 *elf, const Elf64_Phdr *note)
{
	const uint8_t *at = elf->file.data + note->p_offset;

	return note->p_filesz >= IMAGE_NOTE_NAME_AT + IMAGE_NOTE_NAME_BYTES &&
	       pg_load32(elf->big, at) == IMAGE_NOTE_NAME_BYTES &&
	       memcmp(at + IMAGE_NOTE_NAME_AT, IMAGE_NOTE_NAME,
		      IMAGE_NOTE_NAME_BYTES) == 0;
}

bool pg_image_recognise(struct pg_bytes file)
{
	struct pg_error ignored;
	struct pg_elf64 elf;
	Elf64_Phdr segment;

	if (pg_elf64_open(file, "image", &elf, &ignored) != PG_OK)
		return false;
	for (size_t i = 0; i < elf.phnum; i++)
		if (pg_elf64_segment(&elf, i, &segment, &ignored) == PG_OK &&
		    segment.p_type == PT_NOTE && is_our_note(&elf, &segment))
			return true;
	return false;
}

static enum pg_status read_note(const struct pg_elf64 *elf,
				const Elf64_Phdr *note, struct pg_image *image,
				struct pg_error *error)
{
	const uint8_t *at = elf->file.data + note->p_offset;

	if (note->p_filesz < IMAGE_NOTE_BYTES ||
	    pg_load32(elf->big, at + 4) != IMAGE_NOTE_DESC_BYTES ||
	    pg_load32(elf->big, at + 8) != IMAGE_NOTE_TYPE)
		return pg_fail(error, PG_E_CORRUPT,
			       "image: its note is damaged; make or copy it "
			       "again");
	if (pg_load32(elf->big, at + IMAGE_NOTE_VERSION) != PG_MANIFEST_VERSION)
		return pg_fail(error, PG_E_VERSION,
			       "image: is of version %u and not %u; use the "
			       "purgatorio release that made it",
			       pg_load32(elf->big, at + IMAGE_NOTE_VERSION),
			       PG_MANIFEST_VERSION);
	if (pg_load32(elf->big, at + IMAGE_NOTE_ARCH) != image->arch)
		return pg_fail(
			error, PG_E_CORRUPT,
			"image: its note is for %s and its ELF header "
			"for %s; make it again",
			pg_arch_name(pg_load32(elf->big, at + IMAGE_NOTE_ARCH)),
			pg_arch_name(image->arch));
	image->purgatory = pg_load64(elf->big, at + IMAGE_NOTE_PURGATORY);
	image->manifest_address = pg_load64(elf->big, at + IMAGE_NOTE_MANIFEST);
	return PG_OK;
}

/* Segments stand sorted by address and share no byte. */
static enum pg_status add_segment(const struct pg_elf64 *elf,
				  const Elf64_Phdr *load,
				  struct pg_image *image,
				  struct pg_error *error)
{
	size_t count = image->segment_count;

	if (load->p_memsz == 0)
		return PG_OK;
	if (count == PG_IMAGE_SEGMENTS_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "image: more than %u segments; this is not one "
			       "that purgatorio made",
			       PG_IMAGE_SEGMENTS_MAX);
	if (count != 0) {
		const struct pg_segment *last = &image->segments[count - 1];

		if (load->p_paddr < last->address)
			return pg_fail(error, PG_E_CORRUPT,
				       "image: segment at 0x%llx stands behind "
				       "a higher one; make it again",
				       (unsigned long long)load->p_paddr);
		if (load->p_paddr < last->address + last->memory_bytes)
			return pg_fail(error, PG_E_OVERLAP,
				       "image: segment at 0x%llx overlaps the "
				       "one at 0x%llx; make it again",
				       (unsigned long long)load->p_paddr,
				       (unsigned long long)last->address);
	}
	if (load->p_paddr % PG_PAGE_BYTES != 0 ||
	    load->p_memsz % PG_PAGE_BYTES != 0)
		return pg_fail(error, PG_E_CORRUPT,
			       "image: segment at 0x%llx does not consist of "
			       "whole pages; make it again",
			       (unsigned long long)load->p_paddr);
	image->segments[count] =
		(struct pg_segment){.name = "memory",
				    .content = {elf->file.data + load->p_offset,
						(size_t)load->p_filesz},
				    .address = load->p_paddr,
				    .memory_bytes = load->p_memsz};
	image->segment_count++;
	return PG_OK;
}

static enum pg_status check_type(const struct pg_elf64 *elf,
				 struct pg_image *image, struct pg_error *error)
{
	image->big = elf->big;
	image->arch = arch_of(elf->machine, elf->big);
	if (image->arch == 0)
		return pg_fail(error, PG_E_FORMAT,
			       "image: an ELF file for %s-endian %s, for which "
			       "there are no images; name another",
			       elf->big ? "big" : "little",
			       pg_elf_machine_name(elf->machine));
	if (elf->type != ET_EXEC)
		return pg_fail(error, PG_E_FORMAT,
			       "image: not an executable ELF file; give one "
			       "that purgatorio pack made");
	return PG_OK;
}

enum pg_status pg_image_read_elf(struct pg_bytes file, struct pg_image *image,
				 struct pg_error *error)
{
	bool found = false;
	struct pg_elf64 elf;
	enum pg_status status = pg_elf64_open(file, "image", &elf, error);

	if (status == PG_OK)
		status = check_type(&elf, image, error);
	for (size_t i = 0; status == PG_OK && i < elf.phnum; i++) {
		Elf64_Phdr segment;

		status = pg_elf64_segment(&elf, i, &segment, error);
		if (status != PG_OK)
			break;
		if (segment.p_type == PT_LOAD) {
			status = add_segment(&elf, &segment, image, error);
		} else if (segment.p_type == PT_NOTE && !found &&
			   is_our_note(&elf, &segment)) {
			status = read_note(&elf, &segment, image, error);
			found = true;
		}
	}
	if (status != PG_OK)
		return status;
	if (!found)
		return pg_fail(error, PG_E_FORMAT,
			       "image: an ELF file without purgatorio's note; "
			       "give one that purgatorio pack made");
	if (elf.entry != image->purgatory &&
	    (image->arch != PG_ARCH_S390X ||
	     elf.entry != image->purgatory + IMAGE_S390X_ONCE))
		return pg_fail(error, PG_E_CORRUPT,
			       "image: e_entry 0x%llx is not the purgatory at "
			       "0x%llx; make it again",
			       (unsigned long long)elf.entry,
			       (unsigned long long)image->purgatory);
	return PG_OK;
}
