/* SPDX-License-Identifier: BSD-2-Clause */
/* What a read image says. pg_image_read() made all addresses absolute. */
#include <stdio.h>

#include "pack/image/image.h"
#include "purgatorio/check.h"

const struct pg_manifest *pg_image_manifest(const struct pg_image *image)
{
	return image->manifest;
}

uint64_t pg_image_purgatory(const struct pg_image *image)
{
	return image->purgatory;
}

uint64_t pg_image_manifest_address(const struct pg_image *image)
{
	return image->manifest_address;
}

size_t pg_image_segment_count(const struct pg_image *image)
{
	return image->segment_count;
}

struct pg_segment pg_image_segment(const struct pg_image *image, size_t index)
{
	return image->segments[index];
}

size_t pg_image_part_count(const struct pg_image *image)
{
	return image->manifest->parts.count;
}

struct pg_part_view pg_image_part(const struct pg_image *image, size_t index)
{
	return image->parts[index];
}

size_t pg_image_range_count(const struct pg_image *image)
{
	return image->manifest->ranges.count;
}

struct pg_range pg_image_range(const struct pg_image *image, size_t index)
{
	return pg_manifest_ranges(image->manifest)[index];
}

size_t pg_image_fill_count(const struct pg_image *image)
{
	return image->manifest->fills.count;
}

struct pg_fill pg_image_fill(const struct pg_image *image, size_t index)
{
	return pg_manifest_fills(image->manifest)[index];
}

size_t pg_image_copy_count(const struct pg_image *image)
{
	return image->manifest->copies.count;
}

struct pg_copy pg_image_copy(const struct pg_image *image, size_t index)
{
	return pg_manifest_copies(image->manifest)[index];
}

void pg_hex(const uint8_t digest[32], char out[65])
{
	for (size_t i = 0; i < 32; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static const char *pick(const char *const *names, size_t count, uint32_t index)
{
	return index < count && names[index] != NULL ? names[index] : "unknown";
}

#define PICK(names, index) pick(names, sizeof(names) / sizeof(*(names)), index)

const char *pg_policy_name(uint32_t policy)
{
	static const char *const names[] = {[PG_POLICY_STOP] = "stop",
					    [PG_POLICY_RESET] = "reset",
					    [PG_POLICY_BOOT] = "boot"};

	return PICK(names, policy);
}

const char *pg_console_name(uint32_t kind)
{
	static const char *const names[] = {
		[PG_CONSOLE_NONE] = "none",
		[PG_CONSOLE_8250_PORT] = "8250 port",
		[PG_CONSOLE_8250_MMIO] = "8250 mmio",
		[PG_CONSOLE_PL011] = "pl011",
		[PG_CONSOLE_SBSA] = "sbsa",
		[PG_CONSOLE_HVTERM] = "hvterm",
		[PG_CONSOLE_OPAL] = "opal",
		[PG_CONSOLE_SCLP] = "sclp",
		[PG_CONSOLE_FIRMWARE] = "firmware",
	};

	return PICK(names, kind);
}

const char *pg_kind_name(uint32_t kind)
{
	static const char *const names[] = {
		[PG_PART_OTHER] = "other",
		[PG_PART_KERNEL] = "kernel",
		[PG_PART_INITRD] = "initrd",
		[PG_PART_CMDLINE] = "cmdline",
		[PG_PART_BOOTPARAMS] = "boot_params",
		[PG_PART_FDT] = "fdt",
		[PG_PART_ELFCOREHDR] = "elfcorehdr",
		[PG_PART_FILE] = "file",
	};

	return PICK(names, kind);
}

const char *pg_reset_name(uint32_t kind)
{
	static const char *const names[] = {
		[PG_RESET_ARCH] = "arch",
		[PG_RESET_PORT] = "port",
		[PG_RESET_MMIO] = "mmio",
		[PG_RESET_PSCI_HVC] = "psci hvc",
		[PG_RESET_PSCI_SMC] = "psci smc",
		[PG_RESET_RTAS] = "rtas",
	};

	return PICK(names, kind);
}

const char *pg_handoff_name(uint32_t protocol)
{
	static const char *const names[] = {
		[PG_HANDOFF_LINUX_X86_64] = "linux-x86_64",
		[PG_HANDOFF_LINUX_ARM64] = "linux-arm64",
		[PG_HANDOFF_LINUX_PPC64] = "linux-ppc64",
		[PG_HANDOFF_LINUX_S390X] = "linux-s390x",
		[PG_HANDOFF_IMAGE_X86_64] = "image-x86_64",
		[PG_HANDOFF_IMAGE_ARM64] = "image-arm64",
		[PG_HANDOFF_IMAGE_PPC64] = "image-ppc64",
		[PG_HANDOFF_IMAGE_S390X] = "image-s390x",
	};

	return PICK(names, protocol);
}
