/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture image is an ELF64 file for ppc64, as vmlinux is: one segment, of
 * which the first byte is the entry, wherever it was loaded to. Behind the
 * kernel lie the memory that it clears itself, the room for a device tree and
 * the log; then the initrd, which a kernel that moves to address 0 does not
 * reach. All of it is in the file, since skiboot runs it where it read it.
 */
#include <string.h>

#include "arch/ppc64/image/door.h"
#include "pack/capture/capture.h"
#include "pack/formats/elf64.h"
#include "pack/formats/kernel_formats.h"
#include "pack/sections.h"
#include "purgatorio/byteorder.h"
#include "purgatorio/image.h"

/* Also the kernel's alignment: a page of its own (arch/powerpc/Kconfig). */
#define HEAD_BYTES 0x10000u

/* arch/ppc64/cpu.h: what a kernel's head has at 0x5c. */
#define LOW_RUN	    0x5c
#define RUN_AT_ZERO 0x72756e30u

static uint64_t page_up(uint64_t bytes)
{
	return (bytes + PG_PAGE_BYTES - 1) & ~(uint64_t)(PG_PAGE_BYTES - 1);
}

enum pg_status pg_capture_ppc64_check(struct pg_capture *capture,
				      struct pg_error *error)
{
	const struct pg_capture_options *options = capture->options;
	const struct pg_kernel *kernel = &capture->kernel;

	if (!kernel->relocatable)
		return pg_fail(error, PG_E_FORMAT,
			       "kernel: is not relocatable, and an image may "
			       "be loaded anywhere; use one with "
			       "CONFIG_RELOCATABLE");
	if (options->pack.dtb.size != 0)
		return pg_fail(error, PG_E_USAGE,
			       "device tree: that of an image's loader is the "
			       "machine's; leave --dtb out");
	if (options->microcode.size != 0)
		return pg_fail(error, PG_E_USAGE,
			       "microcode: a ppc64 kernel loads none; leave "
			       "--ucode out");
	if (options->sbat.size != 0 || (options->flags & PG_IMAGE_EFI_CAPTURE))
		return pg_fail(error, PG_E_USAGE,
			       "--sbat, --efi-capture: a ppc64 machine has no "
			       "UEFI; leave them out");
	if (capture->door.size < LOW_RUN + 4)
		return pg_fail(error, PG_E_FORMAT,
			       "stub: is no door of a ppc64 image; give the "
			       "door.bin of this purgatorio");
	if (strlen(options->pack.command_line == NULL
			   ? ""
			   : options->pack.command_line) > kernel->cmdline_max)
		return pg_fail(error, PG_E_LIMIT,
			       "command line: %zu bytes, and the kernel takes "
			       "%u; shorten it",
			       strlen(options->pack.command_line),
			       kernel->cmdline_max);
	capture->head_bytes = HEAD_BYTES;
	/* The first byte that is loaded is at 0, and is the entry. */
	capture->elf = (struct pg_capture_elf){.big = kernel->big_endian,
					       .single = true,
					       .base = 0 - (uint64_t)HEAD_BYTES,
					       .align = HEAD_BYTES,
					       .entry = HEAD_BYTES};
	capture->kernel_alignment = HEAD_BYTES;
	capture->kernel_first = true;
	capture->log.bytes = PG_CAPTURE_LOG_BYTES;
	capture->room_bytes =
		(uint32_t)(page_up(kernel->memory_bytes) -
			   page_up(kernel->image.size) + PG_IMAGE_TREE_BYTES +
			   PG_CAPTURE_LOG_BYTES);
	return PG_OK;
}

/* Where the kernel's memory ends. */
static uint64_t tree_at(const struct pg_capture *capture,
			const struct pg_capture_section *kernel)
{
	return kernel->offset + page_up(capture->kernel.memory_bytes);
}

enum pg_status pg_capture_ppc64_head(struct pg_capture *capture,
				     struct pg_error *error)
{
	(void)error;
	capture->log.start =
		tree_at(capture, pg_capture_find(capture, ".linux")) +
		PG_IMAGE_TREE_BYTES;
	return PG_OK;
}

/* The door looks like the kernel's head and like the purgatory's. */
static void complete_door(struct pg_capture *capture)
{
	const bool big = capture->kernel.big_endian;
	uint8_t *door =
		capture->file + pg_capture_find(capture, ".door")->offset;

	memcpy(door + PG_IMAGE_MAGIC_OFFSET,
	       capture->plan->purgatory.content + PG_IMAGE_MAGIC_OFFSET,
	       PG_IMAGE_MEMORY_OFFSET + 8 - PG_IMAGE_MAGIC_OFFSET);
	pg_store32(big, door + LOW_RUN, RUN_AT_ZERO);
	pg_store32(big, door + DOOR_RUN, RUN_AT_ZERO);
}

void pg_capture_ppc64_instruct(struct pg_capture *capture)
{
	const struct pg_capture_section *kernel =
		pg_capture_find(capture, ".linux");
	const struct pg_handoff handoff = {
		.protocol = PG_HANDOFF_IMAGE_PPC64,
		.entry = kernel->offset,
		.args = {kernel->offset, capture->head_bytes + PG_IMAGE_WORK,
			 PG_IMAGE_WORK_BYTES, capture->options->flags}};

	/* What the machine has that it is loaded on. */
	const struct pg_console own = {.kind = PG_CONSOLE_FIRMWARE};

	complete_door(capture);
	pg_plan_handoff(capture->plan, &handoff);
	if (capture->options->pack.console_of_dtb &&
	    capture->options->pack.console.kind == PG_CONSOLE_NONE)
		pg_plan_console(capture->plan, &own);
}

enum pg_status pg_capture_ppc64_kernel(struct pg_bytes file,
				       struct pg_kernel *out,
				       struct pg_error *error)
{
	const uint64_t more = PG_IMAGE_TREE_BYTES + PG_CAPTURE_LOG_BYTES;
	struct pg_bytes kernel, room;
	struct pg_sections sections;

	if (pg_sections_open(file, &sections, error) != PG_OK)
		return error->status;
	if (!pg_section_find(&sections, ".linux", &kernel) ||
	    !pg_section_find(&sections, ".room", &room) || room.size < more)
		return pg_fail(error, PG_E_CORRUPT,
			       "image: has no .linux and .room; make it again");
	return pg_elf_kernel_flat(
		kernel, page_up(kernel.size) + room.size - more, 0, out, error);
}
