/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels and purgatories made for tests: small, valid, and with every field
 * where a test can spoil it. And two ways to expect an error.
 */
#ifndef PURGATORIO_TESTS_SYNTHETIC_H
#define PURGATORIO_TESTS_SYNTHETIC_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pack/formats/bzimage.h"
#include "pack/formats/elf64.h"
#include "purgatorio/purgatorio.h"

#define BZ_SETUP_BYTES 1024 /* setup_sects = 1 */
#define BZ_IMAGE_BYTES 8192
#define BZ_BYTES       (BZ_SETUP_BYTES + BZ_IMAGE_BYTES)
#define BZ_INIT_SIZE   0x50000
#define BZ_ALIGNMENT   0x200000
#define BZ_CMDLINE_MAX 255

static inline void expect_release(const struct pg_kernel *kernel,
				  const char *expected)
{
	char release[PG_KERNEL_RELEASE_BYTES];

	pg_kernel_release(kernel, release);
	assert_string_equal(release, expected);
}

/* A bzImage of Linux 6.1's boot protocol in malloc(3) memory of exactly
 * BZ_BYTES, so that ASan sees each step beyond it. */
static inline uint8_t *make_bzimage(void)
{
	uint8_t *file = calloc(1, BZ_BYTES);

	assert_non_null(file);
	file[HDR_SETUP_SECTS] = BZ_SETUP_BYTES / 512 - 1;
	pg_store_le32(file + HDR_SYSSIZE, BZ_IMAGE_BYTES / 16);
	pg_store_le16(file + HDR_BOOT_FLAG, 0xaa55);
	file[HDR_JUMP] = 0xeb;
	file[HDR_JUMP + 1] = 0x6a;
	memcpy(file + HDR_MAGIC, "HdrS", 4);
	pg_store_le16(file + HDR_VERSION, 0x020f);
	pg_store_le16(file + HDR_KERNEL_VERSION, 0x100);
	strcpy((char *)file + 0x300, "6.1.0-test (me@here) #1 SMP");
	file[HDR_LOADFLAGS] = LOADED_HIGH;
	pg_store_le32(file + HDR_INITRD_ADDR_MAX, 0x7fffffff);
	pg_store_le32(file + HDR_KERNEL_ALIGNMENT, BZ_ALIGNMENT);
	file[HDR_RELOCATABLE] = 1;
	file[HDR_MIN_ALIGNMENT] = 21;
	pg_store_le16(file + HDR_XLOADFLAGS,
		      XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G | XLF_5LEVEL);
	pg_store_le32(file + HDR_CMDLINE_SIZE, BZ_CMDLINE_MAX);
	pg_store_le32(file + HDR_PAYLOAD_OFFSET, 0x400);
	pg_store_le32(file + HDR_PAYLOAD_LENGTH, 0x1000);
	pg_store_le64(file + HDR_PREF_ADDRESS, 0x1000000);
	pg_store_le32(file + HDR_INIT_SIZE, BZ_INIT_SIZE);
	for (size_t i = 0; i < BZ_IMAGE_BYTES; i++)
		file[BZ_SETUP_BYTES + i] = (uint8_t)(i * 7 + i / 256);
	return file;
}

static inline struct pg_bytes bzimage_bytes(const uint8_t *file)
{
	return (struct pg_bytes){file, BZ_BYTES};
}

/* A purgatory.elf of two PT_LOADs: [0, 0x1000) code with the header, and
 * 0x2000 bytes of zeroed memory. No section headers. */
#define PE_CONTENT_AT	0x200
#define PE_CONST_BYTES	0x480
#define PE_MEMORY_BYTES 0x3000
#define PE_BYTES	(PE_CONTENT_AT + PE_CONST_BYTES)
#define PE_PHDR(i)	(sizeof(Elf64_Ehdr) + (i) * sizeof(Elf64_Phdr))

static inline void put_phdr(bool big, uint8_t *at, uint64_t offset,
			    uint64_t address, uint64_t filesz, uint64_t memsz)
{
	pg_store32(big, at + offsetof(Elf64_Phdr, p_type), PT_LOAD);
	pg_store32(big, at + offsetof(Elf64_Phdr, p_flags), PF_R);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_offset), offset);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_vaddr), address);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_paddr), address);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_filesz), filesz);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_memsz), memsz);
}

static inline uint8_t *make_purgatory(uint32_t arch)
{
	bool big = pg_arch_big_endian(arch);
	uint8_t *file = calloc(1, PE_BYTES);
	uint8_t *image = file + PE_CONTENT_AT;

	assert_non_null(file);
	memcpy(file, ELFMAG, SELFMAG);
	file[EI_CLASS] = ELFCLASS64;
	file[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	file[EI_VERSION] = EV_CURRENT;
	pg_store16(big, file + offsetof(Elf64_Ehdr, e_type), ET_DYN);
	pg_store16(big, file + offsetof(Elf64_Ehdr, e_machine),
		   pg_arch_machine(arch));
	pg_store64(big, file + offsetof(Elf64_Ehdr, e_phoff),
		   sizeof(Elf64_Ehdr));
	pg_store16(big, file + offsetof(Elf64_Ehdr, e_phentsize),
		   sizeof(Elf64_Phdr));
	pg_store16(big, file + offsetof(Elf64_Ehdr, e_phnum), 2);
	put_phdr(big, file + PE_PHDR(0), PE_CONTENT_AT, 0, PE_CONST_BYTES,
		 0x1000);
	put_phdr(big, file + PE_PHDR(1), 0, 0x1000, 0, 0x2000);
	for (size_t i = 0; i < PE_CONST_BYTES; i++)
		image[i] = (uint8_t)(i * 13 + 1);
	memcpy(image + PG_IMAGE_MAGIC_OFFSET, PG_IMAGE_MAGIC, 8);
	pg_store32(big, image + PG_IMAGE_ARCH_OFFSET, arch);
	pg_store32(big, image + offsetof(struct pg_image_header, version),
		   PG_MANIFEST_VERSION);
	pg_store64(big, image + PG_IMAGE_CONST_OFFSET, PE_CONST_BYTES);
	pg_store64(big, image + PG_IMAGE_MEMORY_OFFSET, PE_MEMORY_BYTES);
	return file;
}

static inline struct pg_bytes purgatory_bytes(const uint8_t *file)
{
	return (struct pg_bytes){file, PE_BYTES};
}

/* The call failed as it should: with @expected, and one line with @word. */
static inline void expect_error(enum pg_status status, enum pg_status expected,
				const struct pg_error *error, const char *word)
{
	if (status != expected)
		print_error("status %d, expected %d: %s\n", (int)status,
			    (int)expected, status ? error->text : "");
	assert_int_equal(status, expected);
	assert_int_equal(error->status, expected);
	assert_null(strchr(error->text, '\n'));
	if (strstr(error->text, word) == NULL)
		print_error("no '%s' in: %s\n", word, error->text);
	assert_non_null(strstr(error->text, word));
}

static inline void expect_ok(enum pg_status status,
			     const struct pg_error *error)
{
	if (status != PG_OK)
		print_error("%s\n", error->text);
	assert_int_equal(status, PG_OK);
}

#endif
