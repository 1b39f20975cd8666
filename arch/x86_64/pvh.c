/* SPDX-License-Identifier: BSD-2-Clause */
/* struct hvm_start_info (Xen's xen/include/public/arch-x86/hvm/start_info.h),
 * from version 1 on, which has a memory map. */
#include "arch/x86_64/e820.h"
#include "arch/x86_64/given.h"
#include "purgatorio/arch.h"

#define MAGIC		 0x336ec578
#define INFO_VERSION	 4  /* u32 */
#define INFO_MODULES	 12 /* u32: how many */
#define INFO_MODLIST	 16 /* u64 */
#define INFO_CMDLINE	 24 /* u64 */
#define INFO_RSDP	 32 /* u64 */
#define INFO_MAP	 40 /* u64, version 1 */
#define INFO_ENTRIES	 48 /* u32, version 1 */
#define START_INFO_BYTES 56

#define MODULE_START 0 /* u64 */
#define MODULE_SIZE  8 /* u64 */
#define MODULE_BYTES 32

/* Start and length, u64; type as of e820, u32; 4 more. */
#define MAP_ENTRY_BYTES 24
/* More than any machine has. */
#define MAP_ENTRIES_MAX 1024

static enum pg_status put_map(const uint8_t *info, uint8_t *params,
			      struct pg_check_place *place)
{
	const uint64_t map = pg_load_le64(info + INFO_MAP);
	const uint32_t count = pg_load_le32(info + INFO_ENTRIES);
	const uint8_t *entry = pg_pointer(map);
	uint32_t i;

	if (count == 0 || count > MAP_ENTRIES_MAX)
		return pg_x86_wrong(
			place, PG_E_LOADER,
			"a memory map with so many entries:", count);
	if (!map || !pg_arch_reachable(map, (uint64_t)count * MAP_ENTRY_BYTES))
		return pg_x86_wrong(place, PG_E_LOADER, "no memory map at",
				    map);
	for (i = 0; i < count; i++, entry += MAP_ENTRY_BYTES)
		pg_x86_e820_add(params, pg_load_le64(entry),
				pg_load_le64(entry + 8),
				pg_load_le32(entry + 16));
	return PG_OK;
}

/* The first module; there is nothing for more. */
static enum pg_status put_module(const uint8_t *info, uint8_t *params,
				 struct pg_check_place *place)
{
	const uint64_t list = pg_load_le64(info + INFO_MODLIST);
	const uint8_t *module = pg_pointer(list);
	struct pg_span initrd;

	if (pg_load_le32(info + INFO_MODULES) == 0)
		return PG_OK;
	if (!list || !pg_arch_reachable(list, MODULE_BYTES))
		return pg_x86_wrong(place, PG_E_LOADER, "no modules at", list);
	if (!pg_span_make(pg_load_le64(module + MODULE_START),
			  pg_load_le64(module + MODULE_SIZE), &initrd))
		return pg_x86_wrong(place, PG_E_LOADER, "no initrd at",
				    pg_load_le64(module + MODULE_START));
	pg_x86_put_initrd(params, initrd);
	return PG_OK;
}

enum pg_status pg_x86_pvh(uint64_t at, uint8_t *params, struct pg_span *span,
			  struct pg_check_place *place)
{
	const uint8_t *info = pg_pointer(at);
	enum pg_status status;

	if (!at || !pg_arch_reachable(at, START_INFO_BYTES) ||
	    pg_load_le32(info) != MAGIC)
		return pg_x86_wrong(place, PG_E_LOADER, "no hvm_start_info at",
				    at);
	if (pg_load_le32(info + INFO_VERSION) == 0)
		return pg_x86_wrong(place, PG_E_LOADER,
				    "hvm_start_info without a memory map", 0);
	*span = (struct pg_span){at, START_INFO_BYTES};
	status = put_map(info, params, place);
	if (status == PG_OK)
		status = put_module(info, params, place);
	if (status != PG_OK)
		return status;
	pg_x86_put_cmdline(params, pg_load_le64(info + INFO_CMDLINE));
	pg_store_le64(params + BP_ACPI_RSDP_ADDR,
		      pg_load_le64(info + INFO_RSDP));
	return PG_OK;
}
