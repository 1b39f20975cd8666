/* SPDX-License-Identifier: BSD-2-Clause */
/* Consoles of a PC: a UART of the 8250 family, on I/O ports or in memory, or
 * the text screen of a VGA. */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/vga.h"
#include "arch/x86_64/x86_64.h"
#include "uart/uart.h"

#include "purgatorio/arch.h"

#define COM1	     0x3f8
#define REGISTERS    8
#define PORT_HIGHEST 0xffff

uint32_t pg_uart_read(const struct pg_console *uart, unsigned index)
{
	const uint64_t at = uart->address + (uint64_t)index * uart->stride;

	if (uart->kind == PG_CONSOLE_8250_PORT)
		return x86_in8((uint16_t)at);
	if (uart->stride == 4)
		return *(volatile uint32_t *)pg_pointer(at);
	return *(volatile uint8_t *)pg_pointer(at);
}

void pg_uart_write(const struct pg_console *uart, unsigned index,
		   uint32_t value)
{
	const uint64_t at = uart->address + (uint64_t)index * uart->stride;

	if (uart->kind == PG_CONSOLE_8250_PORT)
		x86_out8((uint16_t)at, (uint8_t)value);
	else if (uart->stride == 4)
		*(volatile uint32_t *)pg_pointer(at) = value;
	else
		*(volatile uint8_t *)pg_pointer(at) = (uint8_t)value;
}

/* Can its registers be addressed? Maps those in memory if need be. */
static bool addressable(const struct pg_console *console)
{
	const uint32_t stride = console->stride;
	const uint64_t bytes = REGISTERS * (uint64_t)stride;

	if (stride != 1 && stride != 2 && stride != 4)
		return false;
	if (console->kind == PG_CONSOLE_8250_PORT)
		return console->address <= PORT_HIGHEST - (bytes - stride);
	if (console->kind != PG_CONSOLE_8250_MMIO)
		return false;
	if (console->address % stride != 0)
		return false;
	if (console->address > UINT64_MAX - bytes)
		return false;
	return pg_x86_identity_mapped(console->address, bytes) ||
	       pg_x86_map_device(console->address);
}

enum pg_status pg_arch_console_open(const struct pg_console *console)
{
	pg_8250_close();
	pg_vga_close();
	if (console->kind == PG_CONSOLE_NONE)
		return PG_OK;
	if (console->kind == PG_CONSOLE_VGA_TEXT)
		return pg_vga_open();
	if (!addressable(console))
		return PG_E_CONSOLE;
	return pg_8250_open(console);
}

struct pg_console pg_arch_console_default(void)
{
	return (struct pg_console){
		.kind = PG_CONSOLE_8250_PORT, .address = COM1, .stride = 1};
}

void pg_arch_putc(char c)
{
	pg_8250_putc(c);
	pg_vga_putc(c);
}
