/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The serial console of a command line (Documentation/admin-guide/
 * kernel-parameters.txt: console=, earlycon=, earlyprintk=), found in the
 * running machine (/sys/class/tty/ttyS<n>, Documentation/ABI/testing/
 * sysfs-tty).
 */
#include <stdlib.h>
#include <string.h>

#include "load/machine.h"

/* enum of include/uapi/linux/serial_core.h, as /sys shows it in io_type. */
#define UPIO_PORT  0
#define UPIO_MEM   2
#define UPIO_MEM32 3

#define BAUD_MAX 4000000

/* PC compatible: COM1 to COM4. */
static const uint16_t standard_ports[] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};

static const struct pg_console none = {.kind = PG_CONSOLE_NONE};

/* ",115200n8" or nothing; what follows the number does not matter. */
static uint32_t baud_behind(const char *at)
{
	uint64_t baud;

	if (*at != ',')
		return 0;
	at++;
	if (!pg_parse_u64(&at, 10, &baud) || baud > BAUD_MAX)
		return 0;
	return (uint32_t)baud;
}

static bool tty_number(const char *root, uint64_t line, const char *name,
		       int base, uint64_t *out)
{
	struct pg_error ignored;

	return pg_sys_number(out, &ignored, base, root,
			     "/sys/class/tty/ttyS%u/%s", (unsigned)line,
			     name) == PG_OK;
}

/* ttyAMA@line: a PL011, or a SBSA UART, which is one that is set up by the
 * firmware; ours is not set up again either. */
static struct pg_console pl011_of(const char *root, uint64_t line)
{
	struct pg_error ignored;
	uint64_t address;

	if (line >= 256 ||
	    pg_sys_number(&address, &ignored, 16, root,
			  "/sys/class/tty/ttyAMA%u/iomem_base",
			  (unsigned)line) != PG_OK ||
	    address == 0)
		return none;
	return (struct pg_console){
		.kind = PG_CONSOLE_PL011, .address = address, .stride = 4};
}

/* "pl011,0x9000000" or "pl011,mmio32,0x9000000", as in earlycon=. */
static struct pg_console pl011_at(const char *value)
{
	struct pg_console console = {.kind = PG_CONSOLE_PL011, .stride = 4};

	if (!strncmp(value, "mmio32,", 7))
		value += 7;
	if (!pg_parse_u64(&value, 0, &console.address) || console.address == 0)
		return none;
	return console;
}

/* ttyS@line as the machine has it, or as every PC has it. */
static struct pg_console port_of(const char *root, uint64_t line, uint32_t baud)
{
	struct pg_console console = {.kind = PG_CONSOLE_NONE, .baud = baud};
	uint64_t io_type, address, shift = 0, clock = 0;

	if (line >= 256)
		return none;
	if (!tty_number(root, line, "io_type", 10, &io_type)) {
		if (line >= 4)
			return none;
		console.kind = PG_CONSOLE_8250_PORT;
		console.address = standard_ports[line];
		console.stride = 1;
		return console;
	}
	if (io_type == UPIO_PORT &&
	    tty_number(root, line, "port", 16, &address) && address != 0 &&
	    address <= UINT16_MAX) {
		console.kind = PG_CONSOLE_8250_PORT;
		console.stride = 1;
	} else if ((io_type == UPIO_MEM || io_type == UPIO_MEM32) &&
		   tty_number(root, line, "iomem_base", 16, &address) &&
		   tty_number(root, line, "iomem_reg_shift", 10, &shift) &&
		   address != 0 && shift <= 2) {
		console.kind = PG_CONSOLE_8250_MMIO;
		console.stride = 1u << shift;
	} else {
		return none;
	}
	console.address = address;
	/* 16 times the highest rate. Leave a strange one to the firmware. */
	if (tty_number(root, line, "uartclk", 10, &clock) &&
	    clock <= UINT32_MAX)
		console.clock_hertz = (uint32_t)clock;
	return console;
}

/* "uart8250,io,0x3f8[,115200]", also mmio, mmio16, mmio32 (and uart). */
static struct pg_console uart8250(const char *value)
{
	static const struct {
		const char *name;
		uint32_t kind, stride;
	} types[] = {
		{"io,", PG_CONSOLE_8250_PORT, 1},
		{"mmio,", PG_CONSOLE_8250_MMIO, 1},
		{"mmio16,", PG_CONSOLE_8250_MMIO, 2},
		{"mmio32,", PG_CONSOLE_8250_MMIO, 4},
	};
	const char *at = strchr(value, ',');

	if (!at)
		return none;
	at++;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct pg_console console = {types[i].kind, 0, 0,
					     types[i].stride, 0};

		if (strncmp(at, types[i].name, strlen(types[i].name)) != 0)
			continue;
		at += strlen(types[i].name);
		if (!pg_parse_u64(&at, 0, &console.address) ||
		    console.address == 0 ||
		    (console.kind == PG_CONSOLE_8250_PORT &&
		     console.address > UINT16_MAX))
			return none;
		console.baud = baud_behind(at);
		return console;
	}
	return none;
}

/* "ttyS0,115200" and what stands for it in earlyprintk=: "serial,ttyS1,9600",
 * "serial,0x3f8,9600", "ttyS0". */
static struct pg_console named(const char *root, const char *value)
{
	struct pg_console console = none;
	uint64_t number;

	if (!strncmp(value, "uart8250,", 9) || !strncmp(value, "uart,", 5))
		return uart8250(value);
	if (!strcmp(value, "serial"))
		return port_of(root, 0, 0);
	if (!strncmp(value, "serial,", 7))
		value += 7;
	if (!strncmp(value, "0x", 2) && pg_parse_u64(&value, 0, &number)) {
		if (number == 0 || number > UINT16_MAX)
			return none;
		console.kind = PG_CONSOLE_8250_PORT;
		console.address = number;
		console.stride = 1;
		console.baud = baud_behind(value);
		return console;
	}
	if (!strncmp(value, "pl011,", 6))
		return pl011_at(value + 6);
	if (!strncmp(value, "ttyAMA", 6)) {
		value += 6;
		return pg_parse_u64(&value, 10, &number)
			       ? pl011_of(root, number)
			       : none;
	}
	if (strncmp(value, "ttyS", 4) != 0)
		return none;
	value += 4;
	if (!pg_parse_u64(&value, 10, &number))
		return none;
	return port_of(root, number, baud_behind(value));
}

/* The last of @line's words @name=value that names a console. */
static struct pg_console last_of(const char *root, const char *line,
				 const char *name)
{
	struct pg_console console = none;
	size_t prefix = strlen(name);

	while (*(line += strspn(line, " \t\n")) != '\0') {
		size_t length = strcspn(line, " \t\n");

		if (length > prefix && !memcmp(line, name, prefix)) {
			char *value = strndup(line + prefix, length - prefix);
			struct pg_console found = none;

			if (value)
				found = named(root, value);
			if (found.kind != PG_CONSOLE_NONE)
				console = found;
			free(value);
		}
		line += length;
	}
	return console;
}

struct pg_console pg_console_find(const char *root, const char *command_line)
{
	static const char *const words[] = {
		"console=", "earlycon=", "earlyprintk="};
	struct pg_console console = none;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) &&
			   console.kind == PG_CONSOLE_NONE;
	     i++)
		console = last_of(root, command_line, words[i]);
	return console;
}
