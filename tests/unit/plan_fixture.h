/* SPDX-License-Identifier: BSD-2-Clause */
/* Plans around a synthetic purgatory. */
#ifndef PURGATORIO_TESTS_PLAN_FIXTURE_H
#define PURGATORIO_TESTS_PLAN_FIXTURE_H

#include "pack/plan/plan.h"
#include "tests/unit/synthetic.h"

#define MIB 0x100000ull

static inline struct pg_plan *new_plan(struct pg_error *error)
{
	uint8_t *elf = make_purgatory(PG_ARCH_X86_64);
	struct pg_plan *plan =
		pg_plan_new(PG_ARCH_X86_64, purgatory_bytes(elf), error);

	assert_non_null(plan);
	free(elf); /* it was copied */
	return plan;
}

static inline size_t add(struct pg_plan *plan, const struct pg_part_spec *spec)
{
	struct pg_error error;
	size_t index = SIZE_MAX;

	expect_ok(pg_plan_part(plan, spec, &index, &error), &error);
	return index;
}

static uint8_t data[3 * MIB + 5];

/* A plan that can be sealed: a kernel and what it is handed. */
static inline struct pg_plan *small_plan(size_t *kernel, size_t *params)
{
	struct pg_error error;
	struct pg_plan *plan = new_plan(&error);
	const struct pg_handoff nowhere = {.protocol = 0};

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i ^ i >> 8 ^ i >> 16);
	expect_ok(pg_plan_window(plan, 16 * MIB, 64 * MIB, &error), &error);
	*kernel = add(plan, &(const struct pg_part_spec){
				    .name = "kernel",
				    .kind = PG_PART_KERNEL,
				    .content = {data, sizeof(data)},
				    .memory_bytes = 5 * MIB,
				    .alignment = 2 * MIB});
	*params =
		add(plan,
		    &(const struct pg_part_spec){.name = "boot_params",
						 .kind = PG_PART_BOOTPARAMS,
						 .content = {data + 1, 4096}});
	pg_plan_handoff(plan, &nowhere);
	return plan;
}

static inline void hand_off(struct pg_plan *plan, size_t kernel, size_t params)
{
	const struct pg_handoff handoff = {
		.protocol = PG_HANDOFF_LINUX_X86_64,
		.entry = pg_plan_address(plan, kernel) + 0x200,
		.args = {pg_plan_address(plan, params)}};

	pg_plan_handoff(plan, &handoff);
}

#endif
