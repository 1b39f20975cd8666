/* SPDX-License-Identifier: BSD-2-Clause */
/* From a command line to the registers of a UART. */
#include "machine.h"

#include "load/machine.h"

#define TTY "/sys/class/tty/ttyS"

static const char *root;

static void expect(const char *line, uint32_t kind, uint64_t address,
		   uint32_t baud, uint32_t stride)
{
	struct pg_console console = pg_console_find(root, line);

	if (console.kind != kind)
		print_error("%s: kind %u\n", line, console.kind);
	assert_int_equal(console.kind, kind);
	if (kind == PG_CONSOLE_NONE)
		return;
	assert_int_equal(console.address, address);
	assert_int_equal(console.baud, baud);
	assert_int_equal(console.stride, stride);
}

static void none(const char *line)
{
	expect(line, PG_CONSOLE_NONE, 0, 0, 0);
}

static void port(const char *line, uint64_t address, uint32_t baud)
{
	expect(line, PG_CONSOLE_8250_PORT, address, baud, 1);
}

static void test_pc(void **state)
{
	(void)state;
	root = "/nowhere";
	port("console=ttyS0", 0x3f8, 0);
	port("console=ttyS0,115200", 0x3f8, 115200);
	port("console=ttyS1,9600n8r quiet", 0x2f8, 9600);
	port("console=ttyS2\n", 0x3e8, 0);
	port("console=tty0 console=ttyS3,19200 console=tty1", 0x2e8, 19200);
	/* the last one wins, as in the kernel's /dev/console */
	port("console=ttyS0 console=ttyS1", 0x2f8, 0);
	/* earlycon and earlyprintk only without console= */
	port("earlyprintk=serial,ttyS1,57600 console=ttyS0", 0x3f8, 0);
	port("earlyprintk=serial,ttyS1,57600", 0x2f8, 57600);
	port("earlyprintk=serial,0x2e0,57600", 0x2e0, 57600);
	port("earlyprintk=ttyS0,9600", 0x3f8, 9600);
	port("earlyprintk=serial", 0x3f8, 0);
	port("earlycon=uart8250,io,0x3f8,9600n8", 0x3f8, 9600);
	port("console=uart,io,0x2f8", 0x2f8, 0);
	expect("console=uart8250,mmio,0xfe001000,115200", PG_CONSOLE_8250_MMIO,
	       0xfe001000, 115200, 1);
	expect("console=uart8250,mmio16,0xfe001000", PG_CONSOLE_8250_MMIO,
	       0xfe001000, 0, 2);
	expect("earlycon=uart8250,mmio32,0xfe001000", PG_CONSOLE_8250_MMIO,
	       0xfe001000, 0, 4);
}

static void test_none(void **state)
{
	(void)state;
	root = "/nowhere";
	none("");
	none("quiet");
	none("console=tty0");
	none("console=hvc0");
	none("console=");
	none("console=ttyS");
	none("console=ttySx");
	none("console=ttyS4");
	none("console=ttyS99999999999999999999");
	none("console=ttyUSB0,115200");
	none("xconsole=ttyS0");
	none("console=uart8250");
	none("console=uart8250,");
	none("console=uart8250,io");
	none("console=uart8250,io,");
	none("console=uart8250,io,0x10000");
	none("console=uart8250,io,0");
	none("console=uart8250,disc,0x3f8");
	none("earlyprintk=vga");
	none("earlyprintk=serial,0x");
	none("earlyprintk=serial,0x0");
	none("earlyprintk=serial,0x3f8000");
	/* a rate that is none is no rate */
	port("console=ttyS0,fast", 0x3f8, 0);
	port("console=ttyS0,99999999", 0x3f8, 0);
}

static void test_recorded(void **state)
{
	struct machine machine = machine_make("bios-1cpu");
	struct pg_console console;

	(void)state;
	root = machine.root;
	port("console=ttyS0,115200", 0x3f8, 115200);
	console = pg_console_find(root, "console=ttyS0");
	assert_int_equal(console.clock_hertz, 1843200);
	/* what the machine says is what counts */
	machine_put(&machine, TTY "0/port", "0x2E0\n");
	port("console=ttyS0", 0x2e0, 0);
	machine_put(&machine, TTY "0/port", "0x0\n");
	none("console=ttyS0");
	machine_put(&machine, TTY "5/io_type", "2\n");
	machine_put(&machine, TTY "5/iomem_base", "0xFE030000\n");
	machine_put(&machine, TTY "5/iomem_reg_shift", "2\n");
	machine_put(&machine, TTY "5/uartclk", "48000000\n");
	expect("console=ttyS5,9600", PG_CONSOLE_8250_MMIO, 0xfe030000, 9600, 4);
	console = pg_console_find(root, "console=ttyS5");
	assert_int_equal(console.clock_hertz, 48000000);
	machine_put(&machine, TTY "5/iomem_reg_shift", "3\n");
	none("console=ttyS5");
	machine_put(&machine, TTY "5/iomem_reg_shift", "0\n");
	machine_put(&machine, TTY "5/iomem_base", "0x0\n");
	none("console=ttyS5");
	machine_put(&machine, TTY "5/io_type", "6\n");
	none("console=ttyS5");
	machine_free(&machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pc),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
