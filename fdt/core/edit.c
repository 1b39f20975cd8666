/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel is told in /chosen
 * (Documentation/devicetree/bindings/chosen.txt, and dt-schema's chosen.yaml)
 * and in the reserve map.
 */
#include "fdt/core/tree.h"

#include <string.h>

/* Belongs to how the running kernel was booted: an initrd that is gone, a
 * dead kernel's core header, a seed that was used. One string each, since a
 * table of pointers would need relocations. */
static const char initrd_names[] = "linux,initrd-start\0"
				   "linux,initrd-end\0";
static const char stale[] = "linux,elfcorehdr\0"
			    "linux,usable-memory-range\0"
			    "kaslr-seed\0"
			    "rng-seed\0"
			    "linux,ima-kexec-buffer\0"
			    /* ppc64: what the running kernel says of itself. */
			    "linux,crashkernel-base\0"
			    "linux,crashkernel-size\0"
			    "linux,kernel-end\0"
			    "linux,memory-limit\0"
			    "linux,htab-base\0"
			    "linux,htab-size\0";

/* A property with its header, padding and name (Devicetree Specification
 * 5.4.2); and the node /chosen. */
#define PROPERTY_BYTES 48
#define CHOSEN_BYTES   32
#define ENTRY_BYTES    sizeof(struct fdt_reserve_entry)

/* One edit after the other, until one fails. */
struct editing {
	void *tree;
	const struct pg_fdt_edits *edits;
	enum pg_status status;
	struct pg_fdt_fault *fault;
};

/* What is in a tree, without the room that some have behind it. */
static uint64_t used_bytes(const void *tree)
{
	if (fdt_version(tree) < 17)
		return fdt_totalsize(tree);
	return sizeof(struct fdt_header) + fdt_size_dt_struct(tree) +
	       fdt_size_dt_strings(tree) +
	       (uint64_t)(fdt_num_mem_rsv(tree) + 1) * ENTRY_BYTES;
}

uint64_t pg_fdt_edit_bound(struct pg_bytes blob,
			   const struct pg_fdt_edits *edits,
			   size_t command_line_bytes)
{
	const size_t line = edits->command_line != NULL
				    ? strlen(edits->command_line)
				    : command_line_bytes;

	/* The cells of the root, bootargs, initrd twice, the core header,
	 * usable memory and the seeds; the node of memory. */
	return used_bytes(blob.data) +
	       (edits->facts.size ? used_bytes(edits->facts.data) : 0) +
	       CHOSEN_BYTES + line + 9 * PROPERTY_BYTES +
	       PG_FDT_USABLE_MAX * 16 + PG_FDT_SEED_BYTES +
	       edits->reserved_count * ENTRY_BYTES + PG_PAGE_BYTES;
}

/* The bytes of @tree that matter, from its header on: many have a MiB of room
 * behind their last block. */
static uint64_t source_bytes(const void *tree)
{
	uint64_t structure, end;

	if (fdt_version(tree) < 17)
		return fdt_totalsize(tree);
	structure =
		(uint64_t)fdt_off_dt_struct(tree) + fdt_size_dt_struct(tree);
	end = (uint64_t)fdt_off_dt_strings(tree) + fdt_size_dt_strings(tree);
	if (fdt_off_mem_rsvmap(tree) > fdt_off_dt_struct(tree) ||
	    structure > fdt_off_dt_strings(tree) || end > fdt_totalsize(tree))
		return fdt_totalsize(tree);
	return end;
}

uint64_t pg_tree_edit_room(struct pg_bytes blob,
			   const struct pg_fdt_edits *edits)
{
	return pg_fdt_edit_bound(blob, edits, 0) + source_bytes(blob.data);
}

/* The number that one of Linux's own properties holds, in one cell or two. */
static bool read_number(const void *tree, int node, const char *name,
			uint64_t *out)
{
	int bytes;
	const void *cells = fdt_getprop(tree, node, name, &bytes);

	if (cells == NULL || (bytes != 4 && bytes != 8))
		return false;
	*out = bytes == 4 ? fdt32_ld(cells) : fdt64_ld(cells);
	return true;
}

/* Some boot loaders reserve the initrd; that of a kernel that has booted is
 * free memory. */
static void free_old_initrd(void *tree, int chosen)
{
	uint64_t initrd, start, bytes;

	if (!read_number(tree, chosen, "linux,initrd-start", &initrd))
		return;
	for (int i = fdt_num_mem_rsv(tree) - 1; i >= 0; i--)
		if (fdt_get_mem_rsv(tree, i, &start, &bytes) == 0 &&
		    start == pg_align_down(initrd, PG_PAGE_BYTES) && bytes != 0)
			fdt_del_mem_rsv(tree, i);
}

/* Offsets move with every edit: it is looked up for each. */
static int open_chosen(void *tree)
{
	int chosen = fdt_path_offset(tree, "/chosen");

	if (chosen == -FDT_ERR_NOTFOUND)
		chosen = fdt_add_subnode(tree, 0, "chosen");
	return chosen;
}

/* Takes note of libfdt's @result for @property of @node. */
static void note(struct editing *e, int result, const char *node,
		 const char *property)
{
	if (result < 0 && e->status == PG_OK)
		e->status = pg_fdt_blame(PG_FDT_PROPERTY, result, node,
					 property, e->fault);
}

static void set(struct editing *e, const char *property, const void *value,
		size_t bytes)
{
	if (e->status == PG_OK)
		note(e,
		     fdt_setprop(e->tree, open_chosen(e->tree), property, value,
				 (int)bytes),
		     "/chosen", property);
}

static void set_number(struct editing *e, const char *property, uint64_t value)
{
	fdt64_t cells;

	fdt64_st(&cells, value);
	set(e, property, &cells, sizeof(cells));
}

/* @names end with an empty one. */
static void remove_names(struct editing *e, const char *names)
{
	for (; *names != '\0'; names += strlen(names) + 1) {
		int result = fdt_delprop(e->tree, open_chosen(e->tree), names);

		if (result != -FDT_ERR_NOTFOUND)
			note(e, result, "/chosen", names);
	}
}

static void remove_stale(struct editing *e)
{
	int result = open_chosen(e->tree);

	note(e, result, "/chosen", NULL);
	if (e->status != PG_OK)
		return;
	if (!e->edits->loaded)
		free_old_initrd(e->tree, result);
	if (!e->edits->keep_initrd || e->edits->facts.size != 0)
		remove_names(e, initrd_names);
	if (!e->edits->loaded)
		remove_names(e, stale);
}

/* The EFI stub writes two cells each; without any, Linux reads one. */
static void widen_stub(struct editing *e)
{
	const struct pg_bytes blob = {e->tree, fdt_totalsize(e->tree)};

	if (e->status != PG_OK ||
	    fdt_getprop(e->tree, 0, "#address-cells", NULL) != NULL ||
	    fdt_getprop(e->tree, 0, "#size-cells", NULL) != NULL ||
	    !pg_fdt_is_stub(blob))
		return;
	note(e, fdt_setprop_u32(e->tree, 0, "#address-cells", 2), "/",
	     "#address-cells");
	note(e, fdt_setprop_u32(e->tree, 0, "#size-cells", 2), "/",
	     "#size-cells");
}

bool pg_fdt_put(uint8_t **at, uint64_t value, uint32_t cells)
{
	if (cells < 2 && (cells == 0 || value > UINT32_MAX))
		return false;
	if (cells == 2)
		fdt64_st(*at, value);
	else
		fdt32_st(*at, (uint32_t)value);
	*at += cells * 4;
	return true;
}

/* Addresses and sizes in the cells that the root has, as Linux reads these
 * two properties (drivers/of/fdt.c, dt_mem_next_cell()). */
static void set_ranges(struct editing *e, const char *property,
		       const struct pg_span *ranges, size_t count)
{
	uint8_t cells[PG_FDT_USABLE_MAX * 16], *at = cells;
	uint32_t address, size;

	if (e->status != PG_OK || count == 0)
		return;
	if (!pg_fdt_cells(e->tree, 0, &address, &size)) {
		e->status = pg_fdt_blame(PG_FDT_CELLS, -FDT_ERR_BADNCELLS, "/",
					 property, e->fault);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (pg_fdt_put(&at, ranges[i].start, address) &&
		    pg_fdt_put(&at, ranges[i].bytes, size))
			continue;
		pg_fdt_blame(PG_FDT_NARROW, 0, "/", property, e->fault);
		e->fault->span = ranges[i];
		e->fault->address_cells = address;
		e->fault->size_cells = size;
		e->status = PG_E_LIMIT;
		return;
	}
	set(e, property, cells, (size_t)(at - cells));
}

static void reserve(struct editing *e)
{
	for (size_t i = 0; i < e->edits->reserved_count && e->status == PG_OK;
	     i++) {
		int result =
			fdt_add_mem_rsv(e->tree, e->edits->reserved[i].start,
					e->edits->reserved[i].bytes);

		if (result != 0)
			e->status = pg_fdt_blame(PG_FDT_RESERVE_MAP, result, "",
						 NULL, e->fault);
	}
}

static enum pg_status apply(void *tree, const struct pg_fdt_edits *edits,
			    struct pg_fdt_fault *fault)
{
	struct editing e = {
		.tree = tree, .edits = edits, .status = PG_OK, .fault = fault};

	remove_stale(&e);
	widen_stub(&e);
	if (e.status == PG_OK && edits->facts.size != 0)
		e.status = pg_fdt_take_facts(tree, edits->facts,
					     edits->keep_initrd, fault);
	if (e.status == PG_OK && edits->memory_count != 0)
		e.status = pg_fdt_set_memory(tree, edits->memory,
					     edits->memory_count, fault);
	/* pg_fdt_edit_bound() has limited its length. */
	set(&e, "bootargs", edits->command_line,
	    strlen(edits->command_line) + 1);
	if (edits->initrd.bytes != 0) {
		set_number(&e, "linux,initrd-start", edits->initrd.start);
		set_number(&e, "linux,initrd-end", pg_span_end(edits->initrd));
	}
	if (edits->seeds != NULL) {
		set(&e, "kaslr-seed", edits->seeds, PG_FDT_KASLR_BYTES);
		set(&e, "rng-seed", edits->seeds + PG_FDT_KASLR_BYTES,
		    PG_FDT_RNG_BYTES);
	}
	set_ranges(&e, "linux,elfcorehdr", &edits->core_header,
		   edits->core_header.bytes != 0);
	set_ranges(&e, "linux,usable-memory-range", edits->usable,
		   edits->usable_count);
	reserve(&e);
	return e.status;
}

static enum pg_status check_sizes(struct pg_bytes blob,
				  const struct pg_fdt_edits *edits, size_t room,
				  struct pg_fdt_fault *fault)
{
	const uint64_t bound = pg_fdt_edit_bound(blob, edits, 0);

	if (edits->usable_count > PG_FDT_USABLE_MAX) {
		pg_fdt_blame(PG_FDT_RANGES, 0, "", NULL, fault);
		fault->want = edits->usable_count;
		return PG_E_LIMIT;
	}
	if (bound > PG_FDT_BYTES_MAX) {
		pg_fdt_blame(PG_FDT_LARGE, 0, "", NULL, fault);
		fault->want = bound;
		return PG_E_LIMIT;
	}
	if (room < pg_tree_edit_room(blob, edits)) {
		pg_fdt_blame(PG_FDT_ROOM, 0, "", NULL, fault);
		fault->have = room;
		fault->want = pg_tree_edit_room(blob, edits);
		return PG_E_LIMIT;
	}
	return PG_OK;
}

enum pg_status pg_tree_edit(struct pg_bytes blob,
			    const struct pg_fdt_edits *edits, uint8_t *out,
			    size_t room, size_t *bytes,
			    struct pg_fdt_fault *fault)
{
	enum pg_status status = pg_tree_check(blob, fault);
	int result;

	if (status == PG_OK)
		status = check_sizes(blob, edits, room, fault);
	if (status != PG_OK)
		return status;
	/* What libfdt does not write is the same each time. */
	room = (size_t)pg_tree_edit_room(blob, edits);
	memset(out, 0, room);
	memcpy(out, blob.data, (size_t)source_bytes(blob.data));
	fdt_set_totalsize(out, (uint32_t)source_bytes(blob.data));
	/* Also makes version 17 of an older one. */
	result = fdt_open_into(out, out, (int)room);
	if (result == 0)
		status = apply(out, edits, fault);
	if (status != PG_OK)
		return status;
	if (result == 0)
		result = fdt_pack(out);
	if (result != 0)
		return pg_fdt_blame(PG_FDT_BLOCKS, result, "", NULL, fault);
	*bytes = fdt_totalsize(out);
	return PG_OK;
}
