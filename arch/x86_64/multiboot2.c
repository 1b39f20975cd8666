/* SPDX-License-Identifier: BSD-2-Clause */
/* Boot information ("Multiboot2 Specification version 2.0", 3.6): a size, and
 * tags on multiples of eight bytes. */
#include <string.h>

#include "arch/x86_64/e820.h"
#include "arch/x86_64/given.h"
#include "purgatorio/arch.h"

/* u32 each: total_size, then 0. */
#define INFO_BYTES 8
/* A long command line, tables, a symbol table: not more. */
#define INFO_BYTES_MAX 0x100000

/* u32 each: type, size. */
#define TAG_BYTES 8
enum tag {
	TAG_END = 0,
	TAG_CMDLINE = 1, /* a string */
	TAG_MODULE = 3,	 /* first byte, end: u32 each; a string */
	TAG_MAP = 6,	 /* bytes of an entry, version: u32 each; entries */
	TAG_EFI64 = 12,	 /* the system table, u64 */
	TAG_RSDP1 = 14,	 /* a copy of ACPI 1.0's */
	TAG_RSDP2 = 15,	 /* and of a later one */
	TAG_EFI_MAP = 17 /* bytes of a descriptor, version: u32 each; map */
};
#define ENTRIES_AT	  16
#define MAP_TYPE_RESERVED 2
#define MAP_TYPE_MAX	  5
#define ENTRY_BYTES	  24 /* start, length: u64; type as of e820: u32; 0: u32 */

/* efi_info (arch/x86/include/uapi/asm/bootparam.h), u32 each. */
#define EFI_SIGNATURE  (BP_EFI_INFO + 0)
#define EFI_SYSTAB     (BP_EFI_INFO + 4)
#define EFI_DESC_BYTES (BP_EFI_INFO + 8)
#define EFI_DESC_VERS  (BP_EFI_INFO + 12)
#define EFI_MAP	       (BP_EFI_INFO + 16)
#define EFI_MAP_BYTES  (BP_EFI_INFO + 20)
#define EFI_SYSTAB_HI  (BP_EFI_INFO + 24)
#define EFI_MAP_HI     (BP_EFI_INFO + 28)

static enum pg_status take_map(const uint8_t *tag, uint32_t bytes,
			       uint8_t *params, struct pg_check_place *place)
{
	uint32_t entry_bytes, at;

	if (bytes < ENTRIES_AT)
		return pg_x86_wrong(place, PG_E_LOADER,
				    "a memory map of so many bytes:", bytes);
	entry_bytes = pg_load_le32(tag + TAG_BYTES);
	if (entry_bytes < ENTRY_BYTES)
		return pg_x86_wrong(place, PG_E_LOADER,
				    "a memory map with entries of so many "
				    "bytes:",
				    entry_bytes);
	for (at = ENTRIES_AT; bytes - at >= entry_bytes; at += entry_bytes) {
		const uint32_t type = pg_load_le32(tag + at + 16);

		/* 3.6.8: what is none of these is reserved. */
		pg_x86_e820_add(params, pg_load_le64(tag + at),
				pg_load_le64(tag + at + 8),
				type <= MAP_TYPE_MAX ? type
						     : MAP_TYPE_RESERVED);
	}
	return PG_OK;
}

/* The first module; there is nothing for more. */
static enum pg_status take_module(const uint8_t *tag, uint32_t bytes,
				  uint8_t *params, struct pg_check_place *place)
{
	struct pg_span initrd;
	uint32_t end;

	if (pg_x86_initrd(params).bytes)
		return PG_OK;
	if (bytes < TAG_BYTES + 8)
		return pg_x86_wrong(place, PG_E_LOADER,
				    "a module in so many bytes:", bytes);
	initrd.start = pg_load_le32(tag + TAG_BYTES);
	end = pg_load_le32(tag + TAG_BYTES + 4);
	if (end < initrd.start)
		return pg_x86_wrong(place, PG_E_LOADER, "no initrd at",
				    initrd.start);
	initrd.bytes = end - initrd.start;
	pg_x86_put_initrd(params, initrd);
	return PG_OK;
}

static enum pg_status take_cmdline(const uint8_t *tag, uint32_t bytes,
				   uint8_t *params,
				   struct pg_check_place *place)
{
	if (!memchr(tag + TAG_BYTES, '\0', bytes - TAG_BYTES))
		return pg_x86_wrong(place, PG_E_LOADER,
				    "its command line has no end, from",
				    pg_address(tag + TAG_BYTES));
	pg_x86_put_cmdline(params, pg_address(tag + TAG_BYTES));
	return PG_OK;
}

/* Linux takes firmware for one of 64 bits when it knows both. */
static void take_efi(const uint8_t *tag, uint32_t type, uint32_t bytes,
		     uint8_t *params)
{
	if (type == TAG_EFI64 && bytes >= TAG_BYTES + 8) {
		pg_x86_store_split(params, EFI_SYSTAB, EFI_SYSTAB_HI,
				   pg_load_le64(tag + TAG_BYTES));
	} else if (type == TAG_EFI_MAP && bytes >= ENTRIES_AT) {
		memcpy(params + EFI_DESC_BYTES, tag + TAG_BYTES, 8);
		pg_x86_store_split(params, EFI_MAP, EFI_MAP_HI,
				   pg_address(tag + ENTRIES_AT));
		pg_store_le32(params + EFI_MAP_BYTES, bytes - ENTRIES_AT);
	}
	if (pg_load_le32(params + EFI_SYSTAB) &&
	    pg_load_le32(params + EFI_MAP_BYTES))
		memcpy(params + EFI_SIGNATURE, "EL64", 4);
}

/* The later one, where both are there. */
static void take_rsdp(const uint8_t *tag, uint32_t type, uint32_t bytes,
		      uint8_t *params)
{
	const bool later = type == TAG_RSDP2;

	if (bytes < TAG_BYTES + (later ? RSDP_BYTES : RSDP1_BYTES))
		return;
	if (later || pg_load_le64(params + BP_ACPI_RSDP_ADDR) == 0)
		pg_store_le64(params + BP_ACPI_RSDP_ADDR,
			      pg_address(tag + TAG_BYTES));
}

static enum pg_status take_tag(const uint8_t *tag, uint8_t *params,
			       struct pg_check_place *place)
{
	const uint32_t type = pg_load_le32(tag);
	const uint32_t bytes = pg_load_le32(tag + 4);

	switch (type) {
	case TAG_CMDLINE:
		return take_cmdline(tag, bytes, params, place);
	case TAG_MODULE:
		return take_module(tag, bytes, params, place);
	case TAG_MAP:
		return take_map(tag, bytes, params, place);
	case TAG_RSDP1:
	case TAG_RSDP2:
		take_rsdp(tag, type, bytes, params);
		return PG_OK;
	case TAG_EFI64:
	case TAG_EFI_MAP:
		take_efi(tag, type, bytes, params);
		return PG_OK;
	default:
		return PG_OK;
	}
}

enum pg_status pg_x86_multiboot2(uint64_t at, uint8_t *params,
				 struct pg_span *span,
				 struct pg_check_place *place)
{
	const uint8_t *info = pg_pointer(at);
	enum pg_status status = PG_OK;
	uint32_t bytes, tag, next;

	if (!at || !pg_arch_reachable(at, INFO_BYTES))
		return pg_x86_wrong(place, PG_E_LOADER,
				    "no boot information at", at);
	bytes = pg_load_le32(info);
	if (bytes < INFO_BYTES || bytes > INFO_BYTES_MAX ||
	    !pg_arch_reachable(at, bytes))
		return pg_x86_wrong(
			place, PG_E_LOADER,
			"boot information of so many bytes:", bytes);
	*span = (struct pg_span){at, bytes};
	for (tag = INFO_BYTES; status == PG_OK; tag = (next + 7) & ~7u) {
		if (tag > bytes || bytes - tag < TAG_BYTES)
			return pg_x86_wrong(place, PG_E_LOADER,
					    "boot information without an end, "
					    "at",
					    at + tag);
		next = pg_load_le32(info + tag + 4);
		if (next < TAG_BYTES || next > bytes - tag)
			return pg_x86_wrong(place, PG_E_LOADER,
					    "a tag of so many bytes:", next);
		if (pg_load_le32(info + tag) == TAG_END)
			break;
		status = take_tag(info + tag, params, place);
		next += tag;
	}
	if (status == PG_OK && params[BP_E820_ENTRIES] == 0)
		return pg_x86_wrong(place, PG_E_LOADER,
				    "boot information without a memory map", 0);
	return status;
}
