/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture image was loaded as if it were a kernel: by Open Firmware, by
 * skiboot, by kexec. Is what that loader left usable, and where it left a
 * device tree, what does the kernel inside find in it?
 */
#include "arch/ppc64/image/image.h"

#include <libfdt.h>
#include <string.h>

#include "arch/ppc64/image/door.h"
#include "fdt/core/core.h"
#include "purgatorio/byteorder.h"
#include "purgatory/part_span.h"

#define TREE_ALIGNMENT 8

enum pg_status pg_ppc64_wrong(struct pg_check_place *place,
			      enum pg_status status, const char *what,
			      uint64_t value)
{
	place->what = what;
	place->value = value;
	return status;
}

static uint64_t argument(const struct pg_manifest *m, uint64_t base, unsigned i)
{
	const uint32_t relative = m->handoff.flags & PG_HANDOFF_ARG_RELATIVE(i);

	return m->handoff.args[i] + (relative ? base : 0);
}

uint8_t *pg_ppc64_work(const struct pg_manifest *m, uint64_t base)
{
	return pg_pointer(argument(m, base, 1));
}

uint64_t pg_ppc64_given(const uint8_t *work, size_t which)
{
	return pg_load_le64(work + PG_IMAGE_WORK_GIVEN + which);
}

bool pg_ppc64_is_image(const struct pg_handoff *handoff)
{
	return handoff->protocol == PG_HANDOFF_IMAGE_PPC64;
}

void pg_ppc64_image_opal(uint64_t base, uint64_t *opal, uint64_t *entry)
{
	const uint8_t *work =
		pg_pointer(base - PG_IMAGE_PURGATORY + PG_IMAGE_WORK);

	*opal = pg_ppc64_given(work, GIVEN_R8);
	*entry = pg_ppc64_given(work, GIVEN_R9);
}

/* Where the kernel's memory ends and that of its device tree begins. */
static struct pg_span room_of(const struct pg_manifest *m, uint64_t base)
{
	const uint64_t log =
		pg_manifest_resolve(m->log.start, m->log.flags, base);

	return (struct pg_span){log - PG_IMAGE_TREE_BYTES, PG_IMAGE_TREE_BYTES};
}

/* What the loader gave, if it is whole. */
static enum pg_status given_tree(const uint8_t *work, struct pg_bytes *out,
				 struct pg_check_place *place)
{
	const uint64_t given = pg_ppc64_given(work, GIVEN_R3);
	const uint8_t *tree = pg_pointer(given);
	struct pg_fdt_fault fault;

	if (given == 0 || given % TREE_ALIGNMENT != 0 ||
	    !pg_arch_reachable(given, sizeof(struct fdt_header)) ||
	    fdt_check_header(tree) != 0 ||
	    fdt_totalsize(tree) > PG_FDT_BYTES_MAX ||
	    !pg_arch_reachable(given, fdt_totalsize(tree)))
		return pg_ppc64_wrong(place, PG_E_LOADER, "no device tree at",
				      given);
	*out = (struct pg_bytes){tree, fdt_totalsize(tree)};
	if (pg_tree_check(*out, &fault) == PG_OK)
		return PG_OK;
	return pg_ppc64_wrong(place, PG_E_LOADER,
			      "its device tree is damaged; libfdt's reason:",
			      (uint64_t)-fault.reason);
}

/* All of the image: from the door to the end of the last part or of the log,
 * whichever is later. */
static struct pg_span all_of(const struct pg_manifest *m, uint64_t base)
{
	const struct pg_range *ranges = pg_manifest_ranges(m);
	struct pg_span all = {base - PG_IMAGE_PURGATORY, 0};
	uint64_t end = pg_span_end(room_of(m, base)) + m->log.bytes;
	uint32_t i;

	for (i = 0; i < m->ranges.count; i++) {
		const uint64_t last =
			pg_manifest_resolve(ranges[i].start, ranges[i].flags,
					    base) +
			ranges[i].bytes;

		if (last > end)
			end = last;
	}
	all.bytes = end - all.start;
	return all;
}

enum pg_status pg_arch_loader_check(const struct pg_manifest *m, uint64_t base,
				    struct pg_check_place *place)
{
	const uint8_t *work = pg_ppc64_work(m, base);
	struct pg_span all, tree_span;
	struct pg_bytes tree;
	enum pg_status status;
	uint64_t end;

	if (!pg_ppc64_is_image(&m->handoff))
		return PG_OK;
	if (m->handoff.args[2] < PG_IMAGE_WORK_BYTES ||
	    !pg_arch_reachable(pg_address(work), PG_IMAGE_WORK_BYTES))
		return pg_ppc64_wrong(place, PG_E_LOADER, "no work area at",
				      pg_address(work));
	all = all_of(m, base);
	if (!pg_span_make(all.start, all.bytes, &all) ||
	    !pg_arch_reachable(all.start, all.bytes))
		return pg_ppc64_wrong(place, PG_E_MEMORY,
				      "no memory for the image, which ends at",
				      pg_span_end(all));
	if (pg_ppc64_given(work, GIVEN_R5))
		return pg_ppc64_of_check(work, all, place);
	status = given_tree(work, &tree, place);
	if (status != PG_OK)
		return status;
	if (pg_fdt_memory_end(tree, all.start, &end) && end < pg_span_end(all))
		return pg_ppc64_wrong(place, PG_E_MEMORY,
				      "its device tree has no memory for the "
				      "image at",
				      end);
	tree_span = (struct pg_span){pg_address(tree.data), tree.size};
	if (pg_span_overlap(tree_span, all))
		return pg_ppc64_wrong(place, PG_E_LOADER,
				      "its device tree is in the image's "
				      "memory:",
				      tree_span.start);
	return PG_OK;
}

static bool has_word(const char *line, const char *begin)
{
	const size_t bytes = strlen(begin);

	for (; *line != '\0'; line++) {
		const size_t left = strlen(line);

		if (left >= bytes && memcmp(line, begin, bytes) == 0)
			return true;
		line = memchr(line, ' ', left);
		if (!line)
			return false;
	}
	return false;
}

/* A kernel that was loaded for a crash may not move to address 0, where the
 * dead one's memory is. A kexec of another byte order than the image's does
 * not recognise the word that it would write. */
static bool must_stay(const uint8_t *work, const char *line)
{
	const uint32_t run = (uint32_t)pg_ppc64_given(work, GIVEN_RUN);

	return run == 1 || run == 1u << 24 || has_word(line, "elfcorehdr=");
}

static void tell_to_stay(uint64_t kernel)
{
	uint8_t *run = pg_pointer(kernel + LOW_RUN);

	/* In its own byte order, which that of "run0" is. */
	if (memcmp(run, "run0", 4) == 0)
		pg_store_be32(run, 1);
	else if (memcmp(run, "0nur", 4) == 0)
		pg_store_le32(run, 1);
}

static void choose_initrd(const struct pg_manifest *m, uint64_t base,
			  struct pg_bytes tree, struct pg_fdt_edits *edits,
			  struct pg_check_place *place)
{
	const int chosen = fdt_path_offset(tree.data, "/chosen");

	edits->initrd = pg_part_span(m, base, PG_PART_INITRD);
	if (chosen < 0 ||
	    fdt_getprop(tree.data, chosen, "linux,initrd-start", NULL) == NULL)
		return;
	if (!(m->handoff.args[3] & PG_IMAGE_LOADER_INITRD)) {
		place->what = "its initrd is not used";
		return;
	}
	edits->keep_initrd = true;
	edits->initrd.bytes = 0;
}

static enum pg_status join_lines(const struct pg_manifest *m, uint64_t base,
				 struct pg_bytes tree, char *line,
				 struct pg_check_place *place)
{
	struct pg_fdt_fault fault;
	const char *theirs;

	if (pg_tree_command_line(tree, &theirs, &fault) != PG_OK)
		return pg_ppc64_wrong(place, PG_E_LOADER,
				      "its device tree has no terminated "
				      "command line:",
				      pg_address(tree.data));
	return pg_ppc64_join(m, base, theirs, strlen(theirs), line, place);
}

enum pg_status pg_ppc64_join(const struct pg_manifest *m, uint64_t base,
			     const char *theirs, size_t bytes, char *line,
			     struct pg_check_place *place)
{
	const struct pg_span own = pg_part_span(m, base, PG_PART_CMDLINE);
	const bool all = m->handoff.args[3] & PG_IMAGE_LOADER_CMDLINE;
	const size_t length =
		pg_cmdline_join(line, CMDLINE_MAX, pg_pointer(own.start),
				(size_t)own.bytes, theirs, bytes, all);

	if (length > CMDLINE_MAX)
		return pg_ppc64_wrong(place, PG_E_LOADER,
				      "its command line and the image's are "
				      "together too long:",
				      length);
	return PG_OK;
}

/* The log's memory, unless the kernel moves over it. */
static struct pg_span kept_log(const struct pg_manifest *m, uint64_t base,
			       bool stays)
{
	struct pg_span log = {
		pg_manifest_resolve(m->log.start, m->log.flags, base),
		m->log.bytes};

	if (!stays && log.start < room_of(m, base).start - argument(m, base, 0))
		log.bytes = 0;
	return log;
}

static enum pg_status edit_tree(const struct pg_manifest *m, uint64_t base,
				struct pg_bytes tree, const char *line,
				struct pg_check_place *place)
{
	const struct pg_span room = room_of(m, base);
	const bool stays = must_stay(pg_ppc64_work(m, base), line);
	const struct pg_span log = kept_log(m, base, stays);
	struct pg_fdt_edits edits;
	struct pg_fdt_fault fault;
	size_t bytes;

	memset(&edits, 0, sizeof(edits));
	edits.command_line = line;
	edits.loaded = true;
	edits.reserved = &log;
	edits.reserved_count = log.bytes != 0;
	choose_initrd(m, base, tree, &edits, place);
	if (pg_tree_edit(tree, &edits, pg_pointer(room.start),
			 (size_t)room.bytes, &bytes, &fault) != PG_OK)
		return pg_ppc64_wrong(place, PG_E_LOADER,
				      "its device tree cannot be edited; "
				      "libfdt's reason:",
				      (uint64_t)-fault.reason);
	if (stays)
		tell_to_stay(argument(m, base, 0));
	return PG_OK;
}

static enum pg_status merge_tree(const struct pg_manifest *m, uint64_t base,
				 struct pg_handoff *handoff,
				 struct pg_check_place *place)
{
	uint8_t *work = pg_ppc64_work(m, base);
	char *line = (char *)work + PG_IMAGE_WORK_CMDLINE;
	struct pg_bytes tree;
	enum pg_status status = given_tree(work, &tree, place);

	if (status == PG_OK)
		status = join_lines(m, base, tree, line, place);
	if (status == PG_OK)
		status = edit_tree(m, base, tree, line, place);
	if (status != PG_OK)
		return status;
	/* The loader knows it; nobody told us. */
	pg_ppc64_boot_cpu = fdt_boot_cpuid_phys(tree.data);
	handoff->protocol = PG_HANDOFF_LINUX_PPC64;
	handoff->args[0] = room_of(m, base).start;
	handoff->args[1] = handoff->entry;
	handoff->args[2] = pg_ppc64_given(work, GIVEN_R8);
	handoff->args[3] = pg_ppc64_given(work, GIVEN_R9);
	return PG_OK;
}

enum pg_status pg_arch_loader_merge(const struct pg_manifest *m, uint64_t base,
				    struct pg_handoff *handoff,
				    struct pg_check_place *place)
{
	if (!pg_ppc64_is_image(handoff))
		return PG_OK;
	if (pg_ppc64_given(pg_ppc64_work(m, base), GIVEN_R5))
		return pg_ppc64_of_merge(m, base, handoff, place);
	return merge_tree(m, base, handoff, place);
}
