/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flattened device trees (Devicetree Specification 0.4, chapter 5) on libfdt:
 * what the next kernel is told by one, and what one says of the machine. Pure
 * functions over buffers; trees are untrusted.
 *
 * Errors name libfdt's reason and the node. PG_E_TRUNCATED, PG_E_FORMAT (no
 * device tree), PG_E_CORRUPT, PG_E_LIMIT, PG_E_NO_MEMORY.
 */
#ifndef PURGATORIO_FDT_EDIT_H
#define PURGATORIO_FDT_EDIT_H

#include <stddef.h>
#include <stdint.h>

#include "purgatorio/purgatorio.h"
#include "purgatorio/range.h"

/* Documentation/arch/arm64/booting.rst, "Setup the device tree". */
#define PG_FDT_BYTES_MAX (2u * 1024 * 1024)

/* Entropy for kaslr-seed and, behind it, rng-seed. */
#define PG_FDT_KASLR_BYTES 8
#define PG_FDT_RNG_BYTES   64
#define PG_FDT_SEED_BYTES  (PG_FDT_KASLR_BYTES + PG_FDT_RNG_BYTES)

/* Linux 6.1 takes no more of linux,usable-memory-range (drivers/of/fdt.c,
 * MAX_USABLE_RANGES). */
#define PG_FDT_USABLE_MAX 2

/* Is every node and property of @blob whole? @blob may be longer than the
 * tree in it. */
enum pg_status pg_fdt_check(struct pg_bytes blob, struct pg_error *error);

/* What the next kernel is told in /chosen and in the reserve map. What a
 * boot loader told this kernel in the same places is removed. */
struct pg_fdt_edits {
	const char *command_line;
	struct pg_span initrd;	    /* bytes 0: none */
	struct pg_span core_header; /* bytes 0: none */
	/* The memory it may use, the main one first: Linux cuts its memory to
	 * the first and adds the second (drivers/of/fdt.c,
	 * early_init_dt_check_for_usable_mem_range()). None: all. */
	struct pg_span usable[PG_FDT_USABLE_MAX];
	size_t usable_count;
	const struct pg_span *reserved; /* added to the reserve map */
	size_t reserved_count;
	const uint8_t *seeds; /* PG_FDT_SEED_BYTES, or NULL: no seeds */
};

/* No result of pg_fdt_edit() is longer, whatever the addresses will be: from
 * the counts, and from @edits->command_line or, when that is NULL,
 * @command_line_bytes. @blob has been checked. */
uint64_t pg_fdt_edit_bound(struct pg_bytes blob,
			   const struct pg_fdt_edits *edits,
			   size_t command_line_bytes);

/* Checks @blob and copies it with @edits to *@out (malloc(3), owned by the
 * caller), *@bytes long. */
enum pg_status pg_fdt_edit(struct pg_bytes blob,
			   const struct pg_fdt_edits *edits, uint8_t **out,
			   size_t *bytes, struct pg_error *error);

/* All of these take a checked @blob. */

/* /chosen's bootargs, "" when there are none. PG_E_CORRUPT: not a string. */
enum pg_status pg_fdt_command_line(struct pg_bytes blob, const char **out,
				   struct pg_error *error);

/* The tree that Linux's EFI stub makes on ACPI machines: no hardware in it
 * (arch/arm64/kernel/acpi.c, dt_is_stub()). */
bool pg_fdt_is_stub(struct pg_bytes blob);

/* The UART of stdout-path, as firmware left it. PG_CONSOLE_NONE when there is
 * none that a purgatory can drive. */
struct pg_console pg_fdt_console(struct pg_bytes blob);

/* How /psci resets the machine; PG_RESET_ARCH when it does not. */
struct pg_reset pg_fdt_reset(struct pg_bytes blob);

#endif
