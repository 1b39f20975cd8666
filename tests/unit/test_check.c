/* SPDX-License-Identifier: BSD-2-Clause */
/* purgatory/check.c: a good manifest passes, and each rule has a manifest
 * that breaks just that rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "purgatorio/check.h"

#define IMAGE  UINT64_C(0x30000000)
#define KERNEL UINT64_C(0x31000000)
#define PARAMS UINT64_C(0x34000000)
#define LOG    UINT64_C(0x35000000)
#define BACKUP UINT64_C(0x36000000)

/* A manifest with two parts, three ranges, a fill and two copies. */
struct sample {
	struct pg_manifest m;
	struct pg_part parts[2];
	struct pg_range ranges[3];
	struct pg_fill fills[1];
	struct pg_copy copies[2];
};

static const struct pg_span image = {IMAGE, 0x10000};
static const struct pg_span s390x_image = {IMAGE + 0x2000, 0x10000};
static struct pg_check_place place;

static struct pg_table table(size_t offset, uint32_t count)
{
	return (struct pg_table){(uint32_t)offset, count};
}

static struct sample good(void)
{
	struct sample s;

	memset(&s, 0, sizeof(s));
	memcpy(s.m.magic, PG_MANIFEST_MAGIC, sizeof(s.m.magic));
	s.m.version = PG_MANIFEST_VERSION;
	s.m.arch = PG_ARCH_X86_64;
	s.m.bytes = sizeof(s);
	s.m.parts = table(offsetof(struct sample, parts), 2);
	s.m.ranges = table(offsetof(struct sample, ranges), 3);
	s.m.fills = table(offsetof(struct sample, fills), 1);
	s.m.copies = table(offsetof(struct sample, copies), 2);
	strcpy(s.parts[0].name, "kernel");
	strcpy(s.parts[1].name, "boot_params");
	s.ranges[0] = (struct pg_range){KERNEL, 0x100000, {0}, 0, 0};
	s.ranges[1] = (struct pg_range){KERNEL + 0x100000, 5, {0}, 0, 0};
	s.ranges[2] =
		(struct pg_range){PARAMS - IMAGE, 4096, {0}, 1, PG_RELATIVE};
	s.fills[0] = (struct pg_fill){KERNEL + 0x100005, 0xffb, 0, 0};
	s.copies[0] = (struct pg_copy){0, BACKUP, 0x9f000, 0, 0};
	s.copies[1] = (struct pg_copy){0x9f000, BACKUP + 0x9f000 - IMAGE,
				       0x1000, PG_RELATIVE, 0};
	s.m.handoff.protocol = PG_HANDOFF_LINUX_X86_64;
	s.m.handoff.entry = KERNEL + 0x200;
	s.m.handoff.args[0] = PARAMS;
	s.m.log = (struct pg_log_area){LOG, 65536, 0};
	s.m.policy = s.m.policy_twin = PG_POLICY_STOP;
	return s;
}

static enum pg_status check(const struct sample *s)
{
	memset(&place, 0, sizeof(place));
	return pg_manifest_check(&s->m, PG_ARCH_X86_64, image, &place);
}

/* Breaks one field of a good manifest and says what must come out. */
#define BROKEN(status, where, statement)                \
	do {                                            \
		struct sample s = good();               \
		statement;                              \
		assert_int_equal(check(&s), status);    \
		assert_string_equal(place.what, where); \
	} while (0)

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

static void test_policy(void **state)
{
	(void)state;
	BROKEN(PG_E_POLICY, "policy", s.m.policy = s.m.policy_twin = 0);
	BROKEN(PG_E_POLICY, "policy", s.m.policy = s.m.policy_twin = 4);
	BROKEN(PG_E_POLICY, "policy_twin", s.m.policy_twin = PG_POLICY_BOOT);
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

/* An s390x manifest whose crash region holds everything, with ranges and fills
 * at both of its ends. */
#define CRASH	    UINT64_C(0x30000000)
#define CRASH_BYTES UINT64_C(0x08000000)

static struct sample good_swap(void)
{
	struct sample s = good();

	s.m.arch = PG_ARCH_S390X;
	s.m.swap_start = CRASH;
	s.m.swap_bytes = CRASH_BYTES;
	s.ranges[0].start = CRASH;
	s.ranges[0].bytes = 0x2000;
	s.ranges[2].start = CRASH + CRASH_BYTES - 4096 - s390x_image.start;
	s.m.handoff.protocol = PG_HANDOFF_LINUX_S390X;
	s.m.handoff.entry = 0x1ffe;
	s.m.handoff.args[0] = 0;
	return s;
}

static enum pg_status check_s390x(const struct sample *s)
{
	memset(&place, 0, sizeof(place));
	return pg_manifest_check(&s->m, PG_ARCH_S390X, s390x_image, &place);
}

#define BROKEN_SWAP(status, where, statement)              \
	do {                                               \
		struct sample s = good_swap();             \
		statement;                                 \
		assert_int_equal(check_s390x(&s), status); \
		assert_string_equal(place.what, where);    \
	} while (0)

static void test_good_swap(void **state)
{
	struct sample s = good_swap();

	(void)state;
	assert_int_equal(check_s390x(&s), PG_OK);
	s.m.flags = PG_MANIFEST_VERIFY_AGAIN;
	assert_int_equal(check_s390x(&s), PG_OK);
}

static void test_swap(void **state)
{
	(void)state;
	/* The other architectures know no swap. */
	BROKEN(PG_E_SWAP, "swap_bytes", s.m.swap_start = 0x10000000;
	       s.m.swap_bytes = 0x10000000);
	BROKEN_SWAP(PG_E_SWAP, "swap_bytes",
		    s.m.swap_start = UINT64_MAX & ~4095ULL;
		    s.m.swap_bytes = 8192);
	BROKEN_SWAP(PG_E_SWAP, "swap_start", s.m.swap_start++);
	BROKEN_SWAP(PG_E_SWAP, "swap_bytes", s.m.swap_bytes++);
	BROKEN_SWAP(PG_E_SWAP, "swap_start", s.m.swap_start = 0x1000;
		    s.m.swap_bytes = 0x2000);
	BROKEN_SWAP(PG_E_SWAP, "swap_bytes", s.m.swap_bytes = 0x1000);
}

static void test_swap_image(void **state)
{
	struct sample s = good_swap();

	(void)state;
	/* In the last bytes; in what becomes the lowcore; outside. */
	s.m.swap_bytes = s390x_image.start + s390x_image.bytes + s.m.bytes;
	s.m.swap_bytes -= CRASH;
	s.m.swap_bytes += -s.m.swap_bytes & 4095;
	s.m.ranges.count = 1;
	s.m.fills.count = s.m.copies.count = s.m.log.bytes = 0;
	assert_int_equal(check_s390x(&s), PG_OK);
	s.m.swap_bytes -= 4096;
	assert_int_equal(check_s390x(&s), PG_E_SWAP);
	assert_string_equal(place.what, "image");
	s = good_swap();
	s.m.swap_start = s390x_image.start - 0x1000;
	assert_int_equal(check_s390x(&s), PG_E_SWAP);
	assert_string_equal(place.what, "image");
}

static void test_swap_contents(void **state)
{
	(void)state;
	BROKEN_SWAP(PG_E_SWAP, "ranges", s.ranges[0].start -= 1);
	BROKEN_SWAP(PG_E_SWAP, "ranges", s.ranges[2].start += 1);
	BROKEN_SWAP(PG_E_SWAP, "fills", s.fills[0].start = CRASH - 0x1000);
	BROKEN_SWAP(PG_E_SWAP, "fills",
		    s.fills[0].start = CRASH + CRASH_BYTES - 0xffa;
		    s.m.ranges.count = 1);
	BROKEN_SWAP(PG_E_SWAP, "copies",
		    s.copies[0].destination = CRASH + CRASH_BYTES);
	BROKEN_SWAP(PG_E_SWAP, "log", s.m.log.start = 0x8000);
	/* The entry is an address after the exchange. */
	BROKEN_SWAP(PG_E_HANDOFF, "handoff.entry",
		    s.m.handoff.entry = CRASH + 0x10);
	BROKEN_SWAP(PG_E_HANDOFF, "handoff.entry", s.m.handoff.entry = 0x2000);
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

static void test_s390x_has_no_arguments(void **state)
{
	struct sample s = good();

	(void)state;
	s.m.arch = PG_ARCH_S390X;
	s.m.handoff.protocol = PG_HANDOFF_LINUX_S390X;
	s.m.handoff.args[0] = 0;
	assert_int_equal(pg_manifest_check(&s.m, PG_ARCH_S390X, image, &place),
			 PG_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_manifest_wraps),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_fills),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_good_swap),
		cmocka_unit_test(test_swap),
		cmocka_unit_test(test_swap_image),
		cmocka_unit_test(test_swap_contents),
		cmocka_unit_test(test_handoff),
		cmocka_unit_test(test_s390x_has_no_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
