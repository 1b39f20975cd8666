/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UARTs that more than one architecture has. Each driver is polled and waits
 * for nothing without a bound. An architecture names those that it wants in
 * UARTS_<arch> of its flags.mk, decides in its console.c whether a console's
 * registers can be addressed at all, and gives access to them.
 */
#ifndef UART_UART_H
#define UART_UART_H

#include <stdint.h>

#include "purgatorio/manifest.h"
#include "purgatorio/status.h"

/* The architecture's: register number @index, in units of the stride. */
uint32_t pg_uart_read(const struct pg_console *uart, unsigned index);
void pg_uart_write(const struct pg_console *uart, unsigned index,
		   uint32_t value);

/* uart8250.c: PG_E_CONSOLE when nothing answers. What is written while no
 * UART is open is dropped. */
enum pg_status pg_8250_open(const struct pg_console *console);
void pg_8250_close(void);
void pg_8250_putc(char c);
/* Waits, within a bound, until all of it is on the line: before a reset, or a
 * next kernel that empties the FIFO. */
void pg_8250_flush(void);

/* pl011.c: PG_CONSOLE_PL011 and PG_CONSOLE_SBSA, in the same way. */
enum pg_status pg_pl011_open(const struct pg_console *console);
void pg_pl011_close(void);
void pg_pl011_putc(char c);
void pg_pl011_flush(void);

#endif
