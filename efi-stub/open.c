/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the image that this stub is a part of. Nothing of it is believed. */
#include <string.h>

#include "efi-stub/stub.h"
#include "purgatorio/arch.h"
#include "purgatorio/image.h"

static enum pg_status find_loaded(struct stub *stub)
{
	static EFI_GUID id = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_STATUS status = stub->boot->HandleProtocol(stub->handle, &id,
						       (void **)&stub->loaded);

	if (status != EFI_SUCCESS) {
		stub_say_status("firmware: no loaded image protocol", status);
		return PG_E_LOADER;
	}
	if (!pg_span_make(pg_address(stub->loaded->ImageBase),
			  stub->loaded->ImageSize, &stub->image))
		return PG_E_LOADER;
	return PG_OK;
}

/* The purgatory in the section .door, and behind it the manifest. */
static enum pg_status find_manifest(struct stub *stub)
{
	const struct pg_image_header *header;
	uint64_t room;

	if (!stub_section(stub->image, ".door", &stub->door) ||
	    stub->door.bytes < PG_IMAGE_PURGATORY + sizeof(*header)) {
		pg_put("this is the stub alone, and no image; purgatorio pack "
		       "--format=image makes one\n");
		return PG_E_MAGIC;
	}
	stub->context.base = stub->door.start + PG_IMAGE_PURGATORY;
	room = stub->door.bytes - PG_IMAGE_PURGATORY;
	header = pg_pointer(stub->context.base);
	if (memcmp(header->magic, PG_IMAGE_MAGIC, sizeof(header->magic)) != 0)
		return PG_E_MAGIC;
	if (header->memory_bytes > room ||
	    header->const_bytes > header->memory_bytes)
		return PG_E_SIZE;
	room -= header->memory_bytes;
	stub->context.image = header;
	stub->context.manifest =
		pg_pointer(stub->context.base + header->memory_bytes);
	if (room < sizeof(*stub->context.manifest) ||
	    room < stub->context.manifest->bytes)
		return PG_E_SIZE;
	return PG_OK;
}

/* All that will be read lies in what firmware loaded. */
static enum pg_status check_reach(const struct stub *stub)
{
	const struct pg_manifest *m = stub->context.manifest;
	const struct pg_range *ranges = pg_manifest_ranges(m);
	uint32_t i;

	for (i = 0; i < m->ranges.count; i++) {
		const struct pg_span span = {
			pg_manifest_resolve(ranges[i].start, ranges[i].flags,
					    stub->context.base),
			ranges[i].bytes};

		if (!pg_span_contains(stub->image, span))
			return PG_E_UNREACHABLE;
	}
	return PG_OK;
}

static enum pg_status check(const struct stub *stub)
{
	const struct pg_span memory = {stub->context.base,
				       stub->context.image->memory_bytes};
	struct pg_check_place place;
	enum pg_status status = pg_manifest_check(stub->context.manifest,
						  pg_arch_id(), memory, &place);

	if (status == PG_OK)
		return check_reach(stub);
	pg_put("manifest: ");
	pg_put(place.what);
	pg_put("[");
	pg_put_dec(place.index);
	pg_put("] ");
	pg_put_hex(place.value);
	pg_put("\n");
	return status;
}

/* UEFI 32.3: SecureBoot is 1 where it is enforced, SetupMode 0. */
static bool is_set(const struct stub *stub, CHAR16 *name)
{
	static EFI_GUID id = EFI_GLOBAL_VARIABLE;
	UINTN bytes = 1;
	UINT8 value = 0;

	return stub->system->RuntimeServices->GetVariable(
		       name, &id, NULL, &bytes, &value) == EFI_SUCCESS &&
	       value == 1;
}

enum pg_status stub_open(EFI_HANDLE handle, EFI_SYSTEM_TABLE *system,
			 struct stub *stub)
{
	enum pg_status status;

	stub->handle = handle;
	stub->system = system;
	stub->boot = system->BootServices;
	stub->secure = is_set(stub, (CHAR16 *)L"SecureBoot") &&
		       !is_set(stub, (CHAR16 *)L"SetupMode");
	status = find_loaded(stub);
	if (status == PG_OK)
		status = find_manifest(stub);
	if (status == PG_OK)
		status = check(stub);
	if (status != PG_OK)
		return status;
	stub->flags = stub->context.manifest->handoff.args[3];
	return PG_OK;
}

struct pg_span stub_part(const struct stub *stub, uint32_t kind)
{
	const struct pg_manifest *m = stub->context.manifest;
	const struct pg_range *ranges = pg_manifest_ranges(m);
	const struct pg_part *parts = pg_manifest_parts(m);
	struct pg_span span = {0, 0};
	uint32_t i;

	for (i = 0; i < m->ranges.count; i++) {
		const uint64_t start = pg_manifest_resolve(
			ranges[i].start, ranges[i].flags, stub->context.base);

		if (parts[ranges[i].part].kind != kind)
			continue;
		if (span.bytes == 0)
			span.start = start;
		span.bytes = start + ranges[i].bytes - span.start;
	}
	return span;
}
