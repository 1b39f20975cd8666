/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's memory map, and how its boot services are left with it. */
#include "efi-stub/stub.h"

/* More memory ranges may appear while there is one more allocation. */
#define SPARE_DESCRIPTORS 16

/* Room for the map with all that will be added to it. */
EFI_STATUS stub_memory_allocate(const struct stub *stub,
				struct stub_memory *memory)
{
	UINTN key;
	UINT32 version;

	memory->bytes = 0;
	(void)stub->boot->GetMemoryMap(&memory->bytes, NULL, &key,
				       &memory->entry_bytes, &version);
	memory->room = memory->bytes + SPARE_DESCRIPTORS * memory->entry_bytes;
	return stub->boot->AllocatePool(EfiLoaderData, memory->room,
					(void **)&memory->map);
}

EFI_STATUS stub_memory_get(const struct stub *stub, struct stub_memory *memory,
			   UINTN *key)
{
	UINT32 version;

	memory->bytes = memory->room;
	return stub->boot->GetMemoryMap(&memory->bytes, memory->map, key,
					&memory->entry_bytes, &version);
}

/* UEFI 7.4.6: where the map has changed meanwhile, ask again. */
EFI_STATUS stub_leave(const struct stub *stub, struct stub_memory *memory)
{
	EFI_STATUS status = EFI_LOAD_ERROR;
	UINTN key;

	for (unsigned i = 0; i < 2 && status != EFI_SUCCESS; i++) {
		status = stub_memory_get(stub, memory, &key);
		if (status == EFI_SUCCESS)
			status =
				stub->boot->ExitBootServices(stub->handle, key);
	}
	if (status != EFI_SUCCESS)
		stub_say_status("capture: boot services cannot be left",
				status);
	return status;
}
