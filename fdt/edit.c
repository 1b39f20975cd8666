/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel is told in /chosen
 * (Documentation/devicetree/bindings/chosen.txt, and dt-schema's chosen.yaml)
 * and in the reserve map.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fdt/tree.h"

/* Belongs to how the running kernel was booted: an initrd that is gone, a
 * dead kernel's core header, a seed that was used. */
static const char *const stale[] = {
	"linux,initrd-start",
	"linux,initrd-end",
	"linux,elfcorehdr",
	"linux,usable-memory-range",
	"kaslr-seed",
	"rng-seed",
	"linux,ima-kexec-buffer",
	/* ppc64: what the running kernel says of itself. */
	"linux,crashkernel-base",
	"linux,crashkernel-size",
	"linux,kernel-end",
	"linux,memory-limit",
	"linux,htab-base",
	"linux,htab-size",
};

/* A property with its header, padding and name (Devicetree Specification
 * 5.4.2); and the node /chosen. */
#define PROPERTY_BYTES 48
#define CHOSEN_BYTES   32
#define ENTRY_BYTES    sizeof(struct fdt_reserve_entry)

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
	 * usable memory and the seeds. */
	return used_bytes(blob.data) + CHOSEN_BYTES + line +
	       9 * PROPERTY_BYTES + PG_FDT_USABLE_MAX * 16 + PG_FDT_SEED_BYTES +
	       edits->reserved_count * ENTRY_BYTES + PG_PAGE_BYTES;
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

static int open_chosen(void *tree)
{
	int chosen = fdt_path_offset(tree, "/chosen");

	if (chosen == -FDT_ERR_NOTFOUND)
		chosen = fdt_add_subnode(tree, 0, "chosen");
	return chosen;
}

static int remove_stale(void *tree)
{
	int chosen = open_chosen(tree);

	if (chosen < 0)
		return chosen;
	free_old_initrd(tree, chosen);
	for (size_t i = 0; i < sizeof(stale) / sizeof(stale[0]); i++) {
		int result;

		/* The reserve map lies before: offsets may have moved. */
		chosen = open_chosen(tree);
		result = fdt_delprop(tree, chosen, stale[i]);
		if (result != 0 && result != -FDT_ERR_NOTFOUND)
			return result;
	}
	return 0;
}

/* The EFI stub writes two cells each; without any, Linux reads one. */
static int widen_stub(void *tree)
{
	int result;

	if (fdt_getprop(tree, 0, "#address-cells", NULL) != NULL ||
	    fdt_getprop(tree, 0, "#size-cells", NULL) != NULL ||
	    !pg_fdt_is_stub((struct pg_bytes){tree, fdt_totalsize(tree)}))
		return 0;
	result = fdt_setprop_u32(tree, 0, "#address-cells", 2);
	if (result != 0)
		return result;
	return fdt_setprop_u32(tree, 0, "#size-cells", 2);
}

/* @value in @cells cells at *@at, which moves on. */
static bool put(uint8_t **at, uint64_t value, uint32_t cells)
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
static enum pg_status put_ranges(void *tree, const char *name,
				 const struct pg_span *ranges, size_t count,
				 struct pg_error *error)
{
	uint8_t cells[PG_FDT_USABLE_MAX * 16], *at = cells;
	uint32_t address, size;
	int result;

	if (!pg_fdt_cells(tree, 0, &address, &size))
		return pg_fail(error, PG_E_CORRUPT,
			       "device tree: /: #address-cells or #size-cells "
			       "is not 1 or 2; make it again");
	for (size_t i = 0; i < count; i++)
		if (!put(&at, ranges[i].start, address) ||
		    !put(&at, ranges[i].bytes, size))
			return pg_fail(error, PG_E_LIMIT,
				       "device tree: /: #address-cells %u and "
				       "#size-cells %u cannot hold 0x%" PRIx64
				       ", 0x%" PRIx64 " bytes; give a tree "
				       "with 2 and 2",
				       address, size, ranges[i].start,
				       ranges[i].bytes);
	result = fdt_setprop(tree, open_chosen(tree), name, cells,
			     (int)(at - cells));
	if (result != 0)
		return pg_fdt_fail("/chosen", result, name, error);
	return PG_OK;
}

static int put_line(void *tree, const char *line)
{
	/* pg_fdt_edit_bound() has limited its length. */
	return fdt_setprop(tree, open_chosen(tree), "bootargs", line,
			   (int)strlen(line) + 1);
}

static int put_initrd(void *tree, struct pg_span initrd)
{
	int result;

	if (initrd.bytes == 0)
		return 0;
	result = fdt_setprop_u64(tree, open_chosen(tree), "linux,initrd-start",
				 initrd.start);
	if (result != 0)
		return result;
	return fdt_setprop_u64(tree, open_chosen(tree), "linux,initrd-end",
			       pg_span_end(initrd));
}

static int put_seeds(void *tree, const uint8_t *seeds)
{
	int result;

	if (seeds == NULL)
		return 0;
	result = fdt_setprop(tree, open_chosen(tree), "kaslr-seed", seeds,
			     PG_FDT_KASLR_BYTES);
	if (result != 0)
		return result;
	return fdt_setprop(tree, open_chosen(tree), "rng-seed",
			   seeds + PG_FDT_KASLR_BYTES, PG_FDT_RNG_BYTES);
}

static enum pg_status apply(void *tree, const struct pg_fdt_edits *edits,
			    struct pg_error *error)
{
	enum pg_status status = PG_OK;
	int result = remove_stale(tree);

	if (result == 0)
		result = widen_stub(tree);
	if (result == 0)
		result = put_line(tree, edits->command_line);
	if (result == 0)
		result = put_initrd(tree, edits->initrd);
	if (result == 0)
		result = put_seeds(tree, edits->seeds);
	if (result != 0)
		return pg_fdt_fail("/chosen", result, "cannot be written",
				   error);
	if (edits->core_header.bytes != 0)
		status = put_ranges(tree, "linux,elfcorehdr",
				    &edits->core_header, 1, error);
	if (status == PG_OK && edits->usable_count != 0)
		status = put_ranges(tree, "linux,usable-memory-range",
				    edits->usable, edits->usable_count, error);
	for (size_t i = 0; i < edits->reserved_count && status == PG_OK; i++) {
		result = fdt_add_mem_rsv(tree, edits->reserved[i].start,
					 edits->reserved[i].bytes);
		if (result != 0)
			status = pg_fdt_fail("", result, "the reserve map",
					     error);
	}
	return status;
}

enum pg_status pg_fdt_edit(struct pg_bytes blob,
			   const struct pg_fdt_edits *edits, uint8_t **out,
			   size_t *bytes, struct pg_error *error)
{
	enum pg_status status = pg_fdt_check(blob, error);
	uint64_t room;
	void *tree;
	int result;

	if (status != PG_OK)
		return status;
	if (edits->usable_count > PG_FDT_USABLE_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "device tree: %zu ranges of usable memory, and "
			       "Linux takes %u",
			       edits->usable_count, PG_FDT_USABLE_MAX);
	room = pg_fdt_edit_bound(blob, edits, 0);
	if (room > PG_FDT_BYTES_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "device tree: %" PRIu64 " bytes with what is "
			       "added, and Linux takes 2 MiB; make it smaller",
			       room);
	/* libfdt moves it as it is, with what room it has. */
	room += fdt_totalsize(blob.data);
	tree = calloc(1, room);
	if (tree == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "device tree: out of memory");
	/* Also makes version 17 of an older one. */
	result = fdt_open_into(blob.data, tree, (int)room);
	if (result != 0)
		status = pg_fdt_fail("", result, "its blocks", error);
	if (status == PG_OK)
		status = apply(tree, edits, error);
	if (status == PG_OK) {
		result = fdt_pack(tree);
		if (result != 0)
			status = pg_fdt_fail("", result, "its blocks", error);
	}
	if (status != PG_OK) {
		free(tree);
		return status;
	}
	*out = tree;
	*bytes = fdt_totalsize(tree);
	return PG_OK;
}

enum pg_status pg_fdt_command_line(struct pg_bytes blob, const char **out,
				   struct pg_error *error)
{
	int chosen = fdt_path_offset(blob.data, "/chosen");
	const char *line;

	if (chosen < 0 ||
	    fdt_getprop(blob.data, chosen, "bootargs", NULL) == NULL) {
		*out = "";
		return PG_OK;
	}
	line = pg_fdt_string(blob.data, chosen, "bootargs");
	if (line == NULL)
		return pg_fail(error, PG_E_CORRUPT,
			       "device tree: /chosen: bootargs is not a "
			       "terminated string; make it again");
	*out = line;
	return PG_OK;
}
