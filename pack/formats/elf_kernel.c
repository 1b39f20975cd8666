/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux for ppc64 is an ELF file, vmlinux: of either byte order, ELFv1 or
 * ELFv2, ET_EXEC or ET_DYN. Its first byte is its entry when nobody's Open
 * Firmware is there (arch/powerpc/kernel/head_64.S, __start), so e_entry,
 * which with ELFv1 may be a descriptor's, does not matter. It clears its bss
 * itself (start_here_common): that is memory and no fill.
 */
#include <stdlib.h>
#include <string.h>

#include "pack/formats/elf64.h"
#include "pack/formats/kernel_formats.h"

/* Linux takes interrupts in the first 64 KiB of a page of that size. */
#define ALIGNMENT_LEAST (64u * 1024)
#define ALIGNMENT_MOST	(64u * 1024 * 1024)
#define LOADS_MAX	16
#define MEMORY_MAX	(1u << 30)
#define HIGHEST		((1ull << 60) - 1) /* Power ISA, book III, 5.7.3.1 */
/* arch/powerpc/include/uapi/asm/setup.h, with the NUL. */
#define COMMAND_LINE_SIZE 2048
/* Virtual addresses of the kernel are physical ones below this. */
#define PHYSICAL_MASK ((1ull << 60) - 1)

/* head_64.S: __run_at_load holds "run0" in a kernel that copies itself to its
 * linked address, unless the loader writes 1. */
#define RUN_AT_LOAD	 0x5c
#define RUN_AT_LOAD_END	 0x60
#define RUN_AT_ZERO	 0x72756e30u
#define RUN_AT_LOAD_STAY 1u

/* A kernel can be entered in either byte order: it begins with the instruction
 * tdi 0, 0, 72, in its own (arch/powerpc/include/asm/ppc_asm.h,
 * FIXUP_ENDIAN). */
#define FIXUP_ENDIAN 0x08000048u

struct loads {
	Elf64_Phdr at[LOADS_MAX];
	size_t count;
	uint64_t alignment;
};

bool pg_elf_kernel_recognise(struct pg_bytes file)
{
	const bool big =
		file.size > EI_DATA && file.data[EI_DATA] == ELFDATA2MSB;

	return file.size >= sizeof(Elf64_Ehdr) &&
	       memcmp(file.data, ELFMAG, SELFMAG) == 0 &&
	       file.data[EI_CLASS] == ELFCLASS64 &&
	       pg_load16(big, file.data + offsetof(Elf64_Ehdr, e_machine)) ==
		       EM_PPC64;
}

/* In the file's order, which has to be that of the addresses. */
static enum pg_status add_load(struct loads *loads, const Elf64_Phdr *load,
			       struct pg_error *error)
{
	const Elf64_Phdr *last =
		loads->count == 0 ? NULL : &loads->at[loads->count - 1];

	if (loads->count == LOADS_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "kernel: more than %u segments; this is no "
			       "vmlinux of Linux",
			       LOADS_MAX);
	if (load->p_align > 1 && (load->p_align & (load->p_align - 1)) != 0)
		return pg_fail(error, PG_E_CORRUPT,
			       "kernel: the segment at 0x%llx is aligned to "
			       "0x%llx, not a power of two; copy or build it "
			       "again",
			       (unsigned long long)load->p_paddr,
			       (unsigned long long)load->p_align);
	if (load->p_align > ALIGNMENT_MOST)
		return pg_fail(error, PG_E_LIMIT,
			       "kernel: the segment at 0x%llx is aligned to "
			       "0x%llx, more than 64 MiB; build it again",
			       (unsigned long long)load->p_paddr,
			       (unsigned long long)load->p_align);
	if (last != NULL && load->p_paddr < last->p_paddr + last->p_memsz)
		return pg_fail(error, PG_E_OVERLAP,
			       "kernel: the segment at 0x%llx overlaps the one "
			       "at 0x%llx, or stands behind it; copy or build "
			       "it again",
			       (unsigned long long)load->p_paddr,
			       (unsigned long long)last->p_paddr);
	if (load->p_align > loads->alignment)
		loads->alignment = load->p_align;
	loads->at[loads->count++] = *load;
	return PG_OK;
}

static enum pg_status read_loads(const struct pg_elf64 *elf,
				 struct loads *loads, struct pg_error *error)
{
	for (size_t i = 0; i < elf->phnum; i++) {
		Elf64_Phdr segment;
		enum pg_status status =
			pg_elf64_segment(elf, i, &segment, error);

		if (status == PG_OK && segment.p_type == PT_LOAD &&
		    segment.p_memsz != 0)
			status = add_load(loads, &segment, error);
		if (status != PG_OK)
			return status;
	}
	if (loads->count == 0)
		return pg_fail(error, PG_E_FORMAT,
			       "kernel: an ELF file with nothing to load; give "
			       "the vmlinux or zImage of Linux");
	return PG_OK;
}

/* From the first segment's first byte to the last one's end, in memory and in
 * what has content. */
static enum pg_status measure(const struct loads *loads, uint64_t *memory,
			      size_t *content, struct pg_error *error)
{
	const Elf64_Phdr *last = &loads->at[loads->count - 1];
	const uint64_t base = loads->at[0].p_paddr;

	*memory = last->p_paddr + last->p_memsz - base;
	if (*memory > MEMORY_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "kernel: its segments span 0x%llx bytes of "
			       "memory, more than 1 GiB; copy or build it "
			       "again",
			       (unsigned long long)*memory);
	*content = 0;
	for (size_t i = 0; i < loads->count; i++)
		if (loads->at[i].p_filesz != 0)
			*content = (size_t)(loads->at[i].p_paddr - base +
					    loads->at[i].p_filesz);
	if (*content < RUN_AT_LOAD_END)
		return pg_fail(error, PG_E_FORMAT,
			       "kernel: an ELF file with %zu bytes to load; "
			       "give the vmlinux or zImage of Linux",
			       *content);
	return PG_OK;
}

/* Whether what the file holds for the first segment is all of the content. */
static bool is_one_piece(const struct loads *loads)
{
	for (size_t i = 1; i < loads->count; i++)
		if (loads->at[i].p_filesz != 0)
			return false;
	return loads->at[0].p_filesz != 0;
}

static uint8_t *flatten(const struct pg_elf64 *elf, const struct loads *loads,
			size_t bytes)
{
	uint8_t *flat = calloc(1, bytes);

	if (flat == NULL)
		return NULL;
	for (size_t i = 0; i < loads->count; i++)
		memcpy(flat + (loads->at[i].p_paddr - loads->at[0].p_paddr),
		       elf->file.data + loads->at[i].p_offset,
		       (size_t)loads->at[i].p_filesz);
	return flat;
}

/* What can be told from the first bytes of @image. */
static void describe(struct pg_bytes image, bool big, uint64_t linked,
		     struct pg_kernel *kernel)
{
	const uint32_t run = pg_load32(big, image.data + RUN_AT_LOAD);

	kernel->arch = PG_ARCH_PPC64;
	kernel->format = PG_KERNEL_PPC64_ELF;
	kernel->file = image;
	kernel->image = image;
	kernel->big_endian = big;
	kernel->highest = HIGHEST;
	kernel->initrd_highest = HIGHEST;
	kernel->cmdline_max = COMMAND_LINE_SIZE - 1;
	kernel->linked = linked & PHYSICAL_MASK;
	kernel->relocatable = run == RUN_AT_ZERO || run == RUN_AT_LOAD_STAY;
}

enum pg_status pg_elf_kernel_read(struct pg_bytes file, struct pg_kernel *out,
				  struct pg_error *error)
{
	struct pg_kernel kernel = {.alignment = ALIGNMENT_LEAST};
	struct loads loads = {.alignment = ALIGNMENT_LEAST};
	struct pg_bytes image = {NULL, 0};
	struct pg_elf64 elf;
	enum pg_status status = pg_elf64_open(file, "kernel", &elf, error);

	if (status == PG_OK && elf.type != ET_EXEC && elf.type != ET_DYN)
		status =
			pg_fail(error, PG_E_FORMAT,
				"kernel: an ELF file of type %u, and a vmlinux "
				"is of type 2 or 3; give the vmlinux or zImage "
				"of Linux",
				elf.type);
	if (status == PG_OK)
		status = read_loads(&elf, &loads, error);
	if (status == PG_OK)
		status = measure(&loads, &kernel.memory_bytes, &image.size,
				 error);
	if (status != PG_OK)
		return status;
	if (is_one_piece(&loads)) {
		image.data = file.data + loads.at[0].p_offset;
	} else {
		kernel.owned = flatten(&elf, &loads, image.size);
		if (kernel.owned == NULL)
			return pg_fail(error, PG_E_NO_MEMORY,
				       "kernel: out of memory");
		image.data = kernel.owned;
	}
	kernel.alignment = loads.alignment;
	describe(image, elf.big, loads.at[0].p_paddr, &kernel);
	*out = kernel;
	return PG_OK;
}

enum pg_status pg_elf_kernel_flat(struct pg_bytes image, uint64_t memory_bytes,
				  uint64_t address, struct pg_kernel *out,
				  struct pg_error *error)
{
	struct pg_kernel kernel = {.alignment = ALIGNMENT_LEAST,
				   .memory_bytes = memory_bytes};

	if (image.size < RUN_AT_LOAD_END || memory_bytes < image.size)
		return pg_fail(error, PG_E_CORRUPT,
			       "image: its kernel has %zu bytes; pack it again",
			       image.size);
	describe(image, pg_load_le32(image.data) != FIXUP_ENDIAN, address,
		 &kernel);
	*out = kernel;
	return PG_OK;
}

/* It has not been told yet, and can be. */
static bool must_be_told(const struct pg_kernel *kernel)
{
	return kernel->relocatable &&
	       pg_load32(kernel->big_endian,
			 kernel->image.data + RUN_AT_LOAD) == RUN_AT_ZERO;
}

enum pg_status pg_elf_kernel_stay(struct pg_kernel *kernel,
				  struct pg_error *error)
{
	if (!must_be_told(kernel))
		return PG_OK;
	if (kernel->owned == NULL) {
		kernel->owned = malloc(kernel->image.size);
		if (kernel->owned == NULL)
			return pg_fail(error, PG_E_NO_MEMORY,
				       "kernel: out of memory");
		memcpy(kernel->owned, kernel->image.data, kernel->image.size);
		kernel->image.data = kernel->owned;
		kernel->file = kernel->image;
	}
	/* The image lies in what we own. */
	pg_store32(kernel->big_endian,
		   (uint8_t *)(uintptr_t)kernel->image.data + RUN_AT_LOAD,
		   RUN_AT_LOAD_STAY);
	return PG_OK;
}

void pg_elf_kernel_pieces(const struct pg_kernel *kernel,
			  struct pg_elf_kernel_pieces *out)
{
	const struct pg_bytes image = kernel->image;

	memcpy(out->word, image.data + RUN_AT_LOAD, sizeof(out->word));
	if (must_be_told(kernel))
		pg_store32(kernel->big_endian, out->word, RUN_AT_LOAD_STAY);
	out->pieces[0] = (struct pg_bytes){image.data, RUN_AT_LOAD};
	out->pieces[1] = (struct pg_bytes){out->word, sizeof(out->word)};
	out->pieces[2] = (struct pg_bytes){image.data + RUN_AT_LOAD_END,
					   image.size - RUN_AT_LOAD_END};
}
