/* SPDX-License-Identifier: BSD-2-Clause */
#include "pack/image/purgatory_elf.h"

#include <stdlib.h>
#include <string.h>

#include "pack/formats/elf64.h"
#include "pack/formats/kernel_formats.h"

enum pg_status pg_purgatory_header(const uint8_t *image, uint64_t bytes,
				   uint32_t arch, uint64_t *const_bytes,
				   uint64_t *memory_bytes,
				   struct pg_error *error)
{
	bool big = pg_arch_big_endian(arch);
	uint64_t constant, memory;
	uint32_t found_arch, version;

	if (bytes < sizeof(struct pg_image_header))
		return pg_fail(error, PG_E_TRUNCATED,
			       "purgatory: %llu bytes are too few for its "
			       "header; build it again",
			       (unsigned long long)bytes);
	if (memcmp(image + PG_IMAGE_MAGIC_OFFSET, PG_IMAGE_MAGIC, 8) != 0)
		return pg_fail(error, PG_E_FORMAT,
			       "purgatory: no " PG_IMAGE_MAGIC " at offset "
			       "%u; name purgatorio's purgatory.elf",
			       PG_IMAGE_MAGIC_OFFSET);
	found_arch = pg_load32(big, image + PG_IMAGE_ARCH_OFFSET);
	version = pg_load32(big,
			    image + offsetof(struct pg_image_header, version));
	if (found_arch != arch)
		return pg_fail(error, PG_E_ARCH,
			       "purgatory: is for %s and not for %s; name the "
			       "other one",
			       pg_arch_name(found_arch), pg_arch_name(arch));
	if (version != PG_MANIFEST_VERSION)
		return pg_fail(error, PG_E_VERSION,
			       "purgatory: understands manifest version %u and "
			       "not %u; use one release's parts",
			       version, PG_MANIFEST_VERSION);
	constant = pg_load64(big, image + PG_IMAGE_CONST_OFFSET);
	memory = pg_load64(big, image + PG_IMAGE_MEMORY_OFFSET);
	if (constant < sizeof(struct pg_image_header) || constant > memory)
		return pg_fail(error, PG_E_CORRUPT,
			       "purgatory: const_bytes 0x%llx contradicts "
			       "memory_bytes 0x%llx; build it again",
			       (unsigned long long)constant,
			       (unsigned long long)memory);
	if (memory % PG_PAGE_BYTES != 0 || memory > PG_PURGATORY_BYTES_MAX)
		return pg_fail(error, PG_E_CORRUPT,
			       "purgatory: memory_bytes 0x%llx is no page "
			       "multiple up to 16 MiB; build it "
			       "again",
			       (unsigned long long)memory);
	if (constant > bytes)
		return pg_fail(error, PG_E_TRUNCATED,
			       "purgatory: has 0x%llx bytes and announces "
			       "0x%llx; build or copy it again",
			       (unsigned long long)bytes,
			       (unsigned long long)constant);
	*const_bytes = constant;
	*memory_bytes = memory;
	return PG_OK;
}

/* A relocation that nobody applies would break the code only where it runs. */
static enum pg_status check_no_relocations(const struct pg_elf64 *elf,
					   struct pg_error *error)
{
	uint64_t bytes = (uint64_t)elf->shnum * sizeof(Elf64_Shdr);

	if (elf->shoff > elf->file.size || bytes > elf->file.size - elf->shoff)
		return pg_fail(error, PG_E_TRUNCATED,
			       "purgatory: section headers leave the file of "
			       "%zu bytes; build or copy it again",
			       elf->file.size);
	for (size_t i = 0; i < elf->shnum; i++) {
		const uint8_t *at =
			elf->file.data + elf->shoff + i * sizeof(Elf64_Shdr);
		uint32_t type =
			pg_load32(elf->big, at + offsetof(Elf64_Shdr, sh_type));

		if ((type == SHT_RELA || type == SHT_REL) &&
		    pg_load64(elf->big, at + offsetof(Elf64_Shdr, sh_size)))
			return pg_fail(error, PG_E_FORMAT,
				       "purgatory: section %zu has "
				       "relocations; link it fully",
				       i);
	}
	return PG_OK;
}

/* The lowest address and the size from there of all that is loaded. */
static enum pg_status measure(const struct pg_elf64 *elf, uint64_t *start,
			      uint64_t *bytes, struct pg_error *error)
{
	uint64_t lowest = UINT64_MAX, end = 0;
	enum pg_status status;
	Elf64_Phdr segment;

	for (size_t i = 0; i < elf->phnum; i++) {
		status = pg_elf64_segment(elf, i, &segment, error);
		if (status != PG_OK)
			return status;
		if (segment.p_type != PT_LOAD || segment.p_memsz == 0)
			continue;
		if (segment.p_vaddr < lowest)
			lowest = segment.p_vaddr;
		if (segment.p_vaddr + segment.p_memsz > end)
			end = segment.p_vaddr + segment.p_memsz;
	}
	if (end == 0 || lowest != elf->entry)
		return pg_fail(error, PG_E_FORMAT,
			       "purgatory: its entry 0x%llx is not its lowest "
			       "address; name purgatorio's "
			       "purgatory.elf",
			       (unsigned long long)elf->entry);
	if (end - lowest > PG_PURGATORY_BYTES_MAX)
		return pg_fail(error, PG_E_CORRUPT,
			       "purgatory: spans 0x%llx bytes, more than 16 "
			       "MiB; build it again",
			       (unsigned long long)(end - lowest));
	*start = lowest;
	*bytes = end - lowest;
	return PG_OK;
}

/* All segments were checked by measure(). */
static void flatten(const struct pg_elf64 *elf, uint64_t start, uint8_t *flat)
{
	struct pg_error unused;
	Elf64_Phdr segment;

	for (size_t i = 0; i < elf->phnum; i++) {
		if (pg_elf64_segment(elf, i, &segment, &unused) != PG_OK ||
		    segment.p_type != PT_LOAD || segment.p_filesz == 0)
			continue;
		memcpy(flat + (segment.p_vaddr - start),
		       elf->file.data + segment.p_offset, segment.p_filesz);
	}
}

static enum pg_status check_flat(const uint8_t *flat, uint64_t bytes,
				 uint32_t arch, struct pg_purgatory *out,
				 struct pg_error *error)
{
	enum pg_status status =
		pg_purgatory_header(flat, bytes, arch, &out->const_bytes,
				    &out->memory_bytes, error);

	if (status != PG_OK)
		return status;
	if (bytes > out->memory_bytes)
		return pg_fail(error, PG_E_CORRUPT,
			       "purgatory: spans 0x%llx bytes and announces "
			       "0x%llx; build it again",
			       (unsigned long long)bytes,
			       (unsigned long long)out->memory_bytes);
	/* What is behind is zeroed by the purgatory itself, and unverified. */
	for (uint64_t i = out->const_bytes; i < bytes; i++)
		if (flat[i] != 0)
			return pg_fail(error, PG_E_CORRUPT,
				       "purgatory: has data at 0x%llx, behind "
				       "const_bytes; link it again",
				       (unsigned long long)i);
	return PG_OK;
}

enum pg_status pg_purgatory_read(struct pg_bytes file, uint32_t arch,
				 struct pg_purgatory *out,
				 struct pg_error *error)
{
	struct pg_purgatory purgatory = {NULL, 0, 0};
	uint8_t *content;
	uint64_t start = 0, bytes = 0;
	struct pg_elf64 elf;
	enum pg_status status = pg_elf64_open(file, "purgatory", &elf, error);

	if (status != PG_OK)
		return status;
	if (elf.machine != pg_arch_machine(arch) ||
	    elf.big != pg_arch_big_endian(arch))
		return pg_fail(error, PG_E_ARCH,
			       "purgatory: is an ELF file for %s and not for "
			       "%s; name the other one",
			       pg_elf_machine_name(elf.machine),
			       pg_arch_name(arch));
	status = check_no_relocations(&elf, error);
	if (status == PG_OK)
		status = measure(&elf, &start, &bytes, error);
	if (status != PG_OK)
		return status;
	content = calloc(1, (size_t)bytes);
	if (content == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "purgatory: no memory for %llu bytes",
			       (unsigned long long)bytes);
	flatten(&elf, start, content);
	status = check_flat(content, bytes, arch, &purgatory, error);
	if (status != PG_OK) {
		free(content);
		return status;
	}
	purgatory.content = content;
	*out = purgatory;
	return PG_OK;
}
