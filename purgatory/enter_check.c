/* SPDX-License-Identifier: BSD-2-Clause */
/* The first step: the structural check (check.c), and what only the machine
 * can answer. */
#include "purgatory/purgatory.h"

#include "purgatorio/arch.h"

static enum pg_status say_place(enum pg_status status,
				const struct pg_check_place *place)
{
	pg_put("manifest: ");
	pg_put(place->what);
	pg_put("[");
	pg_put_dec(place->index);
	pg_put("] ");
	pg_put_hex(place->value);
	pg_put("\n");
	return status;
}

static enum pg_status unreachable(const char *what, uint32_t index,
				  uint64_t start)
{
	const struct pg_check_place place = {what, index, start};

	return say_place(PG_E_UNREACHABLE, &place);
}

/* Everything that will be read or written can be reached. */
static enum pg_status check_reach(const struct pg_context *context)
{
	const struct pg_manifest *m = context->manifest;
	const struct pg_range *ranges = pg_manifest_ranges(m);
	const struct pg_fill *fills = pg_manifest_fills(m);
	const struct pg_copy *copies = pg_manifest_copies(m);
	uint64_t start;
	uint32_t i;

	for (i = 0; i < m->ranges.count; i++) {
		start = pg_manifest_resolve(ranges[i].start, ranges[i].flags,
					    context->base);
		if (!pg_arch_reachable(start, ranges[i].bytes))
			return unreachable("ranges", i, start);
	}
	for (i = 0; i < m->fills.count; i++) {
		start = pg_manifest_resolve(fills[i].start, fills[i].flags,
					    context->base);
		if (!pg_arch_reachable(start, fills[i].bytes))
			return unreachable("fills", i, start);
	}
	for (i = 0; i < m->copies.count; i++) {
		start = pg_manifest_resolve(copies[i].destination,
					    copies[i].flags, context->base);
		if (!pg_arch_reachable(copies[i].source, copies[i].bytes))
			return unreachable("copies", i, copies[i].source);
		if (!pg_arch_reachable(start, copies[i].bytes))
			return unreachable("copies", i, start);
	}
	start = pg_manifest_resolve(m->log.start, m->log.flags, context->base);
	if (m->log.bytes && !pg_arch_reachable(start, m->log.bytes))
		return unreachable("log", 0, start);
	if (m->swap_bytes == 0)
		return PG_OK;
	if (!pg_arch_reachable(0, m->swap_bytes))
		return unreachable("swap_bytes", 0, m->swap_bytes);
	if (!pg_arch_reachable(m->swap_start, m->swap_bytes))
		return unreachable("swap_start", 0, m->swap_start);
	return PG_OK;
}

enum pg_status pg_check(const struct pg_context *context)
{
	const struct pg_span image = {context->base,
				      context->image->memory_bytes};
	const struct pg_handoff *handoff = &context->manifest->handoff;
	struct pg_check_place place;
	enum pg_status status;

	status = pg_manifest_check(context->manifest, pg_arch_id(), image,
				   &place);
	if (status != PG_OK)
		return say_place(status, &place);
	status = pg_arch_handoff_check(handoff);
	if (status != PG_OK) {
		/* Field by field: a constant structure with a pointer in it
		 * would need a relocation. */
		place.what = "handoff.protocol";
		place.index = 0;
		place.value = handoff->protocol;
		return say_place(status, &place);
	}
	/* What of an image is not in memory, its loader's words explain. */
	status = pg_check_loader(context);
	return status == PG_OK ? check_reach(context) : status;
}
