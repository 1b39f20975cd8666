/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `kexec --reset-vga`: a VGA's registers for text mode 3, as every VGA BIOS
 * sets them (IBM PS/2 Hardware Interface Technical Reference, Video
 * Subsystem, register tables of mode 3+).
 */
#include "dropin/x86_64/vga_reset.h"
#include "arch/x86_64/cpu.h"

#include <stddef.h>

#define PORT_ATTRIBUTE	0x3c0 /* index and data in turns */
#define PORT_SEQUENCER	0x3c4
#define PORT_GRAPHICS	0x3ce
#define PORT_CRTC	0x3d4
#define PORT_STATUS	0x3da /* read: the next attribute access is an index */
#define CRTC_PROTECT	0x11  /* its bit 7 locks registers 0 to 7 */
#define PALETTE_ENABLED 0x20
#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

/* Register 0 first: the sequencer is in reset while the others change. */
static const uint8_t sequencer[] = {0x03, 0x00, 0x03, 0x00, 0x02};
static const uint8_t crtc[] = {
	0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00,
	0x4f, 0x0d, 0x0e, 0x00, 0x00, 0x00, 0x00, 0x9c, 0x8e,
	0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff,
};
static const uint8_t graphics[] = {
	0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff,
};
static const uint8_t attribute[] = {
	0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a,
	0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x0c, 0x00, 0x0f, 0x08, 0x00,
};

static void write_all(uint16_t port, const uint8_t *values, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		x86_out8(port, (uint8_t)i);
		x86_out8(port + 1, values[i]);
	}
}

void pg_vga_reset(void)
{
	size_t i;

	x86_out8(PORT_SEQUENCER, 0);
	x86_out8(PORT_SEQUENCER + 1, 0x01);
	write_all(PORT_SEQUENCER, sequencer, COUNT(sequencer));
	x86_out8(PORT_CRTC, CRTC_PROTECT);
	x86_out8(PORT_CRTC + 1, crtc[CRTC_PROTECT] & 0x7f);
	write_all(PORT_CRTC, crtc, COUNT(crtc));
	write_all(PORT_GRAPHICS, graphics, COUNT(graphics));
	for (i = 0; i < COUNT(attribute); i++) {
		(void)x86_in8(PORT_STATUS);
		x86_out8(PORT_ATTRIBUTE, (uint8_t)i);
		x86_out8(PORT_ATTRIBUTE, attribute[i]);
	}
	(void)x86_in8(PORT_STATUS);
	x86_out8(PORT_ATTRIBUTE, PALETTE_ENABLED);
}
