/* SPDX-License-Identifier: BSD-2-Clause */
#include "pack/plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "pack/formats/elf64.h"

#define SPEC_FLAGS                                                             \
	(PG_SPEC_FIXED | PG_SPEC_TOP_DOWN | PG_SPEC_FILL | PG_SPEC_NO_VERIFY | \
	 PG_SPEC_RESERVED | PG_SPEC_BEHIND)

struct pg_plan *pg_plan_new(uint32_t arch, struct pg_bytes purgatory_elf,
			    struct pg_error *error)
{
	struct pg_plan *plan;

	if (pg_arch_machine(arch) == EM_NONE) {
		pg_fail(error, PG_E_USAGE, "plan: no architecture %u", arch);
		return NULL;
	}
	plan = calloc(1, sizeof(*plan));
	if (plan == NULL) {
		pg_fail(error, PG_E_NO_MEMORY, "plan: out of memory");
		return NULL;
	}
	if (pg_purgatory_read(purgatory_elf, arch, &plan->purgatory, error) !=
	    PG_OK) {
		free(plan);
		return NULL;
	}
	plan->arch = arch;
	plan->page_bytes = PG_PAGE_BYTES;
	plan->policy = PG_POLICY_STOP;
	plan->log_part = PG_PLAN_NO_LOG;
	return plan;
}

void pg_plan_free(struct pg_plan *plan)
{
	if (plan == NULL)
		return;
	for (size_t i = 0; i < plan->part_count; i++)
		free(plan->parts[i].digests);
	free(plan->purgatory.content);
	free(plan->sealed);
	free(plan);
}

/* The order of calls is the caller's business; getting it wrong is named. */
static enum pg_status need_state(const struct pg_plan *plan,
				 enum pg_plan_state first,
				 enum pg_plan_state last, const char *what,
				 struct pg_error *error)
{
	if (plan->state >= first && plan->state <= last)
		return PG_OK;
	return pg_fail(error, PG_E_USAGE,
		       "plan: %s comes too %s; open, place, seal, then emit",
		       what, plan->state < first ? "early" : "late");
}

enum pg_status pg_plan_window(struct pg_plan *plan, uint64_t start,
			      uint64_t bytes, struct pg_error *error)
{
	enum pg_status status =
		need_state(plan, PG_PLAN_OPEN, PG_PLAN_OPEN, "a window", error);
	struct pg_span window;

	if (status != PG_OK)
		return status;
	if (bytes == 0 || !pg_span_make(start, bytes, &window))
		return pg_fail(
			error, PG_E_RANGE,
			"memory window: 0x%llx bytes at 0x%llx are empty "
			"or wrap around; give start and size",
			(unsigned long long)bytes, (unsigned long long)start);
	if (plan->window_count == PG_PLAN_WINDOWS_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "memory window: more than %u; give fewer",
			       PG_PLAN_WINDOWS_MAX);
	for (size_t i = 0; i < plan->window_count; i++)
		if (pg_span_overlap(plan->windows[i], window))
			return pg_fail(error, PG_E_OVERLAP,
				       "memory window: 0x%llx bytes at 0x%llx "
				       "overlap another window; join them",
				       (unsigned long long)bytes,
				       (unsigned long long)start);
	plan->windows[plan->window_count++] = window;
	return PG_OK;
}

static bool name_is_good(const char name[24])
{
	size_t length = strnlen(name, 24);

	if (length == 0 || length == 24)
		return false;
	for (size_t i = 0; i < length; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return true;
}

/* @spec's memory was filled in. */
static enum pg_status check_spec(const struct pg_part_spec *spec,
				 struct pg_error *error)
{
	uint64_t pages;

	if (spec->flags & ~SPEC_FLAGS)
		return pg_fail(error, PG_E_USAGE, "%s: unknown flags 0x%x",
			       spec->name, spec->flags & ~SPEC_FLAGS);
	if (spec->memory_bytes == 0)
		return pg_fail(error, PG_E_USAGE,
			       "%s: is empty; give it content or memory",
			       spec->name);
	if (spec->content.size > spec->memory_bytes)
		return pg_fail(error, PG_E_USAGE,
			       "%s: 0x%zx bytes of content exceed 0x%llx bytes "
			       "of memory",
			       spec->name, spec->content.size,
			       (unsigned long long)spec->memory_bytes);
	if (!pg_align_up(spec->memory_bytes, PG_PLAN_PAGES_MAX, &pages))
		return pg_fail(error, PG_E_LIMIT,
			       "%s: 0x%llx bytes of memory are too many",
			       spec->name,
			       (unsigned long long)spec->memory_bytes);
	if ((spec->alignment & (spec->alignment - 1)) != 0)
		return pg_fail(error, PG_E_USAGE,
			       "%s: alignment 0x%llx is not a power of two",
			       spec->name, (unsigned long long)spec->alignment);
	if (spec->alignment_offset % PG_PAGE_BYTES != 0 ||
	    (spec->alignment_offset != 0 &&
	     spec->alignment_offset >= spec->alignment))
		return pg_fail(error, PG_E_USAGE,
			       "%s: 0x%llx above an alignment of 0x%llx is no "
			       "page multiple below it",
			       spec->name,
			       (unsigned long long)spec->alignment_offset,
			       (unsigned long long)spec->alignment);
	if (!(spec->flags & PG_SPEC_FIXED))
		return PG_OK;
	if (spec->fixed % PG_PAGE_BYTES != 0 ||
	    (spec->alignment != 0 &&
	     spec->fixed % spec->alignment != spec->alignment_offset))
		return pg_fail(error, PG_E_USAGE,
			       "%s: address 0x%llx is not a multiple of its "
			       "alignment",
			       spec->name, (unsigned long long)spec->fixed);
	return PG_OK;
}

enum pg_status pg_plan_part(struct pg_plan *plan,
			    const struct pg_part_spec *spec, size_t *index,
			    struct pg_error *error)
{
	struct pg_plan_part part = {.spec = *spec};
	enum pg_status status =
		need_state(plan, PG_PLAN_OPEN, PG_PLAN_OPEN, "a part", error);

	if (status != PG_OK)
		return status;
	if (!name_is_good(spec->name))
		return pg_fail(error, PG_E_USAGE,
			       "plan: the name of part %zu is empty, too long "
			       "or not printable",
			       plan->part_count);
	if ((spec->flags & PG_SPEC_BEHIND) &&
	    (plan->part_count == 0 || (spec->flags & PG_SPEC_FIXED)))
		return pg_fail(error, PG_E_USAGE,
			       "%s: is behind no part, or has an address of "
			       "its own",
			       spec->name);
	if (plan->part_count == PG_PARTS_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "%s: more than %u parts; join some", spec->name,
			       PG_PARTS_MAX);
	if (part.spec.memory_bytes == 0)
		part.spec.memory_bytes = part.spec.content.size;
	status = check_spec(&part.spec, error);
	if (status != PG_OK)
		return status;
	if (part.spec.alignment < PG_PAGE_BYTES)
		part.spec.alignment = PG_PAGE_BYTES;
	*index = plan->part_count;
	plan->parts[plan->part_count++] = part;
	return PG_OK;
}

uint64_t pg_plan_address(const struct pg_plan *plan, size_t index)
{
	return index < plan->part_count ? plan->parts[index].span.start : 0;
}

uint64_t pg_plan_purgatory(const struct pg_plan *plan)
{
	return plan->purgatory_span.start;
}

enum pg_status pg_plan_content(struct pg_plan *plan, size_t index,
			       struct pg_bytes content, struct pg_error *error)
{
	enum pg_status status = need_state(plan, PG_PLAN_OPEN, PG_PLAN_PLACED,
					   "content", error);
	struct pg_part_spec *spec;

	if (status != PG_OK)
		return status;
	if (index >= plan->part_count)
		return pg_fail(error, PG_E_USAGE, "plan: no part %zu", index);
	spec = &plan->parts[index].spec;
	if (content.size > spec->memory_bytes)
		return pg_fail(
			error, PG_E_NO_SPACE,
			"%s: 0x%zx bytes of content, and 0x%llx bytes of "
			"memory were set aside",
			spec->name, content.size,
			(unsigned long long)spec->memory_bytes);
	spec->content = content;
	return PG_OK;
}

void pg_plan_pages(struct pg_plan *plan, uint32_t page_bytes)
{
	plan->page_bytes = page_bytes;
}

void pg_plan_handoff(struct pg_plan *plan, const struct pg_handoff *handoff)
{
	plan->handoff = *handoff;
}

void pg_plan_console(struct pg_plan *plan, const struct pg_console *console)
{
	plan->console = *console;
}

void pg_plan_reset(struct pg_plan *plan, const struct pg_reset *reset)
{
	plan->reset = *reset;
}

void pg_plan_policy(struct pg_plan *plan, uint32_t policy)
{
	plan->policy = policy;
}

void pg_plan_ticks(struct pg_plan *plan, uint64_t ticks_per_second)
{
	plan->ticks_per_second = ticks_per_second;
}

void pg_plan_log(struct pg_plan *plan, size_t part_index)
{
	plan->log_part = part_index;
}

void pg_plan_flags(struct pg_plan *plan, uint32_t flags)
{
	plan->flags = flags;
}

void pg_plan_swap(struct pg_plan *plan, uint64_t start, uint64_t bytes)
{
	plan->swap = (struct pg_span){start, bytes};
}

enum pg_status pg_plan_copy(struct pg_plan *plan, const struct pg_copy *copy,
			    struct pg_error *error)
{
	enum pg_status status =
		need_state(plan, PG_PLAN_OPEN, PG_PLAN_PLACED, "a copy", error);
	struct pg_span span;

	if (status != PG_OK)
		return status;
	if (plan->copy_count == PG_COPIES_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "plan: more than %u copies; join some",
			       PG_COPIES_MAX);
	if (copy->bytes == 0 ||
	    !pg_span_make(copy->source, copy->bytes, &span) ||
	    !pg_span_make(copy->destination, copy->bytes, &span))
		return pg_fail(error, PG_E_RANGE,
			       "plan: a copy of 0x%llx bytes from 0x%llx to "
			       "0x%llx is empty or wraps around",
			       (unsigned long long)copy->bytes,
			       (unsigned long long)copy->source,
			       (unsigned long long)copy->destination);
	plan->copies[plan->copy_count++] = *copy;
	return PG_OK;
}

enum pg_status pg_plan_digests(struct pg_plan *plan, size_t index,
			       const uint8_t (*digests)[32], size_t count,
			       const uint8_t whole[32], struct pg_error *error)
{
	enum pg_status status = need_state(plan, PG_PLAN_OPEN, PG_PLAN_PLACED,
					   "digests", error);
	struct pg_plan_part *part;
	void *copy;

	if (status != PG_OK)
		return status;
	if (index >= plan->part_count || count == 0)
		return pg_fail(error, PG_E_USAGE,
			       "plan: %zu digests for part %zu", count, index);
	copy = reallocarray(NULL, count, sizeof(*digests));
	if (copy == NULL)
		return pg_fail(error, PG_E_NO_MEMORY, "plan: out of memory");
	memcpy(copy, digests, count * sizeof(*digests));
	part = &plan->parts[index];
	free(part->digests);
	part->digests = copy;
	part->digest_count = count;
	memcpy(part->whole, whole, sizeof(part->whole));
	return PG_OK;
}
