/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture image as an ELF file, for loaders that enter in 32-bit mode with
 * structures of their own: PVH (Xen's docs/misc/pvh.pandoc) by a note,
 * multiboot2 ("Multiboot2 Specification version 2.0", 3.1) by a header.
 */
#include <string.h>

#include "pack/capture/capture.h"
#include "pack/formats/bzimage.h"
#include "purgatorio/byteorder.h"
#include "purgatorio/image.h"

/* Above what firmware and loaders use below 16 MiB. */
#define BASE 0x1000000u

/* Xen's public/elfnote.h, XEN_ELFNOTE_PHYS32_ENTRY. QEMU reads eight bytes of
 * an ELF64 file's (hw/i386/x86.c, read_pvh_start_addr()). */
#define NOTE_PHYS32_ENTRY 18

/* The header: magic, architecture (i386), bytes, checksum; then tags. */
#define MB2_MAGIC	 0xe85250d6u
#define MB2_BYTES	 56
#define MB2_RELOCATABLE	 10 /* lowest, highest, alignment, preference: u32 */
#define MB2_MODULE_PAGES 6  /* modules begin on pages */
#define MB2_LOWEST_FIRST 1

/* Where a loader may put the image: any page from 1 MiB on. */
#define LOWEST	0x100000u
#define HIGHEST 0xffffffffu

static void put_tag(uint8_t *at, uint16_t type, uint32_t bytes)
{
	pg_store_le16(at, type);
	pg_store_le32(at + 4, bytes);
}

static void put_multiboot2(uint8_t *at)
{
	pg_store_le32(at, MB2_MAGIC);
	pg_store_le32(at + 8, MB2_BYTES);
	pg_store_le32(at + 12, 0u - MB2_MAGIC - MB2_BYTES);
	put_tag(at + 16, MB2_RELOCATABLE, 24);
	pg_store_le32(at + 24, LOWEST);
	pg_store_le32(at + 28, HIGHEST);
	pg_store_le32(at + 32, PG_PAGE_BYTES);
	pg_store_le32(at + 36, MB2_LOWEST_FIRST);
	put_tag(at + 40, MB2_MODULE_PAGES, 8);
	put_tag(at + 48, 0, 8);
}

enum pg_status pg_capture_x86_64_elf_check(struct pg_capture *capture,
					   struct pg_error *error)
{
	const struct pg_kernel *kernel = &capture->kernel;
	struct pg_capture_elf *elf = &capture->elf;

	if (capture->options->flags & PG_IMAGE_EFI_CAPTURE)
		return pg_fail(error, PG_E_USAGE,
			       "--efi-capture: UEFI loads no ELF file; use "
			       "--format=image");
	if (pg_capture_x86_64_inputs(capture, error) != PG_OK)
		return error->status;
	/* All of it has to be in the first 32 KiB. */
	capture->head_bytes =
		(pg_capture_elf_bytes() + MB2_BYTES + PG_PAGE_BYTES - 1) &
		~(PG_PAGE_BYTES - 1u);
	capture->room_bytes =
		(uint32_t)((kernel->memory_bytes + kernel->alignment +
			    PG_PAGE_BYTES - 1) &
			   ~(uint64_t)(PG_PAGE_BYTES - 1));
	elf->base = BASE;
	elf->notes[0] = (struct pg_capture_note){
		.name = "Xen", .type = NOTE_PHYS32_ENTRY, .desc_bytes = 8};
	elf->note_count = 1;
	return PG_OK;
}

enum pg_status pg_capture_x86_64_elf_head(struct pg_capture *capture,
					  struct pg_error *error)
{
	struct pg_capture_elf *elf = &capture->elf;
	const uint64_t end = BASE + (uint64_t)capture->image_bytes;

	if (end > UINT32_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "image: ends at 0x%llx in memory, and these "
			       "loaders enter below 4 GiB; use a smaller "
			       "initrd",
			       (unsigned long long)end);
	elf->entry =
		pg_capture_find(capture, ".door")->offset + PG_IMAGE_ENTRY32;
	put_multiboot2(capture->file + pg_capture_elf_bytes());
	pg_store_le64(elf->notes[0].desc, BASE + elf->entry);
	return PG_OK;
}
