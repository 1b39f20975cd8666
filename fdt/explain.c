/* SPDX-License-Identifier: BSD-2-Clause */
/* A fault of a device tree in words. */
#include <inttypes.h>

#include "fdt/tree.h"

enum pg_status pg_fdt_fail(const char *node, int reason, const char *what,
			   struct pg_error *error)
{
	return pg_fail(error, pg_fdt_status(reason),
		       "device tree: %s%s%s: %s; give a whole .dtb, or make it "
		       "again with dtc",
		       node, *node != '\0' ? ": " : "", what,
		       fdt_strerror(reason));
}

/* What only we find. */
static enum pg_status explain_ours(enum pg_status status,
				   const struct pg_fdt_fault *fault,
				   struct pg_error *error)
{
	switch (fault->problem) {
	case PG_FDT_SHORT:
		return pg_fail(error, status,
			       "device tree: has %" PRIu64 " bytes and "
			       "announces %" PRIu64 "; copy or make it again",
			       fault->have, fault->want);
	case PG_FDT_LARGE:
		return pg_fail(error, status,
			       "device tree: %" PRIu64 " bytes with what is "
			       "added, and Linux takes 2 MiB; make it smaller",
			       fault->want);
	case PG_FDT_STRING:
		return pg_fail(error, status,
			       "device tree: %s: %s is not a terminated "
			       "string; make it again",
			       fault->node, fault->property);
	case PG_FDT_CELLS:
		return pg_fail(error, status,
			       "device tree: %s: #address-cells or #size-cells "
			       "is not 1 or 2; make it again",
			       fault->node);
	case PG_FDT_NARROW:
		return pg_fail(error, status,
			       "device tree: %s: #address-cells %u and "
			       "#size-cells %u cannot hold 0x%" PRIx64
			       ", 0x%" PRIx64 " bytes; give a tree with 2 and "
			       "2",
			       fault->node, fault->address_cells,
			       fault->size_cells, fault->span.start,
			       fault->span.bytes);
	case PG_FDT_RANGES:
		return pg_fail(error, status,
			       "device tree: %" PRIu64 " ranges of usable "
			       "memory, and Linux takes %u",
			       fault->want, PG_FDT_USABLE_MAX);
	default:
		return pg_fail(error, status,
			       "device tree: needs %" PRIu64 " bytes to be "
			       "edited in, and there are %" PRIu64,
			       fault->want, fault->have);
	}
}

enum pg_status pg_fdt_explain(enum pg_status status,
			      const struct pg_fdt_fault *fault,
			      struct pg_error *error)
{
	switch (fault->problem) {
	case PG_FDT_HEADER:
		return pg_fdt_fail("", fault->reason, "its header", error);
	case PG_FDT_DAMAGED:
		return pg_fdt_fail(fault->node, fault->reason,
				   "this node or the next", error);
	case PG_FDT_BLOCKS:
		return pg_fdt_fail("", fault->reason, "its blocks", error);
	case PG_FDT_PROPERTY:
		return pg_fdt_fail(fault->node, fault->reason,
				   fault->property != NULL
					   ? fault->property
					   : "cannot be written",
				   error);
	case PG_FDT_RESERVE_MAP:
		return pg_fdt_fail("", fault->reason, "the reserve map", error);
	default:
		return explain_ours(status, fault, error);
	}
}
