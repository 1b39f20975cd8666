/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture image is an arm64 Image, too
 * (Documentation/arch/arm64/booting.rst): its first page is an Image's header
 * and a PE file's, and is loaded with the rest. The kernel inside lies where
 * it would have been loaded: at the same distance from a multiple of 2 MiB.
 */
#include <string.h>

#include "fdt/fdt_edit.h"
#include "pack/capture/capture.h"
#include "purgatorio/byteorder.h"
#include "purgatorio/image.h"

#define HEAD_BYTES PG_PAGE_BYTES
#define PE_AT	   0x40 /* behind the Image's header, which names it at 0x3c */

/* The Image's header. */
#define IMAGE_CODE0  0
#define IMAGE_CODE1  4
#define IMAGE_OFFSET 8	/* u64, text_offset */
#define IMAGE_SIZE   16 /* u64 */
#define IMAGE_FLAGS  24 /* u64 */
#define IMAGE_MAGIC  56

/* "ccmp x18, #0, #0xd, pl": its first two bytes are "MZ", and it changes
 * nothing but the flags (Linux: arch/arm64/kernel/efi-header.S). */
#define CODE_MZ 0xfa405a4du
/* "b", with the distance in instructions. */
#define CODE_B 0x14000000u

/* By UEFI, the kernel gets it as it is. */
static enum pg_status check_tree(struct pg_bytes tree, struct pg_error *error)
{
	enum pg_status status = pg_fdt_check(tree, error);
	const char *name;

	if (status != PG_OK)
		return status;
	name = pg_fdt_captures(tree);
	if (name == NULL)
		return PG_OK;
	return pg_fail(error, PG_E_FORMAT,
		       "device tree: is of a machine that captures, with %s in "
		       "its /chosen, and would stop a kernel that firmware "
		       "boots; give that of one which was booted so",
		       name);
}

enum pg_status pg_capture_arm64_check(struct pg_capture *capture,
				      struct pg_error *error)
{
	const struct pg_kernel *kernel = &capture->kernel;

	if (kernel->big_endian)
		return pg_fail(error, PG_E_KERNEL_ARCH,
			       "kernel: is big-endian, for which there are no "
			       "capture images; pack it for a --window");
	if (capture->options->pack.dtb.size != 0) {
		const enum pg_status status =
			check_tree(capture->options->pack.dtb, error);

		if (status != PG_OK)
			return status;
	}
	capture->pe_at = PE_AT;
	capture->head_bytes = HEAD_BYTES;
	capture->kernel_alignment = (uint32_t)kernel->alignment;
	capture->kernel_offset = (uint32_t)kernel->alignment_offset;
	return PG_OK;
}

enum pg_status pg_capture_arm64_head(struct pg_capture *capture,
				     struct pg_error *error)
{
	const struct pg_kernel *kernel = &capture->kernel;
	const uint32_t at = pg_capture_find(capture, ".linux")->offset;
	const uint32_t door = pg_capture_find(capture, ".door")->offset;
	uint8_t *file = capture->file;
	uint64_t end;

	if (!pg_align_up(at + kernel->memory_bytes, PG_PAGE_BYTES, &end) ||
	    end > UINT32_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "kernel: needs 0x%llx bytes of memory, and an "
			       "image has 4 GiB; use another kernel",
			       (unsigned long long)kernel->memory_bytes);
	pg_store_le32(file + IMAGE_CODE0, CODE_MZ);
	pg_store_le32(file + IMAGE_CODE1, CODE_B | (door - IMAGE_CODE1) / 4);
	pg_store_le64(file + IMAGE_OFFSET, 0);
	pg_store_le64(file + IMAGE_SIZE, end + PG_IMAGE_TREE_BYTES);
	memcpy(file + IMAGE_FLAGS, kernel->image.data + IMAGE_FLAGS, 8);
	memcpy(file + IMAGE_MAGIC, "ARM\x64", 4);
	return PG_OK;
}

void pg_capture_arm64_instruct(struct pg_capture *capture)
{
	const uint32_t kernel = pg_capture_find(capture, ".linux")->offset;
	const struct pg_handoff handoff = {
		.protocol = PG_HANDOFF_IMAGE_ARM64,
		.entry = kernel + capture->kernel.entry_offset,
		.args = {kernel, capture->head_bytes + PG_IMAGE_WORK,
			 PG_IMAGE_WORK_BYTES, capture->options->flags}};

	const struct pg_pack_options *options = &capture->options->pack;

	pg_plan_handoff(capture->plan, &handoff);
	if (options->dtb.size == 0)
		return;
	if (options->console_of_dtb) {
		const struct pg_console console = pg_fdt_console(options->dtb);

		pg_plan_console(capture->plan, &console);
	}
	if (options->reset.kind == PG_RESET_ARCH) {
		const struct pg_reset reset = pg_fdt_reset(options->dtb);

		pg_plan_reset(capture->plan, &reset);
	}
}
