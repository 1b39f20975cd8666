/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The initrd as a file that can be loaded: EFI_LOAD_FILE2_PROTOCOL (UEFI 13.2)
 * at the device path of a vendor's media, which Linux looks for
 * (drivers/firmware/efi/libstub/efi-stub-helper.c, efi_load_initrd_dev_path()).
 */
#include <string.h>

#include "efi-stub/stub.h"
#include "purgatorio/arch.h"

#define LOAD_FILE2_GUID                                                \
	{                                                              \
		0x4006c0c1, 0xfcb3, 0x403e,                            \
		{                                                      \
			0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d \
		}                                                      \
	}
#define LINUX_INITRD_GUID                                              \
	{                                                              \
		0x5568e427, 0x68fc, 0x4f3d,                            \
		{                                                      \
			0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 \
		}                                                      \
	}

struct load_file2 {
	EFI_STATUS(EFIAPI *load)
	(struct load_file2 *this, EFI_DEVICE_PATH_PROTOCOL *path,
	 BOOLEAN policy, UINTN *bytes, void *buffer);
	struct pg_span content;
};

static struct {
	EFI_DEVICE_PATH_PROTOCOL node;
	EFI_GUID vendor;
	EFI_DEVICE_PATH_PROTOCOL end;
} __attribute__((packed)) path = {
	.node = {MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP, {20, 0}},
	.vendor = LINUX_INITRD_GUID,
	.end = {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {4, 0}},
};
static EFI_GUID path_id = EFI_DEVICE_PATH_PROTOCOL_GUID;
static EFI_GUID file_id = LOAD_FILE2_GUID;
static struct load_file2 file;
static EFI_HANDLE offered;

static EFI_STATUS EFIAPI load(struct load_file2 *this,
			      EFI_DEVICE_PATH_PROTOCOL *at, BOOLEAN policy,
			      UINTN *bytes, void *buffer)
{
	const UINTN room = bytes ? *bytes : 0;

	(void)at;
	if (!this || !bytes)
		return EFI_INVALID_PARAMETER;
	if (policy)
		return EFI_UNSUPPORTED;
	*bytes = this->content.bytes;
	if (!buffer || room < this->content.bytes)
		return EFI_BUFFER_TOO_SMALL;
	memcpy(buffer, pg_pointer(this->content.start), this->content.bytes);
	return EFI_SUCCESS;
}

EFI_STATUS stub_initrd_offer(const struct stub *stub)
{
	EFI_STATUS status;

	file.content = stub_part(stub, PG_PART_INITRD);
	if (file.content.bytes == 0)
		return EFI_SUCCESS;
	/* Not a constant: its address would need a relocation. */
	file.load = load;
	status = stub->boot->InstallProtocolInterface(
		&offered, &path_id, EFI_NATIVE_INTERFACE, &path);
	if (status == EFI_SUCCESS)
		status = stub->boot->InstallProtocolInterface(
			&offered, &file_id, EFI_NATIVE_INTERFACE, &file);
	if (status != EFI_SUCCESS)
		stub_say_status("initrd: cannot be offered to the kernel",
				status);
	return status;
}

void stub_initrd_withdraw(const struct stub *stub)
{
	if (!offered)
		return;
	(void)stub->boot->UninstallProtocolInterface(offered, &file_id, &file);
	(void)stub->boot->UninstallProtocolInterface(offered, &path_id, &path);
	offered = NULL;
}
