/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's struct boot_params (Documentation/arch/x86/zero-page.rst) for the
 * 64-bit boot protocol, built as bytes: a pure function, used for images and
 * for the running machine alike.
 */
#ifndef PURGATORIO_PACK_FORMATS_BOOT_PARAMS_H
#define PURGATORIO_PACK_FORMATS_BOOT_PARAMS_H

#include <stddef.h>
#include <stdint.h>

#include "purgatorio/purgatorio.h"

#define PG_BOOT_PARAMS_BYTES 4096
#define PG_EFI_INFO_BYTES    32
/* More need a SETUP_E820_EXT node of setup_data. */
#define PG_E820_MAX 128

/* struct boot_e820_entry.type, in Linux's and ACPI's numbers. */
#define PG_E820_RAM	   1
#define PG_E820_RESERVED   2
#define PG_E820_ACPI	   3
#define PG_E820_NVS	   4
#define PG_E820_UNUSABLE   5
#define PG_E820_PERSISTENT 7

struct pg_e820 {
	uint64_t start, bytes;
	uint32_t type; /* PG_E820_* */
};

struct pg_boot_params_input {
	const struct pg_kernel *kernel;	       /* a bzImage */
	uint64_t cmdline_address;	       /* of a NUL-terminated string */
	uint32_t cmdline_bytes;		       /* without the NUL */
	uint64_t initrd_address, initrd_bytes; /* bytes 0: no initrd */
	const struct pg_e820 *e820;	       /* in the order given */
	size_t e820_count;
	uint64_t acpi_rsdp; /* 0: the kernel looks for it */
	/* /sys/kernel/boot_params/data of the running kernel, 4096 bytes, for
	 * what only the first boot loader could know (screen, EDD, Secure
	 * Boot); or empty. */
	struct pg_bytes live;
	uint64_t setup_data;	 /* address of the first node, or 0 */
	const uint8_t *efi_info; /* struct efi_info, 32 bytes, or NULL */
};

/*
 * PG_E_LIMIT: more than PG_E820_MAX entries, a command line that is longer
 * than the kernel takes, or an address above 4 GiB for a kernel that cannot be
 * given one. PG_E_RANGE: an e820 entry or the initrd wraps around.
 * PG_E_MACHINE: @in->live is not 4096 bytes.
 */
enum pg_status pg_boot_params_build(const struct pg_boot_params_input *in,
				    uint8_t out[PG_BOOT_PARAMS_BYTES],
				    struct pg_error *error);

#endif
