/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ppc64: memory that can be plugged, in logical memory blocks of one size
 * (PAPR 13.5.2, /ibm,dynamic-reconfiguration-memory). Under PowerVM it is all
 * but the first block.
 */
#ifndef PURGATORIO_FDT_DRCONF_H
#define PURGATORIO_FDT_DRCONF_H

#include "fdt/fdt_edit.h"

/* How long linux,drconf-usable-memory will be for @usable; 0: @tree has no
 * such blocks. False: the description is damaged. */
bool pg_fdt_drconf_bytes(const void *tree, const struct pg_span *usable,
			 size_t count, size_t *bytes);

/* Writes the property: what each block shares with @usable. @tree has room for
 * it. 0, or libfdt's reason. */
int pg_fdt_drconf_limit(void *tree, const struct pg_span *usable, size_t count);

#endif
