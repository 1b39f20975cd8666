/* SPDX-License-Identifier: BSD-2-Clause */
#include "pack/formats/elf64.h"

#include <string.h>

uint16_t pg_arch_machine(uint32_t arch)
{
	switch (arch) {
	case PG_ARCH_X86_64:
		return EM_X86_64;
	case PG_ARCH_ARM64:
		return EM_AARCH64;
	case PG_ARCH_PPC64:
		return EM_PPC64;
	case PG_ARCH_S390X:
		return EM_S390;
	default:
		return EM_NONE;
	}
}

bool pg_arch_big_endian(uint32_t arch)
{
	return arch == PG_ARCH_S390X;
}

enum pg_status pg_elf64_open(struct pg_bytes file, const char *what,
			     struct pg_elf64 *out, struct pg_error *error)
{
	const uint8_t *data = file.data;
	struct pg_elf64 elf = {.file = file, .what = what};
	uint64_t table_bytes;

	if (file.size < sizeof(Elf64_Ehdr))
		return pg_fail(error,
			       file.size >= SELFMAG && memcmp(data, ELFMAG,
							      SELFMAG) != 0
				       ? PG_E_FORMAT
				       : PG_E_TRUNCATED,
			       "%s: %zu bytes are too few for an ELF header; "
			       "make or copy it again",
			       what, file.size);
	if (memcmp(data, ELFMAG, SELFMAG) != 0)
		return pg_fail(error, PG_E_FORMAT,
			       "%s: not an ELF file; name another", what);
	if (data[EI_CLASS] != ELFCLASS64 || data[EI_VERSION] != EV_CURRENT ||
	    (data[EI_DATA] != ELFDATA2LSB && data[EI_DATA] != ELFDATA2MSB))
		return pg_fail(error, PG_E_FORMAT,
			       "%s: not an ELF64 file of a known byte order; "
			       "name another",
			       what);
	elf.big = data[EI_DATA] == ELFDATA2MSB;
	elf.type = pg_load16(elf.big, data + offsetof(Elf64_Ehdr, e_type));
	elf.machine =
		pg_load16(elf.big, data + offsetof(Elf64_Ehdr, e_machine));
	elf.entry = pg_load64(elf.big, data + offsetof(Elf64_Ehdr, e_entry));
	elf.phoff = pg_load64(elf.big, data + offsetof(Elf64_Ehdr, e_phoff));
	elf.shoff = pg_load64(elf.big, data + offsetof(Elf64_Ehdr, e_shoff));
	elf.phnum = pg_load16(elf.big, data + offsetof(Elf64_Ehdr, e_phnum));
	elf.shnum = pg_load16(elf.big, data + offsetof(Elf64_Ehdr, e_shnum));
	if (elf.phnum == 0)
		return pg_fail(error, PG_E_FORMAT,
			       "%s: an ELF file without program headers; name "
			       "another",
			       what);
	if (pg_load16(elf.big, data + offsetof(Elf64_Ehdr, e_phentsize)) !=
	    sizeof(Elf64_Phdr))
		return pg_fail(
			error, PG_E_CORRUPT,
			"%s: e_phentsize is %u and not %zu; make or copy "
			"it again",
			what,
			pg_load16(elf.big,
				  data + offsetof(Elf64_Ehdr, e_phentsize)),
			sizeof(Elf64_Phdr));
	table_bytes = (uint64_t)elf.phnum * sizeof(Elf64_Phdr);
	if (elf.phoff > file.size || table_bytes > file.size - elf.phoff)
		return pg_fail(
			error, PG_E_TRUNCATED,
			"%s: %u program headers at 0x%llx leave the file "
			"of %zu bytes; make or copy it again",
			what, elf.phnum, (unsigned long long)elf.phoff,
			file.size);
	*out = elf;
	return PG_OK;
}

static enum pg_status check_segment(const struct pg_elf64 *elf, size_t index,
				    const Elf64_Phdr *segment,
				    struct pg_error *error)
{
	if (segment->p_offset > elf->file.size ||
	    segment->p_filesz > elf->file.size - segment->p_offset)
		return pg_fail(
			error, PG_E_TRUNCATED,
			"%s: segment %zu, 0x%llx bytes at offset 0x%llx, "
			"leaves the file of 0x%zx bytes; make or copy it "
			"again",
			elf->what, index, (unsigned long long)segment->p_filesz,
			(unsigned long long)segment->p_offset, elf->file.size);
	if (segment->p_type != PT_LOAD)
		return PG_OK;
	if (segment->p_filesz > segment->p_memsz)
		return pg_fail(error, PG_E_CORRUPT,
			       "%s: segment %zu has more content than memory; "
			       "make or copy it again",
			       elf->what, index);
	if (segment->p_memsz > UINT64_MAX - segment->p_paddr ||
	    segment->p_memsz > UINT64_MAX - segment->p_vaddr)
		return pg_fail(
			error, PG_E_CORRUPT,
			"%s: segment %zu at 0x%llx wraps around; make or "
			"copy it again",
			elf->what, index, (unsigned long long)segment->p_paddr);
	return PG_OK;
}

enum pg_status pg_elf64_segment(const struct pg_elf64 *elf, size_t index,
				Elf64_Phdr *out, struct pg_error *error)
{
	const uint8_t *at =
		elf->file.data + elf->phoff + index * sizeof(Elf64_Phdr);
	bool big = elf->big;
	Elf64_Phdr segment = {
		.p_type = pg_load32(big, at + offsetof(Elf64_Phdr, p_type)),
		.p_flags = pg_load32(big, at + offsetof(Elf64_Phdr, p_flags)),
		.p_offset = pg_load64(big, at + offsetof(Elf64_Phdr, p_offset)),
		.p_vaddr = pg_load64(big, at + offsetof(Elf64_Phdr, p_vaddr)),
		.p_paddr = pg_load64(big, at + offsetof(Elf64_Phdr, p_paddr)),
		.p_filesz = pg_load64(big, at + offsetof(Elf64_Phdr, p_filesz)),
		.p_memsz = pg_load64(big, at + offsetof(Elf64_Phdr, p_memsz)),
		.p_align = pg_load64(big, at + offsetof(Elf64_Phdr, p_align)),
	};
	enum pg_status status = PG_OK;

	if (segment.p_type == PT_LOAD || segment.p_type == PT_NOTE)
		status = check_segment(elf, index, &segment, error);
	if (status == PG_OK)
		*out = segment;
	return status;
}
