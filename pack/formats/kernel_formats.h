/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The readers behind pg_kernel_read(), one per kernel format. Each returns
 * what pg_kernel_read() returns and leaves *@out untouched on error.
 */
#ifndef PURGATORIO_PACK_FORMATS_KERNEL_FORMATS_H
#define PURGATORIO_PACK_FORMATS_KERNEL_FORMATS_H

#include <stdbool.h>

#include "pack/formats/compressed.h"
#include "purgatorio/purgatorio.h"

/* "HdrS" at 0x202 (Documentation/arch/x86/boot.rst). */
bool pg_bzimage_recognise(struct pg_bytes file);
enum pg_status pg_bzimage_read(struct pg_bytes file, struct pg_kernel *out,
			       struct pg_error *error);

/* "ARM\x64" at 0x38 (Documentation/arch/arm64/booting.rst). */
bool pg_arm64_recognise(struct pg_bytes file);
enum pg_status pg_arm64_read(struct pg_bytes file, struct pg_kernel *out,
			     struct pg_error *error);

/* "S390EP" at 0x10008, in the file or in what an ELF file of it makes
 * (pack/formats/s390_kernel.c). The kernel may own a flat copy of itself.
 * PG_E_LIMIT: its segments end above 1 GiB. */
bool pg_s390_recognise(struct pg_bytes file);
enum pg_status pg_s390_read(struct pg_bytes file, struct pg_kernel *out,
			    struct pg_error *error);

/* "MZ" and "zimg": where the compressed kernel lies in @file, and how it is
 * compressed. PG_E_FORMAT, PG_E_CORRUPT, PG_E_TRUNCATED. */
bool pg_zboot_recognise(struct pg_bytes file);
enum pg_status pg_zboot_payload(struct pg_bytes file, struct pg_bytes *out,
				enum pg_compression *kind,
				struct pg_error *error);

/* ELF64 for ppc64 (pack/formats/elf_kernel.c). The kernel owns a flat copy of
 * itself. PG_E_OVERLAP: segments overlap or are not sorted. */
bool pg_elf_kernel_recognise(struct pg_bytes file);
enum pg_status pg_elf_kernel_read(struct pg_bytes file, struct pg_kernel *out,
				  struct pg_error *error);
/* The same from an image's part of @memory_bytes at @address, not copied. */
enum pg_status pg_elf_kernel_flat(struct pg_bytes image, uint64_t memory_bytes,
				  uint64_t address, struct pg_kernel *out,
				  struct pg_error *error);
/* Tells a relocatable kernel to run where it is loaded, in a copy of our own.
 * PG_E_NO_MEMORY. */
enum pg_status pg_elf_kernel_stay(struct pg_kernel *kernel,
				  struct pg_error *error);
/* The same without a copy, for who can take it in pieces, each at a multiple
 * of 4 bytes. They lead into the kernel and into *@out. */
struct pg_elf_kernel_pieces {
	uint8_t word[4];
	struct pg_bytes pieces[3];
};
void pg_elf_kernel_pieces(const struct pg_kernel *kernel,
			  struct pg_elf_kernel_pieces *out);

/* An ELF program for ppc or ppc64 with a vmlinux inside
 * (pack/formats/zimage.c): where it lies in @file, and how it is compressed, if
 * it is. PG_E_FORMAT, PG_E_TRUNCATED. */
bool pg_zimage_recognise(struct pg_bytes file);
enum pg_status pg_zimage_payload(struct pg_bytes file, struct pg_bytes *out,
				 enum pg_compression *kind,
				 struct pg_error *error);

/* Says what @file is, if it is no kernel that can be taken: always an error.
 * (pack/formats/kernel_refuse.c) */
enum pg_status pg_kernel_refuse(struct pg_bytes file, struct pg_error *error);

/* "x86_64", "arm64", ... of an ELF machine or PG_ARCH_*; never NULL. */
const char *pg_elf_machine_name(uint16_t machine);
const char *pg_arch_name(uint32_t arch);

#endif
