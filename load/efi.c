/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI for the next kernel. SetVirtualAddressMap() works once per boot, so a
 * kernel that follows another one must map the runtime services where the
 * first one did. It learns that from a setup_data node of type SETUP_EFI
 * (struct efi_setup_data, arch/x86/include/asm/efi.h; read by
 * arch/x86/platform/efi/quirks.c, efi_reuse_config()) and from efi_info whose
 * memory map holds the runtime regions with their virtual addresses: what
 * /sys/firmware/efi/runtime-map has.
 */
#include <stdlib.h>
#include <string.h>

#include "load/machine.h"
#include "purgatorio/byteorder.h"

#define EFI "/sys/firmware/efi/"
#define MAP EFI "runtime-map/%zu/"

/* struct boot_params, efi_info, and the fields of that. */
#define BOOT_PARAMS_EFI_INFO	0x1c0
#define INFO_SIGNATURE		0
#define INFO_SYSTAB		4
#define INFO_DESCRIPTOR_BYTES	8
#define INFO_DESCRIPTOR_VERSION 12
#define INFO_MAP		16
#define INFO_MAP_BYTES		20
#define INFO_SYSTAB_HIGH	24
#define INFO_MAP_HIGH		28
#define SIGNATURE_64		"EL64"

/* UEFI 2.10, 7.2, EFI_MEMORY_DESCRIPTOR, version 1; the firmware may space
 * descriptors wider than they are. */
#define DESCRIPTOR_TYPE	     0
#define DESCRIPTOR_PHYSICAL  8
#define DESCRIPTOR_VIRTUAL   16
#define DESCRIPTOR_PAGES     24
#define DESCRIPTOR_ATTRIBUTE 32
#define DESCRIPTOR_BYTES     40
#define DESCRIPTOR_BYTES_MAX 256
#define DESCRIPTOR_VERSION   1
#define DESCRIPTORS_MAX	     4096

#define SETUP_EFI 4

static enum pg_status read_descriptor(const char *root, size_t number,
				      uint8_t *out, struct pg_error *error)
{
	static const struct {
		const char *name;
		unsigned offset;
	} fields[] = {
		{"type", DESCRIPTOR_TYPE},
		{"phys_addr", DESCRIPTOR_PHYSICAL},
		{"virt_addr", DESCRIPTOR_VIRTUAL},
		{"num_pages", DESCRIPTOR_PAGES},
		{"attribute", DESCRIPTOR_ATTRIBUTE},
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		uint64_t value;
		enum pg_status status =
			pg_sys_number(&value, error, 16, root, MAP "%s", number,
				      fields[i].name);

		if (status != PG_OK)
			return status;
		if (fields[i].offset == DESCRIPTOR_TYPE)
			pg_store_le32(out, (uint32_t)value);
		else
			pg_store_le64(out + fields[i].offset, value);
	}
	return PG_OK;
}

static enum pg_status read_map(const char *root, struct pg_efi *efi,
			       struct pg_error *error)
{
	size_t count = 0;

	while (count < DESCRIPTORS_MAX &&
	       pg_sys_exists(root, MAP "type", count))
		count++;
	if (count == 0)
		return PG_OK;
	efi->map_bytes = count * efi->descriptor_bytes;
	efi->map = calloc(count, efi->descriptor_bytes);
	if (!efi->map)
		return pg_fail(error, PG_E_NO_MEMORY,
			       EFI "runtime-map: out of memory");
	for (size_t i = 0; i < count; i++) {
		enum pg_status status = read_descriptor(
			root, i, efi->map + i * efi->descriptor_bytes, error);

		if (status != PG_OK)
			return status;
	}
	return PG_OK;
}

/* The line SMBIOS= of the systab file; 0 is fine. */
static uint64_t read_smbios(const char *root)
{
	struct pg_error ignored;
	struct pg_text text;
	uint64_t value = 0;
	const char *at;

	if (pg_sys_read(&text, &ignored, root, EFI "systab") != PG_OK)
		return 0;
	at = strstr(text.data, "SMBIOS=");
	if (at)
		at += strlen("SMBIOS=");
	if (!at || !pg_parse_u64(&at, 16, &value))
		value = 0;
	pg_text_free(&text);
	return value;
}

enum pg_status pg_efi_read(const char *root, struct pg_bytes live,
			   struct pg_efi *out, struct pg_error *error)
{
	struct pg_efi efi = {.booted = pg_sys_exists(root, EFI "systab")};
	enum pg_status status = PG_OK;
	const uint8_t *info;

	*out = efi;
	if (!efi.booted || live.size != PG_BOOT_PARAMS_BYTES)
		return PG_OK;
	info = live.data + BOOT_PARAMS_EFI_INFO;
	if (memcmp(info + INFO_SIGNATURE, SIGNATURE_64, 4) != 0 ||
	    pg_load_le32(info + INFO_DESCRIPTOR_VERSION) != DESCRIPTOR_VERSION)
		return PG_OK;
	efi.systab = pg_load_le32(info + INFO_SYSTAB) |
		     (uint64_t)pg_load_le32(info + INFO_SYSTAB_HIGH) << 32;
	efi.descriptor_bytes = pg_load_le32(info + INFO_DESCRIPTOR_BYTES);
	if (efi.descriptor_bytes < DESCRIPTOR_BYTES ||
	    efi.descriptor_bytes > DESCRIPTOR_BYTES_MAX)
		return PG_OK;
	status = read_map(root, &efi, error);
	if (status == PG_OK && efi.map) {
		status = pg_sys_number(&efi.fw_vendor, error, 16, root,
				       EFI "fw_vendor");
		if (status == PG_OK)
			status = pg_sys_number(&efi.config_table, error, 16,
					       root, EFI "config_table");
		/* Kernels since 5.7 do not ask for it; not all show it. */
		if (status == PG_OK && pg_sys_exists(root, EFI "runtime"))
			status = pg_sys_number(&efi.runtime_table, error, 16,
					       root, EFI "runtime");
		efi.smbios = read_smbios(root);
		efi.runtime = efi.systab != 0 && efi.config_table != 0;
	}
	if (status != PG_OK) {
		pg_efi_free(&efi);
		return status;
	}
	*out = efi;
	return PG_OK;
}

void pg_efi_free(struct pg_efi *efi)
{
	free(efi->map);
	*efi = (struct pg_efi){.booted = false};
}

void pg_efi_info(const struct pg_efi *efi, uint64_t map_address,
		 uint8_t out[PG_EFI_INFO_BYTES])
{
	memset(out, 0, PG_EFI_INFO_BYTES);
	memcpy(out + INFO_SIGNATURE, SIGNATURE_64, 4);
	pg_store_le32(out + INFO_SYSTAB, (uint32_t)efi->systab);
	pg_store_le32(out + INFO_SYSTAB_HIGH, (uint32_t)(efi->systab >> 32));
	pg_store_le32(out + INFO_DESCRIPTOR_BYTES, efi->descriptor_bytes);
	pg_store_le32(out + INFO_DESCRIPTOR_VERSION, DESCRIPTOR_VERSION);
	pg_store_le32(out + INFO_MAP, (uint32_t)map_address);
	pg_store_le32(out + INFO_MAP_HIGH, (uint32_t)(map_address >> 32));
	pg_store_le32(out + INFO_MAP_BYTES, (uint32_t)efi->map_bytes);
}

void pg_efi_setup_data(const struct pg_efi *efi, uint64_t next,
		       uint8_t out[PG_SETUP_EFI_BYTES])
{
	/* struct setup_data: u64 next, u32 type, u32 len; then
	 * struct efi_setup_data: u64 fw_vendor, runtime (unused today), tables,
	 * smbios, reserved[8]. */
	memset(out, 0, PG_SETUP_EFI_BYTES);
	pg_store_le64(out, next);
	pg_store_le32(out + 8, SETUP_EFI);
	pg_store_le32(out + 12, PG_SETUP_EFI_BYTES - 16);
	pg_store_le64(out + 16, efi->fw_vendor);
	pg_store_le64(out + 24, efi->runtime_table);
	pg_store_le64(out + 32, efi->config_table);
	pg_store_le64(out + 40, efi->smbios);
}
