/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of fdt/ share: faults, strings, cells, addresses. */
#ifndef PURGATORIO_FDT_CORE_TREE_H
#define PURGATORIO_FDT_CORE_TREE_H

#include <libfdt.h>

#include "fdt/core/core.h"

/* Sets *@fault to @problem, for libfdt's @reason, at @property of @node (""
 * and NULL: none); the status that goes with @reason. */
enum pg_status pg_fdt_blame(enum pg_fdt_problem problem, int reason,
			    const char *node, const char *property,
			    struct pg_fdt_fault *fault);

/* The status of libfdt's @reason. */
enum pg_status pg_fdt_status(int reason);

/* Property @name of @node as a NUL-terminated string, or NULL: not there, or
 * not a string. */
const char *pg_fdt_string(const void *tree, int node, const char *name);

/* Property @name of @node as one 32-bit cell, or @otherwise. */
uint32_t pg_fdt_cell(const void *tree, int node, const char *name,
		     uint32_t otherwise);

/* #address-cells or #size-cells for the children of @node, as Linux reads
 * them: 1 when not there (include/linux/of.h). 0 to 2; more is taken for
 * damaged and gives false. */
bool pg_fdt_cells(const void *tree, int node, uint32_t *address,
		  uint32_t *size);

/* @cells cells at @at, at most two, as one number. */
uint64_t pg_fdt_number(const uint8_t *at, uint32_t cells);

/* The first entry of @node's reg as the CPU sees it, translated by the ranges
 * of every bus above (Devicetree Specification 2.3.8). False: there is none.
 */
bool pg_fdt_address(const void *tree, int node, struct pg_span *out);

/* facts.c: is @node memory (Devicetree Specification 3.4)? Removes all of it
 * from @tree; 0 or libfdt's reason. */
bool pg_fdt_is_memory(const void *tree, int node);
int pg_fdt_remove_memory(void *tree);

/* memory.c: makes one node of @spans, instead of all memory that @tree has. On
 * error *@fault says why. */
enum pg_status pg_fdt_set_memory(void *tree, const struct pg_span *spans,
				 size_t count, struct pg_fdt_fault *fault);

/* edit.c: @value in @cells cells at *@at, which moves on. */
bool pg_fdt_put(uint8_t **at, uint64_t value, uint32_t cells);

/* facts.c: puts into @tree what the checked tree @loader alone knows (core.h,
 * pg_fdt_edits.facts); its initrd @with_initrd. On error *@fault says why. */
enum pg_status pg_fdt_take_facts(void *tree, struct pg_bytes loader,
				 bool with_initrd, struct pg_fdt_fault *fault);

#endif
