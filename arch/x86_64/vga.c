/* SPDX-License-Identifier: BSD-2-Clause */
/* The text screen of a VGA in mode 3: 80 by 25 characters at 0xb8000, each
 * followed by its colour. It continues at the screen's bottom, below what the
 * dead kernel has left there. */
#include "arch/x86_64/vga.h"
#include "arch/x86_64/x86_64.h"

#include "purgatorio/arch.h"

#define SCREEN	     0xb8000
#define COLUMNS	     80
#define ROWS	     25
#define GREY	     0x0700 /* on black */
#define BLANK	     (GREY | ' ')
#define SCREEN_BYTES (2 * COLUMNS * ROWS)

static bool opened;
static unsigned column;

static volatile uint16_t *cell(unsigned row, unsigned at)
{
	volatile uint16_t *screen = pg_pointer(SCREEN);

	return &screen[row * COLUMNS + at];
}

static void new_line(void)
{
	unsigned row, at;

	for (row = 0; row + 1 < ROWS; row++)
		for (at = 0; at < COLUMNS; at++)
			*cell(row, at) = *cell(row + 1, at);
	for (at = 0; at < COLUMNS; at++)
		*cell(ROWS - 1, at) = BLANK;
	column = 0;
}

enum pg_status pg_vga_open(void)
{
	if (!pg_x86_identity_mapped(SCREEN, SCREEN_BYTES))
		return PG_E_CONSOLE;
	opened = true;
	return PG_OK;
}

void pg_vga_close(void)
{
	opened = false;
}

void pg_vga_putc(char c)
{
	if (!opened || c == '\r')
		return;
	if (c == '\n' || column == COLUMNS)
		new_line();
	if (c != '\n')
		*cell(ROWS - 1, column++) = GREY | (uint8_t)c;
}
