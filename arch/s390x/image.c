/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture image was loaded as if it were a kernel: by an IPL, by QEMU, or by
 * a kexec, whose purgatory has moved it to 0. The kernel's first pages, which
 * led here and in which the loader left what it had to say, are put back as
 * they were, with that and with what the image holds in place of the loader's
 * files.
 */
#include <string.h>

#include "arch/s390x/s390x.h"
#include "pack/formats/s390_parameters.h"
#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"
#include "purgatorio/image.h"
#include "purgatory/cmdline.h"
#include "purgatory/part_span.h"

/* In the kernel's first pages. */
#define AREA	(PG_S390_PARAMETERS - PG_S390_START)
#define CMDLINE (PG_S390_CMDLINE - PG_S390_START)

static enum pg_status wrong(struct pg_check_place *place, enum pg_status status,
			    const char *what, uint64_t value)
{
	place->what = what;
	place->value = value;
	return status;
}

/* Where the kernel's first pages belong: in front of its part. */
static struct pg_span head_of(const struct pg_manifest *m, uint64_t base)
{
	const uint64_t copied = pg_part_span(m, base, PG_PART_BOOTPARAMS).bytes;
	const uint64_t kernel = pg_part_span(m, base, PG_PART_KERNEL).start;

	if (copied <= PG_S390_CMDLINE || copied % sizeof(uint64_t) != 0 ||
	    copied - PG_S390_START > kernel)
		return (struct pg_span){0, 0};
	return (struct pg_span){kernel - (copied - PG_S390_START),
				copied - PG_S390_START};
}

static struct pg_span words(const uint8_t *area, unsigned start, unsigned bytes)
{
	return (struct pg_span){pg_load_be64(area + start),
				pg_load_be64(area + bytes)};
}

static struct pg_span work_of(const struct pg_manifest *m)
{
	return (struct pg_span){m->handoff.args[1], PG_IMAGE_WORK_BYTES};
}

/* Where all that was loaded ends. */
static uint64_t end_of(const struct pg_manifest *m, uint64_t base)
{
	const struct pg_range *ranges = pg_manifest_ranges(m);
	uint64_t end = base + pg_image_start.memory_bytes + m->bytes;
	uint32_t i;

	for (i = 0; i < m->ranges.count; i++)
		if (ranges[i].start + ranges[i].bytes > end)
			end = ranges[i].start + ranges[i].bytes;
	return end;
}

/* A kexec's crash region, which has changed places with the memory in which
 * we are: it ends behind us. */
static enum pg_status check_oldmem(struct pg_span oldmem, uint64_t end,
				   struct pg_check_place *place)
{
	struct pg_span span;

	if (oldmem.start == 0 && oldmem.bytes == 0)
		return PG_OK;
	if (oldmem.start % PG_PAGE_BYTES != 0 ||
	    oldmem.bytes % PG_PAGE_BYTES != 0 || oldmem.bytes == 0 ||
	    oldmem.start < oldmem.bytes ||
	    !pg_span_make(oldmem.start, oldmem.bytes, &span) ||
	    !pg_arch_reachable(span.start, span.bytes))
		return wrong(place, PG_E_LOADER,
			     "the dead kernel's memory cannot be at",
			     oldmem.start);
	if (end > oldmem.bytes)
		return wrong(place, PG_E_MEMORY,
			     "the capture kernel's memory ends in the image, "
			     "at",
			     oldmem.bytes);
	return PG_OK;
}

static enum pg_status check_initrd(struct pg_span initrd, uint64_t start,
				   uint64_t end, uint64_t limit,
				   struct pg_check_place *place)
{
	struct pg_span span;

	if (initrd.bytes == 0)
		return PG_OK;
	if (!pg_span_make(initrd.start, initrd.bytes, &span) ||
	    !pg_arch_reachable(span.start, span.bytes) ||
	    (limit != 0 && pg_span_end(span) > limit))
		return wrong(place, PG_E_LOADER, "its initrd cannot be at",
			     initrd.start);
	if (span.start < end && pg_span_end(span) > start)
		return wrong(place, PG_E_LOADER,
			     "its initrd is in the image's memory, at",
			     initrd.start);
	return PG_OK;
}

/* There is no memory map: what is not there cannot be reached. */
static enum pg_status check_memory(const struct pg_manifest *m,
				   struct pg_check_place *place)
{
	const struct pg_range *ranges = pg_manifest_ranges(m);
	uint32_t i;

	for (i = 0; i < m->ranges.count; i++)
		if (!pg_arch_reachable(ranges[i].start, ranges[i].bytes))
			return wrong(place, PG_E_MEMORY,
				     "the machine has no memory for the image "
				     "at",
				     ranges[i].start);
	return PG_OK;
}

enum pg_status pg_arch_loader_check(const struct pg_manifest *m, uint64_t base,
				    struct pg_check_place *place)
{
	const struct pg_span head = head_of(m, base);
	const uint64_t end = end_of(m, base);
	struct pg_span oldmem;
	const uint8_t *area;
	enum pg_status status;

	if (m->handoff.protocol != PG_HANDOFF_IMAGE_S390X)
		return PG_OK;
	if (m->handoff.args[1] - PG_IMAGE_WORK + PG_IMAGE_PURGATORY != base)
		return wrong(place, PG_E_LOADER,
			     "the image is not at 0, but its purgatory at",
			     base);
	if (m->handoff.args[2] < PG_IMAGE_WORK_BYTES ||
	    !pg_arch_reachable(work_of(m).start, PG_IMAGE_WORK_BYTES))
		return wrong(place, PG_E_LOADER, "no work area at",
			     work_of(m).start);
	if (head.bytes == 0 || !pg_arch_reachable(head.start, head.bytes))
		return wrong(place, PG_E_LOADER, "no kernel's head at",
			     head.start);
	status = check_memory(m, place);
	if (status != PG_OK)
		return status;
	area = pg_pointer(head.start + AREA);
	oldmem = words(area, PG_S390_OLDMEM_START, PG_S390_OLDMEM_BYTES);
	status = check_oldmem(oldmem, end, place);
	if (status != PG_OK || !(m->handoff.args[3] & PG_IMAGE_LOADER_INITRD))
		return status;
	return check_initrd(
		words(area, PG_S390_INITRD_START, PG_S390_INITRD_BYTES),
		head.start, end, oldmem.bytes, place);
}

/* To the work area, since both the loader's and its place are the head's. */
static enum pg_status join_lines(const struct pg_manifest *m, uint64_t base,
				 struct pg_span head, char *line, size_t room,
				 struct pg_check_place *place)
{
	const struct pg_span own = pg_part_span(m, base, PG_PART_CMDLINE);
	const bool all = m->handoff.args[3] & PG_IMAGE_LOADER_CMDLINE;
	const size_t length = pg_cmdline_join(
		line, room, pg_pointer(own.start), (size_t)own.bytes,
		pg_pointer(head.start + CMDLINE),
		(size_t)(head.bytes - CMDLINE), all);

	if (length > room)
		return wrong(place, PG_E_LOADER,
			     "its command line and the image's are together "
			     "too long:",
			     length);
	return PG_OK;
}

/* How long a command line the kernel takes, and we can put together. */
static size_t room_in(const uint8_t *area, struct pg_span head)
{
	uint64_t room = pg_load_be64(area + PG_S390_CMDLINE_ROOM);

	if (room == 0)
		room = PG_S390_CMDLINE_OLD;
	if (room > PG_IMAGE_CMDLINE_BYTES)
		room = PG_IMAGE_CMDLINE_BYTES;
	if (room > head.bytes - CMDLINE)
		room = head.bytes - CMDLINE;
	return (size_t)room - 1;
}

/* Eight bytes at a time: QEMU 7.2 drops only such translations of code that
 * the first byte of a long move overwrites, and its CPU has just run what lies
 * here. */
static void put_back(struct pg_span head, const uint8_t *own)
{
	volatile uint64_t *to = pg_pointer(head.start);
	uint64_t word;
	size_t i;

	for (i = 0; i < head.bytes / sizeof(word); i++) {
		memcpy(&word, own + i * sizeof(word), sizeof(word));
		to[i] = word;
	}
}

enum pg_status pg_arch_loader_merge(const struct pg_manifest *m, uint64_t base,
				    struct pg_handoff *handoff,
				    struct pg_check_place *place)
{
	const struct pg_span head = head_of(m, base);
	const uint8_t *own = pg_pointer(handoff->args[0] + PG_S390_START);
	uint8_t *at = pg_pointer(head.start);
	char *line;
	struct pg_span initrd, theirs, oldmem;
	enum pg_status status;
	uint64_t device;

	if (handoff->protocol != PG_HANDOFF_IMAGE_S390X)
		return PG_OK;
	line = pg_pointer(work_of(m).start + PG_IMAGE_WORK_CMDLINE);
	status = join_lines(m, base, head, line, room_in(own + AREA, head),
			    place);
	if (status != PG_OK)
		return status;
	device = pg_load_be64(at + AREA + PG_S390_IPL_DEVICE);
	theirs = words(at + AREA, PG_S390_INITRD_START, PG_S390_INITRD_BYTES);
	oldmem = words(at + AREA, PG_S390_OLDMEM_START, PG_S390_OLDMEM_BYTES);
	initrd = pg_part_span(m, base, PG_PART_INITRD);
	if (theirs.bytes && (m->handoff.args[3] & PG_IMAGE_LOADER_INITRD))
		initrd = theirs;
	else if (theirs.bytes)
		place->what = "its initrd is not used";
	put_back(head, own);
	memcpy(at + CMDLINE, line, strlen(line) + 1);
	at += AREA;
	pg_store_be64(at + PG_S390_IPL_DEVICE, device);
	pg_store_be64(at + PG_S390_INITRD_START, initrd.start);
	pg_store_be64(at + PG_S390_INITRD_BYTES, initrd.bytes);
	pg_store_be64(at + PG_S390_OLDMEM_START, oldmem.start);
	pg_store_be64(at + PG_S390_OLDMEM_BYTES, oldmem.bytes);
	handoff->entry = head.start;
	if (oldmem.bytes != 0)
		handoff->entry += PG_S390_KDUMP - PG_S390_START;
	return PG_OK;
}
