/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture image was loaded as if it were a kernel, by a boot loader or by
 * kexec. The kernel inside is told what that loader said (boot_params: memory,
 * firmware tables, screen), and what the image holds in place of the loader's
 * files.
 */
#include <string.h>

#include "arch/x86_64/e820.h"
#include "arch/x86_64/given.h"
#include "arch/x86_64/x86_64.h"
#include "purgatorio/arch.h"
#include "purgatorio/image.h"
#include "purgatory/cmdline.h"
#include "purgatory/part_span.h"

#define SECTOR_BYTES 512

/* boot.rst, loadflags: what a loader sets and the kernel's file does not. */
#define LOADER_FLAGS	 0xe0
#define HDR_VID_MODE	 0x1fa /* u16 */
#define HDR_CODE32_START 0x214 /* u32 */
#define HDR_HEAP_END_PTR 0x224 /* u16 */
#define HDR_EXT_LOADER	 0x226 /* version and type, u8 each */
#define HDR_SUBARCH	 0x23c /* u32, and data, u64 */
#define LOADER_UNKNOWN	 0xff

/* What the kernel reads of the work area after it has all memory for its own:
 * the page of the root pointer's copy. */
#define KEPT_BYTES 0x1000

static uint8_t *work_of(const struct pg_manifest *m, uint64_t base)
{
	uint64_t work = m->handoff.args[1];

	if (m->handoff.flags & PG_HANDOFF_ARG_RELATIVE(1))
		work += base;
	return pg_pointer(work);
}

/* From the work area to the last byte that is verified: what the loader says
 * of its own memory may not lie there. */
static struct pg_span extent(const struct pg_manifest *m, uint64_t base)
{
	const struct pg_range *ranges = pg_manifest_ranges(m);
	struct pg_span all = {pg_address(work_of(m, base)),
			      PG_IMAGE_WORK_BYTES};
	uint32_t i;

	for (i = 0; i < m->ranges.count; i++) {
		const uint64_t end =
			pg_manifest_resolve(ranges[i].start, ranges[i].flags,
					    base) +
			ranges[i].bytes;

		if (end > pg_span_end(all))
			all.bytes = end - all.start;
	}
	return all;
}

/* How far the loader's command line is read. */
static struct pg_span their_line(const uint8_t *params)
{
	const uint64_t at = pg_x86_cmdline(params);
	const char *line = pg_pointer(at), *end;

	if (!at)
		return (struct pg_span){0, 0};
	end = memchr(line, '\0', X86_CMDLINE_BYTES);
	return (struct pg_span){at, end ? (uint64_t)(end - line)
					: X86_CMDLINE_BYTES};
}

enum pg_status pg_arch_loader_check(const struct pg_manifest *m, uint64_t base,
				    struct pg_check_place *place)
{
	const struct pg_range *ranges = pg_manifest_ranges(m);
	const uint8_t *work, *params;
	enum pg_status status;
	uint32_t i;

	if (m->handoff.protocol != PG_HANDOFF_IMAGE_X86_64)
		return PG_OK;
	work = work_of(m, base);
	if (m->handoff.args[2] < PG_IMAGE_WORK_BYTES ||
	    !pg_arch_reachable(pg_address(work), PG_IMAGE_WORK_BYTES))
		return pg_x86_wrong(place, PG_E_LOADER, "no work area at",
				    pg_address(work));
	status = pg_x86_given_read(work, place);
	if (status != PG_OK)
		return status;
	params = pg_x86_given(work);
	if (pg_span_overlap(extent(m, base), pg_x86_given_span(work)) ||
	    pg_span_overlap(extent(m, base), their_line(params)))
		return pg_x86_wrong(place, PG_E_LOADER,
				    "what it says lies in the image, at",
				    pg_x86_given_span(work).start);
	for (i = 0; i < m->ranges.count; i++) {
		const struct pg_span span = {
			pg_manifest_resolve(ranges[i].start, ranges[i].flags,
					    base),
			ranges[i].bytes};
		const uint64_t end = pg_x86_e820_ram(params, span);

		if (end != pg_span_end(span))
			return pg_x86_wrong(place, PG_E_MEMORY,
					    "its memory map has no RAM at",
					    end);
	}
	return PG_OK;
}

/* The kernel's own header, but for what only the loader can say. Linux's
 * decompressor takes init_size from here, not from its own file. */
static void put_header(uint8_t *params, const uint8_t *kernel)
{
	static const struct {
		uint16_t at, bytes;
	} kept[] = {
		{HDR_VID_MODE, 2},     {HDR_TYPE_OF_LOADER, 1},
		{HDR_HEAP_END_PTR, 2}, {HDR_EXT_LOADER, 2},
		{HDR_SUBARCH, 12},     {HDR_SETUP_DATA, 8},
	};
	uint8_t own[HDR_END_MAX - HDR_START];
	const size_t end = HDR_MAGIC + (size_t)kernel[HDR_JUMP + 1];
	const size_t bytes =
		(end < HDR_END_MAX ? end : HDR_END_MAX) - HDR_START;
	size_t i;

	memcpy(own, kernel + HDR_START, bytes);
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		memcpy(own + kept[i].at - HDR_START, params + kept[i].at,
		       kept[i].bytes);
	own[HDR_LOADFLAGS - HDR_START] |= params[HDR_LOADFLAGS] & LOADER_FLAGS;
	/* Without a loader, there is no initrd to Linux (arch/x86/kernel/
	 * setup.c, reserve_initrd()). */
	if (own[HDR_TYPE_OF_LOADER - HDR_START] == 0)
		own[HDR_TYPE_OF_LOADER - HDR_START] = LOADER_UNKNOWN;
	memcpy(params + HDR_START, own, bytes);
}

static enum pg_status put_cmdline(const struct pg_manifest *m, uint64_t base,
				  uint8_t *work, const uint8_t *kernel,
				  struct pg_check_place *place)
{
	const struct pg_span own = pg_part_span(m, base, PG_PART_CMDLINE);
	const struct pg_span theirs = their_line(pg_x86_given(work));
	const bool all = m->handoff.args[3] & PG_IMAGE_LOADER_CMDLINE;
	char *line = (char *)work + PG_IMAGE_WORK_CMDLINE;
	size_t room = pg_load_le32(kernel + HDR_CMDLINE_SIZE);
	size_t length;

	/* Whatever room the kernel has, that is ours. */
	if (room > PG_IMAGE_CMDLINE_BYTES - 1)
		room = PG_IMAGE_CMDLINE_BYTES - 1;
	length = pg_cmdline_join(line, room, pg_pointer(own.start),
				 (size_t)own.bytes,
				 theirs.bytes ? pg_pointer(theirs.start) : "",
				 (size_t)theirs.bytes, all);
	if (length > room)
		return pg_x86_wrong(place, PG_E_LOADER,
				    "its command line and the image's are "
				    "together too long:",
				    length);
	pg_x86_put_cmdline(work + PG_IMAGE_WORK_PARAMS, pg_address(line));
	return PG_OK;
}

/* Theirs must lie where neither we nor the kernel, in @room, write. */
static enum pg_status put_initrd(const struct pg_manifest *m, uint64_t base,
				 uint8_t *work, struct pg_span room,
				 struct pg_check_place *place)
{
	const struct pg_span other = pg_x86_initrd(pg_x86_given(work));
	uint8_t *params = work + PG_IMAGE_WORK_PARAMS;
	struct pg_span checked;

	pg_x86_put_initrd(params, pg_part_span(m, base, PG_PART_INITRD));
	if (!other.bytes)
		return PG_OK;
	if (!(m->handoff.args[3] & PG_IMAGE_LOADER_INITRD)) {
		place->what = "its initrd is not used";
		return PG_OK;
	}
	if (!pg_span_make(other.start, other.bytes, &checked) ||
	    pg_span_overlap(checked, extent(m, base)) ||
	    pg_span_overlap(checked, room))
		return pg_x86_wrong(place, PG_E_LOADER,
				    "its initrd lies in the image's memory, "
				    "at",
				    other.start);
	pg_x86_put_initrd(params, other);
	return PG_OK;
}

/* boot.rst, init_size: where the kernel unpacks itself, and how much it needs
 * there. All of it has to be RAM. */
static enum pg_status check_room(const uint8_t *params, uint64_t start,
				 struct pg_span *out,
				 struct pg_check_place *place)
{
	const uint64_t preferred = pg_load_le64(params + HDR_PREF_ADDRESS);
	struct pg_span room;
	uint64_t end;

	if (!pg_align_up(start, pg_load_le32(params + HDR_KERNEL_ALIGNMENT),
			 &start))
		return pg_x86_wrong(place, PG_E_MEMORY, "it put the kernel at",
				    start);
	if (start < preferred)
		start = preferred;
	if (!pg_span_make(start, pg_load_le32(params + HDR_INIT_SIZE), &room))
		return pg_x86_wrong(place, PG_E_MEMORY, "it put the kernel at",
				    start);
	end = pg_x86_e820_ram(params, room);
	if (end != pg_span_end(room))
		return pg_x86_wrong(
			place, PG_E_MEMORY,
			"the kernel unpacks itself where its memory map "
			"has no RAM:",
			end);
	*out = room;
	return PG_OK;
}

/* Multiboot2 brings a copy of the root pointer in memory that becomes the
 * kernel's before it looks: it gets one in a page that stays. */
static void keep_rsdp(uint8_t *work, uint8_t *params,
		      struct pg_check_place *place)
{
	const uint64_t rsdp = pg_load_le64(params + BP_ACPI_RSDP_ADDR);

	if (pg_load_le32(work + PG_IMAGE_WORK_WAY) != PG_WAY_MULTIBOOT2 ||
	    !rsdp || !pg_arch_reachable(rsdp, RSDP_BYTES))
		return;
	memcpy(work + PG_IMAGE_WORK_RSDP, pg_pointer(rsdp), RSDP_BYTES);
	pg_store_le64(params + BP_ACPI_RSDP_ADDR,
		      pg_address(work + PG_IMAGE_WORK_RSDP));
	if (!pg_x86_e820_reserve(
		    params, (struct pg_span){pg_address(work), KEPT_BYTES}))
		place->what = "its memory map has no room for ACPI's pointer";
}

enum pg_status pg_arch_loader_merge(const struct pg_manifest *m, uint64_t base,
				    struct pg_handoff *handoff,
				    struct pg_check_place *place)
{
	const uint8_t *kernel = pg_pointer(handoff->args[0]);
	uint8_t *work, *params;
	enum pg_status status;
	struct pg_span log, room;
	unsigned sectors;

	if (handoff->protocol != PG_HANDOFF_IMAGE_X86_64)
		return PG_OK;
	work = work_of(m, base);
	params = work + PG_IMAGE_WORK_PARAMS;
	memcpy(params, pg_x86_given(work), BP_BYTES);
	put_header(params, kernel);
	sectors = kernel[HDR_SETUP_SECTS] ? kernel[HDR_SETUP_SECTS] : 4;
	kernel += (sectors + 1) * SECTOR_BYTES;
	pg_store_le32(params + HDR_CODE32_START, (uint32_t)pg_address(kernel));
	status = check_room(params, pg_address(kernel), &room, place);
	if (status == PG_OK)
		status = put_cmdline(m, base, work, params, place);
	if (status == PG_OK)
		status = put_initrd(m, base, work, room, place);
	if (status != PG_OK)
		return status;
	keep_rsdp(work, params, place);
	log = (struct pg_span){
		pg_manifest_resolve(m->log.start, m->log.flags, base),
		m->log.bytes};
	if (log.bytes && !pg_x86_e820_reserve(params, log))
		place->what = "its memory map has no room for the log";
	handoff->args[0] = pg_address(params);
	return PG_OK;
}
