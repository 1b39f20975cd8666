/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_plan_*: where things go, and what the sealed manifest says of them. */
#include "pack/plan.h"
#include "tests/unit/synthetic.h"

#include "purgatorio/check.h"
#include "purgatorio/sha256.h"

#define MIB 0x100000ull

static struct pg_plan *new_plan(struct pg_error *error)
{
	uint8_t *elf = make_purgatory(PG_ARCH_X86_64);
	struct pg_plan *plan =
		pg_plan_new(PG_ARCH_X86_64, purgatory_bytes(elf), error);

	assert_non_null(plan);
	free(elf); /* it was copied */
	return plan;
}

static size_t add(struct pg_plan *plan, const struct pg_part_spec *spec)
{
	struct pg_error error;
	size_t index = SIZE_MAX;

	expect_ok(pg_plan_part(plan, spec, &index, &error), &error);
	return index;
}

static uint8_t data[3 * MIB + 5];

/* A plan that can be sealed: a kernel and what it is handed. */
static struct pg_plan *small_plan(size_t *kernel, size_t *params)
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

static void hand_off(struct pg_plan *plan, size_t kernel, size_t params)
{
	const struct pg_handoff handoff = {
		.protocol = PG_HANDOFF_LINUX_X86_64,
		.entry = pg_plan_address(plan, kernel) + 0x200,
		.args = {pg_plan_address(plan, params)}};

	pg_plan_handoff(plan, &handoff);
}

/* ---------------------------------------------------------- placement -- */

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

/* ------------------------------------------------------------- misuse -- */

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
		{{.name = "none"}, PG_E_USAGE, "empty"},
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

/* ------------------------------------------------------------ sealing -- */

static void digest(const void *bytes, size_t size, uint8_t out[32])
{
	struct pg_sha256 context;

	pg_sha256_init(&context, 0);
	pg_sha256_update(&context, bytes, size);
	pg_sha256_final(&context, out);
}

/* The manifest in a sealed plan, which was made for this byte order. */
static const struct pg_manifest *sealed_manifest(const struct pg_plan *plan)
{
	return (const void *)(plan->sealed + PE_MEMORY_BYTES);
}

static void expect_digest(const void *bytes, size_t size,
			  const uint8_t found[32])
{
	uint8_t expected[32];

	digest(bytes, size, expected);
	assert_memory_equal(found, expected, 32);
}

static void test_sealed(void **state)
{
	const struct pg_console console = {PG_CONSOLE_8250_PORT, 9600, 0x3f8, 1,
					   0};
	const struct pg_reset reset = {PG_RESET_PORT, 6, 0xcf9};
	size_t kernel, params, log, backup, late;
	struct pg_plan *plan = small_plan(&kernel, &params);
	const struct pg_manifest *m;
	const struct pg_part *parts;
	const struct pg_range *ranges;
	struct pg_copy copy = {.bytes = 640 * 1024};
	struct pg_check_place place;
	struct pg_error error;
	uint8_t raw[8192];

	(void)state;
	log = add(plan, &(const struct pg_part_spec){.name = "log",
						     .memory_bytes = 65536});
	backup = add(plan,
		     &(const struct pg_part_spec){.name = "backup",
						  .memory_bytes = 640 * 1024});
	late = add(plan, &(const struct pg_part_spec){
				 .name = "elfcorehdr",
				 .kind = PG_PART_ELFCOREHDR,
				 .memory_bytes = 2 * MIB,
				 .flags = PG_SPEC_FILL | PG_SPEC_NO_VERIFY |
					  PG_SPEC_TOP_DOWN});
	pg_plan_log(plan, log);
	pg_plan_console(plan, &console);
	pg_plan_reset(plan, &reset);
	pg_plan_policy(plan, PG_POLICY_RESET);
	pg_plan_ticks(plan, 2400000000);
	expect_ok(pg_plan_place(plan, &error), &error);
	copy.destination = pg_plan_address(plan, backup);
	expect_ok(pg_plan_copy(plan, &copy, &error), &error);
	expect_ok(pg_plan_content(plan, late, (struct pg_bytes){data + 7, 777},
				  &error),
		  &error);
	hand_off(plan, kernel, params);
	expect_ok(pg_plan_seal(plan, &error), &error);

	m = sealed_manifest(plan);
	assert_int_equal(
		pg_manifest_check(m, PG_ARCH_X86_64,
				  (struct pg_span){pg_plan_purgatory(plan),
						   PE_MEMORY_BYTES},
				  &place),
		PG_OK);
	/* By address: kernel, boot_params, elfcorehdr (top-down). Neither log
	 * nor backup has content to verify. */
	assert_int_equal(m->parts.count, 3);
	parts = pg_manifest_parts(m);
	ranges = pg_manifest_ranges(m);
	assert_string_equal(parts[0].name, "kernel");
	assert_int_equal(parts[0].kind, PG_PART_KERNEL);
	assert_int_equal(parts[0].bytes, sizeof(data));
	expect_digest(data, sizeof(data), parts[0].sha256);
	assert_string_equal(parts[1].name, "boot_params");
	expect_digest(data + 1, 4096, parts[1].sha256);
	assert_string_equal(parts[2].name, "elfcorehdr");
	expect_digest(data + 7, 777, parts[2].sha256);
	/* The kernel's 3 MiB and 5 bytes are four ranges. */
	assert_int_equal(m->ranges.count, 6);
	for (size_t i = 0; i < 4; i++) {
		size_t bytes = i < 3 ? MIB : 5;

		assert_int_equal(ranges[i].start,
				 pg_plan_address(plan, kernel) + i * MIB);
		assert_int_equal(ranges[i].bytes, bytes);
		assert_int_equal(ranges[i].part, 0);
		assert_int_equal(ranges[i].flags, 0);
		expect_digest(data + i * MIB, bytes, ranges[i].sha256);
	}
	assert_int_equal(ranges[4].start, pg_plan_address(plan, params));
	assert_int_equal(ranges[4].part, 1);
	assert_int_equal(ranges[5].part, 2);
	assert_int_equal(ranges[5].bytes, 777);
	assert_int_equal(ranges[5].flags, PG_RANGE_SKIP);
	assert_int_equal(m->fills.count, 1);
	assert_int_equal(pg_manifest_fills(m)->start,
			 pg_plan_address(plan, late) + 777);
	assert_int_equal(pg_manifest_fills(m)->bytes, 2 * MIB - 777);
	assert_int_equal(m->copies.count, 1);
	assert_memory_equal(pg_manifest_copies(m), &copy, sizeof(copy));
	assert_memory_equal(&m->console, &console, sizeof(console));
	assert_memory_equal(&m->console_twin, &console, sizeof(console));
	assert_memory_equal(&m->reset, &reset, sizeof(reset));
	assert_int_equal(m->policy, PG_POLICY_RESET);
	assert_int_equal(m->policy_twin, PG_POLICY_RESET);
	assert_int_equal(m->ticks_per_second, 2400000000);
	assert_int_equal(m->log.start, pg_plan_address(plan, log));
	assert_int_equal(m->log.bytes, 65536);
	/* The digest over itself, by another way. */
	memcpy(raw, plan->sealed, PE_CONST_BYTES);
	memcpy(raw + PE_CONST_BYTES, m, m->bytes);
	memset(raw + PE_CONST_BYTES + offsetof(struct pg_manifest, self_sha256),
	       0, 32);
	expect_digest(raw, PE_CONST_BYTES + m->bytes, m->self_sha256);
	/* Between the image's constants and the manifest: zeros. */
	for (size_t i = PE_CONST_BYTES; i < PE_MEMORY_BYTES; i++)
		assert_int_equal(plan->sealed[i], 0);
	pg_plan_free(plan);
}

static void test_segments(void **state)
{
	struct pg_segment segments[PG_PARTS_MAX];
	size_t kernel, params, count, log;
	struct pg_plan *plan = small_plan(&kernel, &params);
	struct pg_error error;

	(void)state;
	log = add(plan, &(const struct pg_part_spec){.name = "log",
						     .memory_bytes = 65536});
	pg_plan_log(plan, log);
	expect_ok(pg_plan_place(plan, &error), &error);
	hand_off(plan, kernel, params);
	expect_ok(pg_plan_seal(plan, &error), &error);
	expect_ok(
		pg_plan_segments(plan, segments, PG_PARTS_MAX, &count, &error),
		&error);
	assert_int_equal(count, 4);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(segments[i].memory_bytes % PG_PAGE_BYTES, 0);
		assert_true(segments[i].content.size <=
			    segments[i].memory_bytes);
		if (i != 0)
			assert_true(segments[i].address >=
				    segments[i - 1].address +
					    segments[i - 1].memory_bytes);
	}
	assert_string_equal(segments[0].name, "kernel");
	assert_int_equal(segments[0].memory_bytes, 5 * MIB);
	assert_ptr_equal(segments[0].content.data, data);
	for (size_t i = 0; i < count; i++) {
		if (segments[i].address == pg_plan_purgatory(plan)) {
			assert_string_equal(segments[i].name, "purgatory");
			assert_int_equal(segments[i].content.size,
					 PE_MEMORY_BYTES +
						 sealed_manifest(plan)->bytes);
		}
		if (segments[i].address == pg_plan_address(plan, log))
			assert_int_equal(segments[i].content.size, 0);
	}
	pg_plan_free(plan);
}

static void test_build_host_digests(void **state)
{
	size_t kernel, params;
	struct pg_plan *plan = small_plan(&kernel, &params);
	uint8_t ranges[4][32], whole[32];
	const struct pg_manifest *m;
	struct pg_error error;

	(void)state;
	memset(ranges, 0x11, sizeof(ranges));
	memset(ranges[3], 0x44, 32);
	memset(whole, 0x99, sizeof(whole));
	expect_error(pg_plan_digests(plan, 9, ranges, 4, whole, &error),
		     PG_E_USAGE, &error, "part 9");
	expect_error(pg_plan_digests(plan, kernel, ranges, 0, whole, &error),
		     PG_E_USAGE, &error, "0 digests");
	expect_ok(pg_plan_digests(plan, kernel, ranges, 3, whole, &error),
		  &error);
	expect_ok(pg_plan_place(plan, &error), &error);
	hand_off(plan, kernel, params);
	expect_error(pg_plan_seal(plan, &error), PG_E_MISMATCH, &error,
		     "3 digests were given for 4 ranges");
	expect_ok(pg_plan_digests(plan, kernel, ranges, 4, whole, &error),
		  &error);
	expect_ok(pg_plan_seal(plan, &error), &error);
	m = sealed_manifest(plan);
	for (size_t i = 0; i < 4; i++)
		assert_memory_equal(pg_manifest_ranges(m)[i].sha256, ranges[i],
				    32);
	assert_memory_equal(pg_manifest_parts(m)[0].sha256, whole, 32);
	/* The other part is hashed as ever. */
	expect_digest(data + 1, 4096, pg_manifest_ranges(m)[4].sha256);
	pg_plan_free(plan);
}

/* What the purgatory would refuse is refused here, by the same check. */
static void test_seal_refuses(void **state)
{
	struct pg_handoff elsewhere = {.protocol = PG_HANDOFF_LINUX_X86_64};
	struct pg_copy copy = {.bytes = 4096};
	size_t kernel, params, log, fill;
	struct pg_plan *plan = small_plan(&kernel, &params);
	struct pg_error error;

	(void)state;
	log = add(plan, &(const struct pg_part_spec){.name = "log",
						     .memory_bytes = 1024});
	fill = add(plan, &(const struct pg_part_spec){.name = "fill",
						      .memory_bytes = 8192,
						      .flags = PG_SPEC_FILL});
	expect_ok(pg_plan_place(plan, &error), &error);
	pg_plan_handoff(plan, &elsewhere);
	expect_error(pg_plan_seal(plan, &error), PG_E_HANDOFF, &error,
		     "handoff.entry");
	hand_off(plan, kernel, params);
	pg_plan_policy(plan, 77);
	expect_error(pg_plan_seal(plan, &error), PG_E_POLICY, &error, "policy");
	pg_plan_policy(plan, PG_POLICY_STOP);
	pg_plan_log(plan, log);
	expect_error(pg_plan_seal(plan, &error), PG_E_LOG, &error, "log");
	pg_plan_log(plan, kernel);
	expect_error(pg_plan_seal(plan, &error), PG_E_LOG, &error,
		     "without content");
	pg_plan_log(plan, 50);
	expect_error(pg_plan_seal(plan, &error), PG_E_USAGE, &error, "part 50");
	/* Where something is zeroed, nothing can be the log. */
	pg_plan_log(plan, fill);
	expect_error(pg_plan_seal(plan, &error), PG_E_FILL, &error, "fills");
	pg_plan_log(plan, SIZE_MAX);
	copy.destination = pg_plan_address(plan, kernel);
	expect_ok(pg_plan_copy(plan, &copy, &error), &error);
	expect_error(pg_plan_seal(plan, &error), PG_E_COPY, &error, "copies");
	pg_plan_free(plan);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_placement_rules),
		cmocka_unit_test(test_no_space),
		cmocka_unit_test(test_no_space_reasons),
		cmocka_unit_test(test_no_window),
		cmocka_unit_test(test_random_placement),
		cmocka_unit_test(test_bad_specs),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_order_of_calls),
		cmocka_unit_test(test_sealed),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_build_host_digests),
		cmocka_unit_test(test_seal_refuses),
		cmocka_unit_test(test_content),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
