/* SPDX-License-Identifier: BSD-2-Clause */
/* uart/pl011.c against a model of the UART: its own source is included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "uart/pl011.c"

#define BASE 0x9000000

static struct {
	bool present;
	unsigned full_for; /* reads of FR that say the FIFO is full */
	unsigned busy_for; /* reads of FR that say it is still sending */
	uint32_t ibrd, fbrd, lcrh, cr;
	bool changed_while_on; /* a control register, against the manual */
	bool lost_sending;     /* switched off with something still to send */
	unsigned writes_but_data;
	unsigned polls;
	char sent[64];
	unsigned sent_count;
} model;

uint32_t pg_uart_read(const struct pg_console *uart, unsigned index)
{
	uint32_t flags = 0;

	assert_int_equal(uart->address, BASE);
	assert_int_equal(uart->stride, 4);
	if (!model.present)
		return UINT32_MAX;
	if (index == CR)
		return model.cr;
	assert_int_equal(index, FR);
	model.polls++;
	if (model.full_for) {
		model.full_for--;
		flags |= FR_TXFF;
	}
	if (model.busy_for) {
		model.busy_for--;
		flags |= FR_BUSY;
	}
	return flags;
}

void pg_uart_write(const struct pg_console *uart, unsigned index,
		   uint32_t value)
{
	const bool on = model.cr & CR_ENABLE;

	assert_int_equal(uart->address, BASE);
	assert_true(model.present);
	if (index != DR)
		model.writes_but_data++;
	switch (index) {
	case DR:
		assert_int_equal(model.full_for, 0);
		assert_true(model.sent_count < sizeof(model.sent));
		model.sent[model.sent_count++] = (char)value;
		return;
	case CR:
		model.lost_sending |=
			on && !(value & CR_ENABLE) && model.busy_for > 0;
		model.cr = value;
		return;
	case IBRD:
		model.ibrd = value;
		break;
	case FBRD:
		model.fbrd = value;
		break;
	case LCRH:
		model.lcrh = value;
		break;
	default:
		fail_msg("register %u", index);
	}
	model.changed_while_on |= on;
}

static int set_up(void **state)
{
	(void)state;
	memset(&model, 0, sizeof(model));
	model.present = true;
	model.cr = CR_ENABLE | CR_TRANSMIT | CR_RECEIVE;
	return 0;
}

static struct pg_console console(uint32_t kind, uint32_t baud, uint32_t clock)
{
	return (struct pg_console){.kind = kind,
				   .baud = baud,
				   .address = BASE,
				   .clock_hertz = clock};
}

static void say(const char *text)
{
	for (; *text; text++)
		pg_pl011_putc(*text);
}

static void test_speaks(void **state)
{
	const struct pg_console c = console(PG_CONSOLE_PL011, 0, 0);

	(void)state;
	assert_int_equal(pg_pl011_open(&c), PG_OK);
	say("hello");
	assert_memory_equal(model.sent, "hello", 5);
	/* It was on, and no rate was asked for: nothing was changed. */
	assert_int_equal(model.writes_but_data, 0);
}

static void test_absent(void **state)
{
	const struct pg_console c = console(PG_CONSOLE_PL011, 115200, 24000000);

	(void)state;
	model.present = false;
	assert_int_equal(pg_pl011_open(&c), PG_E_CONSOLE);
	say("nobody"); /* the model fails at a write */
}

static void test_was_off(void **state)
{
	const struct pg_console c = console(PG_CONSOLE_PL011, 0, 0);

	(void)state;
	model.cr = 0x4000; /* some other bit, which is kept */
	assert_int_equal(pg_pl011_open(&c), PG_OK);
	assert_int_equal(model.cr, 0x4000 | CR_ENABLE | CR_TRANSMIT);
}

static void test_sbsa(void **state)
{
	const struct pg_console c = console(PG_CONSOLE_SBSA, 115200, 24000000);

	(void)state;
	model.cr = 0; /* there is no such register: not touched */
	assert_int_equal(pg_pl011_open(&c), PG_OK);
	say("ok");
	assert_int_equal(model.writes_but_data, 0);
	assert_memory_equal(model.sent, "ok", 2);
}

/* DDI 0183, 3.3.6: 4 MHz and 230400 bit/s give 1 + 5/64. */
static void test_rate(void **state)
{
	const struct pg_console c = console(PG_CONSOLE_PL011, 230400, 4000000);
	const struct pg_console slow =
		console(PG_CONSOLE_PL011, 9600, 24000000);

	(void)state;
	model.busy_for = 7;
	assert_int_equal(pg_pl011_open(&c), PG_OK);
	assert_int_equal(model.ibrd, 1);
	assert_int_equal(model.fbrd, 5);
	assert_int_equal(model.lcrh, LCRH_8N1 | LCRH_FIFO);
	assert_int_equal(model.cr, CR_ENABLE | CR_TRANSMIT | CR_RECEIVE);
	assert_false(model.changed_while_on);
	assert_false(model.lost_sending);
	assert_int_equal(pg_pl011_open(&slow), PG_OK);
	assert_int_equal(model.ibrd, 156); /* 156.25 */
	assert_int_equal(model.fbrd, 16);
}

static void test_impossible_rates(void **state)
{
	const struct pg_console fast =
		console(PG_CONSOLE_PL011, 4000000, 4000000);
	const struct pg_console slow = console(PG_CONSOLE_PL011, 1, UINT32_MAX);
	const struct pg_console unknown = console(PG_CONSOLE_PL011, 9600, 0);

	(void)state;
	assert_int_equal(pg_pl011_open(&fast), PG_OK);
	assert_int_equal(pg_pl011_open(&slow), PG_OK);
	assert_int_equal(pg_pl011_open(&unknown), PG_OK);
	assert_int_equal(model.writes_but_data, 0);
}

static void test_waits(void **state)
{
	const struct pg_console c = console(PG_CONSOLE_PL011, 0, 0);

	(void)state;
	assert_int_equal(pg_pl011_open(&c), PG_OK);
	model.full_for = 5000;
	say("ab"); /* the model fails at a write while it is full */
	assert_memory_equal(model.sent, "ab", 2);
}

static void test_never_ready(void **state)
{
	const struct pg_console c = console(PG_CONSOLE_PL011, 0, 0);
	unsigned i, polls;

	(void)state;
	assert_int_equal(pg_pl011_open(&c), PG_OK);
	model.full_for = UINT32_MAX;
	for (i = 0; i < DROPS_MOST; i++)
		pg_pl011_putc('x');
	polls = model.polls;
	assert_true(polls <= DROPS_MOST * POLLS_MOST + 1);
	for (i = 0; i < 1000; i++)
		pg_pl011_putc('x');
	assert_int_equal(model.polls, polls); /* given up */
	assert_int_equal(model.sent_count, 0);
}

/* A UART that was slow now and then is not given up. */
static void test_slow_at_times(void **state)
{
	const struct pg_console c = console(PG_CONSOLE_PL011, 0, 0);
	unsigned i;

	(void)state;
	assert_int_equal(pg_pl011_open(&c), PG_OK);
	for (i = 0; i < 3 * DROPS_MOST; i++) {
		model.full_for = POLLS_MOST;
		pg_pl011_putc('-');
		model.full_for = 0;
		pg_pl011_putc('+');
	}
	assert_int_equal(model.sent_count, 3 * DROPS_MOST);
}

static void test_flush(void **state)
{
	const struct pg_console c = console(PG_CONSOLE_SBSA, 0, 0);
	unsigned polls;

	(void)state;
	pg_pl011_close();
	pg_pl011_flush();
	assert_int_equal(model.polls, 0);
	assert_int_equal(pg_pl011_open(&c), PG_OK);
	model.busy_for = 40;
	pg_pl011_flush();
	assert_int_equal(model.busy_for, 0);
	polls = model.polls;
	model.busy_for = UINT32_MAX;
	pg_pl011_flush();
	assert_int_equal(model.polls, polls + POLLS_MOST);
}

static void test_close(void **state)
{
	const struct pg_console c = console(PG_CONSOLE_PL011, 0, 0);

	(void)state;
	assert_int_equal(pg_pl011_open(&c), PG_OK);
	pg_pl011_close();
	say("x");
	assert_int_equal(model.sent_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_speaks, set_up),
		cmocka_unit_test_setup(test_absent, set_up),
		cmocka_unit_test_setup(test_was_off, set_up),
		cmocka_unit_test_setup(test_sbsa, set_up),
		cmocka_unit_test_setup(test_rate, set_up),
		cmocka_unit_test_setup(test_impossible_rates, set_up),
		cmocka_unit_test_setup(test_waits, set_up),
		cmocka_unit_test_setup(test_never_ready, set_up),
		cmocka_unit_test_setup(test_slow_at_times, set_up),
		cmocka_unit_test_setup(test_flush, set_up),
		cmocka_unit_test_setup(test_close, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
