/* SPDX-License-Identifier: BSD-2-Clause */
/* purgatory/check_swap.c: what a manifest for s390x may exchange. */
#include "check_fixture.h"

static const struct pg_span s390x_image = {IMAGE + 0x2000, 0x10000};

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
		cmocka_unit_test(test_good_swap),
		cmocka_unit_test(test_swap),
		cmocka_unit_test(test_swap_image),
		cmocka_unit_test(test_swap_contents),
		cmocka_unit_test(test_s390x_has_no_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
