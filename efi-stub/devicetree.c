/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image's device tree among the firmware's configuration tables (UEFI 4.6),
 * where a kernel's EFI entry looks for one. Before, firmware that has
 * EFI_DT_FIXUP_PROTOCOL writes into it what it knows of this machine: memory,
 * serial numbers, what is reserved
 * (https://github.com/U-Boot-EFI/EFI_DT_FIXUP_PROTOCOL).
 */
#include <string.h>

#include "efi-stub/stub.h"
#include "purgatorio/arch.h"

#define APPLY_FIXUPS   1
#define RESERVE_MEMORY 2

struct dt_fixup {
	UINT64 revision;
	EFI_STATUS(EFIAPI *fixup)
	(struct dt_fixup *this, void *tree, UINTN *bytes, UINT32 flags);
};

static EFI_GUID fixup_id = {0xe617d64c,
			    0xfe08,
			    0x46da,
			    {0xf4, 0xdc, 0xbb, 0xd5, 0x87, 0x0c, 0x73, 0x00}};
static EFI_GUID tree_id = {0xb1b621d5,
			   0xf19c,
			   0x41a5,
			   {0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0}};

/* What was there before; the copy that is there now. */
static void *original;
static EFI_PHYSICAL_ADDRESS copy;
static UINTN copy_pages;

void *stub_tree(const struct stub *stub)
{
	const EFI_CONFIGURATION_TABLE *table = stub->system->ConfigurationTable;

	for (UINTN i = 0; i < stub->system->NumberOfTableEntries; i++)
		if (memcmp(&table[i].VendorGuid, &tree_id, sizeof(tree_id)) ==
		    0)
			return table[i].VendorTable;
	return NULL;
}

static void drop(const struct stub *stub)
{
	if (copy_pages != 0)
		(void)stub->boot->FreePages(copy, copy_pages);
	copy_pages = 0;
}

/* UEFI 2.3.6: tables lie in memory that is no loader's. */
static EFI_STATUS make_copy(const struct stub *stub, struct pg_span own,
			    UINTN bytes)
{
	const UINTN pages = (bytes + EFI_PAGE_SIZE - 1) / EFI_PAGE_SIZE;
	EFI_STATUS status;

	drop(stub);
	status = stub->boot->AllocatePages(AllocateAnyPages,
					   EfiACPIReclaimMemory, pages, &copy);
	if (status != EFI_SUCCESS)
		return status;
	copy_pages = pages;
	memset(pg_pointer(copy), 0, pages * EFI_PAGE_SIZE);
	memcpy(pg_pointer(copy), pg_pointer(own.start), own.bytes);
	return EFI_SUCCESS;
}

/* Asked with too little room, the firmware says how much it needs. */
static EFI_STATUS fix_up(const struct stub *stub, struct pg_span own)
{
	struct dt_fixup *firmware;
	UINTN bytes = copy_pages * EFI_PAGE_SIZE;
	EFI_STATUS status;

	if (stub->boot->LocateProtocol(&fixup_id, NULL, (void **)&firmware) !=
	    EFI_SUCCESS)
		return EFI_SUCCESS;
	status = firmware->fixup(firmware, pg_pointer(copy), &bytes,
				 APPLY_FIXUPS | RESERVE_MEMORY);
	if (status == EFI_BUFFER_TOO_SMALL) {
		status = make_copy(stub, own, bytes);
		if (status == EFI_SUCCESS)
			status = firmware->fixup(firmware, pg_pointer(copy),
						 &bytes,
						 APPLY_FIXUPS | RESERVE_MEMORY);
	}
	if (status == EFI_SUCCESS)
		pg_put("device tree: with the firmware's fix-ups\n");
	return status;
}

EFI_STATUS stub_tree_install(const struct stub *stub)
{
	const struct pg_span own = stub_part(stub, PG_PART_FDT);
	EFI_STATUS status;

	if (own.bytes == 0)
		return EFI_SUCCESS;
	original = stub_tree(stub);
	status = make_copy(stub, own, own.bytes);
	if (status == EFI_SUCCESS)
		status = fix_up(stub, own);
	if (status == EFI_SUCCESS)
		status = stub->boot->InstallConfigurationTable(
			&tree_id, pg_pointer(copy));
	if (status != EFI_SUCCESS) {
		drop(stub);
		stub_say_status("device tree: the image's cannot be given to "
				"the kernel",
				status);
	}
	return status;
}

void stub_tree_remove(const struct stub *stub)
{
	if (copy_pages == 0)
		return;
	/* With NULL, the entry goes. */
	(void)stub->boot->InstallConfigurationTable(&tree_id, original);
	drop(stub);
}
