/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8250 family of UARTs (PC16550D data sheet), on I/O ports or in memory.
 * Polled. Nothing here waits without a bound: a UART that is not there reads
 * as all ones and is refused; one that stops accepting is given up.
 */
#include "uart/uart.h"

#include <stdbool.h>

/* Registers, and their bits. */
#define THR	      0 /* write: transmit */
#define DLL	      0 /* with LCR.DLAB: divisor, low byte */
#define DLM	      1 /* with LCR.DLAB: divisor, high byte */
#define IER	      1
#define IIR	      2 /* read */
#define FCR	      2 /* write */
#define LCR	      3
#define MCR	      4
#define LSR	      5
#define IIR_FIFO      0xc0 /* both set: the FIFOs are on */
#define FCR_ENABLE    0x07 /* FIFOs on, and emptied */
#define LCR_8N1	      0x03
#define LCR_DLAB      0x80
#define MCR_DTR_RTS   0x03
#define LSR_THRE      0x20 /* the transmitter takes a byte (or a FIFO) */
#define LSR_TEMT      0x40 /* and has sent all that it took */
#define FIFO_BYTES    16
#define CLOCK_DEFAULT 1843200

/* Polls before a byte is dropped: at one read a microsecond, longer than 16
 * bytes take at 2400 baud. */
#define POLLS_MOST 100000
/* Dropped bytes in a row before the UART is given up. */
#define DROPS_MOST 4

static struct pg_console device; /* kind PG_CONSOLE_NONE: none is open */
static unsigned room;		 /* bytes that it takes without a poll */
static unsigned fifo_bytes;
static unsigned drops;

static uint8_t read_register(unsigned index)
{
	return (uint8_t)pg_uart_read(&device, index);
}

static void write_register(unsigned index, uint8_t value)
{
	pg_uart_write(&device, index, value);
}

void pg_8250_flush(void)
{
	unsigned polls;

	if (device.kind == PG_CONSOLE_NONE)
		return;
	for (polls = 0; polls < POLLS_MOST; polls++)
		if (read_register(LSR) & LSR_TEMT)
			return;
}

static void set_rate(uint32_t clock_hertz, uint32_t baud)
{
	const uint64_t per_bit = UINT64_C(16) * baud;
	const uint64_t divisor = (clock_hertz + per_bit / 2) / per_bit;

	if (divisor == 0 || divisor > 0xffff)
		return; /* no such rate: leave it as it is */
	/* What is on its way, the dead kernel's last words or our own, goes
	 * out at the old rate: the new one would garble it, and emptying the
	 * FIFO lose it. */
	pg_8250_flush();
	write_register(LCR, LCR_8N1 | LCR_DLAB);
	write_register(DLL, (uint8_t)divisor);
	write_register(DLM, (uint8_t)(divisor >> 8));
	write_register(LCR, LCR_8N1);
	write_register(FCR, FCR_ENABLE);
	write_register(MCR, MCR_DTR_RTS);
}

void pg_8250_close(void)
{
	device.kind = PG_CONSOLE_NONE;
}

enum pg_status pg_8250_open(const struct pg_console *console)
{
	uint8_t line;

	device = *console;
	room = 0;
	drops = 0;
	/* No device: the bus floats, and every bit reads as one. */
	if (read_register(LSR) == 0xff && read_register(IIR) == 0xff) {
		device.kind = PG_CONSOLE_NONE;
		return PG_E_CONSOLE;
	}
	/* A line control of 0, five bits to the character, is what a reset
	 * leaves: nobody has set this UART up. */
	line = read_register(LCR) & (uint8_t)~LCR_DLAB;
	write_register(LCR, line ? line : LCR_8N1);
	write_register(IER, 0);
	if (device.baud)
		set_rate(device.clock_hertz ? device.clock_hertz
					    : CLOCK_DEFAULT,
			 device.baud);
	fifo_bytes =
		(read_register(IIR) & IIR_FIFO) == IIR_FIFO ? FIFO_BYTES : 1;
	return PG_OK;
}

void pg_8250_putc(char c)
{
	unsigned polls;

	if (device.kind == PG_CONSOLE_NONE)
		return;
	for (polls = 0; room == 0; polls++) {
		if (read_register(LSR) & LSR_THRE) {
			room = fifo_bytes;
			drops = 0;
		} else if (polls == POLLS_MOST) {
			if (++drops == DROPS_MOST)
				device.kind = PG_CONSOLE_NONE;
			return;
		}
	}
	write_register(THR, (uint8_t)c);
	room--;
}
