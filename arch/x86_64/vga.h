/* SPDX-License-Identifier: BSD-2-Clause */
/* vga.c: the text screen of a VGA. */
#ifndef ARCH_X86_64_VGA_H
#define ARCH_X86_64_VGA_H

#include "purgatorio/status.h"

/* PG_E_CONSOLE where its memory is not mapped. Whether there is a VGA, and in
 * a text mode, cannot be seen. */
enum pg_status pg_vga_open(void);
void pg_vga_close(void);
void pg_vga_putc(char c);

#endif
