/* SPDX-License-Identifier: BSD-2-Clause */
/* A manifest for parts that are loaded as one block, wherever that is: all its
 * addresses but those of the copies' sources count from the purgatory. */
#include "pack/plan/plan.h"

void pg_plan_relative(struct pg_manifest *manifest, uint64_t base)
{
	uint8_t *start = (uint8_t *)manifest;
	struct pg_range *ranges = (void *)(start + manifest->ranges.offset);
	struct pg_fill *fills = (void *)(start + manifest->fills.offset);
	struct pg_copy *copies = (void *)(start + manifest->copies.offset);
	struct pg_handoff *handoff = &manifest->handoff;

	for (uint32_t i = 0; i < manifest->ranges.count; i++) {
		ranges[i].start -= base;
		ranges[i].flags |= PG_RELATIVE;
	}
	for (uint32_t i = 0; i < manifest->fills.count; i++) {
		fills[i].start -= base;
		fills[i].flags |= PG_RELATIVE;
	}
	for (uint32_t i = 0; i < manifest->copies.count; i++) {
		copies[i].destination -= base;
		copies[i].flags |= PG_RELATIVE;
	}
	if (manifest->log.bytes != 0) {
		manifest->log.start -= base;
		manifest->log.flags |= PG_RELATIVE;
	}
	handoff->entry -= base;
	handoff->args[0] -= base;
	handoff->args[1] -= base;
	handoff->flags |= PG_RELATIVE | PG_HANDOFF_ARG_RELATIVE(0) |
			  PG_HANDOFF_ARG_RELATIVE(1);
}
