/* SPDX-License-Identifier: BSD-2-Clause */
/* purgatory/main.c, the last step: its own source is included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "purgatory/main.c"

static struct pg_manifest manifest;
static struct pg_context at = {.manifest = &manifest, .base = 0x10000};
static bool failed, self_proved;
static enum pg_status refused;
static struct pg_handoff entered;
static unsigned closed, merged;
static jmp_buf out;

bool pg_failed_before(void)
{
	return failed;
}

bool pg_self_proved(const struct pg_context *of)
{
	assert_ptr_equal(of, &at);
	return self_proved;
}

void pg_failed(const struct pg_context *of, enum pg_status status)
{
	assert_ptr_equal(of, &at);
	refused = status;
	longjmp(out, 1);
}

void pg_merge_loader(const struct pg_context *of, struct pg_handoff *handoff)
{
	assert_ptr_equal(of, &at);
	assert_int_equal(closed, 0);
	merged++;
	handoff->args[3] ^= 1;
}

void pg_arch_close(void)
{
	closed++;
}

void pg_arch_enter(const struct pg_handoff *handoff)
{
	assert_int_equal(closed, 1);
	entered = *handoff;
	longjmp(out, 2);
}

/* What is not reached from there. */
static void unreached(const char *name)
{
	fail_msg("calls %s", name);
}

enum pg_status pg_check(const struct pg_context *of)
{
	(void)of;
	unreached(__func__);
	return PG_OK;
}

enum pg_status pg_self_check(const struct pg_context *of, uint64_t *bytes)
{
	(void)of;
	(void)bytes;
	unreached(__func__);
	return PG_OK;
}

enum pg_status pg_verify(const struct pg_context *of, uint64_t *bytes)
{
	(void)of;
	(void)bytes;
	unreached(__func__);
	return PG_OK;
}

enum pg_status pg_fill_memory(const struct pg_context *of, uint64_t *bytes)
{
	(void)of;
	(void)bytes;
	unreached(__func__);
	return PG_OK;
}

enum pg_status pg_copy_memory(const struct pg_context *of, uint64_t *bytes)
{
	(void)of;
	(void)bytes;
	unreached(__func__);
	return PG_OK;
}

enum pg_status pg_swap_memory(const struct pg_context *of, uint64_t *bytes)
{
	(void)of;
	(void)bytes;
	unreached(__func__);
	return PG_OK;
}

void pg_translate(const struct pg_context *of)
{
	(void)of;
	unreached(__func__);
}

void pg_console_begin(const struct pg_context *of, bool trusted)
{
	(void)of;
	(void)trusted;
	unreached(__func__);
}

void pg_arch_early(void)
{
	unreached(__func__);
}

uint32_t pg_arch_id(void)
{
	unreached(__func__);
	return 0;
}

uint32_t pg_arch_open(const struct pg_manifest *m)
{
	(void)m;
	unreached(__func__);
	return 0;
}

void pg_log_start(void)
{
	unreached(__func__);
}

void pg_log_open(const struct pg_context *of)
{
	(void)of;
	unreached(__func__);
}

void pg_log_features(uint32_t features)
{
	(void)features;
}

uint64_t pg_step_begin(enum pg_step step)
{
	assert_int_equal(step, PG_STEP_HANDOFF);
	return 0;
}

uint64_t pg_step_end(enum pg_status status, uint64_t bytes)
{
	assert_int_equal(status, PG_OK);
	return bytes;
}

void pg_put(const char *text)
{
	(void)text;
}

void pg_put_dec(uint64_t value)
{
	(void)value;
}

void pg_put_hex(uint64_t value)
{
	(void)value;
}

void pg_put_size(uint64_t bytes)
{
	(void)bytes;
}

void pg_put_duration(uint64_t ticks, uint64_t per_second)
{
	(void)ticks;
	(void)per_second;
}

/* 1: it was refused; 2: it was entered. */
static int leave(void)
{
	int how;

	closed = 0;
	merged = 0;
	refused = PG_OK;
	how = setjmp(out);
	if (how == 0)
		pg_handoff(&at);
	return how;
}

/* What moves with the image, and what does not: each alone. */
static void test_relative(void **state)
{
	unsigned i, j;

	(void)state;
	failed = false;
	self_proved = true;
	for (i = 0; i <= 5; i++) {
		memset(&manifest, 0, sizeof(manifest));
		manifest.handoff.entry = 0x100;
		for (j = 0; j < 4; j++)
			manifest.handoff.args[j] = 0x200 * (j + 1);
		if (i < 4)
			manifest.handoff.flags = PG_HANDOFF_ARG_RELATIVE(i);
		if (i == 4)
			manifest.handoff.flags = PG_RELATIVE;
		assert_int_equal(leave(), 2);
		assert_int_equal(merged, 1);
		assert_int_equal(entered.entry, i == 4 ? 0x10100 : 0x100);
		for (j = 0; j < 4; j++)
			assert_int_equal(entered.args[j] ^ (j == 3),
					 0x200 * (j + 1) +
						 (i == j ? 0x10000 : 0));
	}
}

/* Without the proof, only after a failure that the policy let pass. */
static void test_proof(void **state)
{
	(void)state;
	memset(&manifest, 0, sizeof(manifest));
	failed = false;
	self_proved = false;
	assert_int_equal(leave(), 1);
	assert_int_equal(refused, PG_E_SELF);
	assert_int_equal(merged + closed, 0);
	failed = true;
	assert_int_equal(leave(), 2);
	self_proved = true;
	assert_int_equal(leave(), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relative),
		cmocka_unit_test(test_proof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
