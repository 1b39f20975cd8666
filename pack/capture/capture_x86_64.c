/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture image is a bzImage, too (Documentation/arch/x86/boot.rst): the
 * kernel's own real-mode code stands in front, with its header changed so that
 * loaders take all that follows for the protected-mode kernel and give it the
 * room that the kernel inside needs at its end.
 */
#include <string.h>

#include "pack/capture/capture.h"
#include "pack/formats/bzimage.h"
#include "purgatorio/byteorder.h"
#include "purgatorio/image.h"

#define SECTOR_BYTES 512
/* boot.rst, "Memory Layout": real-mode code has 32 KiB. */
#define HEAD_MAX 0x8000u

#define HDR_HANDOVER_OFFSET 0x264 /* u32, 2.11 */
#define HDR_KERNEL_INFO	    0x268 /* u32, 2.15 */
#define PROTOCOL_2_15	    0x020f
/* Entries of the old EFI handover protocol, and memory encryption, which the
 * purgatory does not know. */
#define XLF_NOT_OURS (0x0004 | 0x0008 | 0x0080)

static uint32_t setup_bytes(const struct pg_capture *capture)
{
	return (uint32_t)(capture->kernel.image.data -
			  capture->kernel.file.data);
}

enum pg_status pg_capture_x86_64_inputs(const struct pg_capture *capture,
					struct pg_error *error)
{
	if (capture->kernel.file.data[HDR_RELOCATABLE] == 0)
		return pg_fail(error, PG_E_FORMAT,
			       "kernel: is not relocatable, and an image may "
			       "be loaded anywhere; use one with "
			       "CONFIG_RELOCATABLE");
	if (capture->options->pack.dtb.size != 0)
		return pg_fail(error, PG_E_USAGE,
			       "device tree: an x86_64 kernel takes none; "
			       "leave --dtb out");
	return PG_OK;
}

enum pg_status pg_capture_x86_64_check(struct pg_capture *capture,
				       struct pg_error *error)
{
	const struct pg_kernel *kernel = &capture->kernel;
	const uint32_t setup = setup_bytes(capture);
	const uint32_t head =
		setup + pg_capture_pe_bytes(PG_CAPTURE_SECTIONS_MAX);

	if (pg_capture_x86_64_inputs(capture, error) != PG_OK)
		return error->status;
	capture->pe_at = (setup + 7) & ~7u;
	capture->head_bytes =
		(head + 8 + PG_PAGE_BYTES - 1) & ~(uint32_t)(PG_PAGE_BYTES - 1);
	if (capture->head_bytes > HEAD_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "kernel: its real-mode code of %u bytes leaves "
			       "no room for PE headers; use another kernel",
			       setup);
	if (capture->options->flags & PG_IMAGE_EFI_CAPTURE)
		capture->room_bytes =
			(uint32_t)((kernel->memory_bytes + kernel->alignment +
				    PG_PAGE_BYTES - 1) &
				   ~(uint64_t)(PG_PAGE_BYTES - 1));
	return PG_OK;
}

enum pg_status pg_capture_x86_64_head(struct pg_capture *capture,
				      struct pg_error *error)
{
	const struct pg_kernel *kernel = &capture->kernel;
	uint8_t *file = capture->file;
	const uint32_t inner = pg_capture_find(capture, ".linux")->offset +
			       setup_bytes(capture) - capture->head_bytes;
	const uint64_t room =
		inner + 2 * kernel->alignment + kernel->memory_bytes;

	if (room > UINT32_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "image: needs 0x%llx bytes of memory, and a "
			       "bzImage cannot ask for 4 GiB; use a smaller "
			       "initrd",
			       (unsigned long long)room);
	memcpy(file, kernel->file.data, setup_bytes(capture));
	file[HDR_SETUP_SECTS] =
		(uint8_t)(capture->head_bytes / SECTOR_BYTES - 1);
	pg_store_le32(file + HDR_SYSSIZE,
		      (capture->file_bytes - capture->head_bytes) / 16);
	pg_store_le32(file + HDR_INIT_SIZE, (uint32_t)room);
	pg_store_le32(file + HDR_PAYLOAD_OFFSET,
		      pg_load_le32(file + HDR_PAYLOAD_OFFSET) + inner);
	pg_store_le16(file + HDR_XLOADFLAGS,
		      pg_load_le16(file + HDR_XLOADFLAGS) &
			      (uint16_t)~XLF_NOT_OURS);
	pg_store_le32(file + HDR_HANDOVER_OFFSET, 0);
	if (kernel->protocol >= PROTOCOL_2_15)
		pg_store_le32(file + HDR_KERNEL_INFO,
			      pg_load_le32(file + HDR_KERNEL_INFO) + inner);
	return PG_OK;
}

void pg_capture_x86_64_instruct(struct pg_capture *capture)
{
	const uint32_t kernel = pg_capture_find(capture, ".linux")->offset;
	const struct pg_handoff handoff = {
		.protocol = PG_HANDOFF_IMAGE_X86_64,
		.entry = kernel + setup_bytes(capture) +
			 capture->kernel.entry_offset,
		.args = {kernel, capture->head_bytes + PG_IMAGE_WORK,
			 PG_IMAGE_WORK_BYTES, capture->options->flags}};

	pg_plan_handoff(capture->plan, &handoff);
}
