/* SPDX-License-Identifier: BSD-2-Clause */
/* PG_SPEC_BEHIND: parts on the pages behind each other, placed as one. */
#include "tests/unit/plan_fixture.h"

static struct pg_error error;

static void test_placed_as_one(void **state)
{
	struct pg_plan *plan = new_plan(&error);
	size_t first, second, third, other;

	(void)state;
	expect_ok(pg_plan_window(plan, MIB, MIB, &error), &error);
	first = add(plan,
		    &(const struct pg_part_spec){.name = "first",
						 .memory_bytes = 5000,
						 .highest = MIB + MIB / 2 - 1,
						 .flags = PG_SPEC_TOP_DOWN});
	second = add(plan,
		     &(const struct pg_part_spec){.name = "second",
						  .memory_bytes = 1,
						  .flags = PG_SPEC_BEHIND});
	third = add(plan,
		    &(const struct pg_part_spec){.name = "third",
						 .memory_bytes = 4097,
						 .flags = PG_SPEC_BEHIND});
	other = add(plan, &(const struct pg_part_spec){.name = "other",
						       .memory_bytes = 1});
	expect_ok(pg_plan_place(plan, &error), &error);
	assert_int_equal(pg_plan_address(plan, third), 0x17e000);
	assert_int_equal(pg_plan_address(plan, second), 0x17d000);
	assert_int_equal(pg_plan_address(plan, first), 0x17b000);
	/* The purgatory is the larger one of the other two. */
	assert_int_equal(pg_plan_purgatory(plan), MIB);
	assert_true(pg_plan_address(plan, other) > MIB);
	assert_int_equal(plan->parts[first].span.bytes, 8192);
	assert_int_equal(plan->parts[second].span.bytes, 4096);
	pg_plan_free(plan);
}

static void test_refused(void **state)
{
	const struct pg_part_spec behind = {.name = "behind",
					    .memory_bytes = 0x9000,
					    .flags = PG_SPEC_BEHIND};
	const struct pg_part_spec fixed = {.name = "fixed",
					   .memory_bytes = 1,
					   .flags = PG_SPEC_BEHIND |
						    PG_SPEC_FIXED};
	struct pg_plan *plan = new_plan(&error);
	size_t index;

	(void)state;
	expect_ok(pg_plan_window(plan, MIB, 0x11000, &error), &error);
	expect_error(pg_plan_part(plan, &behind, &index, &error), PG_E_USAGE,
		     &error, "behind: is behind no part");
	add(plan, &(const struct pg_part_spec){.name = "first",
					       .memory_bytes = 0x9000});
	expect_error(pg_plan_part(plan, &fixed, &index, &error), PG_E_USAGE,
		     &error, "an address of its own");
	/* Each would fit, and both together do not. */
	add(plan, &behind);
	expect_error(pg_plan_place(plan, &error), PG_E_NO_SPACE, &error,
		     "first: needs 72 KiB in one piece");
	pg_plan_free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_placed_as_one),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
