/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manifest of a placed plan: all that it says, except for digests, and
 * whether the purgatory will take it.
 */
#include <stdlib.h>
#include <string.h>

#include "pack/formats/elf64.h"
#include "pack/plan/plan.h"
#include "purgatorio/check.h"

uint64_t pg_plan_manifest_bound(const struct pg_plan *plan)
{
	uint64_t bytes = sizeof(struct pg_manifest) +
			 PG_COPIES_MAX * sizeof(struct pg_copy);

	for (size_t i = 0; i < plan->part_count; i++)
		bytes += sizeof(struct pg_part) + sizeof(struct pg_fill) +
			 pg_range_count(plan->parts[i].spec.memory_bytes) *
				 sizeof(struct pg_range);
	return bytes;
}

static int by_address(const void *a, const void *b)
{
	const struct pg_plan_part *const *x = a;
	const struct pg_plan_part *const *y = b;

	return (*x)->span.start < (*y)->span.start ? -1 : 1;
}

static void order_parts(const struct pg_plan *plan, struct pg_plan_order *order)
{
	order->count = 0;
	for (size_t i = 0; i < plan->part_count; i++)
		if (plan->parts[i].spec.content.size != 0)
			order->part[order->count++] = &plan->parts[i];
	/* Pointers are sorted. NOLINTNEXTLINE(bugprone-sizeof-expression) */
	qsort(order->part, order->count, sizeof(*order->part), by_address);
}

static enum pg_status check_digest_counts(const struct pg_plan_order *order,
					  struct pg_error *error)
{
	for (size_t i = 0; i < order->count; i++) {
		const struct pg_plan_part *part = order->part[i];
		uint64_t ranges = pg_part_ranges(&part->spec);

		if (part->digests != NULL && part->digest_count != ranges)
			return pg_fail(error, PG_E_MISMATCH,
				       "%s: %zu digests were given for %llu "
				       "ranges; was it changed after packing?",
				       part->spec.name, part->digest_count,
				       (unsigned long long)ranges);
	}
	return PG_OK;
}

/* Room for @count entries of @entry_bytes behind what is there. */
static struct pg_table add_table(uint64_t *bytes, uint64_t count,
				 size_t entry_bytes)
{
	struct pg_table table = {(uint32_t)*bytes, (uint32_t)count};

	*bytes += count * entry_bytes;
	return table;
}

static bool wants_fill(const struct pg_part_spec *spec)
{
	return (spec->flags & PG_SPEC_FILL) &&
	       spec->content.size < spec->memory_bytes;
}

/* An empty manifest with its tables laid out, in malloc(3) memory. */
static enum pg_status allocate(const struct pg_plan *plan,
			       const struct pg_plan_order *order,
			       struct pg_manifest **out, struct pg_error *error)
{
	struct pg_manifest header = {.version = PG_MANIFEST_VERSION,
				     .arch = plan->arch};
	uint64_t bytes = sizeof(header), ranges = 0, fills = 0;

	for (size_t i = 0; i < order->count; i++)
		ranges += pg_part_ranges(&order->part[i]->spec);
	for (size_t i = 0; i < plan->part_count; i++)
		fills += wants_fill(&plan->parts[i].spec);
	if (ranges > PG_RANGES_MAX)
		return pg_fail(
			error, PG_E_LIMIT,
			"plan: the content has %llu ranges of 64 KiB, and a "
			"manifest holds %u; use smaller files",
			(unsigned long long)ranges, PG_RANGES_MAX);
	header.parts = add_table(&bytes, order->count, sizeof(struct pg_part));
	header.ranges = add_table(&bytes, ranges, sizeof(struct pg_range));
	header.fills = add_table(&bytes, fills, sizeof(struct pg_fill));
	header.copies =
		add_table(&bytes, plan->copy_count, sizeof(struct pg_copy));
	header.bytes = (uint32_t)bytes;
	memcpy(header.magic, PG_MANIFEST_MAGIC, sizeof(header.magic));
	*out = calloc(1, bytes);
	if (*out == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "plan: no memory for a manifest of %llu bytes",
			       (unsigned long long)bytes);
	**out = header;
	return PG_OK;
}

/* All but parts and ranges. */
static void describe(const struct pg_plan *plan, struct pg_manifest *manifest)
{
	struct pg_fill *fill =
		(void *)((uint8_t *)manifest + manifest->fills.offset);

	manifest->flags = plan->flags;
	manifest->swap_start = plan->swap.start;
	manifest->swap_bytes = plan->swap.bytes;
	manifest->handoff = plan->handoff;
	manifest->console = plan->console;
	manifest->console_twin = plan->console;
	manifest->reset = plan->reset;
	manifest->policy = plan->policy;
	manifest->policy_twin = plan->policy;
	manifest->ticks_per_second = plan->ticks_per_second;
	if (plan->log_part < plan->part_count) {
		const struct pg_plan_part *log = &plan->parts[plan->log_part];

		manifest->log.start = log->span.start;
		manifest->log.bytes = (uint32_t)log->spec.memory_bytes;
	}
	for (size_t i = 0; i < plan->part_count; i++) {
		const struct pg_plan_part *part = &plan->parts[i];

		if (!wants_fill(&part->spec))
			continue;
		fill->start = part->span.start + part->spec.content.size;
		fill->bytes = part->spec.memory_bytes - part->spec.content.size;
		fill++;
	}
	if (plan->copy_count != 0)
		memcpy((uint8_t *)manifest + manifest->copies.offset,
		       plan->copies, plan->copy_count * sizeof(*plan->copies));
}

static void cut_ranges(const struct pg_plan_order *order,
		       struct pg_manifest *manifest)
{
	struct pg_part *entry =
		(void *)((uint8_t *)manifest + manifest->parts.offset);
	struct pg_range *range =
		(void *)((uint8_t *)manifest + manifest->ranges.offset);

	for (size_t i = 0; i < order->count; i++, entry++) {
		const struct pg_plan_part *part = order->part[i];
		uint64_t left = part->spec.content.size;
		uint64_t start = part->span.start;

		memcpy(entry->name, part->spec.name, sizeof(entry->name));
		entry->bytes = left;
		entry->kind = part->spec.kind;
		if (pg_part_ranges(&part->spec) == 0)
			continue;
		for (; left != 0; range++) {
			range->start = start;
			range->bytes =
				left < PG_RANGE_BYTES ? left : PG_RANGE_BYTES;
			range->part = (uint32_t)i;
			if (part->spec.flags & PG_SPEC_NO_VERIFY)
				range->flags = PG_RANGE_SKIP;
			start += range->bytes;
			left -= range->bytes;
		}
	}
}

/* The same check that the purgatory will make. */
static enum pg_status check(const struct pg_plan *plan,
			    const struct pg_manifest *manifest,
			    struct pg_error *error)
{
	struct pg_span image = {plan->purgatory_span.start,
				plan->purgatory.memory_bytes};
	struct pg_check_place place = {"", 0, 0};
	enum pg_status status =
		pg_manifest_check(manifest, plan->arch, image, &place);

	if (status == PG_OK)
		return PG_OK;
	return pg_fail(error, status, "plan: %s (%s[%u], 0x%llx)",
		       pg_status_cause(status), place.what, place.index,
		       (unsigned long long)place.value);
}

/* It goes where pg_plan_place() has left room for it. */
static enum pg_status check_room(const struct pg_plan *plan,
				 const struct pg_manifest *manifest,
				 struct pg_error *error)
{
	if (plan->purgatory.memory_bytes + manifest->bytes >
	    plan->purgatory_span.bytes)
		return pg_fail(error, PG_E_NO_SPACE,
			       "purgatory: its manifest of %u bytes outgrew "
			       "what was set aside",
			       manifest->bytes);
	return PG_OK;
}

static enum pg_status check_log(const struct pg_plan *plan,
				struct pg_error *error)
{
	const struct pg_part_spec *spec;

	if (plan->log_part == PG_PLAN_NO_LOG)
		return PG_OK;
	if (plan->log_part >= plan->part_count)
		return pg_fail(error, PG_E_USAGE, "plan: no part %zu",
			       plan->log_part);
	spec = &plan->parts[plan->log_part].spec;
	if (spec->memory_bytes > UINT32_MAX || spec->content.size != 0)
		return pg_fail(error, PG_E_LOG,
			       "%s: the log must be memory without content, "
			       "below 4 GiB",
			       spec->name);
	return PG_OK;
}

enum pg_status pg_plan_manifest(const struct pg_plan *plan,
				struct pg_plan_order *order,
				struct pg_manifest **out,
				struct pg_error *error)
{
	struct pg_manifest *manifest;
	enum pg_status status;

	if (plan->state != PG_PLAN_PLACED)
		return pg_fail(error, PG_E_USAGE,
			       "plan: sealed %s; place, seal once, then emit",
			       plan->state == PG_PLAN_OPEN ? "before placing"
							   : "twice");
	status = check_log(plan, error);
	if (status != PG_OK)
		return status;
	order_parts(plan, order);
	status = check_digest_counts(order, error);
	if (status == PG_OK)
		status = allocate(plan, order, &manifest, error);
	if (status != PG_OK)
		return status;
	describe(plan, manifest);
	cut_ranges(order, manifest);
	if (plan->relative)
		pg_plan_relative(manifest, plan->purgatory_span.start);
	status = check(plan, manifest, error);
	if (status == PG_OK)
		status = check_room(plan, manifest, error);
	if (status == PG_OK)
		*out = manifest;
	else
		free(manifest);
	return status;
}
