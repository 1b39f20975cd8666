/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PL011 UART (Arm DDI 0183), and its subset that every server has (Arm DEN
 * 0029, SBSA, appendix B), which has no rate to set and is always on. Polled;
 * nothing here waits without a bound. A UART that is not there reads as all
 * ones and is refused; one that stops accepting is given up.
 */
#include "uart/uart.h"

#include <stdbool.h>

/* Registers of 32 bits, 4 bytes apart. */
#define STRIDE 4
#define DR     (0x00 / STRIDE)
#define FR     (0x18 / STRIDE)
#define IBRD   (0x24 / STRIDE)
#define FBRD   (0x28 / STRIDE)
#define LCRH   (0x2c / STRIDE)
#define CR     (0x30 / STRIDE)

#define FR_BUSY	    0x008 /* something is still being sent */
#define FR_TXFF	    0x020 /* the transmit FIFO is full */
#define LCRH_8N1    0x060
#define LCRH_FIFO   0x010
#define CR_ENABLE   0x001
#define CR_TRANSMIT 0x100
#define CR_RECEIVE  0x200
#define ABSENT	    UINT32_MAX /* reserved bits of FR read as zero */

/* Polls before a byte is dropped: at one read a microsecond, longer than a
 * FIFO of 32 bytes takes at 4800 baud. */
#define POLLS_MOST 100000
/* Dropped bytes in a row before the UART is given up. */
#define DROPS_MOST 4

static struct pg_console device; /* kind PG_CONSOLE_NONE: none is open */
static unsigned drops;

/* Waits until @bit of the flags is clear. */
static bool wait_clear(uint32_t bit)
{
	unsigned polls;

	for (polls = 0; polls < POLLS_MOST; polls++)
		if (!(pg_uart_read(&device, FR) & bit))
			return true;
	return false;
}

void pg_pl011_flush(void)
{
	if (device.kind != PG_CONSOLE_NONE)
		(void)wait_clear(FR_BUSY);
}

/* DDI 0183, 3.3.8: the control registers are changed while it is off. */
static void set_rate(uint32_t clock_hertz, uint32_t baud)
{
	/* The divisor of 16 times the rate, in 64ths. */
	const uint64_t divisor = (UINT64_C(4) * clock_hertz + baud / 2) / baud;

	if (divisor < 64 || divisor > UINT64_C(0xffff) * 64)
		return;	  /* no such rate: leave it as it is */
	pg_pl011_flush(); /* it would be lost, or sent at another rate */
	pg_uart_write(&device, CR, 0);
	pg_uart_write(&device, IBRD, (uint32_t)(divisor / 64));
	pg_uart_write(&device, FBRD, (uint32_t)(divisor % 64));
	pg_uart_write(&device, LCRH, LCRH_8N1 | LCRH_FIFO);
	pg_uart_write(&device, CR, CR_ENABLE | CR_TRANSMIT | CR_RECEIVE);
}

/* The dead kernel may have had it off. */
static void turn_on(void)
{
	const uint32_t on = CR_ENABLE | CR_TRANSMIT;
	const uint32_t control = pg_uart_read(&device, CR);

	if ((control & on) != on)
		pg_uart_write(&device, CR, control | on);
}

void pg_pl011_close(void)
{
	device.kind = PG_CONSOLE_NONE;
}

enum pg_status pg_pl011_open(const struct pg_console *console)
{
	device = *console;
	device.stride = STRIDE;
	drops = 0;
	if (pg_uart_read(&device, FR) == ABSENT) {
		device.kind = PG_CONSOLE_NONE;
		return PG_E_CONSOLE;
	}
	if (device.kind == PG_CONSOLE_SBSA)
		return PG_OK;
	/* There is no customary clock to assume. */
	if (device.baud && device.clock_hertz)
		set_rate(device.clock_hertz, device.baud);
	turn_on();
	return PG_OK;
}

void pg_pl011_putc(char c)
{
	if (device.kind == PG_CONSOLE_NONE)
		return;
	if (!wait_clear(FR_TXFF)) {
		if (++drops == DROPS_MOST)
			device.kind = PG_CONSOLE_NONE;
		return;
	}
	drops = 0;
	pg_uart_write(&device, DR, (uint8_t)c);
}
