/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "pack/formats/boot_params.h"
#include "pack/formats/bzimage.h"
#include "pack/formats/zero_page.h"
#include "purgatorio/byteorder.h"
#include "purgatorio/range.h"

/* boot.rst, "Assigned boot loader IDs": 0xD is kexec's, version 0. */
#define LOADER_KEXEC 0xd0

#define FOUR_GIB 0x100000000ull

static enum pg_status check(const struct pg_boot_params_input *in,
			    struct pg_error *error)
{
	const struct pg_kernel *kernel = in->kernel;
	/* Not .highest, which for a kernel of one address says only that. */
	bool low_only = kernel->initrd_highest < FOUR_GIB;
	struct pg_span initrd;

	if (in->e820_count > PG_E820_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "boot_params: %zu memory ranges, and at most %u "
			       "fit; merge some",
			       in->e820_count, PG_E820_MAX);
	if (in->cmdline_bytes > kernel->cmdline_max)
		return pg_fail(error, PG_E_LIMIT,
			       "command line: has %u bytes and this kernel "
			       "takes %u; shorten it",
			       in->cmdline_bytes, kernel->cmdline_max);
	if (!pg_span_make(in->initrd_address, in->initrd_bytes, &initrd))
		return pg_fail(error, PG_E_RANGE,
			       "initrd: 0x%llx bytes at 0x%llx wrap around",
			       (unsigned long long)in->initrd_bytes,
			       (unsigned long long)in->initrd_address);
	if (initrd.bytes != 0 &&
	    pg_span_end(initrd) - 1 > kernel->initrd_highest)
		return pg_fail(
			error, PG_E_LIMIT,
			"initrd: ends at 0x%llx and this kernel takes it "
			"up to 0x%llx; place it lower",
			(unsigned long long)pg_span_end(initrd),
			(unsigned long long)kernel->initrd_highest);
	if (low_only && in->cmdline_address >= FOUR_GIB)
		return pg_fail(error, PG_E_LIMIT,
			       "command line: at 0x%llx, and this kernel reads "
			       "below 4 GiB only; place it lower",
			       (unsigned long long)in->cmdline_address);
	if (in->live.size != 0 && in->live.size != PG_BOOT_PARAMS_BYTES)
		return pg_fail(
			error, PG_E_MACHINE,
			"/sys/kernel/boot_params/data: %zu bytes and not "
			"%u; is /sys mounted?",
			in->live.size, PG_BOOT_PARAMS_BYTES);
	for (size_t i = 0; i < in->e820_count; i++) {
		struct pg_span span;

		if (!pg_span_make(in->e820[i].start, in->e820[i].bytes, &span))
			return pg_fail(
				error, PG_E_RANGE,
				"boot_params: memory range %zu at 0x%llx "
				"wraps around",
				i, (unsigned long long)in->e820[i].start);
	}
	return PG_OK;
}

/* What the first boot loader learned and no later one can: from the firmware,
 * in real mode or before ExitBootServices(). Only as facts about devices: no
 * memory map, no pointers into memory that the old kernel owns. */
static void copy_live(const uint8_t *live, uint8_t *out)
{
	static const struct {
		uint16_t at, bytes;
	} fields[] = {
		{BP_SCREEN_INFO, BP_SCREEN_INFO_BYTES},
		{BP_APM_BIOS_INFO, BP_APM_BYTES},
		{BP_IST_INFO, BP_IST_BYTES},
		{BP_CC_BLOB_ADDRESS, 4},
		{BP_EDID_INFO, BP_EDID_BYTES},
		{BP_EDDBUF_ENTRIES, 2}, /* and edd_mbr_sig_buf_entries */
		{BP_SECURE_BOOT, 1},
		{BP_EDD_MBR_SIG, BP_EDD_MBR_BYTES},
		{BP_EDDBUF, BP_EDDBUF_BYTES},
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		memcpy(out + fields[i].at, live + fields[i].at,
		       fields[i].bytes);
	pg_store_le16(out + BP_EXT_MEM_K, 0);
}

/* A 64-bit value whose halves stand apart. */
static void store_split(uint8_t *out, size_t low, size_t high, uint64_t value)
{
	pg_store_le32(out + low, (uint32_t)value);
	pg_store_le32(out + high, (uint32_t)(value >> 32));
}

enum pg_status pg_boot_params_build(const struct pg_boot_params_input *in,
				    uint8_t out[PG_BOOT_PARAMS_BYTES],
				    struct pg_error *error)
{
	enum pg_status status = check(in, error);
	uint64_t initrd = in->initrd_bytes == 0 ? 0 : in->initrd_address;

	if (status != PG_OK)
		return status;
	memset(out, 0, PG_BOOT_PARAMS_BYTES);
	if (in->live.size != 0)
		copy_live(in->live.data, out);
	memcpy(out + HDR_START, in->kernel->setup_header.data,
	       in->kernel->setup_header.size);
	out[HDR_TYPE_OF_LOADER] = LOADER_KEXEC;
	store_split(out, HDR_RAMDISK_IMAGE, BP_EXT_RAMDISK_IMAGE, initrd);
	store_split(out, HDR_RAMDISK_SIZE, BP_EXT_RAMDISK_SIZE,
		    in->initrd_bytes);
	store_split(out, HDR_CMD_LINE_PTR, BP_EXT_CMD_LINE_PTR,
		    in->cmdline_address);
	pg_store_le64(out + HDR_SETUP_DATA, in->setup_data);
	pg_store_le64(out + BP_ACPI_RSDP_ADDR, in->acpi_rsdp);
	if (in->efi_info != NULL)
		memcpy(out + BP_EFI_INFO, in->efi_info, PG_EFI_INFO_BYTES);
	out[BP_E820_ENTRIES] = (uint8_t)in->e820_count;
	for (size_t i = 0; i < in->e820_count; i++) {
		uint8_t *entry = out + BP_E820_TABLE + i * BP_E820_ENTRY_BYTES;

		pg_store_le64(entry, in->e820[i].start);
		pg_store_le64(entry + 8, in->e820[i].bytes);
		pg_store_le32(entry + 16, in->e820[i].type);
	}
	return PG_OK;
}
