/* SPDX-License-Identifier: BSD-2-Clause */
/* What kexec-tools and Linux set alike on ppc64, in the crashed kernel's byte
 * order, in which it also enters us. */
#ifndef DROPIN_PPC64_NEXT_H
#define DROPIN_PPC64_NEXT_H

#include "dropin/dropin.h"

extern uint64_t kernel, dt_offset, backup_start, opal_base, opal_entry;
extern uint32_t run_at_load; /* of start.S: for the kernel's word of the name */

/* A variable as it is meant. */
uint64_t pg_ppc64_meant(uint64_t variable);

/* Fills in all of @request but what has other names in the two loaders:
 * regions are @regions as they are meant. The backup is made if @backup. */
void pg_ppc64_request(struct pg_request *request,
		      const struct pg_loader_region *regions, bool backup);

#endif
