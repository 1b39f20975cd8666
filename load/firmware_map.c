/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory map that the firmware gave to the first kernel, for a kernel
 * that takes the machine over: /sys/firmware/memmap/<n>/{start,end,type}
 * (Documentation/ABI/testing/sysfs-firmware-memmap). */
#include <inttypes.h>
#include <string.h>

#include "load/machine.h"

static const struct {
	const char *name;
	enum pg_iomem_type iomem;
	uint32_t type;
} types[] = {
	/* RAM first: what is put later wins where two overlap. */
	{"System RAM", PG_IOMEM_RAM, PG_E820_RAM},
	{"Reserved", PG_IOMEM_RESERVED, PG_E820_RESERVED},
	{"Soft Reserved", PG_IOMEM_SOFT, PG_E820_SOFT_RESERVED},
	{"ACPI Tables", PG_IOMEM_ACPI, PG_E820_ACPI},
	{"ACPI Non-volatile Storage", PG_IOMEM_NVS, PG_E820_NVS},
	{"Unusable memory", PG_IOMEM_UNUSABLE, PG_E820_UNUSABLE},
	{"Persistent Memory", PG_IOMEM_PERSISTENT, PG_E820_PERSISTENT},
	{"Persistent Memory (legacy)", PG_IOMEM_PERSISTENT_LEGACY,
	 PG_E820_PERSISTENT_LEGACY},
};
#define TYPES (sizeof(types) / sizeof(types[0]))

#define BASE "/sys/firmware/memmap/%u/"

static enum pg_status read_entry(const char *root, unsigned number,
				 struct pg_e820 *out, struct pg_error *error)
{
	uint64_t start, last;
	struct pg_text type;
	enum pg_status status;

	status = pg_sys_number(&start, error, 16, root, BASE "start", number);
	if (status == PG_OK)
		status = pg_sys_number(&last, error, 16, root, BASE "end",
				       number);
	if (status == PG_OK)
		status = pg_sys_read(&type, error, root, BASE "type", number);
	if (status != PG_OK)
		return status;
	type.data[strcspn(type.data, "\n")] = '\0';
	/* What is unknown is at least not free. */
	*out = (struct pg_e820){start, last - start + 1, PG_E820_RESERVED};
	for (size_t i = 0; i < TYPES; i++)
		if (!strcmp(type.data, types[i].name))
			out->type = types[i].type;
	pg_text_free(&type);
	if (last < start || last == UINT64_MAX)
		return pg_fail(error, PG_E_MACHINE,
			       "/sys/firmware/memmap/%u: 0x%" PRIx64
			       " to 0x%" PRIx64 " is no range",
			       number, start, last);
	return PG_OK;
}

/* All entries of one kind; those that are RAM, or all others. */
static enum pg_status put_firmware(const char *root, bool ram,
				   struct pg_map *map, struct pg_error *error)
{
	for (unsigned i = 0; pg_sys_exists(root, BASE "start", i); i++) {
		struct pg_e820 entry;
		enum pg_status status = read_entry(root, i, &entry, error);

		if (status == PG_OK && (entry.type == PG_E820_RAM) == ram)
			status = pg_map_put(
				map, (struct pg_span){entry.start, entry.bytes},
				entry.type, error);
		if (status != PG_OK)
			return status;
	}
	return PG_OK;
}

/* Entries of @iomem at any depth: a "Reserved" may lie within a bus. */
static enum pg_status put_iomem(const struct pg_iomem *iomem,
				struct pg_map *map, struct pg_error *error)
{
	for (size_t t = 0; t < TYPES; t++)
		for (size_t i = 0; i < iomem->count; i++) {
			enum pg_status status;

			if (iomem->entries[i].type != types[t].iomem)
				continue;
			status = pg_map_put(map, iomem->entries[i].span,
					    types[t].type, error);
			if (status != PG_OK)
				return status;
		}
	return PG_OK;
}

enum pg_status pg_firmware_map(const char *root, const struct pg_iomem *iomem,
			       struct pg_map *out, struct pg_error *error)
{
	struct pg_map map = {NULL, 0, 0};
	enum pg_status status;

	status = put_firmware(root, true, &map, error);
	if (status == PG_OK)
		status = put_firmware(root, false, &map, error);
	if (status == PG_OK && map.count == 0)
		status = put_iomem(iomem, &map, error);
	if (status != PG_OK) {
		pg_map_free(&map);
		return status;
	}
	*out = map;
	return PG_OK;
}
