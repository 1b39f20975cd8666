/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture image is an s390x kernel, too: memory from address 0, with the
 * kernel's own code for an IPL there, "S390EP" at 0x10008, and a parameter area
 * that loaders fill in (arch/s390/boot/head.S). The kernel inside lies where it
 * runs; of its first pages, which loaders change, a copy lies behind it. An ELF
 * file of the same has its own headers in the bytes that only an IPL reads.
 */
#include <stdlib.h>
#include <string.h>

#include "pack/capture/capture.h"
#include "pack/formats/kernel_formats.h"
#include "pack/formats/s390_kernel.h"
#include "pack/image/image_note.h"
#include "pack/sections.h"
#include "purgatorio/byteorder.h"
#include "purgatorio/image.h"

#define LOG_START PG_SWAP_LOWCORE_BYTES

enum pg_status pg_capture_s390x_check(struct pg_capture *capture,
				      struct pg_error *error)
{
	const struct pg_capture_options *options = capture->options;

	if (options->pack.dtb.size != 0)
		return pg_fail(error, PG_E_USAGE,
			       "device tree: an s390x kernel takes none; "
			       "leave --dtb out");
	if (options->microcode.size != 0)
		return pg_fail(error, PG_E_USAGE,
			       "microcode: an s390x kernel loads none; leave "
			       "--ucode out");
	if (options->sbat.size != 0 || (options->flags & PG_IMAGE_EFI_CAPTURE))
		return pg_fail(error, PG_E_USAGE,
			       "--sbat, --efi-capture: an s390x machine has "
			       "no UEFI; leave them out");
	capture->elf.big = true;
	capture->elf.entry = PG_S390_NORMAL;
	capture->head_bytes = (uint32_t)capture->kernel.linked;
	/* Memory that the kernel keeps reserved, and no loader fills. */
	capture->log = (struct pg_span){LOG_START, PG_S390_START - LOG_START};
	return PG_OK;
}

static void put_branch(uint8_t *file, uint32_t from, uint32_t to)
{
	pg_store_be16(file + from, PG_S390_BRANCH_LONG);
	pg_store_be32(file + from + 2, (to - from) / 2);
}

/* The kernel's first pages, entered at our purgatory, and telling nothing; in
 * front of them what an IPL reads, but for an ELF file's headers. */
enum pg_status pg_capture_s390x_head(struct pg_capture *capture,
				     struct pg_error *error)
{
	const uint32_t door = pg_capture_find(capture, ".door")->offset;
	const uint32_t entry = door + PG_IMAGE_PURGATORY + IMAGE_S390X_ONCE;
	uint8_t *table = capture->file + door;
	const struct pg_s390_parameters nothing = {.command_line = ""};
	uint8_t *file = capture->file;
	enum pg_status status;

	if (!capture->is_elf)
		memcpy(file, capture->kernel.file.data, PG_S390_START);
	status = pg_s390_parameters(&capture->kernel, &nothing,
				    file + PG_S390_START, error);
	if (status != PG_OK)
		return status;
	put_branch(file, PG_S390_NORMAL, entry);
	put_branch(file, PG_S390_KDUMP, entry);
	pg_capture_write_sections(capture, table + PG_RAW_ENTRIES);
	memcpy(table, PG_RAW_MAGIC, PG_RAW_COUNT);
	pg_store_le32(table + PG_RAW_COUNT, (uint32_t)capture->section_count);
	return PG_OK;
}

void pg_capture_s390x_instruct(struct pg_capture *capture)
{
	const struct pg_console sclp = {.kind = PG_CONSOLE_SCLP};
	const uint32_t head = pg_capture_find(capture, ".head")->offset;
	const uint32_t door = pg_capture_find(capture, ".door")->offset;
	const struct pg_handoff handoff = {.protocol = PG_HANDOFF_IMAGE_S390X,
					   .entry = head + PG_S390_NORMAL,
					   .args = {head, door + PG_IMAGE_WORK,
						    PG_IMAGE_WORK_BYTES,
						    capture->options->flags}};

	pg_plan_handoff(capture->plan, &handoff);
	if (capture->options->pack.console.kind == PG_CONSOLE_NONE)
		pg_plan_console(capture->plan, &sclp);
}

enum pg_status pg_capture_s390x_kernel(struct pg_bytes file,
				       struct pg_kernel *out,
				       struct pg_error *error)
{
	struct pg_bytes head, rest;
	enum pg_status status;
	struct pg_sections sections;
	uint8_t *whole;

	if (pg_sections_open(file, &sections, error) != PG_OK)
		return error->status;
	if (!pg_section_find(&sections, ".head", &head) ||
	    !pg_section_find(&sections, ".linux", &rest))
		return pg_fail(error, PG_E_CORRUPT,
			       "image: has no .head and .linux; make it again");
	whole = malloc(head.size + rest.size);
	if (whole == NULL)
		return pg_fail(error, PG_E_NO_MEMORY, "kernel: out of memory");
	memcpy(whole, head.data, head.size);
	memcpy(whole + head.size, rest.data, rest.size);
	status = pg_s390_read((struct pg_bytes){whole, head.size + rest.size},
			      out, error);
	if (status != PG_OK) {
		free(whole);
		return status;
	}
	out->owned = whole;
	/* The part whose digests the image has (load/source_digests.c). */
	if (out->image.size == rest.size)
		out->image.data = rest.data;
	return PG_OK;
}
