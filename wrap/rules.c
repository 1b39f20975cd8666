/* SPDX-License-Identifier: BSD-2-Clause */
#include "wrap/rules.h"

#include <elf.h>

#define PER_TABLE 32
#define ARCHS	  5

static const struct pg_symbol_rule kexec_tools[ARCHS][PER_TABLE] = {
	[PG_ARCH_X86_64] =
		{
			{"purgatory_start", 0, "the entry"},
			{"sha256_regions", 256, "what is verified"},
			{"sha256_digest", 32, "the digest"},
			{"skip_checks", 4, "kexec -i"},
			{"entry64_regs", 136, "the next kernel's registers"},
			{"stack_end", 0, "the next kernel's stack"},
			{"cmdline_end", 8,
			 "the way back into a preserved kernel"},
			{"reset_vga", 1, "--reset-vga"},
			{"console_vga", 1, "--console-vga"},
			{"console_serial", 1, "--console-serial"},
			{"serial_base", 2, "--serial"},
			{"serial_baud", 4, "--serial-baud"},
			{"backup_src_start", 8, "a crash kernel's backup"},
			{"backup_src_size", 8, "a crash kernel's backup"},
			{"backup_start", 8, "a crash kernel's backup"},
			{"panic_kernel", 1, "a crash kernel"},
			{"entry32_regs", 36, "32-bit kernels"},
			{"entry16", 0, "--real-mode"},
			{"entry16_regs", 48, "--real-mode"},
			{"entry16_debug", 0, "--real-mode --debug"},
			{"entry16_debug_regs", 48, "--real-mode"},
			{"entry16_debug_pre32", 0, "--real-mode --debug"},
			{"entry16_debug_first32", 0, "--real-mode --debug"},
			{"entry16_debug_old_first32", 4, "--real-mode --debug"},
			{"stack_arg32_1", 4, "ELF kernels with --args-elf"},
			{"stack_arg32_2", 4, "ELF kernels with --args-elf"},
		},
	[PG_ARCH_ARM64] =
		{
			{"purgatory_start", 0, "the entry"},
			{"sha256_regions", 256, "what is verified"},
			{"sha256_digest", 32, "the digest"},
			{"skip_checks", 4, "kexec -i"},
			{"arm64_sink", 8, "the console"},
			{"arm64_kernel_entry", 8, "the next kernel"},
			{"arm64_dtb_addr", 8, "the device tree"},
		},
	[PG_ARCH_PPC64] =
		{
			{"purgatory_start", 256,
			 "the entry and the kernel's head"},
			{"sha256_regions", 256, "what is verified"},
			{"sha256_digest", 32, "the digest"},
			{"skip_checks", 4, "kexec -i"},
			{"run_at_load", 4, "kernels that stay where they are"},
			{"kernel", 8, "the next kernel"},
			{"dt_offset", 8, "the device tree"},
			{"stack", 8, "the purgatory's own stack"},
			{"my_toc", 8, "the purgatory's own TOC"},
			{"backup_start", 8, "a crash kernel's backup"},
			{"opal_base", 8, "firmware"},
			{"opal_entry", 8, "firmware"},
			{"panic_kernel", 4, "a crash kernel"},
			{"debug", 4, "the console"},
		},
	[PG_ARCH_S390X] =
		{
			{"purgatory_start", 0, "the entry"},
			{"sha256_regions", 256, "what is verified"},
			{"sha256_digest", 32, "the digest"},
			{"skip_checks", 4, "kexec -i"},
			{"crash_base", 8, "the crash region"},
			{"crash_size", 8, "the crash region"},
		},
};

static const struct pg_symbol_rule linux_kernel[ARCHS][PER_TABLE] = {
	[PG_ARCH_X86_64] =
		{
			{"purgatory_start", 0, "the entry"},
			{"purgatory_sha_regions", 256, "what is verified"},
			{"purgatory_sha256_digest", 32, "the digest"},
			{"entry64_regs", 136, "the next kernel's registers"},
			{"stack_end", 0, "the next kernel's stack"},
		},
	[PG_ARCH_PPC64] =
		{
			{"purgatory_start", 256,
			 "the entry and the kernel's head"},
			{"purgatory_sha_regions", 256, "what is verified"},
			{"purgatory_sha256_digest", 32, "the digest"},
			{"run_at_load", 4, "kernels that stay where they are"},
			{"kernel", 8, "the next kernel"},
			{"dt_offset", 8, "the device tree"},
			{"backup_start", 8, "a crash kernel's backup"},
			{"opal_base", 8, "firmware"},
			{"opal_entry", 8, "firmware"},
		},
	[PG_ARCH_S390X] =
		{
			{"purgatory_start", 0, "the entry"},
			{"purgatory_sha_regions", 256, "what is verified"},
			{"purgatory_sha256_digest", 32, "the digest"},
			{"kernel_entry", 8, "the next kernel"},
			{"kernel_type", 8, "the kind of load"},
			{"crash_start", 8, "the crash region"},
			{"crash_size", 8, "the crash region"},
		},
};

static const struct pg_symbol_rule (*table_of(enum pg_loader loader))[PER_TABLE]
{
	return loader == PG_LOADER_LINUX ? linux_kernel : kexec_tools;
}

const struct pg_symbol_rule *pg_symbol_rule(enum pg_loader loader,
					    uint32_t arch, size_t index)
{
	if (arch >= ARCHS || index >= PER_TABLE ||
	    table_of(loader)[arch][index].name == NULL)
		return NULL;
	return &table_of(loader)[arch][index];
}

bool pg_loader_has(enum pg_loader loader, uint32_t arch)
{
	return pg_symbol_rule(loader, arch, 0) != NULL;
}

/* kexec/arch/<arch>/kexec-elf-rel-<arch>.c: machine_apply_elf_rel(). */
static const uint16_t by_kexec_tools[ARCHS][32] = {
	[PG_ARCH_X86_64] = {R_X86_64_64, R_X86_64_32, R_X86_64_32S,
			    R_X86_64_PC32, R_X86_64_PLT32},
	[PG_ARCH_ARM64] = {R_AARCH64_ABS64, R_AARCH64_PREL32,
			   R_AARCH64_MOVW_UABS_G0_NC, R_AARCH64_MOVW_UABS_G1_NC,
			   R_AARCH64_MOVW_UABS_G2_NC, R_AARCH64_MOVW_UABS_G3,
			   R_AARCH64_LD_PREL_LO19, R_AARCH64_ADR_PREL_LO21,
			   R_AARCH64_ADR_PREL_PG_HI21,
			   R_AARCH64_ADD_ABS_LO12_NC, R_AARCH64_JUMP26,
			   R_AARCH64_CALL26, R_AARCH64_LDST64_ABS_LO12_NC,
			   R_AARCH64_LDST128_ABS_LO12_NC},
	[PG_ARCH_PPC64] = {R_PPC64_ADDR32, R_PPC64_ADDR64, R_PPC64_REL64,
			   R_PPC64_REL32, R_PPC64_TOC, R_PPC64_TOC16,
			   R_PPC64_TOC16_DS, R_PPC64_TOC16_LO,
			   R_PPC64_TOC16_LO_DS, R_PPC64_TOC16_HI,
			   R_PPC64_TOC16_HA, R_PPC64_REL24, R_PPC64_ADDR16_LO,
			   R_PPC64_ADDR16_HI, R_PPC64_ADDR16_HA,
			   R_PPC64_ADDR16_HIGHER, R_PPC64_ADDR16_HIGHEST,
			   R_PPC64_REL16_HA, R_PPC64_REL16_LO},
	[PG_ARCH_S390X] = {R_390_8, R_390_12, R_390_16, R_390_20, R_390_32,
			   R_390_64, R_390_PC16, R_390_PC16DBL, R_390_PC32DBL,
			   R_390_PLT32DBL, R_390_PC32, R_390_PC64},
};

/* arch/<arch>/kernel/machine_kexec*.c: arch_kexec_apply_relocations_add().
 * ppc64 has none. */
static const uint16_t by_linux[ARCHS][32] = {
	[PG_ARCH_X86_64] = {R_X86_64_64, R_X86_64_32, R_X86_64_32S,
			    R_X86_64_PC32, R_X86_64_PLT32},
	[PG_ARCH_S390X] = {R_390_8, R_390_12, R_390_16, R_390_20, R_390_32,
			   R_390_64, R_390_GLOB_DAT, R_390_JMP_SLOT, R_390_PC16,
			   R_390_PC16DBL, R_390_PC32DBL, R_390_PLT32DBL,
			   R_390_PC32, R_390_PC64, R_390_RELATIVE},
};

bool pg_loader_relocates(enum pg_loader loader, uint32_t arch, uint32_t type)
{
	const uint16_t *types = loader == PG_LOADER_LINUX
					? by_linux[arch]
					: by_kexec_tools[arch];

	if (arch >= ARCHS || types[0] == 0)
		return false;
	/* R_*_NONE; arm64's loader knows none of it. */
	if (type == 0)
		return arch == PG_ARCH_X86_64 || loader == PG_LOADER_LINUX;
	for (size_t i = 0; types[i] != 0; i++)
		if (types[i] == type)
			return true;
	return false;
}

uint64_t pg_loader_bytes_max(enum pg_loader loader, uint32_t arch)
{
	/* kexec-s390.h: from 0x2000 to 0x10000 of the crash region. */
	return loader == PG_LOADER_KEXEC_TOOLS && arch == PG_ARCH_S390X ? 0xe000
									: 0;
}
