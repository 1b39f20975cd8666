/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_plan_seal(): what the manifest says, and what is refused. */
#include "purgatorio/check.h"
#include "purgatorio/sha256.h"
#include "tests/unit/plan_fixture.h"

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
	const size_t cuts = sizeof(data) / PG_RANGE_BYTES;
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
	/* The kernel's 3 MiB and 5 bytes are 49 ranges. */
	assert_int_equal(m->ranges.count, cuts + 3);
	for (size_t i = 0; i <= cuts; i++) {
		size_t bytes = i < cuts ? PG_RANGE_BYTES : 5;

		assert_int_equal(ranges[i].start,
				 pg_plan_address(plan, kernel) +
					 i * PG_RANGE_BYTES);
		assert_int_equal(ranges[i].bytes, bytes);
		assert_int_equal(ranges[i].part, 0);
		assert_int_equal(ranges[i].flags, 0);
		expect_digest(data + i * PG_RANGE_BYTES, bytes,
			      ranges[i].sha256);
	}
	ranges += cuts + 1;
	assert_int_equal(ranges[0].start, pg_plan_address(plan, params));
	assert_int_equal(ranges[0].part, 1);
	assert_int_equal(ranges[1].part, 2);
	assert_int_equal(ranges[1].bytes, 777);
	assert_int_equal(ranges[1].flags, PG_RANGE_SKIP);
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
	uint8_t ranges[49][32], whole[32];
	const struct pg_manifest *m;
	struct pg_error error;

	(void)state;
	memset(ranges, 0x11, sizeof(ranges));
	memset(ranges[48], 0x44, 32);
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
		     "3 digests were given for 49 ranges");
	expect_ok(pg_plan_digests(plan, kernel, ranges, 49, whole, &error),
		  &error);
	expect_ok(pg_plan_seal(plan, &error), &error);
	m = sealed_manifest(plan);
	for (size_t i = 0; i < 49; i++)
		assert_memory_equal(pg_manifest_ranges(m)[i].sha256, ranges[i],
				    32);
	assert_memory_equal(pg_manifest_parts(m)[0].sha256, whole, 32);
	/* The other part is hashed as ever. */
	expect_digest(data + 1, 4096, pg_manifest_ranges(m)[49].sha256);
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

/* More than a manifest has ranges for. The bytes are not looked at before. */
static void test_too_much_content(void **state)
{
	const size_t vast = ((size_t)PG_RANGES_MAX + 1) * PG_RANGE_BYTES;
	struct pg_error error;
	struct pg_plan *plan = new_plan(&error);

	(void)state;
	expect_ok(pg_plan_window(plan, MIB, 1ull << 40, &error), &error);
	add(plan, &(const struct pg_part_spec){.name = "initrd",
					       .content = {data, vast}});
	expect_ok(pg_plan_place(plan, &error), &error);
	expect_error(pg_plan_seal(plan, &error), PG_E_LIMIT, &error,
		     "65537 ranges");
	pg_plan_free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sealed),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_build_host_digests),
		cmocka_unit_test(test_seal_refuses),
		cmocka_unit_test(test_too_much_content),
	};

	return cmocka_run_group_tests_name("plan_seal", tests, NULL, NULL);
}
