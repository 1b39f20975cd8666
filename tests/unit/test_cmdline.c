/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel command lines: what is passed on, what is added, what is too long. */
#include "machine.h"

#include "load/parts.h"

static struct pg_error error;

static void expect_reused(const char *line, const char *want)
{
	char *got = pg_cmdline_reuse(line);

	assert_string_equal(got, want);
	free(got);
}

static void test_reuse(void **state)
{
	(void)state;
	expect_reused("", "");
	expect_reused("\n", "");
	expect_reused("quiet\n", "quiet");
	expect_reused("BOOT_IMAGE=/vmlinuz root=/dev/vda1 crashkernel=256M "
		      "initrd=initrd.img ro\n",
		      "root=/dev/vda1 ro");
	expect_reused("crashkernel=256M,high crashkernel=64M,low", "");
	expect_reused("  a \t b\n", "a b");
	expect_reused("elfcorehdr=0x1000 memmap=1M!2M purgatorio.log=1,2 "
		      "acpi_rsdp=0xe0000 last",
		      "last");
	/* only whole words at their beginning */
	expect_reused("xcrashkernel=1 crashkernel memmap noinitrd=1",
		      "xcrashkernel=1 crashkernel memmap noinitrd=1");
	/* a quoted word is one word, even without an end */
	expect_reused("dyndbg=\"file a.c +p; crashkernel=1\" x",
		      "dyndbg=\"file a.c +p; crashkernel=1\" x");
	expect_reused("a=\"b c\" crashkernel=1 d", "a=\"b c\" d");
	expect_reused("a=\"b crashkernel=1", "a=\"b crashkernel=1");
	expect_reused("\"crashkernel=1\" x", "\"crashkernel=1\" x");
}

static void test_join(void **state)
{
	char *line;

	(void)state;
	line = pg_cmdline_join("a", "b");
	assert_string_equal(line, "a b");
	free(line);
	line = pg_cmdline_join(NULL, "b");
	assert_string_equal(line, "b");
	free(line);
	line = pg_cmdline_join("a", "");
	assert_string_equal(line, "a");
	free(line);
	line = pg_cmdline_join(NULL, NULL);
	assert_string_equal(line, "");
	free(line);
}

static void test_add(void **state)
{
	char *line = NULL;

	(void)state;
	assert_int_equal(pg_cmdline_add(&line, &error, "%s", ""), PG_OK);
	assert_string_equal(line, "");
	assert_int_equal(pg_cmdline_add(&line, &error, "a=%d", 1), PG_OK);
	assert_int_equal(pg_cmdline_add(&line, &error, "b"), PG_OK);
	assert_string_equal(line, "a=1 b");
	free(line);
}

static void test_too_long(void **state)
{
	const struct pg_kernel kernel = {.cmdline_max = 5};

	(void)state;
	assert_int_equal(pg_cmdline_check("12345", &kernel, &error), PG_OK);
	assert_int_equal(pg_cmdline_check("123456", &kernel, &error),
			 PG_E_LIMIT);
	assert_non_null(strstr(error.text, "6 bytes"));
	assert_non_null(strstr(error.text, "takes 5"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
