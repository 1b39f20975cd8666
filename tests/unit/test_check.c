/* SPDX-License-Identifier: BSD-2-Clause */
/* purgatory/check.c: a good manifest passes, and each rule has a manifest
 * that breaks just that rule. */
#include "check_fixture.h"

static void test_good(void **state)
{
	struct sample s = good();

	(void)state;
	assert_int_equal(check(&s), PG_OK);
	s.m.handoff.entry -= IMAGE;
	s.m.handoff.args[0] -= IMAGE;
	s.m.handoff.flags = PG_RELATIVE | PG_HANDOFF_ARG_RELATIVE(0);
	assert_int_equal(check(&s), PG_OK);
	s.m.log = (struct pg_log_area){LOG - IMAGE, 4096, PG_RELATIVE};
	assert_int_equal(check(&s), PG_OK);
	s.m.log.bytes = 0;
	s.m.fills.count = s.m.copies.count = 0;
	assert_int_equal(check(&s), PG_OK);
}

static void test_header(void **state)
{
	(void)state;
	BROKEN(PG_E_MAGIC, "magic", s.m.magic[7] ^= 1);
	BROKEN(PG_E_VERSION, "version", s.m.version = 2);
	BROKEN(PG_E_VERSION, "version", s.m.version = 0);
	BROKEN(PG_E_ARCH, "arch", s.m.arch = PG_ARCH_S390X);
	BROKEN(PG_E_SIZE, "bytes", s.m.bytes = sizeof(s.m) - 1);
	BROKEN(PG_E_SIZE, "bytes", s.m.bytes = PG_MANIFEST_BYTES_MAX + 1);
	BROKEN(PG_E_VERSION, "flags", s.m.flags = 4);
}

static void test_manifest_wraps(void **state)
{
	const struct pg_span top = {UINT64_MAX - 0x10000, 0x10000};
	struct sample s = good();

	(void)state;
	assert_int_equal(pg_manifest_check(&s.m, PG_ARCH_X86_64, top, &place),
			 PG_E_SIZE);
}

static void test_tables(void **state)
{
	(void)state;
	BROKEN(PG_E_SIZE, "parts", s.m.parts.count = PG_PARTS_MAX + 1);
	BROKEN(PG_E_SIZE, "parts", s.m.parts.offset = 8);
	BROKEN(PG_E_SIZE, "ranges", s.m.ranges.offset += 4);
	BROKEN(PG_E_SIZE, "ranges", s.m.ranges.count = UINT32_MAX);
	BROKEN(PG_E_SIZE, "ranges", s.m.ranges.count = PG_RANGES_MAX);
	BROKEN(PG_E_SIZE, "fills", s.m.fills.offset = UINT32_MAX - 7);
	BROKEN(PG_E_SIZE, "fills", s.m.fills.count = PG_FILLS_MAX + 1);
	BROKEN(PG_E_SIZE, "copies", s.m.copies.offset += 8);
	BROKEN(PG_E_SIZE, "copies", s.m.copies.count = PG_COPIES_MAX + 1);
}

/* Tables that fit but have an entry too many, or begin in the header. */
static void test_table_limits(void **state)
{
	struct {
		struct sample s;
		struct pg_copy more[PG_COPIES_MAX];
	} big = {.s = good()};

	(void)state;
	big.s.m.bytes = sizeof(big);
	big.s.m.copies =
		table(offsetof(struct sample, copies), PG_COPIES_MAX + 1);
	assert_int_equal(check(&big.s), PG_E_SIZE);
	assert_string_equal(place.what, "copies");
	BROKEN(PG_E_SIZE, "fills", s.m.fills.offset = sizeof(s.m) - 8);
	BROKEN(PG_E_ARCH, "arch", s.m.arch = 0);
}

/* A copy onto a later part of its own source. */
static void test_copy_onto_itself(void **state)
{
	(void)state;
	BROKEN(PG_E_COPY, "copies",
	       (s.m.copies.count = 1, s.copies[0].destination = 0x1000));
}

static void test_policy(void **state)
{
	(void)state;
	BROKEN(PG_E_POLICY, "policy", s.m.policy = s.m.policy_twin = 0);
	BROKEN(PG_E_POLICY, "policy", s.m.policy = s.m.policy_twin = 4);
	BROKEN(PG_E_POLICY, "policy_twin", s.m.policy_twin = PG_POLICY_BOOT);
	BROKEN(PG_E_POLICY, "policy_twin", s.m.policy = PG_POLICY_RESET);
}

static void test_ranges(void **state)
{
	(void)state;
	BROKEN(PG_E_RANGE, "parts", s.parts[1].name[0] = '\0');
	BROKEN(PG_E_RANGE, "parts", memset(s.parts[0].name, 'x', 24));
	BROKEN(PG_E_VERSION, "parts", s.parts[1].flags = 1);
	BROKEN(PG_E_RANGE, "ranges", s.ranges[1].part = 2);
	BROKEN(PG_E_RANGE, "ranges", s.ranges[1].bytes = 0);
	BROKEN(PG_E_RANGE, "ranges", s.ranges[2].bytes = UINT64_MAX);
	BROKEN(PG_E_RANGE, "ranges", s.ranges[0].start = IMAGE + 0xffff);
	BROKEN(PG_E_RANGE, "ranges", s.ranges[0].start = IMAGE + 0x10000);
	BROKEN(PG_E_VERSION, "ranges", s.ranges[0].flags = 4);
	BROKEN(PG_E_ORDER, "ranges", s.ranges[1].start--);
	BROKEN(PG_E_ORDER, "ranges", s.ranges[2].start = KERNEL - IMAGE);
}

static void test_log(void **state)
{
	(void)state;
	BROKEN(PG_E_VERSION, "log", s.m.log.flags = 2);
	BROKEN(PG_E_LOG, "log", s.m.log.bytes = 4095);
	BROKEN(PG_E_LOG, "log", s.m.log.start += 4);
	BROKEN(PG_E_LOG, "log", s.m.log.start = UINT64_MAX - 7);
	BROKEN(PG_E_LOG, "log", s.m.log.start = IMAGE);
	BROKEN(PG_E_LOG, "log", s.m.log.start = PARAMS + 8);
}

static void test_fills(void **state)
{
	(void)state;
	BROKEN(PG_E_VERSION, "fills", s.fills[0].flags = 2);
	BROKEN(PG_E_FILL, "fills", s.fills[0].bytes = 0);
	BROKEN(PG_E_FILL, "fills", s.fills[0].bytes = UINT64_MAX);
	BROKEN(PG_E_FILL, "fills", s.fills[0].start--);
	BROKEN(PG_E_FILL, "fills", s.fills[0].start = IMAGE);
	BROKEN(PG_E_FILL, "fills", s.fills[0].start = LOG + 1);
}

static void test_copies(void **state)
{
	(void)state;
	BROKEN(PG_E_VERSION, "copies", s.copies[1].flags = 4);
	BROKEN(PG_E_COPY, "copies", s.copies[0].bytes = 0);
	BROKEN(PG_E_COPY, "copies", s.copies[0].source = UINT64_MAX);
	BROKEN(PG_E_COPY, "copies", s.copies[0].destination = UINT64_MAX);
	BROKEN(PG_E_COPY, "copies", s.copies[0].destination = 0x9e000);
	BROKEN(PG_E_COPY, "copies", s.copies[0].destination = KERNEL);
	BROKEN(PG_E_COPY, "copies", s.copies[0].destination = LOG);
	BROKEN(PG_E_COPY, "copies", s.copies[0].destination = IMAGE - 1);
	/* The fill would lose what the copy is to save. */
	BROKEN(PG_E_COPY, "copies", s.copies[0].source = KERNEL + 0x100100);
	BROKEN(PG_E_COPY, "copies",
	       s.copies[0].destination = KERNEL + 0x100800);
	/* One copy would overwrite the other's source or destination. */
	BROKEN(PG_E_COPY, "copies",
	       s.copies[1].destination = (uint64_t)0x1000 - IMAGE);
	BROKEN(PG_E_COPY, "copies", s.copies[1].destination -= 1);
	BROKEN(PG_E_COPY, "copies", s.copies[1].source = BACKUP + 0x1000);
	BROKEN(PG_E_COPY, "copies", s.copies[1].source = BACKUP + 0x9f000);
}

static void test_handoff(void **state)
{
	(void)state;
	BROKEN(PG_E_VERSION, "handoff", s.m.handoff.flags = 2);
	BROKEN(PG_E_HANDOFF, "handoff.entry", s.m.handoff.entry = 0);
	BROKEN(PG_E_HANDOFF, "handoff.entry", s.m.handoff.entry = UINT64_MAX);
	BROKEN(PG_E_HANDOFF, "handoff.entry", s.m.handoff.flags = PG_RELATIVE);
	BROKEN(PG_E_HANDOFF, "handoff.args", s.m.handoff.args[0] = 0);
	BROKEN(PG_E_HANDOFF, "handoff.args",
	       s.m.handoff.flags = PG_HANDOFF_ARG_RELATIVE(0));
	/* Nothing may be entered that is not verified. */
	BROKEN(PG_E_HANDOFF, "handoff.entry",
	       s.ranges[0].flags = PG_RANGE_SKIP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_manifest_wraps),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_table_limits),
		cmocka_unit_test(test_copy_onto_itself),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_fills),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_handoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
