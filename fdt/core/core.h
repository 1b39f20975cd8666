/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flattened device trees (Devicetree Specification 0.4, chapter 5) on libfdt,
 * for host and freestanding code: what the next kernel is told by one, and
 * what one says of the machine. Pure functions over the caller's buffers:
 * nothing is allocated, nothing is formatted, nothing is kept. Trees are
 * untrusted.
 *
 * Freestanding code links build/<arch>/fdt.a (mk/fdt.mk).
 */
#ifndef PURGATORIO_FDT_CORE_CORE_H
#define PURGATORIO_FDT_CORE_CORE_H

#include <stdbool.h>

#include "purgatorio/bytes.h"
#include "purgatorio/manifest.h"
#include "purgatorio/range.h"
#include "purgatorio/status.h"

/* Documentation/arch/arm64/booting.rst, "Setup the device tree". */
#define PG_FDT_BYTES_MAX (2u * 1024 * 1024)

/* Entropy for kaslr-seed and, behind it, rng-seed. */
#define PG_FDT_KASLR_BYTES 8
#define PG_FDT_RNG_BYTES   64
#define PG_FDT_SEED_BYTES  (PG_FDT_KASLR_BYTES + PG_FDT_RNG_BYTES)

/* Linux 6.1 takes no more of linux,usable-memory-range (drivers/of/fdt.c,
 * MAX_USABLE_RANGES). */
#define PG_FDT_USABLE_MAX 2

/* ------------------------------------------------------------- faults -- */

/* What is wrong; behind each the members of struct pg_fdt_fault that say
 * where and how much, and the status it goes with. LIBFDT stands for what
 * libfdt's reason means: PG_E_TRUNCATED, PG_E_FORMAT (no device tree),
 * PG_E_LIMIT (no room) or PG_E_CORRUPT. */
enum pg_fdt_problem {
	PG_FDT_HEADER = 1,  /* reason: the tree's header. LIBFDT */
	PG_FDT_SHORT,	    /* have, want: announces more bytes than there
			       are. PG_E_TRUNCATED */
	PG_FDT_LARGE,	    /* want: more bytes than Linux takes. PG_E_LIMIT */
	PG_FDT_DAMAGED,	    /* reason, node: this one or the next. LIBFDT */
	PG_FDT_BLOCKS,	    /* reason: the order of its blocks. LIBFDT */
	PG_FDT_PROPERTY,    /* reason, node, property: cannot be read or
			       written. LIBFDT */
	PG_FDT_STRING,	    /* node, property: not terminated. PG_E_CORRUPT */
	PG_FDT_RESERVE_MAP, /* reason: cannot be written. LIBFDT */
	PG_FDT_CELLS,	    /* node: its #address-cells or #size-cells are not
			       1 or 2, or not those of the tree that facts
			       are taken from. PG_E_CORRUPT */
	PG_FDT_NARROW,	    /* node, span, cells: these cells cannot hold it.
			       PG_E_LIMIT */
	PG_FDT_RANGES,	    /* want: more usable ranges than Linux takes.
			       PG_E_LIMIT */
	PG_FDT_ROOM,	    /* have, want: the buffer is too small.
			       PG_E_LIMIT */
};

#define PG_FDT_PATH_BYTES 160

struct pg_fdt_fault {
	enum pg_fdt_problem problem;
	int reason;		      /* libfdt's -FDT_ERR_*, or 0 */
	char node[PG_FDT_PATH_BYTES]; /* its path; "": none; may be cut */
	const char *property;	      /* a constant's name, or NULL */
	uint64_t have, want;	      /* bytes, or a count */
	struct pg_span span;
	uint32_t address_cells, size_cells;
};

/* ------------------------------------------------------ check and edit -- */

/* Is every node and property of @blob whole? @blob may be longer than the
 * tree in it. It has to lie at a multiple of 8. On error *@fault says why. */
enum pg_status pg_tree_check(struct pg_bytes blob, struct pg_fdt_fault *fault);

/* What the next kernel is told in /chosen and in the reserve map. What a
 * boot loader told the running kernel in the same places is removed. */
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
	/* The tree was made for this kernel already, by a loader: what it says
	 * of core header, usable memory and seeds stays. */
	bool loaded;
	bool keep_initrd; /* and what it says of the initrd */
	/* The checked tree of a loader, size 0: none. @blob was not made by it
	 * and replaces it, but for what only a loader knows: its memory, its
	 * reservations, what /chosen says of core header, usable memory,
	 * seeds, UEFI and, with keep_initrd, the initrd. */
	struct pg_bytes facts;
	/* The machine's memory, in place of what the tree says; none: as it
	 * is. */
	const struct pg_span *memory;
	size_t memory_count;
};

/* No result of pg_tree_edit() is longer, whatever the addresses will be: from
 * the counts, and from @edits->command_line or, when that is NULL,
 * @command_line_bytes. @blob has been checked. */
uint64_t pg_fdt_edit_bound(struct pg_bytes blob,
			   const struct pg_fdt_edits *edits,
			   size_t command_line_bytes);

/* The room that pg_tree_edit() needs to work in. @blob has been checked. */
uint64_t pg_tree_edit_room(struct pg_bytes blob,
			   const struct pg_fdt_edits *edits);

/* Checks @blob and makes of it, with @edits, a tree at @out, which has @room
 * bytes, lies at a multiple of 8 and does not overlap with @blob. *@bytes is
 * the tree's length. On error *@fault says why, *@bytes is untouched, and
 * what is at @out is no tree. */
enum pg_status pg_tree_edit(struct pg_bytes blob,
			    const struct pg_fdt_edits *edits, uint8_t *out,
			    size_t room, size_t *bytes,
			    struct pg_fdt_fault *fault);

/* ------------------------------------------------ what a tree says -- */
/* All of these take a checked @blob. */

/* /chosen's bootargs, "" when there are none. PG_E_CORRUPT: not a string. */
enum pg_status pg_tree_command_line(struct pg_bytes blob, const char **out,
				    struct pg_fdt_fault *fault);

/* What /chosen has that a loader tells a capture kernel alone, of its memory or
 * of the dead kernel's: the property's name. NULL: nothing. */
const char *pg_fdt_captures(struct pg_bytes blob);

/* The tree that Linux's EFI stub makes on ACPI machines: no hardware in it
 * (arch/arm64/kernel/acpi.c, dt_is_stub()). */
bool pg_fdt_is_stub(struct pg_bytes blob);

/* The UART of stdout-path, as firmware left it. PG_CONSOLE_NONE when there is
 * none that a purgatory can drive. */
struct pg_console pg_fdt_console(struct pg_bytes blob);

/* Where memory ends that begins at or before @start, by the tree's memory
 * nodes:
 * *@end is @start where there is none. False, and *@end untouched: it says
 * nothing of memory that can be read, or leaves it to UEFI's map, or to the
 * blocks of PAPR's ibm,dynamic-memory. */
bool pg_fdt_memory_end(struct pg_bytes blob, uint64_t start, uint64_t *end);

/* How /psci resets the machine; PG_RESET_ARCH when it does not. */
struct pg_reset pg_fdt_reset(struct pg_bytes blob);

#endif
