/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux for s390x: a raw image of memory from address 0 (bzImage, or image
 * before Linux 5.2), or an ELF file that makes one (arch/s390/boot/vmlinux).
 * It has "S390EP" at 0x10008 (arch/s390/boot/head.S) and takes what it must
 * know from its own bytes, the parameter area at 0x10400
 * (arch/s390/include/asm/setup.h, struct parmarea). What lies below 0x10000
 * only serves to IPL it.
 */
#include <stdlib.h>
#include <string.h>

#include "pack/formats/elf64.h"
#include "pack/formats/kernel_formats.h"
#include "pack/formats/s390_kernel.h"
#include "purgatorio/range.h"

#define MEMORY_MAX (1u << 30)

static bool has_magic(struct pg_bytes image)
{
	return image.size >= PG_S390_MAGIC + PG_S390_MAGIC_BYTES &&
	       memcmp(image.data + PG_S390_MAGIC, PG_S390_MAGIC_TEXT,
		      PG_S390_MAGIC_BYTES) == 0;
}

static bool is_elf(struct pg_bytes file)
{
	return file.size >= sizeof(Elf64_Ehdr) &&
	       memcmp(file.data, ELFMAG, SELFMAG) == 0;
}

bool pg_s390_recognise(struct pg_bytes file)
{
	if (is_elf(file))
		return file.data[EI_CLASS] == ELFCLASS64 &&
		       file.data[EI_DATA] == ELFDATA2MSB &&
		       pg_load_be16(file.data +
				    offsetof(Elf64_Ehdr, e_machine)) == EM_S390;
	return has_magic(file);
}

/* How much memory the segments of @elf reach up to. */
static enum pg_status measure(const struct pg_elf64 *elf, uint64_t *bytes,
			      struct pg_error *error)
{
	*bytes = 0;
	for (size_t i = 0; i < elf->phnum; i++) {
		Elf64_Phdr segment;
		enum pg_status status =
			pg_elf64_segment(elf, i, &segment, error);

		if (status != PG_OK)
			return status;
		if (segment.p_type != PT_LOAD)
			continue;
		if (segment.p_paddr > MEMORY_MAX ||
		    segment.p_memsz > MEMORY_MAX - segment.p_paddr)
			return pg_fail(error, PG_E_LIMIT,
				       "kernel: the segment at 0x%llx ends "
				       "above 1 GiB; copy or build it again",
				       (unsigned long long)segment.p_paddr);
		if (segment.p_paddr + segment.p_memsz > *bytes)
			*bytes = segment.p_paddr + segment.p_memsz;
	}
	return PG_OK;
}

/* The memory that @file makes, in malloc(3) memory. */
static enum pg_status flatten(struct pg_bytes file, struct pg_bytes *out,
			      struct pg_error *error)
{
	struct pg_elf64 elf;
	enum pg_status status = pg_elf64_open(file, "kernel", &elf, error);
	uint64_t bytes = 0;
	uint8_t *flat;

	if (status == PG_OK)
		status = measure(&elf, &bytes, error);
	if (status != PG_OK)
		return status;
	flat = calloc(1, (size_t)bytes + 1);
	if (flat == NULL)
		return pg_fail(error, PG_E_NO_MEMORY, "kernel: out of memory");
	for (size_t i = 0; i < elf.phnum; i++) {
		Elf64_Phdr segment;

		/* measure() has seen that it is good. */
		if (pg_elf64_segment(&elf, i, &segment, error) == PG_OK &&
		    segment.p_type == PT_LOAD && segment.p_filesz != 0)
			memcpy(flat + segment.p_paddr,
			       file.data + segment.p_offset,
			       (size_t)segment.p_filesz);
	}
	*out = (struct pg_bytes){flat, (size_t)bytes};
	return PG_OK;
}

/* The field leads to "6.1.0 (who@where) #1 SMP ...". */
static void find_release(struct pg_bytes image, struct pg_kernel *kernel)
{
	const uint64_t at =
		pg_load_be64(image.data + PG_S390_PARAMETERS + PG_S390_VERSION);
	const char *text;
	size_t length;

	if (at < PG_S390_START || at >= image.size)
		return;
	text = (const char *)image.data + at;
	for (length = 0; length < image.size - at && text[length] > ' ' &&
			 text[length] <= '~';
	     length++)
		continue;
	if (length == 0 || length >= sizeof(kernel->release))
		return;
	memcpy(kernel->release, text, length);
}

/* From @image, which begins at address 0. */
static enum pg_status describe(struct pg_bytes image, struct pg_kernel *kernel,
			       struct pg_error *error)
{
	uint64_t room, end;

	if (!has_magic(image))
		return pg_fail(error, PG_E_FORMAT,
			       "kernel: an s390x ELF file without S390EP at "
			       "0x10008; give the bzImage that was built with "
			       "it (arch/s390/boot/bzImage, /boot/vmlinuz-*)");
	if (image.size < PG_S390_CMDLINE)
		return pg_fail(error, PG_E_TRUNCATED,
			       "kernel: the s390x image ends at 0x%zx, inside "
			       "of its parameter area; copy or download it "
			       "again",
			       image.size);
	room = pg_load_be64(image.data + PG_S390_PARAMETERS +
			    PG_S390_CMDLINE_ROOM);
	/* Before Linux 5.17 there was no such field. */
	if (room == 0)
		room = PG_S390_CMDLINE_OLD;
	if (room < PG_S390_CMDLINE_OLD || room > PG_S390_CMDLINE_MOST)
		return pg_fail(error, PG_E_CORRUPT,
			       "kernel: the length of its command line at "
			       "0x10430 is 0x%llx; copy or build it again",
			       (unsigned long long)room);
	end = PG_S390_CMDLINE + room;
	end = pg_align_down(end + PG_PAGE_BYTES - 1, PG_PAGE_BYTES);
	if (image.size <= end)
		return pg_fail(error, PG_E_TRUNCATED,
			       "kernel: the s390x image ends at 0x%zx, and its "
			       "command line at 0x%llx; copy or download it "
			       "again",
			       image.size, (unsigned long long)end);
	kernel->arch = PG_ARCH_S390X;
	kernel->format = PG_KERNEL_S390_IMAGE;
	kernel->file = image;
	kernel->head = (struct pg_bytes){image.data + PG_S390_START,
					 (size_t)end - PG_S390_START};
	kernel->image =
		(struct pg_bytes){image.data + end, image.size - (size_t)end};
	kernel->linked = end;
	kernel->memory_bytes = kernel->image.size;
	kernel->alignment = PG_PAGE_BYTES;
	kernel->highest = UINT64_MAX;
	kernel->initrd_highest = UINT64_MAX;
	kernel->cmdline_max = (uint32_t)room - 1;
	kernel->big_endian = true;
	find_release(image, kernel);
	return PG_OK;
}

enum pg_status pg_s390_read(struct pg_bytes file, struct pg_kernel *out,
			    struct pg_error *error)
{
	struct pg_kernel kernel = {.arch = 0};
	struct pg_bytes image = file;
	enum pg_status status = PG_OK;

	if (is_elf(file)) {
		status = flatten(file, &image, error);
		if (status == PG_OK)
			kernel.owned = (void *)(uintptr_t)image.data;
	}
	if (status == PG_OK)
		status = describe(image, &kernel, error);
	if (status != PG_OK) {
		free(kernel.owned);
		return status;
	}
	*out = kernel;
	return PG_OK;
}

enum pg_status pg_s390_parameters(const struct pg_kernel *kernel,
				  const struct pg_s390_parameters *in,
				  uint8_t *out, struct pg_error *error)
{
	uint8_t *area = out + PG_S390_PARAMETERS - PG_S390_START;
	char *line = (char *)out + PG_S390_CMDLINE - PG_S390_START;
	const size_t length = strlen(in->command_line);

	if (length > kernel->cmdline_max)
		return pg_fail(error, PG_E_LIMIT,
			       "command line: %zu bytes, and the kernel takes "
			       "%u; shorten it",
			       length, kernel->cmdline_max);
	memcpy(out, kernel->head.data, kernel->head.size);
	pg_store_be64(area + PG_S390_INITRD_START, in->initrd.start);
	pg_store_be64(area + PG_S390_INITRD_BYTES, in->initrd.bytes);
	pg_store_be64(area + PG_S390_OLDMEM_START, in->oldmem.start);
	pg_store_be64(area + PG_S390_OLDMEM_BYTES, in->oldmem.bytes);
	memset(line, 0, (size_t)kernel->cmdline_max + 1);
	memcpy(line, in->command_line, length);
	return PG_OK;
}
