/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi-stub/x86_64/x86_64.h"
#include "pack/formats/zero_page.h"
#include "purgatorio/byteorder.h"

#define ENTRIES_MAX 128

/* UEFI 7.2.1; GNU-EFI's headers end before it. */
#define EFI_PERSISTENT_MEMORY 14

#define E820_RAM	1
#define E820_RESERVED	2
#define E820_ACPI	3
#define E820_NVS	4
#define E820_UNUSABLE	5
#define E820_PERSISTENT 7

/* As Linux's drivers/firmware/efi/libstub/x86-stub.c sees them. Of runtime
 * services nobody will make use, but their devices may. */
static uint32_t type_of(UINT32 type)
{
	switch (type) {
	case EfiLoaderCode:
	case EfiLoaderData:
	case EfiBootServicesCode:
	case EfiBootServicesData:
	case EfiConventionalMemory:
		return E820_RAM;
	case EfiACPIReclaimMemory:
		return E820_ACPI;
	case EfiACPIMemoryNVS:
		return E820_NVS;
	case EfiUnusableMemory:
		return E820_UNUSABLE;
	case EFI_PERSISTENT_MEMORY:
		return E820_PERSISTENT;
	default:
		return E820_RESERVED;
	}
}

void stub_put_e820(const struct stub_memory *memory, uint8_t *params)
{
	uint8_t *last = NULL;
	unsigned count = 0;

	for (UINTN at = 0; at < memory->bytes; at += memory->entry_bytes) {
		const EFI_MEMORY_DESCRIPTOR *d = stub_descriptor(memory, at);
		const uint64_t bytes = d->NumberOfPages * EFI_PAGE_SIZE;
		const uint32_t type = type_of(d->Type);

		if (last && pg_load_le32(last + 16) == type &&
		    pg_load_le64(last) + pg_load_le64(last + 8) ==
			    d->PhysicalStart) {
			pg_store_le64(last + 8, pg_load_le64(last + 8) + bytes);
			continue;
		}
		if (count == ENTRIES_MAX)
			break;
		last = params + BP_E820_TABLE + count++ * BP_E820_ENTRY_BYTES;
		pg_store_le64(last, d->PhysicalStart);
		pg_store_le64(last + 8, bytes);
		pg_store_le32(last + 16, type);
	}
	params[BP_E820_ENTRIES] = (uint8_t)count;
}
