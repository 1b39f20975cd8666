/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_plan_*: calls in the wrong order, wrong arguments, too many of them. */
#include "tests/unit/plan_fixture.h"

static void test_bad_specs(void **state)
{
	static const struct {
		struct pg_part_spec spec;
		enum pg_status status;
		const char *word;
	} cases[] = {
		{{.name = "", .memory_bytes = 1}, PG_E_USAGE, "name"},
		{{.name = "has blank", .memory_bytes = 1}, PG_E_USAGE, "name"},
		{{.name = "123456789012345678901234", .memory_bytes = 1},
		 PG_E_USAGE,
		 "name"},
		{{.name = "del\x7f", .memory_bytes = 1}, PG_E_USAGE, "name"},
		{{.name = "none"}, PG_E_USAGE, "empty"},
		{{.name = "half",
		  .memory_bytes = 1,
		  .alignment = 2 * MIB,
		  .fixed = MIB,
		  .flags = PG_SPEC_FIXED},
		 PG_E_USAGE,
		 "multiple"},
		{{.name = "less", .content = {data, 9}, .memory_bytes = 8},
		 PG_E_USAGE,
		 "exceed"},
		{{.name = "vast", .memory_bytes = UINT64_MAX},
		 PG_E_LIMIT,
		 "too many"},
		{{.name = "odd", .memory_bytes = 1, .alignment = 0x3000},
		 PG_E_USAGE,
		 "power of two"},
		{{.name = "off",
		  .memory_bytes = 1,
		  .fixed = 0x100,
		  .flags = PG_SPEC_FIXED},
		 PG_E_USAGE,
		 "multiple"},
		{{.name = "flag", .memory_bytes = 1, .flags = 0x8000},
		 PG_E_USAGE,
		 "0x8000"},
	};
	struct pg_error error;
	struct pg_plan *plan = new_plan(&error);
	size_t index = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		expect_error(pg_plan_part(plan, &cases[i].spec, &index, &error),
			     cases[i].status, &error, cases[i].word);
		assert_int_equal(index, 5);
	}
	pg_plan_free(plan);
}

static void test_limits(void **state)
{
	const struct pg_part_spec spec = {.name = "part", .memory_bytes = 1};
	struct pg_copy copy = {
		.source = 0, .destination = 64 * MIB, .bytes = 4096};
	struct pg_error error;
	struct pg_plan *plan = new_plan(&error);
	size_t index;

	(void)state;
	expect_error(pg_plan_window(plan, 5, 0, &error), PG_E_RANGE, &error,
		     "empty");
	expect_error(pg_plan_window(plan, 5, UINT64_MAX, &error), PG_E_RANGE,
		     &error, "wrap");
	for (size_t i = 0; i < PG_PLAN_WINDOWS_MAX; i++)
		expect_ok(pg_plan_window(plan, i * MIB, MIB, &error), &error);
	expect_error(pg_plan_window(plan, 99 * MIB, MIB, &error), PG_E_LIMIT,
		     &error, "more than 16");
	for (size_t i = 0; i < PG_PARTS_MAX; i++)
		add(plan, &spec);
	expect_error(pg_plan_part(plan, &spec, &index, &error), PG_E_LIMIT,
		     &error, "more than 64");
	for (size_t i = 0; i < PG_COPIES_MAX; i++)
		expect_ok(pg_plan_copy(plan, &copy, &error), &error);
	expect_error(pg_plan_copy(plan, &copy, &error), PG_E_LIMIT, &error,
		     "more than 16");
	pg_plan_free(plan);

	plan = new_plan(&error);
	copy.bytes = 0;
	expect_error(pg_plan_copy(plan, &copy, &error), PG_E_RANGE, &error,
		     "empty");
	copy.bytes = UINT64_MAX;
	expect_error(pg_plan_copy(plan, &copy, &error), PG_E_RANGE, &error,
		     "wrap");
	copy = (struct pg_copy){.source = UINT64_MAX, .bytes = 2};
	expect_error(pg_plan_copy(plan, &copy, &error), PG_E_RANGE, &error,
		     "wrap");
	expect_ok(pg_plan_window(plan, MIB, MIB, &error), &error);
	expect_error(pg_plan_window(plan, 2 * MIB - 1, 1, &error), PG_E_OVERLAP,
		     &error, "overlap");
	pg_plan_free(plan);
	pg_plan_free(NULL);
}

static void test_order_of_calls(void **state)
{
	struct pg_segment segments[8];
	struct pg_error error;
	size_t kernel, params, count, index;
	struct pg_plan *plan = small_plan(&kernel, &params);

	(void)state;
	expect_error(pg_plan_seal(plan, &error), PG_E_USAGE, &error,
		     "before placing");
	expect_error(pg_plan_segments(plan, segments, 8, &count, &error),
		     PG_E_USAGE, &error, "before sealing");
	expect_error(pg_plan_write_elf(plan, "/tmp/never", &error), PG_E_USAGE,
		     &error, "before sealed");
	expect_ok(pg_plan_place(plan, &error), &error);
	expect_error(pg_plan_place(plan, &error), PG_E_USAGE, &error, "twice");
	expect_error(pg_plan_window(plan, 0, 1, &error), PG_E_USAGE, &error,
		     "late");
	expect_error(pg_plan_part(plan,
				  &(const struct pg_part_spec){
					  .name = "x", .memory_bytes = 1},
				  &index, &error),
		     PG_E_USAGE, &error, "late");
	hand_off(plan, kernel, params);
	expect_ok(pg_plan_seal(plan, &error), &error);
	expect_error(pg_plan_seal(plan, &error), PG_E_USAGE, &error, "twice");
	expect_error(
		pg_plan_content(plan, 0, (struct pg_bytes){data, 1}, &error),
		PG_E_USAGE, &error, "late");
	expect_error(pg_plan_segments(plan, segments, 2, &count, &error),
		     PG_E_LIMIT, &error, "3 segments");
	pg_plan_free(plan);

	assert_null(pg_plan_new(99, (struct pg_bytes){data, 1}, &error));
	assert_int_equal(error.status, PG_E_USAGE);
	assert_null(pg_plan_new(PG_ARCH_X86_64, (struct pg_bytes){data, 99},
				&error));
	assert_int_equal(error.status, PG_E_FORMAT);
}

static void test_content(void **state)
{
	size_t kernel, params;
	struct pg_plan *plan = small_plan(&kernel, &params);
	struct pg_error error;

	(void)state;
	expect_error(
		pg_plan_content(plan, 9, (struct pg_bytes){data, 1}, &error),
		PG_E_USAGE, &error, "part 9");
	expect_error(pg_plan_content(plan, params,
				     (struct pg_bytes){data, 4097}, &error),
		     PG_E_NO_SPACE, &error, "boot_params: 0x1001 bytes");
	pg_plan_free(plan);
}

/* arm64's text_offset: so much above a multiple of 2 MiB, from either end. */
static void test_alignment_offset(void **state)
{
	static const struct {
		uint64_t window, offset;
		uint32_t flags;
		uint64_t wanted;
	} cases[] = {
		{16 * MIB, 0x80000, 0, 16 * MIB + 0x80000},
		{16 * MIB + 0x80000, 0x80000, 0, 16 * MIB + 0x80000},
		{16 * MIB + 0x81000, 0x80000, 0, 18 * MIB + 0x80000},
		{16 * MIB, 0x80000, PG_SPEC_TOP_DOWN, 22 * MIB + 0x80000},
		{17 * MIB, 0x80000, PG_SPEC_TOP_DOWN, 22 * MIB + 0x80000},
		{16 * MIB, 0x1ff000, PG_SPEC_TOP_DOWN, 20 * MIB + 0x1ff000},
		{0, 0x80000, 0, 0x80000},
	};
	struct pg_part_spec spec = {
		.name = "k", .memory_bytes = MIB, .alignment = 2 * MIB};
	struct pg_error error;
	size_t index;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pg_plan *plan = new_plan(&error);

		spec.alignment_offset = cases[i].offset;
		spec.flags = cases[i].flags;
		expect_ok(
			pg_plan_window(plan, cases[i].window, 8 * MIB, &error),
			&error);
		index = add(plan, &spec);
		expect_ok(pg_plan_place(plan, &error), &error);
		assert_int_equal(pg_plan_address(plan, index), cases[i].wanted);
		pg_plan_free(plan);
	}
	struct pg_plan *plan = new_plan(&error);

	spec.alignment_offset = 2 * MIB;
	expect_error(pg_plan_part(plan, &spec, &index, &error), PG_E_USAGE,
		     &error, "above an alignment");
	spec.alignment_offset = 0x800;
	expect_error(pg_plan_part(plan, &spec, &index, &error), PG_E_USAGE,
		     &error, "above an alignment");
	spec.alignment_offset = 0x80000;
	spec.flags = PG_SPEC_FIXED;
	spec.fixed = 16 * MIB;
	expect_error(pg_plan_part(plan, &spec, &index, &error), PG_E_USAGE,
		     &error, "not a multiple");
	spec.fixed = 16 * MIB + 0x80000;
	add(plan, &spec);
	pg_plan_free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_specs),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_order_of_calls),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_alignment_offset),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
