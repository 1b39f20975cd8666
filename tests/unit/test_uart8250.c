/* SPDX-License-Identifier: BSD-2-Clause */
/* uart/uart8250.c and arch/x86_64/console.c against a model of the UART: their
 * own source is included, with the port instructions replaced. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define ARCH_X86_64_CPU_H /* the real instructions stay out */
static uint8_t x86_in8(uint16_t port);
static void x86_out8(uint16_t port, uint8_t value);
#include "uart/uart8250.c"
#include "arch/x86_64/vga.c"
#include "arch/x86_64/console.c"

#define BASE 0x2f8

static struct {
	bool present, ready;
	bool has_fifo;
	uint8_t lcr, ier, mcr, fcr;
	uint16_t divisor;
	char sent[64];
	unsigned sent_count, polls;
	unsigned burst, burst_most; /* bytes written without a poll */
	unsigned sending; /* polls until what it took is on the line */
	bool garbled;
} model;

static bool mapped_already, can_map;
static unsigned mappings;

bool pg_x86_identity_mapped(uint64_t start, uint64_t bytes)
{
	(void)start;
	(void)bytes;
	return mapped_already;
}

bool pg_x86_map_device(uint64_t address)
{
	(void)address;
	mappings++;
	return can_map;
}

static uint8_t x86_in8(uint16_t port)
{
	if (!model.present)
		return 0xff;
	switch (port - BASE) {
	case IER:
		return model.ier;
	case IIR:
		return (uint8_t)(model.has_fifo && (model.fcr & 1) ? 0xc1 : 1);
	case LCR:
		return model.lcr;
	case LSR:
		model.polls++;
		model.burst = 0;
		if (model.sending > 0)
			model.sending--;
		return (uint8_t)((model.ready ? LSR_THRE : 0) |
				 (model.sending == 0 ? LSR_TEMT : 0));
	}
	return 0;
}

static void x86_out8(uint16_t port, uint8_t value)
{
	const bool dlab = model.lcr & LCR_DLAB;

	model.garbled |=
		model.sending > 0 && ((dlab && port - BASE <= DLM) ||
				      (port - BASE == FCR && (value & 0x04)));
	switch (port - BASE) {
	case THR:
		if (dlab) {
			model.divisor =
				(uint16_t)((model.divisor & 0xff00) | value);
			break;
		}
		model.sent[model.sent_count++ % 64] = (char)value;
		if (++model.burst > model.burst_most)
			model.burst_most = model.burst;
		break;
	case IER:
		if (dlab)
			model.divisor =
				(uint16_t)((model.divisor & 0xff) | value << 8);
		else
			model.ier = value;
		break;
	case FCR:
		model.fcr = value;
		break;
	case LCR:
		model.lcr = value;
		break;
	case MCR:
		model.mcr = value;
		break;
	}
}

static struct pg_console port_console(uint32_t baud)
{
	return (struct pg_console){.kind = PG_CONSOLE_8250_PORT,
				   .address = BASE,
				   .stride = 1,
				   .baud = baud};
}

static int fresh(void **state)
{
	(void)state;
	memset(&model, 0, sizeof(model));
	model.present = model.ready = true;
	mapped_already = can_map = false;
	mappings = 0;
	return 0;
}

static void say(const char *text)
{
	while (*text)
		pg_arch_putc(*text++);
}

static void test_says(void **state)
{
	const struct pg_console c = port_console(0);

	(void)state;
	model.lcr = LCR_DLAB | LCR_8N1; /* as a careless kernel left it */
	model.ier = 0x0f;
	assert_int_equal(pg_arch_console_open(&c), PG_OK);
	say("hello");
	assert_string_equal(model.sent, "hello");
	assert_int_equal(model.lcr, LCR_8N1);
	assert_int_equal(model.ier, 0);
	assert_int_equal(model.divisor, 0); /* the rate was left alone */
	assert_int_equal(model.burst_most, 1);
}

/* As a reset leaves it, and as a kernel with parity set it. */
static void test_line_control(void **state)
{
	const struct pg_console c = port_console(0);

	(void)state;
	assert_int_equal(pg_arch_console_open(&c), PG_OK);
	assert_int_equal(model.lcr, LCR_8N1);
	model.lcr = 0x1a; /* 7E1 */
	assert_int_equal(pg_arch_console_open(&c), PG_OK);
	assert_int_equal(model.lcr, 0x1a);
}

static void test_rates(void **state)
{
	const struct {
		uint32_t baud, clock, divisor;
	} rates[] = {
		{115200, 0, 1},
		{9600, 0, 12},
		{2400, 0, 48},
		{50, 0, 2304},
		{115200, 48000000, 26},
		{230400, 0, 1}, /* rounds to the fastest there is */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct pg_console c = port_console(rates[i].baud);

		fresh(NULL);
		c.clock_hertz = rates[i].clock;
		assert_int_equal(pg_arch_console_open(&c), PG_OK);
		assert_int_equal(model.divisor, rates[i].divisor);
		assert_int_equal(model.lcr, LCR_8N1);
		assert_int_equal(model.mcr, MCR_DTR_RTS);
	}
}

static void test_impossible_rate(void **state)
{
	struct pg_console c = port_console(1);

	(void)state;
	assert_int_equal(pg_arch_console_open(&c), PG_OK);
	assert_int_equal(model.divisor, 0);
	c.baud = UINT32_MAX;
	assert_int_equal(pg_arch_console_open(&c), PG_OK);
	assert_int_equal(model.divisor, 0);
}

static void test_fifo(void **state)
{
	const struct pg_console c = port_console(115200);

	(void)state;
	model.has_fifo = true;
	assert_int_equal(pg_arch_console_open(&c), PG_OK);
	say("0123456789abcdef0123456789");
	assert_string_equal(model.sent, "0123456789abcdef0123456789");
	assert_int_equal(model.burst_most, FIFO_BYTES);
}

/* The dead kernel's last words are still in the FIFO. */
static void test_drains(void **state)
{
	const struct pg_console c = port_console(115200);

	(void)state;
	model.sending = 1400;
	assert_int_equal(pg_arch_console_open(&c), PG_OK);
	assert_false(model.garbled);
	assert_int_equal(model.divisor, 1);
	model.sending = UINT_MAX; /* for ever: the wait has a bound */
	assert_int_equal(pg_arch_console_open(&c), PG_OK);
	assert_true(model.garbled);
	assert_in_range(model.polls, 1, POLLS_MOST + 2000);
}

static void test_flush(void **state)
{
	const struct pg_console c = port_console(0);

	(void)state;
	assert_int_equal(pg_arch_console_open(&c), PG_OK);
	model.sending = 1400;
	pg_8250_flush();
	assert_int_equal(model.sending, 0);
	model.sending = UINT_MAX;
	model.polls = 0;
	pg_8250_flush();
	assert_int_equal(model.polls, POLLS_MOST);
	pg_8250_close();
	pg_8250_flush();
	assert_int_equal(model.polls, POLLS_MOST);
}

static void test_absent(void **state)
{
	const struct pg_console c = port_console(115200);

	(void)state;
	model.present = false;
	assert_int_equal(pg_arch_console_open(&c), PG_E_CONSOLE);
	say("nobody hears this");
	assert_int_equal(model.sent_count, 0);
}

static void test_never_ready(void **state)
{
	const struct pg_console c = port_console(0);

	(void)state;
	model.ready = false;
	assert_int_equal(pg_arch_console_open(&c), PG_OK);
	say("this takes no more than four times the bound");
	assert_int_equal(model.sent_count, 0);
	assert_in_range(model.polls, 1, DROPS_MOST * (POLLS_MOST + 1) + 1);
}

static void test_slow(void **state)
{
	const struct pg_console c = port_console(0);

	(void)state;
	assert_int_equal(pg_arch_console_open(&c), PG_OK);
	model.ready = false;
	say("xyz"); /* dropped, but the UART is not given up */
	model.ready = true;
	say("ok");
	assert_string_equal(model.sent, "ok");
}

static void test_memory(void **state)
{
	static uint32_t registers[8] __attribute__((aligned(32)));
	struct pg_console c = {.kind = PG_CONSOLE_8250_MMIO,
			       .address = (uintptr_t)registers,
			       .stride = 4};

	(void)state;
	registers[LSR] = LSR_THRE;
	assert_int_equal(pg_arch_console_open(&c), PG_E_CONSOLE);
	assert_int_equal(mappings, 1);
	can_map = true;
	assert_int_equal(pg_arch_console_open(&c), PG_OK);
	mapped_already = true;
	assert_int_equal(pg_arch_console_open(&c), PG_OK);
	assert_int_equal(mappings, 2);
	say("M");
	assert_int_equal(registers[THR], 'M');
}

static void test_implausible(void **state)
{
	struct pg_console c = port_console(0);

	(void)state;
	mapped_already = true;
	c.stride = 0;
	assert_int_equal(pg_arch_console_open(&c), PG_E_CONSOLE);
	c.stride = 3;
	assert_int_equal(pg_arch_console_open(&c), PG_E_CONSOLE);
	c = port_console(0);
	c.address = 0xfff9;
	assert_int_equal(pg_arch_console_open(&c), PG_E_CONSOLE);
	c.address = UINT64_MAX - 3;
	assert_int_equal(pg_arch_console_open(&c), PG_E_CONSOLE);
	c.kind = PG_CONSOLE_8250_MMIO;
	assert_int_equal(pg_arch_console_open(&c), PG_E_CONSOLE);
	c.stride = 4;
	c.address = 0xfe000002;
	assert_int_equal(pg_arch_console_open(&c), PG_E_CONSOLE);
	c.kind = PG_CONSOLE_SCLP;
	assert_int_equal(pg_arch_console_open(&c), PG_E_CONSOLE);
	c.kind = PG_CONSOLE_NONE;
	assert_int_equal(pg_arch_console_open(&c), PG_OK);
	say("silence");
	assert_int_equal(model.sent_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_says, fresh),
		cmocka_unit_test_setup(test_line_control, fresh),
		cmocka_unit_test_setup(test_rates, fresh),
		cmocka_unit_test_setup(test_impossible_rate, fresh),
		cmocka_unit_test_setup(test_fifo, fresh),
		cmocka_unit_test_setup(test_drains, fresh),
		cmocka_unit_test_setup(test_flush, fresh),
		cmocka_unit_test_setup(test_absent, fresh),
		cmocka_unit_test_setup(test_never_ready, fresh),
		cmocka_unit_test_setup(test_slow, fresh),
		cmocka_unit_test_setup(test_memory, fresh),
		cmocka_unit_test_setup(test_implausible, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
