/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a loader gave to a capture image's door (efi-stub/x86_64/door.S), as
 * the boot_params that a loader of Linux would have made of it. Nothing that
 * it says is believed: addresses have to be mapped, counts and sizes to have
 * sense, strings an end.
 */
#ifndef ARCH_X86_64_GIVEN_H
#define ARCH_X86_64_GIVEN_H

#include "pack/formats/bzimage.h"
#include "pack/formats/zero_page.h"
#include "purgatorio/byteorder.h"
#include "purgatorio/check.h"
#include "purgatorio/range.h"

/* COMMAND_LINE_SIZE of Linux's arch/x86/include/asm/setup.h. */
#define X86_CMDLINE_BYTES 2048

/* Reads what the work area at @work says was given. PG_OK; PG_E_LOADER, and
 * then *@place says why. Writes no memory but the purgatory's own. */
enum pg_status pg_x86_given_read(const uint8_t *work,
				 struct pg_check_place *place);

/* The boot_params of pg_x86_given_read(): those of a loader of Linux, or our
 * own. */
const uint8_t *pg_x86_given(const uint8_t *work);

/* The memory that the loader's own structure takes: not the image's. */
struct pg_span pg_x86_given_span(const uint8_t *work);

/* pvh.c, multiboot2.c: the structure at @info, into @params, which is zero.
 * *@span gets the memory that it takes. Statuses as above. */
enum pg_status pg_x86_pvh(uint64_t info, uint8_t *params, struct pg_span *span,
			  struct pg_check_place *place);
enum pg_status pg_x86_multiboot2(uint64_t info, uint8_t *params,
				 struct pg_span *span,
				 struct pg_check_place *place);

/* Root pointers of ACPI 1.0 and of all later ones (ACPI 6.5, 5.2.5.3). */
#define RSDP1_BYTES 20
#define RSDP_BYTES  36

static inline enum pg_status pg_x86_wrong(struct pg_check_place *place,
					  enum pg_status status,
					  const char *what, uint64_t value)
{
	place->what = what;
	place->value = value;
	return status;
}

/* A 64-bit value of boot_params whose halves stand apart. */
static inline uint64_t pg_x86_load_split(const uint8_t *params, size_t low,
					 size_t high)
{
	return pg_load_le32(params + low) |
	       (uint64_t)pg_load_le32(params + high) << 32;
}

static inline void pg_x86_store_split(uint8_t *params, size_t low, size_t high,
				      uint64_t value)
{
	pg_store_le32(params + low, (uint32_t)value);
	pg_store_le32(params + high, (uint32_t)(value >> 32));
}

static inline uint64_t pg_x86_cmdline(const uint8_t *params)
{
	return pg_x86_load_split(params, HDR_CMD_LINE_PTR, BP_EXT_CMD_LINE_PTR);
}

static inline void pg_x86_put_cmdline(uint8_t *params, uint64_t address)
{
	pg_x86_store_split(params, HDR_CMD_LINE_PTR, BP_EXT_CMD_LINE_PTR,
			   address);
}

/* Not checked: the span may wrap. */
static inline struct pg_span pg_x86_initrd(const uint8_t *params)
{
	return (struct pg_span){pg_x86_load_split(params, HDR_RAMDISK_IMAGE,
						  BP_EXT_RAMDISK_IMAGE),
				pg_x86_load_split(params, HDR_RAMDISK_SIZE,
						  BP_EXT_RAMDISK_SIZE)};
}

static inline void pg_x86_put_initrd(uint8_t *params, struct pg_span initrd)
{
	pg_x86_store_split(params, HDR_RAMDISK_IMAGE, BP_EXT_RAMDISK_IMAGE,
			   initrd.start);
	pg_x86_store_split(params, HDR_RAMDISK_SIZE, BP_EXT_RAMDISK_SIZE,
			   initrd.bytes);
}

#endif
