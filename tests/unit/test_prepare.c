/* SPDX-License-Identifier: BSD-2-Clause */
/* purgatory/prepare.c: its own source is included. That a copy which differs
 * is told is shown on bare metal, where memory can be missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "purgatory/prepare.c"

#define COUNT 3
#define BYTES 64

static struct {
	struct pg_manifest head;
	union {
		struct pg_fill fills[COUNT];
		struct pg_copy copies[COUNT];
	};
} sealed;
static _Alignas(8) uint8_t memory[16 * BYTES];
static struct pg_context context;
static int given_back, taken_again;

void pg_put(const char *text)
{
	fail_msg("says %s", text);
}

void pg_put_hex(uint64_t value)
{
	(void)value;
}

void pg_arch_exceptions(bool ours)
{
	assert_int_equal(taken_again, 0);
	*(ours ? &taken_again : &given_back) += 1;
}

static void begin(void)
{
	size_t i;

	memset(&sealed, 0, sizeof(sealed));
	given_back = 0;
	taken_again = 0;
	for (i = 0; i < sizeof(memory); i++)
		memory[i] = (uint8_t)(i % 255 + 1);
	context.manifest = &sealed.head;
	context.base = pg_address(memory);
}

/* Each fill, to its last byte, and nothing beside it. */
static void test_fill(void **state)
{
	uint64_t bytes = 1000;
	uint32_t i, at;

	(void)state;
	begin();
	sealed.head.fills.offset = sizeof(sealed.head);
	sealed.head.fills.count = COUNT;
	for (i = 0; i < COUNT; i++)
		sealed.fills[i] = (struct pg_fill){
			.start = 2 * i * BYTES,
			.bytes = BYTES - i,
			.flags = PG_RELATIVE,
		};
	sealed.fills[1].start += pg_address(memory);
	sealed.fills[1].flags = 0;
	assert_int_equal(pg_fill_memory(&context, &bytes), PG_OK);
	assert_int_equal(bytes, 1000 + 3 * BYTES - 3);
	for (at = 0; at < sizeof(memory); at++) {
		i = at / BYTES;
		if (i % 2 == 0 && i / 2 < COUNT && at % BYTES < BYTES - i / 2)
			assert_int_equal(memory[at], 0);
		else
			assert_int_equal(memory[at], at % 255 + 1);
	}
}

static void test_copy(void **state)
{
	uint64_t bytes = 1000;
	uint32_t i;

	(void)state;
	begin();
	sealed.head.copies.offset = sizeof(sealed.head);
	sealed.head.copies.count = COUNT;
	for (i = 0; i < COUNT; i++)
		sealed.copies[i] = (struct pg_copy){
			.source = pg_address(memory) + i * BYTES,
			.destination = (8 + 2 * i) * BYTES,
			.bytes = BYTES - i,
			.flags = PG_RELATIVE,
		};
	assert_int_equal(pg_copy_memory(&context, &bytes), PG_OK);
	assert_int_equal(bytes, 1000 + 3 * BYTES - 3);
	for (i = 0; i < COUNT; i++) {
		const uint8_t *to = memory + (8 + 2 * i) * BYTES;
		const uint32_t next = (8 + 2 * i) * BYTES + BYTES - i;

		assert_memory_equal(to, memory + i * BYTES, BYTES - i);
		assert_int_equal(memory[next], next % 255 + 1);
	}
	/* What exceptions took is as it was found while it is copied. */
	assert_int_equal(given_back, 1);
	assert_int_equal(taken_again, 1);
}

static void test_nothing(void **state)
{
	uint64_t bytes = 0;

	(void)state;
	begin();
	assert_int_equal(pg_fill_memory(&context, &bytes), PG_OK);
	assert_int_equal(pg_copy_memory(&context, &bytes), PG_OK);
	assert_int_equal(bytes, 0);
	assert_int_equal(given_back, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
