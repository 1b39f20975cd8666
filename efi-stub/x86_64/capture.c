/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capture mode: the stub leaves boot services itself and becomes one more boot
 * loader, which enters the image by its 64-bit door. What the firmware knows
 * goes into boot_params; the firmware itself is left behind, with its runtime
 * services. The purgatory verifies everything once more, since firmware had
 * the memory until now.
 */
#include <string.h>

#include "arch/x86_64/cpu.h"
#include "efi-stub/stub.h"
#include "efi-stub/x86_64/x86_64.h"
#include "pack/formats/bzimage.h"
#include "pack/formats/zero_page.h"
#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"

#define LOADER_UNKNOWN 0xff
/* enum efi_secureboot_mode of Linux's include/linux/efi.h. */
#define SECURE_BOOT_OFF 2
#define SECURE_BOOT_ON	3

#define CR4_PAE (UINT64_C(1) << 5)

static EFI_STATUS pages(const struct stub *stub, UINTN count, uint8_t **out)
{
	EFI_PHYSICAL_ADDRESS address = 0;
	EFI_STATUS status = stub->boot->AllocatePages(
		AllocateAnyPages, EfiLoaderData, count, &address);

	if (status != EFI_SUCCESS) {
		stub_say_status("capture: no memory", status);
		return status;
	}
	*out = pg_pointer(address);
	memset(*out, 0, count * EFI_PAGE_SIZE);
	return EFI_SUCCESS;
}

/* What the loader says behind the image's command line, as bytes. */
static void put_options(const struct stub *stub, uint8_t *params, uint8_t *line)
{
	const CHAR16 *from = stub->options + stub->own_length;
	size_t i;

	for (i = 0; i < EFI_PAGE_SIZE - 1 && from[i]; i++)
		line[i] = from[i] < 0x80 ? (uint8_t)from[i] : '?';
	pg_store_le32(params + HDR_CMD_LINE_PTR, (uint32_t)pg_address(line));
	pg_store_le32(params + BP_EXT_CMD_LINE_PTR,
		      (uint32_t)(pg_address(line) >> 32));
}

static noreturn void enter(const struct stub *stub, uint64_t tables,
			   const uint8_t *params)
{
	const uint64_t door = stub->door.start + ENTRY64_OFFSET;

	/* As kexec does: the purgatory switches on what it uses. */
	x86_write_cr4(x86_read_cr4() & (CR4_PAE | X86_CR4_LA57));
	__asm__ volatile("movq	%0, %%cr3\n\t"
			 "jmp	*%1"
			 :
			 : "r"(tables), "r"(door), "S"(params)
			 : "memory");
	__builtin_unreachable();
}

EFI_STATUS stub_capture(const struct stub *stub)
{
	struct stub_memory memory;
	EFI_STATUS status = stub_memory_allocate(stub, &memory);
	UINTN key, tables_pages;
	uint8_t *params, *tables;

	if (status == EFI_SUCCESS)
		status = stub_memory_get(stub, &memory, &key);
	if (status != EFI_SUCCESS) {
		stub_say_status("capture: no memory map", status);
		return status;
	}
	tables_pages = stub_tables_pages(&memory);
	status = pages(stub, 2, &params);
	if (status == EFI_SUCCESS)
		status = pages(stub, tables_pages, &tables);
	if (status != EFI_SUCCESS)
		return status;
	stub_tables_fill(&memory, tables);
	params[HDR_TYPE_OF_LOADER] = LOADER_UNKNOWN;
	params[BP_SECURE_BOOT] =
		stub->secure ? SECURE_BOOT_ON : SECURE_BOOT_OFF;
	stub_put_screen(stub, params);
	stub_put_rsdp(stub, params);
	put_options(stub, params, params + EFI_PAGE_SIZE);
	pg_put("leaving boot services\n");
	status = stub_leave(stub, &memory);
	if (status != EFI_SUCCESS)
		return status;
	__asm__ volatile("cli");
	stub_put_e820(&memory, params);
	enter(stub, pg_address(tables), params);
}
