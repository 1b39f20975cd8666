/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture image was loaded as if it were a kernel, by a boot loader or by
 * kexec. The kernel inside is told what that loader said in its device tree
 * (memory, core header, seeds), and what the image holds in place of the
 * loader's files.
 */
#include <libfdt.h>
#include <string.h>

#include "arch/arm64/arm64.h"
#include "fdt/core/core.h"
#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"
#include "purgatorio/image.h"
#include "purgatory/cmdline.h"
#include "purgatory/part_span.h"

/* Documentation/arch/arm64/booting.rst */
#define IMAGE_SIZE	 16 /* u64, little-endian */
#define BASE_ALIGNMENT	 0x200000u
#define TREE_ALIGNMENT	 8
#define IMAGE_HEAD_BYTES 64
/* COMMAND_LINE_SIZE of arch/arm64/include/uapi/asm/setup.h, without the NUL. */
#define CMDLINE_MAX 2047

static enum pg_status wrong(struct pg_check_place *place, enum pg_status status,
			    const char *what, uint64_t value)
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

bool pg_arm64_is_image(const struct pg_handoff *handoff)
{
	return handoff->protocol == PG_HANDOFF_IMAGE_ARM64;
}

static struct pg_span work_of(const struct pg_manifest *m, uint64_t base)
{
	return (struct pg_span){argument(m, base, 1), PG_IMAGE_WORK_BYTES};
}

/* The image's first byte: the door lies on the page behind a page of headers.
 */
static uint64_t first_of(uint64_t base)
{
	return base - PG_IMAGE_PURGATORY - PG_PAGE_BYTES;
}

/* Behind the memory of the kernel, which is the last of what is loaded. */
static bool room_of(uint64_t kernel, struct pg_span *out)
{
	const uint8_t *head = pg_pointer(kernel);
	uint64_t start;

	if (!pg_arch_reachable(kernel, IMAGE_HEAD_BYTES))
		return false;
	start = pg_load_le64(head + IMAGE_SIZE);
	if (start > UINT64_MAX - kernel ||
	    !pg_align_up(kernel + start, PG_PAGE_BYTES, &start))
		return false;
	return pg_span_make(start, PG_IMAGE_TREE_BYTES, out) &&
	       pg_arch_reachable(out->start, out->bytes);
}

/* The image's tree, in the place of the loader's; size 0: there is none. */
static struct pg_bytes own_tree(const struct pg_manifest *m, uint64_t base)
{
	const struct pg_span own = pg_part_span(m, base, PG_PART_FDT);

	return (struct pg_bytes){pg_pointer(own.start), (size_t)own.bytes};
}

/* What the loader gave, if it is whole. Where the image has a tree, it may give
 * none. */
static enum pg_status given_tree(const struct pg_manifest *m, uint64_t base,
				 struct pg_bytes *out,
				 struct pg_check_place *place)
{
	const uint8_t *work = pg_pointer(work_of(m, base).start);
	const uint64_t given = pg_load_le64(work + PG_IMAGE_WORK_GIVEN);
	const uint8_t *tree = pg_pointer(given);
	struct pg_fdt_fault fault;

	*out = (struct pg_bytes){NULL, 0};
	if (given == 0 && own_tree(m, base).size != 0)
		return PG_OK;
	if (given == 0 || given % TREE_ALIGNMENT != 0 ||
	    !pg_arch_reachable(given, sizeof(struct fdt_header)) ||
	    fdt_check_header(tree) != 0 ||
	    fdt_totalsize(tree) > PG_FDT_BYTES_MAX ||
	    !pg_arch_reachable(given, fdt_totalsize(tree)))
		return wrong(place, PG_E_LOADER, "no device tree at", given);
	*out = (struct pg_bytes){tree, fdt_totalsize(tree)};
	if (pg_tree_check(*out, &fault) == PG_OK)
		return PG_OK;
	return wrong(place, PG_E_LOADER,
		     "its device tree is damaged; libfdt's reason:",
		     (uint64_t)-fault.reason);
}

/* Has @tree memory from the image's first byte to the end of @last? Where it
 * says nothing of memory, it is believed. */
static enum pg_status check_memory(uint64_t base, struct pg_span last,
				   struct pg_bytes tree,
				   struct pg_check_place *place)
{
	uint64_t end;

	if (tree.size == 0 || !pg_fdt_memory_end(tree, first_of(base), &end) ||
	    end >= pg_span_end(last))
		return PG_OK;
	return wrong(place, PG_E_MEMORY,
		     "its device tree has no memory for the image at", end);
}

enum pg_status pg_arch_loader_check(const struct pg_manifest *m, uint64_t base,
				    struct pg_check_place *place)
{
	const struct pg_range *ranges = pg_manifest_ranges(m);
	const uint64_t kernel = argument(m, base, 0);
	struct pg_span room, tree_span;
	struct pg_bytes tree;
	enum pg_status status;
	uint32_t i;

	if (!pg_arm64_is_image(&m->handoff))
		return PG_OK;
	if (m->handoff.args[2] < PG_IMAGE_WORK_BYTES ||
	    !pg_arch_reachable(work_of(m, base).start, PG_IMAGE_WORK_BYTES))
		return wrong(place, PG_E_LOADER, "no work area at",
			     work_of(m, base).start);
	status = given_tree(m, base, &tree, place);
	if (status != PG_OK)
		return status;
	if (first_of(base) % BASE_ALIGNMENT != 0)
		return wrong(place, PG_E_LOADER,
			     "the image is at no multiple of 2 MiB:",
			     first_of(base));
	status = check_memory(base, (struct pg_span){kernel, IMAGE_HEAD_BYTES},
			      tree, place);
	if (status != PG_OK)
		return status;
	if (!room_of(kernel, &room))
		return wrong(place, PG_E_MEMORY, "no room behind the kernel at",
			     kernel);
	status = check_memory(base, room, tree, place);
	if (status != PG_OK)
		return status;
	tree_span = (struct pg_span){pg_address(tree.data), tree.size};
	if (pg_span_overlap(tree_span, room))
		return wrong(place, PG_E_LOADER,
			     "its device tree is in the image's memory:",
			     tree_span.start);
	for (i = 0; i < m->ranges.count; i++) {
		const struct pg_span span = {
			pg_manifest_resolve(ranges[i].start, ranges[i].flags,
					    base),
			ranges[i].bytes};

		if (pg_span_overlap(span, tree_span) ||
		    pg_span_overlap(span, room))
			return wrong(place, PG_E_LOADER,
				     "its device tree is in the image's "
				     "memory:",
				     span.start);
	}
	pg_arm64_name(tree_span, work_of(m, base), room);
	return PG_OK;
}

static enum pg_status join_lines(const struct pg_manifest *m, uint64_t base,
				 struct pg_bytes tree, char *line,
				 struct pg_check_place *place)
{
	const struct pg_span own = pg_part_span(m, base, PG_PART_CMDLINE);
	const bool all = m->handoff.args[3] & PG_IMAGE_LOADER_CMDLINE;
	struct pg_fdt_fault fault;
	const char *theirs;
	size_t length;

	if (tree.size == 0)
		theirs = "";
	else if (pg_tree_command_line(tree, &theirs, &fault) != PG_OK)
		return wrong(place, PG_E_LOADER,
			     "its device tree has no terminated command line:",
			     pg_address(tree.data));
	length =
		pg_cmdline_join(line, CMDLINE_MAX, pg_pointer(own.start),
				(size_t)own.bytes, theirs, strlen(theirs), all);
	if (length > CMDLINE_MAX)
		return wrong(place, PG_E_LOADER,
			     "its command line and the image's are together "
			     "too long:",
			     length);
	return PG_OK;
}

static void choose_initrd(const struct pg_manifest *m, uint64_t base,
			  struct pg_bytes tree, struct pg_fdt_edits *edits,
			  struct pg_check_place *place)
{
	const int chosen = tree.size == 0
				   ? -FDT_ERR_NOTFOUND
				   : fdt_path_offset(tree.data, "/chosen");

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

/* The tree to edit is the loader's, or the image's with its facts. Where there
 * is no loader's, the image's says which memory there is. */
static enum pg_status choose_tree(const struct pg_manifest *m, uint64_t base,
				  struct pg_span room, struct pg_bytes *tree,
				  struct pg_fdt_edits *edits,
				  struct pg_check_place *place)
{
	const struct pg_bytes own = own_tree(m, base);
	struct pg_fdt_fault fault;

	edits->loaded = own.size == 0;
	if (own.size == 0)
		return PG_OK;
	edits->facts = *tree;
	*tree = own;
	if (pg_tree_check(own, &fault) == PG_OK)
		return edits->facts.size != 0
			       ? PG_OK
			       : check_memory(base, room, own, place);
	return wrong(place, PG_E_LOADER,
		     "the image's device tree is damaged; libfdt's reason:",
		     (uint64_t)-fault.reason);
}

static enum pg_status refuse_edit(const struct pg_fdt_fault *fault,
				  struct pg_check_place *place)
{
	if (fault->problem == PG_FDT_CELLS)
		return wrong(place, PG_E_LOADER,
			     "its device tree has other address or size cells "
			     "than the image's",
			     0);
	return wrong(place, PG_E_LOADER,
		     "its device tree cannot be edited; libfdt's reason:",
		     (uint64_t)-fault->reason);
}

enum pg_status pg_arch_loader_merge(const struct pg_manifest *m, uint64_t base,
				    struct pg_handoff *handoff,
				    struct pg_check_place *place)
{
	char *line = pg_pointer(work_of(m, base).start + PG_IMAGE_WORK_CMDLINE);
	struct pg_fdt_edits edits;
	struct pg_fdt_fault fault;
	struct pg_bytes tree;
	struct pg_span room, log;
	enum pg_status status;
	size_t bytes;

	if (!pg_arm64_is_image(handoff))
		return PG_OK;
	status = given_tree(m, base, &tree, place);
	if (status == PG_OK && !room_of(handoff->args[0], &room))
		status = PG_E_MEMORY;
	if (status == PG_OK)
		status = join_lines(m, base, tree, line, place);
	if (status != PG_OK)
		return status;
	memset(&edits, 0, sizeof(edits));
	edits.command_line = line;
	log.start = pg_manifest_resolve(m->log.start, m->log.flags, base);
	log.bytes = m->log.bytes;
	edits.reserved = &log;
	edits.reserved_count = log.bytes != 0;
	choose_initrd(m, base, tree, &edits, place);
	status = choose_tree(m, base, room, &tree, &edits, place);
	if (status != PG_OK)
		return status;
	if (pg_tree_edit(tree, &edits, pg_pointer(room.start),
			 (size_t)room.bytes, &bytes, &fault) != PG_OK)
		return refuse_edit(&fault, place);
	handoff->args[0] = room.start;
	return PG_OK;
}
