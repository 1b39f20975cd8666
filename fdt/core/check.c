/* SPDX-License-Identifier: BSD-2-Clause */
/* Is this a device tree, and if not: which node is at fault? */
#include "fdt/core/tree.h"

#include <string.h>

enum pg_status pg_fdt_status(int reason)
{
	switch (reason) {
	case -FDT_ERR_TRUNCATED:
		return PG_E_TRUNCATED;
	case -FDT_ERR_BADMAGIC:
	case -FDT_ERR_BADVERSION:
		return PG_E_FORMAT;
	case -FDT_ERR_NOSPACE:
		return PG_E_LIMIT;
	default:
		return PG_E_CORRUPT;
	}
}

/* @text to @at, of which [@at, @end) is there, cut where it does not fit. */
static void write_text(char *at, const char *end, const char *text)
{
	while (at + 1 < end && *text != '\0')
		*at++ = *text++;
	*at = '\0';
}

enum pg_status pg_fdt_blame(enum pg_fdt_problem problem, int reason,
			    const char *node, const char *property,
			    struct pg_fdt_fault *fault)
{
	memset(fault, 0, sizeof(*fault));
	fault->problem = problem;
	fault->reason = reason;
	write_text(fault->node, fault->node + sizeof(fault->node), node);
	fault->property = property;
	return pg_fdt_status(reason);
}

/* Where a walk is. What does not fit into @path is only counted. */
struct place {
	char path[PG_FDT_PATH_BYTES];
	size_t length;
	int depth, lost;
};

static void enter(struct place *place, const char *name, size_t length)
{
	place->depth++;
	if (place->depth == 1)
		return; /* the root has no name */
	if (place->lost > 0 ||
	    length >= sizeof(place->path) - 1 - place->length) {
		place->lost++;
		return;
	}
	place->path[place->length++] = '/';
	memcpy(place->path + place->length, name, length);
	place->length += length;
	place->path[place->length] = '\0';
}

static void leave(struct place *place)
{
	place->depth--;
	if (place->lost > 0) {
		place->lost--;
		return;
	}
	while (place->length > 0 && place->path[place->length] != '/')
		place->length--;
	place->path[place->length] = '\0';
}

/* One tag of the structure at @offset; 0 or libfdt's reason. */
static int check_tag(const void *tree, int offset, uint32_t tag,
		     struct place *place)
{
	const char *name;
	int length;

	switch (tag) {
	case FDT_BEGIN_NODE:
		name = fdt_get_name(tree, offset, &length);
		if (name == NULL)
			return length;
		if (place->depth == 0 && length != 0)
			return -FDT_ERR_BADSTRUCTURE;
		enter(place, name, (size_t)length);
		return 0;
	case FDT_END_NODE:
		if (place->depth == 0)
			return -FDT_ERR_BADSTRUCTURE;
		leave(place);
		return 0;
	case FDT_PROP:
		if (place->depth == 0)
			return -FDT_ERR_BADSTRUCTURE;
		if (fdt_getprop_by_offset(tree, offset, &name, &length) == NULL)
			return length;
		return 0;
	default:
		return 0;
	}
}

/* Every tag, one root, and nothing behind it (Devicetree Specification 5.4).
 * What libfdt reads is inside of the blocks that the header announces. */
static int check_structure(const void *tree, struct place *place)
{
	int reason = fdt_num_mem_rsv(tree), offset, next = 0;
	bool rooted = false;
	uint32_t tag;

	while (reason >= 0) {
		offset = next;
		tag = fdt_next_tag(tree, offset, &next);
		if (next < 0)
			return next;
		if (tag == FDT_END)
			return rooted && place->depth == 0
				       ? 0
				       : -FDT_ERR_BADSTRUCTURE;
		if (rooted && place->depth == 0 && tag != FDT_NOP)
			return -FDT_ERR_BADSTRUCTURE;
		reason = check_tag(tree, offset, tag, place);
		rooted |= place->depth > 0;
	}
	return reason;
}

enum pg_status pg_tree_check(struct pg_bytes blob, struct pg_fdt_fault *fault)
{
	struct place place = {.depth = 0};
	int reason;

	if (blob.size < sizeof(struct fdt_header))
		return pg_fdt_blame(PG_FDT_HEADER, -FDT_ERR_TRUNCATED, "", NULL,
				    fault);
	reason = fdt_check_header(blob.data);
	if (reason != 0)
		return pg_fdt_blame(PG_FDT_HEADER, reason, "", NULL, fault);
	if (fdt_totalsize(blob.data) > blob.size) {
		pg_fdt_blame(PG_FDT_SHORT, 0, "", NULL, fault);
		fault->have = blob.size;
		fault->want = fdt_totalsize(blob.data);
		return PG_E_TRUNCATED;
	}
	if (fdt_totalsize(blob.data) > PG_FDT_BYTES_MAX) {
		pg_fdt_blame(PG_FDT_LARGE, 0, "", NULL, fault);
		fault->want = fdt_totalsize(blob.data);
		return PG_E_LIMIT;
	}
	reason = check_structure(blob.data, &place);
	if (reason == 0)
		return PG_OK;
	return pg_fdt_blame(PG_FDT_DAMAGED, reason,
			    place.length > 0 ? place.path : "/", NULL, fault);
}
