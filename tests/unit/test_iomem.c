/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/iomem: types, nesting, hostile text, the crash kernel's region. */
#include "machine.h"

#include "load/parts.h"

static struct pg_error error;

static enum pg_status parse(const char *text, struct pg_iomem *out)
{
	return pg_iomem_parse(text, strlen(text), out, &error);
}

static void test_levels_and_types(void **state)
{
	static const struct {
		uint64_t start, bytes;
		enum pg_iomem_type type;
		unsigned depth;
	} want[] = {
		{0x0, 0x1000, PG_IOMEM_RESERVED, 0},
		{0x1000, 0x9e000, PG_IOMEM_RAM, 0},
		{0x9f000, 0x1000, PG_IOMEM_RESERVED, 0},
		{0x100000, 0x7ff00000, PG_IOMEM_RAM, 0},
		{0x2000000, 0x1000000, PG_IOMEM_KERNEL, 1},
		{0x30000000, 0x10000000, PG_IOMEM_CRASH, 1},
		{0x80000000, 0x1000, PG_IOMEM_ACPI, 0},
		{0x80001000, 0x1000, PG_IOMEM_NVS, 0},
		{0x90000000, 0x10000, PG_IOMEM_OTHER, 0},
		{0x90000000, 0x1000, PG_IOMEM_RESERVED, 1},
		{0x90000000, 0x100, PG_IOMEM_OTHER, 2},
		{0xa0000000, 0x1000, PG_IOMEM_SOFT, 0},
		{0xa0001000, 0x1000, PG_IOMEM_UNUSABLE, 0},
		{0xa0002000, 0x1000, PG_IOMEM_PERSISTENT_LEGACY, 0},
		{0x100000000, 0x100000000, PG_IOMEM_PERSISTENT, 0},
	};
	struct pg_iomem iomem;

	(void)state;
	assert_int_equal(
		parse("00000000-00000fff : Reserved\n"
		      "00001000-0009efff : System RAM\n"
		      "0009f000-0009ffff : reserved\n"
		      "00100000-7fffffff : System RAM\n"
		      "  02000000-02ffffff : Kernel code\n"
		      "  30000000-3fffffff : Crash kernel\n"
		      "80000000-80000fff : ACPI Tables\n"
		      "80001000-80001fff : ACPI Non-volatile Storage\n"
		      "90000000-9000ffff : PCI Bus 0000:00\n"
		      "  90000000-90000fff : Reserved\n"
		      "    90000000-900000ff : a : b\n"
		      "a0000000-a0000fff : Soft Reserved\n"
		      "a0001000-a0001fff : Unusable memory\n"
		      "a0002000-a0002fff : Persistent Memory (legacy)\n"
		      "100000000-1ffffffff : Persistent Memory",
		      &iomem),
		PG_OK);
	assert_int_equal(iomem.count, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < iomem.count; i++) {
		assert_int_equal(iomem.entries[i].span.start, want[i].start);
		assert_int_equal(iomem.entries[i].span.bytes, want[i].bytes);
		assert_int_equal(iomem.entries[i].type, want[i].type);
		assert_int_equal(iomem.entries[i].depth, want[i].depth);
	}
	pg_iomem_free(&iomem);
}

static void test_hostile_text(void **state)
{
	static const char *const wrong[] = {
		"",
		"\n\n",
		"System RAM\n",
		"00001000 : System RAM\n",
		"00001000-00000fff : System RAM\n",
		"-00000fff : System RAM\n",
		"00000000- : System RAM\n",
		"0000zz00-00000fff : System RAM\n",
		"00000000-00000fff System RAM\n",
		"00000000-00000fff :System RAM\n",
		"00000000-ffffffffffffffff : System RAM\n",
		"00000000-1ffffffffffffffff : System RAM\n",
		"00000000-00000fff : System RAM\nx\n",
		"00000000-00000fff\n",
	};
	struct pg_iomem iomem = {NULL, 7};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(parse(wrong[i], &iomem), PG_E_MACHINE);
		assert_int_equal(error.status, PG_E_MACHINE);
		assert_int_equal(iomem.count, 7);
	}
	/* A NUL within is the end of a line's sense, not of memory. */
	assert_int_equal(
		pg_iomem_parse("0-fff : R\0served\n", 17, &iomem, &error),
		PG_OK);
	assert_int_equal(iomem.entries[0].type, PG_IOMEM_OTHER);
	pg_iomem_free(&iomem);
}

static void test_hidden(void **state)
{
	struct machine machine = machine_empty();
	struct pg_iomem iomem;

	(void)state;
	assert_int_equal(pg_iomem_read(machine.root, &iomem, &error),
			 PG_E_MACHINE);
	machine_put(&machine, "/proc/iomem",
		    "00000000-00000000 : Reserved\n"
		    "00000000-00000000 : System RAM\n"
		    "  00000000-00000000 : Kernel code\n");
	assert_int_equal(pg_iomem_read(machine.root, &iomem, &error),
			 PG_E_PRIVILEGE);
	machine_free(&machine);
}

static void test_crash_region(void **state)
{
	struct pg_iomem iomem;
	struct pg_span region;

	(void)state;
	assert_int_equal(parse("1000-fffff : System RAM\n", &iomem), PG_OK);
	assert_int_equal(pg_crash_region(&iomem, &region, &error),
			 PG_E_NO_CRASH_REGION);
	pg_iomem_free(&iomem);
	/* crashkernel=,high: the low one is larger and still not it. */
	assert_int_equal(parse("1000-bfffffff : System RAM\n"
			       "  a0000000-bfffffff : Crash kernel\n"
			       "100000000-1ffffffff : System RAM\n"
			       "  180000000-18fffffff : Crash kernel\n",
			       &iomem),
			 PG_OK);
	assert_int_equal(pg_crash_region(&iomem, &region, &error), PG_OK);
	assert_int_equal(region.start, 0x180000000);
	assert_int_equal(region.bytes, 0x10000000);
	pg_iomem_free(&iomem);
	assert_int_equal(parse("1000-bfffffff : System RAM\n"
			       "  a0000000-affff7ff : Crash kernel\n",
			       &iomem),
			 PG_OK);
	assert_int_equal(pg_crash_region(&iomem, &region, &error),
			 PG_E_MACHINE);
	pg_iomem_free(&iomem);
	assert_int_equal(parse("1000-bfffffff : System RAM\n"
			       "  a0000800-b00007ff : Crash kernel\n",
			       &iomem),
			 PG_OK);
	assert_int_equal(pg_crash_region(&iomem, &region, &error),
			 PG_E_MACHINE);
	pg_iomem_free(&iomem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels_and_types),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_crash_region),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
