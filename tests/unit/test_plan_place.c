/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_plan_place(): aligned, disjoint, inside a window, or refused. */
#include "tests/unit/plan_fixture.h"

static void test_placement_rules(void **state)
{
	struct pg_error error;
	struct pg_plan *plan = new_plan(&error);
	size_t low, high, fixed, limited, from;

	(void)state;
	expect_ok(pg_plan_window(plan, 64 * MIB, 64 * MIB, &error), &error);
	expect_ok(pg_plan_window(plan, 16 * MIB, 16 * MIB, &error), &error);
	low = add(plan, &(const struct pg_part_spec){.name = "low",
						     .memory_bytes = 3 * MIB,
						     .alignment = 4 * MIB});
	high = add(plan,
		   &(const struct pg_part_spec){.name = "high",
						.memory_bytes = 4097,
						.flags = PG_SPEC_TOP_DOWN});
	fixed = add(plan, &(const struct pg_part_spec){.name = "fixed",
						       .memory_bytes = 1,
						       .fixed = 16 * MIB,
						       .flags = PG_SPEC_FIXED});
	limited = add(plan,
		      &(const struct pg_part_spec){.name = "limited",
						   .memory_bytes = 4096,
						   .highest = 20 * MIB - 1,
						   .flags = PG_SPEC_TOP_DOWN});
	from = add(plan, &(const struct pg_part_spec){.name = "from",
						      .memory_bytes = 4096,
						      .lowest = 70 * MIB + 1});
	assert_int_equal(pg_plan_address(plan, low), 0);
	expect_ok(pg_plan_place(plan, &error), &error);
	assert_int_equal(pg_plan_address(plan, fixed), 16 * MIB);
	assert_int_equal(pg_plan_address(plan, limited), 20 * MIB - 4096);
	assert_int_equal(pg_plan_address(plan, low), 20 * MIB);
	assert_int_equal(pg_plan_address(plan, high), 128 * MIB - 8192);
	assert_int_equal(pg_plan_address(plan, from), 70 * MIB + 4096);
	assert_int_equal(pg_plan_purgatory(plan), 16 * MIB + 4096);
	assert_int_equal(pg_plan_address(plan, 99), 0);
	pg_plan_free(plan);
}

/* What is hardest to place goes first: both plans fit in this order only. */
static void test_hardest_first(void **state)
{
	static const struct {
		uint64_t window_bytes;
		struct pg_part_spec easy, hard;
	} cases[] = {
		{2 * MIB,
		 {.name = "large", .memory_bytes = MIB},
		 {.name = "low",
		  .memory_bytes = MIB / 2,
		  .highest = 16 * MIB + MIB / 2 - 1}},
		{4 * MIB + 0x5000,
		 {.name = "large", .memory_bytes = 3 * MIB},
		 {.name = "aligned",
		  .memory_bytes = MIB,
		  .alignment = 2 * MIB}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pg_error error;
		struct pg_plan *plan = new_plan(&error);
		size_t hard;

		expect_ok(pg_plan_window(plan, 16 * MIB, cases[i].window_bytes,
					 &error),
			  &error);
		add(plan, &cases[i].easy);
		hard = add(plan, &cases[i].hard);
		expect_ok(pg_plan_place(plan, &error), &error);
		assert_int_equal(pg_plan_address(plan, hard), 16 * MIB);
		pg_plan_free(plan);
	}
}

/* Exactly enough is enough; one page less is not, and the error says by how
 * much. The purgatory takes 3 pages, its manifest one. */
static void test_no_space(void **state)
{
	(void)state;
	for (unsigned missing = 0; missing < 2; missing++) {
		struct pg_error error;
		struct pg_plan *plan = new_plan(&error);
		enum pg_status status;

		expect_ok(pg_plan_window(plan, MIB,
					 MIB + 0x4000 - missing * 0x1000,
					 &error),
			  &error);
		add(plan, &(const struct pg_part_spec){.name = "initrd",
						       .memory_bytes = MIB});
		status = pg_plan_place(plan, &error);
		if (missing == 0) {
			expect_ok(status, &error);
		} else {
			expect_error(status, PG_E_NO_SPACE, &error,
				     "purgatory: needs 16 KiB");
			assert_non_null(strstr(error.text, "at most 12 KiB"));
			assert_non_null(
				strstr(error.text, "4 KiB are missing"));
			/* It may be tried again, with another window. */
			expect_ok(pg_plan_window(plan, 64 * MIB, MIB, &error),
				  &error);
			expect_ok(pg_plan_place(plan, &error), &error);
		}
		pg_plan_free(plan);
	}
}

static void test_no_space_reasons(void **state)
{
	static const struct {
		struct pg_part_spec spec;
		enum pg_status status;
		const char *word;
	} cases[] = {
		{{.name = "big", .memory_bytes = 65 * MIB},
		 PG_E_NO_SPACE,
		 "25608 KiB are missing"},
		{{.name = "low", .memory_bytes = 1, .highest = 16 * MIB - 1},
		 PG_E_NO_SPACE,
		 "low: needs 4 KiB"},
		{{.name = "hi", .memory_bytes = 1, .lowest = 80 * MIB},
		 PG_E_NO_SPACE,
		 "at most 0 KiB"},
		{{.name = "al", .memory_bytes = 1, .alignment = 1ull << 40},
		 PG_E_NO_SPACE,
		 "al: needs"},
		{{.name = "fixed",
		  .memory_bytes = 8192,
		  .fixed = 80 * MIB - 4096,
		  .flags = PG_SPEC_FIXED},
		 PG_E_NO_SPACE,
		 "no memory window"},
		{{.name = "wrap",
		  .memory_bytes = 8192,
		  .fixed = UINT64_MAX - 4095,
		  .flags = PG_SPEC_FIXED},
		 PG_E_RANGE,
		 "wrap"},
		{{.name = "clash",
		  .memory_bytes = 4096,
		  .fixed = 40 * MIB + 4096,
		  .flags = PG_SPEC_FIXED},
		 PG_E_OVERLAP,
		 "clash: 0x2801000-0x2801fff"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pg_error error;
		struct pg_plan *plan = new_plan(&error);

		expect_ok(pg_plan_window(plan, 16 * MIB, 64 * MIB, &error),
			  &error);
		add(plan, &(const struct pg_part_spec){.name = "first",
						       .memory_bytes = 8192,
						       .fixed = 40 * MIB,
						       .flags = PG_SPEC_FIXED});
		add(plan, &cases[i].spec);
		expect_error(pg_plan_place(plan, &error), cases[i].status,
			     &error, cases[i].word);
		assert_int_equal(pg_plan_address(plan, 0), 0);
		pg_plan_free(plan);
	}
}

/* The error says from where to where there was memory at all. */
static void test_no_space_where(void **state)
{
	struct pg_part_spec spec = {.name = "p", .memory_bytes = 9 * MIB};
	struct pg_error error;
	struct pg_plan *plan;

	(void)state;
	for (unsigned limited = 0; limited < 2; limited++) {
		plan = new_plan(&error);
		expect_ok(pg_plan_window(plan, 32 * MIB, MIB, &error), &error);
		expect_ok(pg_plan_window(plan, 64 * MIB, MIB, &error), &error);
		expect_ok(pg_plan_window(plan, 16 * MIB, MIB, &error), &error);
		if (limited)
			spec.highest = 40 * MIB - 1;
		add(plan, &spec);
		expect_error(pg_plan_place(plan, &error), PG_E_NO_SPACE, &error,
			     limited ? "0x1000000-0x27fffff"
				     : "0x1000000-0x40fffff");
		pg_plan_free(plan);
	}
}

static void test_no_window(void **state)
{
	struct pg_error error;
	struct pg_plan *plan = new_plan(&error);

	(void)state;
	expect_error(pg_plan_place(plan, &error), PG_E_NO_SPACE, &error,
		     "no memory window");
	pg_plan_free(plan);
}

static uint32_t seed;
static uint32_t roll(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

/* Whatever is asked for, what comes out is aligned, disjoint, inside a window
 * and within its limits, and the same every time. */
static void one_random_plan(uint32_t number)
{
	struct pg_error error;
	struct pg_plan *plan = new_plan(&error);
	enum pg_status status;

	seed = number;
	for (uint32_t i = 0; i < 1 + roll(4); i++)
		expect_ok(pg_plan_window(plan, i * 64 * MIB + roll(5000),
					 1 + roll(32 * MIB), &error),
			  &error);
	for (uint32_t i = 0; i < roll(20); i++) {
		struct pg_part_spec spec = {.name = "p",
					    .memory_bytes = 1 + roll(2 * MIB),
					    .alignment = 1ull << roll(23),
					    .lowest = roll(100 * MIB),
					    .flags =
						    roll(2) * PG_SPEC_TOP_DOWN};

		if (roll(2))
			spec.highest = spec.lowest + roll(200 * MIB);
		add(plan, &spec);
	}
	status = pg_plan_place(plan, &error);
	if (status != PG_OK) {
		assert_int_equal(status, PG_E_NO_SPACE);
		pg_plan_free(plan);
		return;
	}
	for (size_t i = 0; i <= plan->part_count; i++) {
		bool last = i == plan->part_count;
		struct pg_span span =
			last ? plan->purgatory_span : plan->parts[i].span;
		size_t inside = 0;

		for (size_t k = 0; k < plan->window_count; k++)
			inside += pg_span_contains(plan->windows[k], span);
		assert_int_equal(inside, 1);
		assert_int_equal(span.start % PG_PAGE_BYTES, 0);
		assert_int_equal(span.bytes % PG_PAGE_BYTES, 0);
		for (size_t k = 0; k < i; k++)
			assert_false(
				pg_span_overlap(span, plan->parts[k].span));
		if (last)
			break;
		assert_true(span.bytes >= plan->parts[i].spec.memory_bytes);
		assert_int_equal(span.start % plan->parts[i].spec.alignment, 0);
		assert_true(span.start >= plan->parts[i].spec.lowest);
		if (plan->parts[i].spec.highest != 0)
			assert_true(pg_span_end(span) - 1 <=
				    plan->parts[i].spec.highest);
	}
	pg_plan_free(plan);
}

static void test_random_placement(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 2000; i++)
		one_random_plan(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_placement_rules),
		cmocka_unit_test(test_hardest_first),
		cmocka_unit_test(test_no_space),
		cmocka_unit_test(test_no_space_reasons),
		cmocka_unit_test(test_no_space_where),
		cmocka_unit_test(test_no_window),
		cmocka_unit_test(test_random_placement),
	};

	return cmocka_run_group_tests_name("plan_place", tests, NULL, NULL);
}
