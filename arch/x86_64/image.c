/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture image was loaded as if it were a kernel, by a boot loader or by
 * kexec. The kernel inside is told what that loader said (boot_params: memory,
 * firmware tables, screen), and what the image holds in place of the loader's
 * files.
 */
#include <string.h>

#include "arch/x86_64/e820.h"
#include "arch/x86_64/x86_64.h"
#include "pack/bzimage.h"
#include "pack/zero_page.h"
#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"
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
/* COMMAND_LINE_SIZE of Linux's arch/x86/include/asm/setup.h. */
#define LOADER_CMDLINE_BYTES 2048
#define LOADER_UNKNOWN	     0xff

static enum pg_status wrong(struct pg_check_place *place, enum pg_status status,
			    const char *what, uint64_t value)
{
	place->what = what;
	place->value = value;
	return status;
}

static uint8_t *work_of(const struct pg_manifest *m, uint64_t base)
{
	uint64_t work = m->handoff.args[1];

	if (m->handoff.flags & PG_HANDOFF_ARG_RELATIVE(1))
		work += base;
	return pg_pointer(work);
}

static const uint8_t *given(const uint8_t *work)
{
	return pg_pointer(pg_load_le64(work + PG_IMAGE_WORK_GIVEN));
}

/* A 64-bit value whose halves stand apart. */
static uint64_t load_split(const uint8_t *params, size_t low, size_t high)
{
	return pg_load_le32(params + low) |
	       (uint64_t)pg_load_le32(params + high) << 32;
}

static void store_split(uint8_t *params, size_t low, size_t high,
			uint64_t value)
{
	pg_store_le32(params + low, (uint32_t)value);
	pg_store_le32(params + high, (uint32_t)(value >> 32));
}

enum pg_status pg_arch_loader_check(const struct pg_manifest *m, uint64_t base,
				    struct pg_check_place *place)
{
	const struct pg_range *ranges = pg_manifest_ranges(m);
	const uint8_t *params;
	uint64_t cmdline;
	uint32_t i;

	if (m->handoff.protocol != PG_HANDOFF_IMAGE_X86_64)
		return PG_OK;
	if (m->handoff.args[2] < PG_IMAGE_WORK_BYTES ||
	    !pg_arch_reachable(pg_address(work_of(m, base)),
			       PG_IMAGE_WORK_BYTES))
		return wrong(place, PG_E_LOADER, "no work area at",
			     pg_address(work_of(m, base)));
	params = given(work_of(m, base));
	if (!params || !pg_arch_reachable(pg_address(params), BP_BYTES))
		return wrong(place, PG_E_LOADER, "no boot_params at",
			     pg_address(params));
	cmdline = load_split(params, HDR_CMD_LINE_PTR, BP_EXT_CMD_LINE_PTR);
	if (cmdline && !pg_arch_reachable(cmdline, LOADER_CMDLINE_BYTES))
		return wrong(place, PG_E_LOADER, "no command line at", cmdline);
	for (i = 0; i < m->ranges.count; i++) {
		const struct pg_span span = {
			pg_manifest_resolve(ranges[i].start, ranges[i].flags,
					    base),
			ranges[i].bytes};
		const uint64_t end = pg_x86_e820_ram(params, span);

		if (end != pg_span_end(span))
			return wrong(place, PG_E_MEMORY,
				     "its memory map has no RAM at", end);
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
	const uint64_t theirs =
		load_split(given(work), HDR_CMD_LINE_PTR, BP_EXT_CMD_LINE_PTR);
	const bool all = m->handoff.args[3] & PG_IMAGE_LOADER_CMDLINE;
	uint8_t *params = work + PG_IMAGE_WORK_PARAMS;
	char *line = (char *)work + PG_IMAGE_WORK_CMDLINE;
	size_t room = pg_load_le32(kernel + HDR_CMDLINE_SIZE);
	size_t length;

	/* Whatever room the kernel has, that is ours. */
	if (room > PG_IMAGE_CMDLINE_BYTES - 1)
		room = PG_IMAGE_CMDLINE_BYTES - 1;
	length = pg_cmdline_join(line, room, pg_pointer(own.start),
				 (size_t)own.bytes,
				 theirs ? pg_pointer(theirs) : "",
				 theirs ? LOADER_CMDLINE_BYTES : 0, all);
	if (length > room)
		return wrong(place, PG_E_LOADER,
			     "its command line and the image's are together "
			     "too long:",
			     length);
	store_split(params, HDR_CMD_LINE_PTR, BP_EXT_CMD_LINE_PTR,
		    pg_address(line));
	return PG_OK;
}

static void put_initrd(const struct pg_manifest *m, uint64_t base,
		       const uint8_t *theirs, uint8_t *params,
		       struct pg_check_place *place)
{
	struct pg_span own = pg_part_span(m, base, PG_PART_INITRD);
	const struct pg_span other = {
		load_split(theirs, HDR_RAMDISK_IMAGE, BP_EXT_RAMDISK_IMAGE),
		load_split(theirs, HDR_RAMDISK_SIZE, BP_EXT_RAMDISK_SIZE)};

	if (other.bytes) {
		if (m->handoff.args[3] & PG_IMAGE_LOADER_INITRD)
			own = other;
		else
			place->what = "its initrd is not used";
	}
	store_split(params, HDR_RAMDISK_IMAGE, BP_EXT_RAMDISK_IMAGE, own.start);
	store_split(params, HDR_RAMDISK_SIZE, BP_EXT_RAMDISK_SIZE, own.bytes);
}

/* boot.rst, init_size: where the kernel unpacks itself, and how much it needs
 * there. All of it has to be RAM. */
static enum pg_status check_room(const uint8_t *params, const uint8_t *kernel,
				 uint64_t start, struct pg_check_place *place)
{
	const uint64_t preferred = pg_load_le64(kernel + HDR_PREF_ADDRESS);
	struct pg_span room;
	uint64_t end;

	if (!pg_align_up(start, pg_load_le32(kernel + HDR_KERNEL_ALIGNMENT),
			 &start))
		return wrong(place, PG_E_MEMORY, "it put the kernel at", start);
	if (start < preferred)
		start = preferred;
	if (!pg_span_make(start, pg_load_le32(kernel + HDR_INIT_SIZE), &room))
		return wrong(place, PG_E_MEMORY, "it put the kernel at", start);
	end = pg_x86_e820_ram(params, room);
	if (end != pg_span_end(room))
		return wrong(place, PG_E_MEMORY,
			     "the kernel unpacks itself where its memory map "
			     "has no RAM:",
			     end);
	return PG_OK;
}

enum pg_status pg_arch_loader_merge(const struct pg_manifest *m, uint64_t base,
				    struct pg_handoff *handoff,
				    struct pg_check_place *place)
{
	const uint8_t *kernel = pg_pointer(handoff->args[0]);
	uint8_t *work, *params;
	enum pg_status status;
	struct pg_span log;
	unsigned sectors;

	if (handoff->protocol != PG_HANDOFF_IMAGE_X86_64)
		return PG_OK;
	work = work_of(m, base);
	params = work + PG_IMAGE_WORK_PARAMS;
	memcpy(params, given(work), BP_BYTES);
	put_header(params, kernel);
	sectors = kernel[HDR_SETUP_SECTS] ? kernel[HDR_SETUP_SECTS] : 4;
	kernel += (sectors + 1) * SECTOR_BYTES;
	pg_store_le32(params + HDR_CODE32_START, (uint32_t)pg_address(kernel));
	status = check_room(params, params, pg_address(kernel), place);
	if (status == PG_OK)
		status = put_cmdline(m, base, work, params, place);
	if (status != PG_OK)
		return status;
	put_initrd(m, base, given(work), params, place);
	log = (struct pg_span){
		pg_manifest_resolve(m->log.start, m->log.flags, base),
		m->log.bytes};
	if (log.bytes && !pg_x86_e820_reserve(params, log))
		place->what = "its memory map has no room for the log";
	handoff->args[0] = pg_address(params);
	return PG_OK;
}
