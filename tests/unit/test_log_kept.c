/* SPDX-License-Identifier: BSD-2-Clause */
/* purgatory/log.c and what purgatory/console.c says: their own source is
 * included, with a clock that can go backwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define log kept /* a hosted compiler has its own, in math.h */
#include "purgatory/console.c"
#include "purgatory/log.c"

#define AREA  2048
#define MOVED 4096

static uint64_t now;
static char said[256];
static size_t said_bytes;
static _Alignas(8) uint8_t memory[AREA + MOVED];
static struct pg_manifest manifest;
static struct pg_context context = {.manifest = &manifest};

uint64_t pg_arch_ticks(void)
{
	return now;
}

void pg_arch_putc(char c)
{
	assert_true(said_bytes < sizeof(said) - 1);
	said[said_bytes++] = c;
}

enum pg_status pg_arch_console_open(const struct pg_console *console)
{
	(void)console;
	return PG_OK;
}

struct pg_console pg_arch_console_default(void)
{
	return (struct pg_console){.kind = PG_CONSOLE_NONE};
}

static const struct pg_log *area(void)
{
	return (const struct pg_log *)(const void *)memory;
}

static void begin(void)
{
	memset(memory, 0x5a, sizeof(memory));
	memset(said, 0, sizeof(said));
	said_bytes = 0;
	inside_line = false;
	manifest.log.start = pg_address(memory);
	manifest.log.bytes = AREA;
	manifest.ticks_per_second = 1000;
	now = 100;
	pg_log_start();
}

/* What went wrong first explains what went wrong later. */
static void test_first_status(void **state)
{
	(void)state;
	begin();
	pg_log_open(&context);
	pg_log_status(PG_OK);
	assert_int_equal(area()->status, PG_OK);
	pg_log_status(PG_E_DIGEST);
	pg_log_status(PG_E_COMPARE);
	pg_log_status(PG_OK);
	assert_int_equal(area()->status, PG_E_DIGEST);
}

/* Nothing is written to the area before it may be believed; then all is. */
static void test_before_open(void **state)
{
	uint8_t before[AREA];

	(void)state;
	begin();
	memcpy(before, memory, AREA);
	pg_step_begin(PG_STEP_CHECK);
	now = 107;
	pg_step_end(PG_E_ARCH, 5);
	pg_put("early\n");
	pg_log_status(PG_E_SELF);
	assert_memory_equal(memory, before, AREA);
	pg_log_open(&context);
	assert_memory_equal(area()->magic, PG_LOG_MAGIC, 8);
	assert_int_equal(area()->bytes, AREA);
	assert_int_equal(area()->status, PG_E_SELF);
	assert_int_equal(area()->step_count, 1);
	assert_int_equal(area()->steps[0].step, PG_STEP_CHECK);
	assert_int_equal(area()->steps[0].status, PG_E_ARCH);
	assert_int_equal(area()->steps[0].begin, 100);
	assert_int_equal(area()->steps[0].end, 107);
	assert_int_equal(area()->steps[0].bytes, 5);
	assert_int_equal(area()->text_bytes, strlen("purgatorio: early\n"));
	assert_memory_equal(area() + 1, "purgatorio: early\n",
			    area()->text_bytes);
}

/* Time that goes backwards is recorded as it is, and nothing is said of it;
 * neither is of time that jumps. */
static void test_backwards(void **state)
{
	uint64_t start, end;

	(void)state;
	begin();
	pg_log_open(&context);
	start = pg_step_begin(PG_STEP_VERIFY);
	now = 40;
	end = pg_step_end(PG_OK, 1);
	assert_int_equal(area()->steps[0].begin, 100);
	assert_int_equal(area()->steps[0].end, 40);
	pg_put_duration(end - start, 1000);
	assert_string_equal(said, "");
	pg_put_duration(UINT64_MAX / 10000 + 1, 1000);
	assert_string_equal(said, "");
	pg_put_duration(12, 0);
	assert_string_equal(said, "");
	inside_line = true;
	pg_put_duration(123, 10000);
	assert_string_equal(said, ", 12.3 ms");
}

static void test_full(void **state)
{
	const uint32_t room = AREA - sizeof(struct pg_log);
	uint32_t i;

	(void)state;
	begin();
	pg_log_open(&context);
	for (i = 0; i < room + 9; i++)
		pg_log_character((char)('a' + i % 26));
	assert_int_equal(area()->text_bytes, room);
	assert_int_equal(memory[sizeof(struct pg_log)], 'a');
	assert_int_equal(memory[AREA], 0x5a);
	for (i = 0; i < PG_LOG_STEPS + 3; i++)
		pg_step_begin(PG_STEP_FILL);
	assert_int_equal(area()->step_count, PG_LOG_STEPS);
	assert_int_equal(memory[sizeof(struct pg_log)], 'a');
}

/* A second call goes on with what the first left, if it is still there. */
static void test_again(void **state)
{
	(void)state;
	begin();
	pg_log_open(&context);
	pg_log_status(PG_E_DIGEST);
	pg_log_character('1');
	pg_log_start();
	pg_log_character('2');
	pg_log_open(&context);
	assert_int_equal(area()->status, PG_E_DIGEST);
	assert_int_equal(area()->text_bytes, 2);
	memory[offsetof(struct pg_log, step_count)] = PG_LOG_STEPS + 1;
	pg_log_start();
	pg_log_open(&context);
	assert_int_equal(area()->status, PG_OK);
	assert_int_equal(area()->text_bytes, 0);
}

static void test_moved(void **state)
{
	(void)state;
	begin();
	pg_log_open(&context);
	memcpy(memory + MOVED, memory, AREA);
	pg_log_moved(MOVED);
	pg_log_features(7);
	pg_log_moved(-(uint64_t)MOVED);
	pg_log_status(PG_E_COMPARE);
	assert_int_equal(area()->features, 0);
	assert_int_equal(area()->status, PG_E_COMPARE);
	assert_int_equal(memory[MOVED + offsetof(struct pg_log, features)], 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_status),
		cmocka_unit_test(test_before_open),
		cmocka_unit_test(test_backwards),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
