/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel's refusals mean. */
#include "machine.h"

#include <errno.h>

#include "load/parts.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"
#define DISABLED "/proc/sys/kernel/kexec_load_disabled"

static struct pg_error error;

static void expect(const struct machine *machine, int reason, bool crash,
		   enum pg_status expected, const char *word)
{
	assert_int_equal(pg_kexec_fail(machine->root, reason, crash, &error),
			 expected);
	assert_int_equal(error.status, expected);
	assert_null(strchr(error.text, '\n'));
	if (!strstr(error.text, word))
		print_error("no '%s' in: %s\n", word, error.text);
	assert_non_null(strstr(error.text, word));
}

static void test_errno(void **state)
{
	struct machine machine = machine_empty();

	(void)state;
	expect(&machine, EPERM, true, PG_E_PRIVILEGE, "CAP_SYS_BOOT");
	expect(&machine, EBUSY, true, PG_E_BUSY, "try again");
	expect(&machine, EADDRNOTAVAIL, true, PG_E_REFUSED, "crash kernel");
	expect(&machine, EADDRNOTAVAIL, false, PG_E_REFUSED, "segment");
	expect(&machine, ENOMEM, true, PG_E_REFUSED, "crashkernel=");
	expect(&machine, ENOMEM, false, PG_E_REFUSED, "free some memory");
	expect(&machine, EINVAL, true, PG_E_REFUSED, "invalid");
	expect(&machine, ENOSYS, true, PG_E_REFUSED, "CONFIG_KEXEC");
	expect(&machine, EFAULT, true, PG_E_REFUSED, "Bad address");
	machine_free(&machine);
}

/* EPERM has three causes, and each its own remedy. */
static void test_permission(void **state)
{
	struct machine machine = machine_empty();

	(void)state;
	machine_put(&machine, LOCKDOWN, "[none] integrity confidentiality\n");
	machine_put(&machine, DISABLED, "0\n");
	expect(&machine, EPERM, true, PG_E_PRIVILEGE, "CAP_SYS_BOOT");
	assert_int_equal(pg_kexec_allowed(machine.root, &error), PG_OK);
	machine_put(&machine, LOCKDOWN, "none [integrity] confidentiality\n");
	expect(&machine, EPERM, true, PG_E_LOCKDOWN, "(integrity)");
	assert_int_equal(pg_kexec_allowed(machine.root, &error), PG_E_LOCKDOWN);
	machine_put(&machine, LOCKDOWN, "none integrity [confidentiality]\n");
	expect(&machine, EPERM, true, PG_E_LOCKDOWN, "(confidentiality)");
	machine_put(&machine, DISABLED, "1\n");
	expect(&machine, EPERM, true, PG_E_PRIVILEGE, "kexec_load_disabled");
	assert_int_equal(pg_kexec_allowed(machine.root, &error),
			 PG_E_PRIVILEGE);
	machine_put(&machine, DISABLED, "0\n");
	machine_put(&machine, LOCKDOWN, "garbage ]\n");
	assert_int_equal(pg_kexec_allowed(machine.root, &error), PG_OK);
	machine_put(&machine, LOCKDOWN, "[\n");
	assert_int_equal(pg_kexec_allowed(machine.root, &error), PG_OK);
	machine_free(&machine);
}

static void test_too_many(void **state)
{
	static struct pg_segment segments[17];

	(void)state;
	assert_int_equal(
		pg_kexec_load("/nowhere", 0, segments, 17, true, &error),
		PG_E_LIMIT);
}

static void test_execute(void **state)
{
	struct machine machine = machine_make("bios-1cpu");
	struct pg_load_options options = {
		.action = PG_LOAD_EXECUTE,
		.root = machine.root,
	};

	(void)state;
	assert_int_equal(pg_load(&options, &error), PG_E_NOT_LOADED);
	machine_drop(&machine, "/sys/kernel/kexec_loaded");
	assert_int_equal(pg_load(&options, &error), PG_E_MACHINE);
	machine_free(&machine);
}

static void test_query(void **state)
{
	struct machine machine = machine_make("bios-1cpu");
	struct pg_load_state loaded;

	(void)state;
	assert_int_equal(pg_load_query(machine.root, &loaded, &error), PG_OK);
	assert_false(loaded.crash_loaded);
	assert_false(loaded.normal_loaded);
	assert_int_equal(loaded.crash_bytes, 256 << 20);
	machine_put(&machine, "/sys/kernel/kexec_crash_loaded", "1\n");
	assert_int_equal(pg_load_query(machine.root, &loaded, &error), PG_OK);
	assert_true(loaded.crash_loaded);
	machine_put(&machine, "/sys/kernel/kexec_crash_size", "much\n");
	assert_int_equal(pg_load_query(machine.root, &loaded, &error),
			 PG_E_MACHINE);
	machine_free(&machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_permission),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_execute),
		cmocka_unit_test(test_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
