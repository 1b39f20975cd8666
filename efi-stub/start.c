/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own EFI entry, by the firmware's LoadImage(). Under Secure Boot
 * the firmware would ask for a signature of the kernel itself; but the whole
 * image has one, and the kernel's bytes have just been verified. So while it
 * is loaded, this buffer and no other passes the firmware's authentication
 * (Platform Initialization Specification, volume 2, 12.8 and 12.9).
 */
#include "efi-stub/stub.h"
#include "purgatorio/arch.h"

struct security2 {
	EFI_STATUS(EFIAPI *authenticate)
	(const struct security2 *this, const EFI_DEVICE_PATH_PROTOCOL *path,
	 void *buffer, UINTN bytes, BOOLEAN policy);
};

struct security {
	EFI_STATUS(EFIAPI *authenticate)
	(const struct security *this, UINT32 state,
	 const EFI_DEVICE_PATH_PROTOCOL *path);
};

static EFI_GUID security2_id = {
	0x94ab2f58,
	0x1438,
	0x4ef1,
	{0x91, 0x52, 0x18, 0x94, 0x1a, 0x3a, 0x0e, 0x68}};
static EFI_GUID security_id = {
	0xa46423e3,
	0x4617,
	0x49f1,
	{0xb9, 0xff, 0xd1, 0xbf, 0xa9, 0x11, 0x58, 0x39}};

/* UEFI 10.3.2.3: memory, from where to where. */
static struct {
	MEMMAP_DEVICE_PATH memory;
	EFI_DEVICE_PATH_PROTOCOL end;
} __attribute__((packed)) path = {
	.memory.Header = {HARDWARE_DEVICE_PATH,
			  HW_MEMMAP_DP,
			  {sizeof(MEMMAP_DEVICE_PATH), 0}},
	.end = {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {4, 0}},
};

static struct security2 *security2;
static struct security *security;
static struct security2 original2;
static struct security original;
static struct pg_span kernel;

static EFI_STATUS EFIAPI authenticate2(const struct security2 *this,
				       const EFI_DEVICE_PATH_PROTOCOL *at,
				       void *buffer, UINTN bytes,
				       BOOLEAN policy)
{
	if (pg_address(buffer) == kernel.start && bytes == kernel.bytes)
		return EFI_SUCCESS;
	return original2.authenticate(this, at, buffer, bytes, policy);
}

static EFI_STATUS EFIAPI authenticate(const struct security *this, UINT32 state,
				      const EFI_DEVICE_PATH_PROTOCOL *at)
{
	const MEMMAP_DEVICE_PATH *memory = (const void *)at;

	if (at && at->Type == HARDWARE_DEVICE_PATH &&
	    at->SubType == HW_MEMMAP_DP &&
	    memory->StartingAddress == kernel.start &&
	    memory->EndingAddress == pg_span_end(kernel))
		return EFI_SUCCESS;
	return original.authenticate(this, state, at);
}

static void step_in(const struct stub *stub)
{
	if (stub->boot->LocateProtocol(&security2_id, NULL,
				       (void **)&security2) == EFI_SUCCESS) {
		original2 = *security2;
		security2->authenticate = authenticate2;
	}
	if (stub->boot->LocateProtocol(&security_id, NULL,
				       (void **)&security) == EFI_SUCCESS) {
		original = *security;
		security->authenticate = authenticate;
	}
}

static void step_out(void)
{
	if (security2)
		*security2 = original2;
	if (security)
		*security = original;
}

static EFI_STATUS load(const struct stub *stub, EFI_HANDLE *out)
{
	EFI_STATUS status;

	kernel = stub_part(stub, PG_PART_KERNEL);
	path.memory.MemoryType = EfiLoaderData;
	path.memory.StartingAddress = kernel.start;
	path.memory.EndingAddress = pg_span_end(kernel);
	if (stub->secure)
		step_in(stub);
	status = stub->boot->LoadImage(FALSE, stub->handle, &path.memory.Header,
				       pg_pointer(kernel.start), kernel.bytes,
				       out);
	step_out();
	if (status != EFI_SUCCESS)
		stub_say_status("kernel: the firmware does not load it",
				status);
	return status;
}

EFI_STATUS stub_start(const struct stub *stub)
{
	static EFI_GUID id = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_LOADED_IMAGE_PROTOCOL *loaded;
	EFI_HANDLE image = NULL;
	EFI_STATUS status = load(stub, &image);

	if (status != EFI_SUCCESS)
		return status;
	status = stub->boot->HandleProtocol(image, &id, (void **)&loaded);
	if (status == EFI_SUCCESS) {
		loaded->LoadOptions = stub->options;
		loaded->LoadOptionsSize = (UINT32)stub->options_bytes;
		status = stub_initrd_offer(stub);
	}
	if (status == EFI_SUCCESS)
		status = stub_tree_install(stub);
	if (status == EFI_SUCCESS) {
		pg_put("starting the kernel\n");
		status = stub->boot->StartImage(image, NULL, NULL);
		stub_say_status("kernel: it came back", status);
	}
	stub_tree_remove(stub);
	stub_initrd_withdraw(stub);
	(void)stub->boot->UnloadImage(image);
	return status;
}
