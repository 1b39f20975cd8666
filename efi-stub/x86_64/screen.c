/* SPDX-License-Identifier: BSD-2-Clause */
/* struct screen_info (Linux's include/uapi/linux/screen_info.h) from the
 * graphics output protocol (UEFI 12.9), and where ACPI begins (4.6). */
#include <string.h>

#include "efi-stub/x86_64/x86_64.h"
#include "pack/formats/zero_page.h"
#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"

#define SCREEN_KIND	     0x0f /* u8 */
#define SCREEN_KIND_EFI	     0x70
#define SCREEN_WIDTH	     0x12 /* u16, like the two next */
#define SCREEN_HEIGHT	     0x14
#define SCREEN_DEPTH	     0x16
#define SCREEN_BASE	     0x18 /* u32 */
#define SCREEN_BYTES	     0x1c /* u32 */
#define SCREEN_LINE_BYTES    0x24 /* u16 */
#define SCREEN_COLOURS	     0x26 /* size and position of each, u8 */
#define SCREEN_CAPABILITIES  0x36 /* u32 */
#define SCREEN_64BIT_BASE    2
#define SCREEN_EXTENDED_BASE 0x3a /* u32 */

static bool same(const EFI_GUID *a, const EFI_GUID *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

void stub_put_screen(const struct stub *stub, uint8_t *params)
{
	/* Of 32 bits, in the order of Linux: red, green, blue, reserved. */
	static const uint8_t rgb[] = {8, 0, 8, 8, 8, 16, 8, 24};
	static const uint8_t bgr[] = {8, 16, 8, 8, 8, 0, 8, 24};
	static EFI_GUID id = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics;
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;
	uint8_t *screen = params + BP_SCREEN_INFO;
	uint64_t base;

	if (stub->boot->LocateProtocol(&id, NULL, (void **)&graphics) !=
		    EFI_SUCCESS ||
	    !graphics->Mode || !graphics->Mode->Info)
		return;
	info = graphics->Mode->Info;
	base = graphics->Mode->FrameBufferBase;
	if (info->PixelFormat > PixelBlueGreenRedReserved8BitPerColor ||
	    info->HorizontalResolution > UINT16_MAX ||
	    info->VerticalResolution > UINT16_MAX ||
	    info->PixelsPerScanLine > UINT16_MAX / 4)
		return;
	screen[SCREEN_KIND] = SCREEN_KIND_EFI;
	pg_store_le16(screen + SCREEN_WIDTH,
		      (uint16_t)info->HorizontalResolution);
	pg_store_le16(screen + SCREEN_HEIGHT,
		      (uint16_t)info->VerticalResolution);
	pg_store_le16(screen + SCREEN_DEPTH, 32);
	pg_store_le32(screen + SCREEN_BASE, (uint32_t)base);
	pg_store_le32(screen + SCREEN_BYTES,
		      (uint32_t)graphics->Mode->FrameBufferSize);
	pg_store_le16(screen + SCREEN_LINE_BYTES,
		      (uint16_t)(info->PixelsPerScanLine * 4));
	memcpy(screen + SCREEN_COLOURS,
	       info->PixelFormat == PixelRedGreenBlueReserved8BitPerColor ? rgb
									  : bgr,
	       sizeof(rgb));
	if (base >> 32 == 0)
		return;
	pg_store_le32(screen + SCREEN_CAPABILITIES, SCREEN_64BIT_BASE);
	pg_store_le32(screen + SCREEN_EXTENDED_BASE, (uint32_t)(base >> 32));
}

void stub_put_rsdp(const struct stub *stub, uint8_t *params)
{
	static const EFI_GUID acpi2 = {
		0x8868e871,
		0xe4f1,
		0x11d3,
		{0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};
	static const EFI_GUID acpi1 = {
		0xeb9d2d30,
		0x2d88,
		0x11d3,
		{0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};
	const EFI_CONFIGURATION_TABLE *table = stub->system->ConfigurationTable;
	bool newer = false;

	for (UINTN i = 0; i < stub->system->NumberOfTableEntries; i++) {
		if (same(&table[i].VendorGuid, &acpi2))
			newer = true;
		else if (newer || !same(&table[i].VendorGuid, &acpi1))
			continue;
		pg_store_le64(params + BP_ACPI_RSDP_ADDR,
			      pg_address(table[i].VendorTable));
	}
}
