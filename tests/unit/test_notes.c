/* SPDX-License-Identifier: BSD-2-Clause */
/* Crash notes and vmcoreinfo. */
#include "machine.h"

#include "load/machine.h"

#define CPU "/sys/devices/system/cpu/"

static struct pg_error error;

static enum pg_status read_notes(const struct machine *machine,
				 struct pg_notes *out)
{
	return pg_notes_read(machine->root, out, &error);
}

static void test_recorded(void **state)
{
	static const uint64_t at[] = {0x1bfa3a600, 0x1bfaba600, 0x1bfb3a600,
				      0x1bfbba600};
	struct machine machine = machine_make("bios-4cpu-high");
	struct pg_notes notes;

	(void)state;
	assert_int_equal(read_notes(&machine, &notes), PG_OK);
	assert_int_equal(notes.cpu_count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(notes.cpus[i].start, at[i]);
		assert_int_equal(notes.cpus[i].bytes, 368);
	}
	assert_int_equal(notes.vmcoreinfo.start, 0x100980000);
	assert_int_equal(notes.vmcoreinfo.bytes, 0x1024);
	pg_notes_free(&notes);
	machine_free(&machine);
}

static void test_holes(void **state)
{
	struct machine machine = machine_make("bios-4cpu-high");
	struct pg_notes notes;

	(void)state;
	machine_put(&machine, CPU "possible", "0,2-3,5,100-120\n");
	machine_drop(&machine, CPU "cpu2");
	machine_drop(&machine, "/sys/kernel/vmcoreinfo");
	assert_int_equal(read_notes(&machine, &notes), PG_OK);
	assert_int_equal(notes.cpu_count, 2);
	assert_int_equal(notes.cpus[1].start, 0x1bfbba600);
	assert_int_equal(notes.vmcoreinfo.bytes, 0);
	pg_notes_free(&notes);
	machine_free(&machine);
}

static void expect(const char *path, const char *content,
		   enum pg_status expected)
{
	struct machine machine = machine_make("bios-4cpu-high");
	struct pg_notes notes = {NULL, 99, {0, 0}};

	machine_put(&machine, path, content);
	assert_int_equal(read_notes(&machine, &notes), expected);
	assert_int_equal(error.status, expected);
	assert_int_equal(notes.cpu_count, 99);
	machine_free(&machine);
}

static void test_hostile(void **state)
{
	(void)state;
	expect(CPU "possible", "", PG_E_MACHINE);
	expect(CPU "possible", "all\n", PG_E_MACHINE);
	expect(CPU "possible", "3-0\n", PG_E_MACHINE);
	expect(CPU "possible", "0-\n", PG_E_MACHINE);
	expect(CPU "possible", "0,\n", PG_E_MACHINE);
	expect(CPU "possible", "0-4294967295\n", PG_E_MACHINE);
	expect(CPU "possible", "0-99999999999999999999\n", PG_E_MACHINE);
	expect(CPU "possible", "7\n", PG_E_MACHINE);
	expect(CPU "cpu1/crash_notes", "0\n", PG_E_PRIVILEGE);
	expect(CPU "cpu1/crash_notes", "nothing\n", PG_E_MACHINE);
	expect(CPU "cpu1/crash_notes", "ffffffffffffff00\n", PG_E_MACHINE);
	expect(CPU "cpu1/crash_notes_size", "0\n", PG_E_MACHINE);
	expect(CPU "cpu1/crash_notes_size", "99999999\n", PG_E_MACHINE);
	expect(CPU "cpu1/crash_notes_size", "-1\n", PG_E_MACHINE);
	expect("/sys/kernel/vmcoreinfo", "0x1000\n", PG_E_MACHINE);
	expect("/sys/kernel/vmcoreinfo", "0x0 1024\n", PG_E_MACHINE);
	expect("/sys/kernel/vmcoreinfo", "0x1000 0\n", PG_E_MACHINE);
	expect("/sys/kernel/vmcoreinfo", "0xfffffffffffffff0 24\n",
	       PG_E_MACHINE);
	expect("/sys/kernel/vmcoreinfo", "0x1000 fffffff\n", PG_E_MACHINE);
}

static void test_missing(void **state)
{
	struct machine machine = machine_empty();
	struct pg_notes notes;

	(void)state;
	assert_int_equal(read_notes(&machine, &notes), PG_E_MACHINE);
	assert_non_null(strstr(error.text, "possible"));
	machine_free(&machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
