/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8250 family of UARTs (PC16550D data sheet), on I/O ports or in memory.
 * Polled. Nothing here waits without a bound: a UART that is not there reads
 * as all ones and is refused; one that stops accepting is given up.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/x86_64.h"

#include "purgatorio/arch.h"

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
#define FIFO_BYTES    16
#define CLOCK_DEFAULT 1843200
#define DEFAULT_COM1  0x3f8

/* Polls before a byte is dropped: at one read a microsecond, longer than 16
 * bytes take at 2400 baud. */
#define POLLS_MOST 100000
/* Dropped bytes in a row before the UART is given up. */
#define DROPS_MOST 4

static struct pg_console uart; /* kind PG_CONSOLE_NONE: none is open */
static unsigned room;	       /* bytes that it takes without a poll */
static unsigned fifo_bytes;
static unsigned drops;

static uint8_t read_register(unsigned index)
{
	const uint64_t at = uart.address + (uint64_t)index * uart.stride;

	if (uart.kind == PG_CONSOLE_8250_PORT)
		return x86_in8((uint16_t)at);
	if (uart.stride == 4)
		return (uint8_t) * (volatile uint32_t *)pg_pointer(at);
	return *(volatile uint8_t *)pg_pointer(at);
}

static void write_register(unsigned index, uint8_t value)
{
	const uint64_t at = uart.address + (uint64_t)index * uart.stride;

	if (uart.kind == PG_CONSOLE_8250_PORT)
		x86_out8((uint16_t)at, value);
	else if (uart.stride == 4)
		*(volatile uint32_t *)pg_pointer(at) = value;
	else
		*(volatile uint8_t *)pg_pointer(at) = value;
}

static void set_rate(uint32_t clock_hertz, uint32_t baud)
{
	const uint64_t per_bit = UINT64_C(16) * baud;
	const uint64_t divisor = (clock_hertz + per_bit / 2) / per_bit;

	if (divisor == 0 || divisor > 0xffff)
		return; /* no such rate: leave it as it is */
	write_register(LCR, LCR_8N1 | LCR_DLAB);
	write_register(DLL, (uint8_t)divisor);
	write_register(DLM, (uint8_t)(divisor >> 8));
	write_register(LCR, LCR_8N1);
	write_register(FCR, FCR_ENABLE);
	write_register(MCR, MCR_DTR_RTS);
}

/* Are the registers addressable at all? */
static bool plausible(const struct pg_console *console)
{
	const uint32_t stride = console->stride;

	if (stride != 1 && stride != 2 && stride != 4)
		return false;
	if (console->kind == PG_CONSOLE_8250_PORT)
		return console->address + 7 * (uint64_t)stride <= 0xffff &&
		       console->address <= 0xffff;
	if (console->kind != PG_CONSOLE_8250_MMIO ||
	    console->address % stride != 0 ||
	    console->address > UINT64_MAX - 8 * (uint64_t)stride)
		return false;
	return pg_x86_identity_mapped(console->address, 8 * stride) ||
	       pg_x86_map_device(console->address);
}

enum pg_status pg_arch_console_open(const struct pg_console *console)
{
	uart.kind = PG_CONSOLE_NONE;
	if (console->kind == PG_CONSOLE_NONE)
		return PG_OK;
	if (!plausible(console))
		return PG_E_CONSOLE;
	uart = *console;
	room = 0;
	drops = 0;
	/* No device: the bus floats, and every bit reads as one. */
	if (read_register(LSR) == 0xff && read_register(IIR) == 0xff) {
		uart.kind = PG_CONSOLE_NONE;
		return PG_E_CONSOLE;
	}
	write_register(LCR, read_register(LCR) & (uint8_t)~LCR_DLAB);
	write_register(IER, 0);
	if (uart.baud)
		set_rate(uart.clock_hertz ? uart.clock_hertz : CLOCK_DEFAULT,
			 uart.baud);
	fifo_bytes =
		(read_register(IIR) & IIR_FIFO) == IIR_FIFO ? FIFO_BYTES : 1;
	return PG_OK;
}

struct pg_console pg_arch_console_default(void)
{
	return (struct pg_console){.kind = PG_CONSOLE_8250_PORT,
				   .address = DEFAULT_COM1,
				   .stride = 1};
}

void pg_arch_putc(char c)
{
	unsigned polls;

	if (uart.kind == PG_CONSOLE_NONE)
		return;
	for (polls = 0; room == 0; polls++) {
		if (read_register(LSR) & LSR_THRE) {
			room = fifo_bytes;
			drops = 0;
		} else if (polls == POLLS_MOST) {
			if (++drops == DROPS_MOST)
				uart.kind = PG_CONSOLE_NONE;
			return;
		}
	}
	write_register(THR, (uint8_t)c);
	room--;
}
