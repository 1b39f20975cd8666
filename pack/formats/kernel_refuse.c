/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels that cannot be taken are recognised, so that the error can name
 * them. */
#include <elf.h>
#include <string.h>

#include "pack/formats/kernel_formats.h"
#include "pack/formats/pe.h"
#include "purgatorio/byteorder.h"

const char *pg_elf_machine_name(uint16_t machine)
{
	switch (machine) {
	case EM_386:
		return "i386";
	case EM_X86_64:
		return "x86_64";
	case EM_ARM:
		return "arm";
	case EM_AARCH64:
		return "arm64";
	case EM_PPC:
		return "ppc";
	case EM_PPC64:
		return "ppc64";
	case EM_S390:
		return "s390x";
	case EM_RISCV:
		return "riscv";
	case EM_MIPS:
		return "mips";
	default:
		return "an unknown machine";
	}
}

const char *pg_arch_name(uint32_t arch)
{
	switch (arch) {
	case PG_ARCH_X86_64:
		return "x86_64";
	case PG_ARCH_ARM64:
		return "arm64";
	case PG_ARCH_PPC64:
		return "ppc64";
	case PG_ARCH_S390X:
		return "s390x";
	default:
		return "an unknown architecture";
	}
}

/* Does @file hold @magic at @at? */
static bool has(struct pg_bytes file, size_t at, const char *magic,
		size_t bytes)
{
	return file.size >= bytes && at <= file.size - bytes &&
	       memcmp(file.data + at, magic, bytes) == 0;
}

static enum pg_status other_arch(struct pg_error *error, const char *arch,
				 const char *format)
{
	return pg_fail(error, PG_E_KERNEL_ARCH,
		       "kernel: is for %s (%s); give a kernel that was built "
		       "for x86_64 or arm64",
		       arch, format);
}

static enum pg_status refuse_elf(struct pg_bytes file, struct pg_error *error)
{
	bool big;
	uint16_t machine;

	if (file.size < sizeof(Elf64_Ehdr))
		return pg_fail(error, PG_E_TRUNCATED,
			       "kernel: an ELF file of %zu bytes; copy or "
			       "download it again",
			       file.size);
	big = file.data[EI_DATA] == ELFDATA2MSB;
	machine = big ? pg_load_be16(file.data + 18)
		      : pg_load_le16(file.data + 18);
	if (machine == EM_AARCH64)
		return pg_fail(error, PG_E_FORMAT,
			       "kernel: an arm64 ELF file; give the Image that "
			       "was built with it (arch/arm64/boot/Image, "
			       "/boot/vmlinuz-*)");
	if (machine != EM_X86_64)
		return other_arch(error, pg_elf_machine_name(machine), "ELF");
	return pg_fail(
		error, PG_E_FORMAT,
		"kernel: an x86_64 ELF file; give the bzImage that was "
		"built with it (arch/x86/boot/bzImage, /boot/vmlinuz-*)");
}

/* "MZ" without a kernel's own magic: the PE header says for which machine. */
static enum pg_status refuse_pe(struct pg_bytes file, struct pg_error *error)
{
	struct pg_pe pe;
	enum pg_status status = pg_pe_open(file, &pe, error);

	if (status != PG_OK)
		return status;
	if (pe.machine != PG_PE_AMD64 && pe.machine != PG_PE_ARM64)
		return other_arch(error, pg_pe_machine_name(pe.machine), "PE");
	return pg_fail(error, PG_E_FORMAT,
		       "kernel: an EFI program for %s without a kernel inside "
		       "(no section .linux); give a kernel",
		       pg_pe_machine_name(pe.machine));
}

struct packed_format {
	const char *magic;
	size_t bytes;
	const char *name, *unpacker;
};

static const struct packed_format packed_formats[] = {
	{"BZh", 3, "bzip2", "bunzip2"},
	{"\x02\x21\x4c\x18", 4, "lz4", "unlz4"},
};

enum pg_status pg_kernel_refuse(struct pg_bytes file, struct pg_error *error)
{
	if (file.size == 0)
		return pg_fail(error, PG_E_TRUNCATED,
			       "kernel: the file is empty; copy or download it "
			       "again");
	if (has(file, 0, ELFMAG, SELFMAG))
		return refuse_elf(file, error);
	if (has(file, 0x38, "RSC\x05", 4))
		return other_arch(error, "riscv", "Image");
	if (has(file, 0x24, "\x18\x28\x6f\x01", 4))
		return other_arch(error, "arm", "zImage");
	if (has(file, 0, "MZ", 2))
		return refuse_pe(file, error);
	if (has(file, 0, "\x27\x05\x19\x56", 4))
		return pg_fail(error, PG_E_FORMAT,
			       "kernel: a U-Boot uImage; give the kernel that "
			       "it was made of");
	for (size_t i = 0; i < sizeof(packed_formats) / sizeof(*packed_formats);
	     i++) {
		const struct packed_format *f = &packed_formats[i];

		if (has(file, 0, f->magic, f->bytes))
			return pg_fail(error, PG_E_FORMAT,
				       "kernel: a %s file; unpack it with %s "
				       "and give the kernel inside",
				       f->name, f->unpacker);
	}
	return pg_fail(error, PG_E_FORMAT,
		       "kernel: not a format known here (no HdrS at 0x202, no "
		       "ARM\\x64 at 0x38); give a bzImage for x86_64 or an "
		       "Image for arm64");
}
