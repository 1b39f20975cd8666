/* SPDX-License-Identifier: BSD-2-Clause */
#include <elf.h>
#include <stdlib.h>

#include "pack/plan/plan.h"

static int by_address(const void *a, const void *b)
{
	const struct pg_plan_piece *x = a, *y = b;

	return x->segment.address < y->segment.address ? -1 : 1;
}

/* What the next kernel does with it. Loaders of physical segments ignore
 * this; readelf's users do not. */
static uint32_t elf_flags(const struct pg_part_spec *spec)
{
	if (spec->content.size == 0)
		return PF_R | PF_W;
	switch (spec->kind) {
	case PG_PART_KERNEL:
		return PF_R | PF_X;
	case PG_PART_BOOTPARAMS:
	case PG_PART_FDT:
		return PF_R | PF_W;
	default:
		return PF_R;
	}
}

size_t pg_plan_pieces(const struct pg_plan *plan,
		      struct pg_plan_piece out[PG_PLAN_PIECES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < plan->part_count; i++) {
		const struct pg_plan_part *part = &plan->parts[i];

		out[count++] = (struct pg_plan_piece){
			.segment = {.name = part->spec.name,
				    .content = part->spec.content,
				    .address = part->span.start,
				    .memory_bytes = part->span.bytes},
			.elf_flags = elf_flags(&part->spec)};
	}
	out[count++] = (struct pg_plan_piece){
		.segment = {.name = "purgatory",
			    .content = {plan->sealed, plan->sealed_bytes},
			    .address = plan->purgatory_span.start,
			    .memory_bytes = plan->purgatory_span.bytes},
		.elf_flags = PF_R | PF_X};
	qsort(out, count, sizeof(*out), by_address);
	return count;
}

enum pg_status pg_plan_segments(const struct pg_plan *plan,
				struct pg_segment *out, size_t max,
				size_t *count, struct pg_error *error)
{
	struct pg_plan_piece pieces[PG_PLAN_PIECES_MAX];
	size_t have;

	if (plan->state != PG_PLAN_SEALED)
		return pg_fail(error, PG_E_USAGE,
			       "plan: segments before sealing");
	have = pg_plan_pieces(plan, pieces);
	if (have > max)
		return pg_fail(error, PG_E_LIMIT,
			       "plan: %zu segments, and the loader takes %zu; "
			       "join parts",
			       have, max);
	for (size_t i = 0; i < have; i++)
		out[i] = pieces[i].segment;
	*count = have;
	return PG_OK;
}
