/* SPDX-License-Identifier: BSD-2-Clause */
/* vga_reset.c */
#ifndef DROPIN_X86_64_VGA_RESET_H
#define DROPIN_X86_64_VGA_RESET_H

/* Writes the registers of a VGA for text mode 3, 80 by 25 characters. Fonts
 * and the cards' own extensions stay as they are. */
void pg_vga_reset(void);

#endif
