/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory map of the capture kernel. */
#include "load/parts.h"

/* What the running kernel knows to be in use by the machine stays so. */
static uint32_t kept(enum pg_iomem_type type)
{
	switch (type) {
	case PG_IOMEM_RESERVED:
	case PG_IOMEM_SOFT:
		return PG_E820_RESERVED;
	case PG_IOMEM_ACPI:
		return PG_E820_ACPI;
	case PG_IOMEM_NVS:
		return PG_E820_NVS;
	case PG_IOMEM_UNUSABLE:
		return PG_E820_UNUSABLE;
	case PG_IOMEM_PERSISTENT:
		return PG_E820_PERSISTENT;
	case PG_IOMEM_PERSISTENT_LEGACY:
		return PG_E820_PERSISTENT_LEGACY;
	default:
		return 0;
	}
}

/* RAM is the low memory that was saved and the regions that the first kernel
 * reserved; no other, for that is what will be dumped. What comes later wins,
 * so the order is: RAM, what the machine uses, what we use. */
enum pg_status pg_e820_crash(const struct pg_iomem *iomem,
			     const struct pg_span *low, size_t low_count,
			     const struct pg_span *ours, size_t ours_count,
			     struct pg_map *out, struct pg_error *error)
{
	struct pg_map map = {NULL, 0, 0};
	enum pg_status status = PG_OK;

	for (size_t i = 0; i < low_count && status == PG_OK; i++)
		status = pg_map_put(&map, low[i], PG_E820_RAM, error);
	for (size_t i = 0; i < iomem->count && status == PG_OK; i++)
		if (iomem->entries[i].type == PG_IOMEM_CRASH)
			status = pg_map_put(&map, iomem->entries[i].span,
					    PG_E820_RAM, error);
	for (size_t i = 0; i < iomem->count && status == PG_OK; i++) {
		uint32_t type = kept(iomem->entries[i].type);

		if (type)
			status = pg_map_put(&map, iomem->entries[i].span, type,
					    error);
	}
	for (size_t i = 0; i < ours_count && status == PG_OK; i++)
		status = pg_map_put(&map, ours[i], PG_E820_RESERVED, error);
	if (status != PG_OK) {
		pg_map_free(&map);
		return status;
	}
	*out = map;
	return PG_OK;
}
