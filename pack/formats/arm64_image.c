/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's Image for arm64. Rules from Documentation/arch/arm64/booting.rst,
 * section 4, "Call the kernel image".
 */
#include <string.h>

#include "pack/formats/kernel_formats.h"
#include "pack/formats/pe.h"
#include "purgatorio/byteorder.h"

#define IMAGE_TEXT_OFFSET 8    /* u64 */
#define IMAGE_SIZE	  16   /* u64, of the memory that it needs */
#define IMAGE_FLAGS	  24   /* u64 */
#define IMAGE_MAGIC	  0x38 /* "ARM\x64" */
#define IMAGE_END	  64

#define FLAG_BIG_ENDIAN	 0x1u
#define FLAG_PAGES_SHIFT 1 /* 0: not told; 1: 4 KiB, 2: 16, 3: 64 */
#define FLAG_PAGES	 0x3u
#define FLAG_ANYWHERE	 0x8u /* else: as low as possible */

#define BASE_ALIGNMENT	0x200000u
#define IMAGE_BYTES_MAX (1u << 30)
#define HIGHEST		((1ull << 48) - 1)
/* include/uapi/asm-generic/setup.h, arch/arm64: with the NUL. */
#define COMMAND_LINE_SIZE 2048

bool pg_arm64_recognise(struct pg_bytes file)
{
	return file.size >= IMAGE_MAGIC + 4 &&
	       memcmp(file.data + IMAGE_MAGIC, "ARM\x64", 4) == 0;
}

/* The header says how much memory the kernel needs, not how long the file
 * is. The PE header of a kernel that EFI can start does. */
static enum pg_status check_whole(struct pg_bytes file, struct pg_error *error)
{
	struct pg_pe pe;
	enum pg_status status;

	if (memcmp(file.data, "MZ", 2) != 0)
		return PG_OK;
	status = pg_pe_open(file, &pe, error);
	if (status == PG_OK && pe.machine != PG_PE_ARM64)
		return pg_fail(error, PG_E_CORRUPT,
			       "kernel: an arm64 Image whose PE header is for "
			       "%s; build it again",
			       pg_pe_machine_name(pe.machine));
	return status;
}

enum pg_status pg_arm64_read(struct pg_bytes file, struct pg_kernel *out,
			     struct pg_error *error)
{
	struct pg_kernel kernel = {.arch = PG_ARCH_ARM64,
				   .format = PG_KERNEL_ARM64_IMAGE,
				   .file = file,
				   .image = file,
				   .alignment = BASE_ALIGNMENT,
				   .highest = HIGHEST,
				   .initrd_highest = HIGHEST,
				   .cmdline_max = COMMAND_LINE_SIZE - 1};
	enum pg_status status;
	uint64_t flags, pages;

	if (file.size < IMAGE_END)
		return pg_fail(error, PG_E_TRUNCATED,
			       "kernel: the arm64 Image ends at %zu, inside of "
			       "its header; copy or download it again",
			       file.size);
	kernel.alignment_offset = pg_load_le64(file.data + IMAGE_TEXT_OFFSET);
	kernel.memory_bytes = pg_load_le64(file.data + IMAGE_SIZE);
	flags = pg_load_le64(file.data + IMAGE_FLAGS);
	/* Then text_offset could be of either byte order, too. */
	if (kernel.memory_bytes == 0)
		return pg_fail(error, PG_E_OLD_KERNEL,
			       "kernel: image_size at 0x10 is 0, as before "
			       "Linux 3.17: how much memory it needs is not "
			       "told; use a newer kernel");
	if (kernel.memory_bytes > IMAGE_BYTES_MAX)
		return pg_fail(error, PG_E_CORRUPT,
			       "kernel: image_size at 0x10 is 0x%llx, more "
			       "than 1 GiB; copy or build it again",
			       (unsigned long long)kernel.memory_bytes);
	if (kernel.alignment_offset >= BASE_ALIGNMENT ||
	    kernel.alignment_offset % PG_PAGE_BYTES != 0)
		return pg_fail(error, PG_E_CORRUPT,
			       "kernel: text_offset at 0x8 is 0x%llx, not a "
			       "page multiple below 2 MiB; copy or build it "
			       "again",
			       (unsigned long long)kernel.alignment_offset);
	status = check_whole(file, error);
	if (status != PG_OK)
		return status;
	if (kernel.memory_bytes < file.size)
		kernel.memory_bytes = file.size;
	pages = flags >> FLAG_PAGES_SHIFT & FLAG_PAGES;
	kernel.page_bytes = pages == 0 ? 0 : 1024u << 2 * pages;
	kernel.big_endian = flags & FLAG_BIG_ENDIAN;
	kernel.lowest_only = !(flags & FLAG_ANYWHERE);
	*out = kernel;
	return PG_OK;
}
