/* SPDX-License-Identifier: BSD-2-Clause */
/* Consoles of arm64 machines: a PL011, its subset that the SBSA prescribes, or
 * a UART of the 8250 family in memory. There is no customary place for one. */
#include "arch/arm64/arm64.h"
#include "uart/uart.h"

#include "purgatorio/arch.h"

#define REGISTERS_8250 8
#define BYTES_PL011    PG_PAGE_BYTES

uint32_t pg_uart_read(const struct pg_console *uart, unsigned index)
{
	const uint64_t at = uart->address + (uint64_t)index * uart->stride;

	return uart->stride == 4 ? pg_arm64_load32(at) : pg_arm64_load8(at);
}

void pg_uart_write(const struct pg_console *uart, unsigned index,
		   uint32_t value)
{
	const uint64_t at = uart->address + (uint64_t)index * uart->stride;

	if (uart->stride == 4)
		pg_arm64_store32(at, value);
	else
		pg_arm64_store8(at, value);
}

static bool is_pl011(const struct pg_console *console)
{
	return console->kind == PG_CONSOLE_PL011 ||
	       console->kind == PG_CONSOLE_SBSA;
}

struct pg_span pg_arm64_console_span(const struct pg_console *console)
{
	const struct pg_span none = {0, 0};
	const uint32_t stride = console->stride;
	uint64_t bytes, start;

	if (is_pl011(console)) {
		bytes = BYTES_PL011;
		if (console->address % 4 != 0)
			return none;
	} else if (console->kind == PG_CONSOLE_8250_MMIO) {
		if (stride != 1 && stride != 2 && stride != 4)
			return none;
		if (console->address % stride != 0)
			return none;
		bytes = REGISTERS_8250 * (uint64_t)stride;
	} else {
		return none;
	}
	if (!pg_arch_reachable(console->address, bytes))
		return none;
	start = pg_align_down(console->address, PG_PAGE_BYTES);
	bytes = pg_align_down(console->address + bytes - 1, PG_PAGE_BYTES) +
		PG_PAGE_BYTES - start;
	return (struct pg_span){start, bytes};
}

enum pg_status pg_arch_console_open(const struct pg_console *console)
{
	pg_8250_close();
	pg_pl011_close();
	if (console->kind == PG_CONSOLE_NONE)
		return PG_OK;
	if (pg_arm64_console_span(console).bytes == 0)
		return PG_E_CONSOLE;
	return is_pl011(console) ? pg_pl011_open(console)
				 : pg_8250_open(console);
}

struct pg_console pg_arch_console_default(void)
{
	return (struct pg_console){.kind = PG_CONSOLE_NONE};
}

void pg_arch_putc(char c)
{
	pg_8250_putc(c);
	pg_pl011_putc(c);
}
