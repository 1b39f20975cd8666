/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ppc64: the running kernel's device tree, flattened again, and what it says
 * of the machine. /sys/firmware/fdt is the tree of the last boot; what was
 * plugged since is only in /proc/device-tree.
 *
 * Errors as in fdt_edit.h, and PG_E_MACHINE for what cannot be read.
 */
#ifndef PURGATORIO_FDT_FLATTEN_H
#define PURGATORIO_FDT_FLATTEN_H

#include "fdt/fdt_edit.h"

/* Flattens the tree of files under @folder to *@out (malloc(3), owned by the
 * caller). The same tree always gives the same bytes. */
enum pg_status pg_fdt_flatten(const char *folder, struct pg_bytes *out,
			      struct pg_error *error);

/* What a checked tree of a ppc64 machine says. Spans with 0 bytes: not there.
 */
struct pg_ppc64_machine {
	struct pg_span crash; /* linux,crashkernel-* */
	struct pg_span first; /* the memory at 0; its end limits real mode */
	uint64_t kernel_end;  /* of the running kernel; 0: not told */
	struct pg_span htab;  /* hashed page table, on bare metal */
	struct pg_span rtas;  /* PAPR 7.2 */
	uint64_t rtas_entry;  /* 0: none */
	uint32_t reboot;      /* RTAS's token of system-reboot; 0: none */
	bool opal;	      /* bare metal */
	struct pg_span opal_memory;
	uint64_t opal_entry;
	struct pg_console console;
};
enum pg_status pg_fdt_ppc64(struct pg_bytes blob, struct pg_ppc64_machine *out,
			    struct pg_error *error);

/* What firmware and devices use while any kernel runs: RTAS, OPAL, the root's
 * reserved-ranges, TCE tables. At most @max to @out; PG_E_LIMIT when there are
 * more. They may overlap. */
#define PG_PPC64_RESERVED_MAX 64
enum pg_status pg_fdt_ppc64_reserved(struct pg_bytes blob, struct pg_span *out,
				     size_t max, size_t *count,
				     struct pg_error *error);

/* Copies @blob to *@out (malloc(3)), in which each memory node has
 * linux,usable-memory: what it shares with @usable (drivers/of/fdt.c,
 * early_init_dt_scan_memory()). So have blocks that can be plugged
 * (drconf.h). */
enum pg_status pg_fdt_usable_memory(struct pg_bytes blob,
				    const struct pg_span *usable, size_t count,
				    struct pg_bytes *out,
				    struct pg_error *error);

#endif
