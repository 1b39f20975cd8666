/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaving, when there is no next kernel: through a reset, or not at all. */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/x86_64.h"
#include "uart/uart.h"

#include "purgatorio/arch.h"

/* PC platform ports. */
#define PORT_DIAGNOSTIC 0x80 /* POST code */
#define PORT_KEYBOARD	0x64 /* 8042 status and command */
#define KEYBOARD_FULL	0x02 /* status: a command is pending */
#define KEYBOARD_RESET	0xfe /* command: pulse the CPU's reset line */
#define PORT_PCI_RESET	0xcf9
#define PCI_RESET_READY 0x02 /* choose a hard reset ... */
#define PCI_RESET_GO	0x06 /* ... and do it */

#define RESET_WAIT_MICROSECONDS 50000

void pg_x86_delay(unsigned microseconds)
{
	while (microseconds--)
		(void)x86_in8(PORT_DIAGNOSTIC);
}

/* ACPI 4.8.3.6: the reset register, as the FADT describes it. */
static void reset_by_register(const struct pg_reset *reset)
{
	if (reset->kind == PG_RESET_PORT && reset->address <= 0xffff) {
		x86_out8((uint16_t)reset->address, (uint8_t)reset->value);
	} else if (reset->kind == PG_RESET_MMIO &&
		   (pg_x86_identity_mapped(reset->address, 1) ||
		    pg_x86_map_device(reset->address))) {
		*(volatile uint8_t *)pg_pointer(reset->address) =
			(uint8_t)reset->value;
	} else {
		return;
	}
	pg_x86_delay(RESET_WAIT_MICROSECONDS);
}

static void reset_by_chipset(void)
{
	x86_out8(PORT_PCI_RESET, PCI_RESET_READY);
	pg_x86_delay(1);
	x86_out8(PORT_PCI_RESET, PCI_RESET_GO);
	pg_x86_delay(RESET_WAIT_MICROSECONDS);
}

static void reset_by_keyboard_controller(void)
{
	unsigned polls;

	for (polls = 0; polls < 1000; polls++) {
		if (!(x86_in8(PORT_KEYBOARD) & KEYBOARD_FULL))
			break;
		pg_x86_delay(1);
	}
	x86_out8(PORT_KEYBOARD, KEYBOARD_RESET);
	pg_x86_delay(RESET_WAIT_MICROSECONDS);
}

/* SDM 6.15: an exception without any handler shuts the CPU down, which the
 * platform answers with a reset. */
static void reset_by_triple_fault(void)
{
	static const uint8_t nothing[10];

	__asm__ volatile("lidt %0; int3" : : "m"(nothing));
}

void pg_arch_reset(const struct pg_reset *reset)
{
	pg_8250_flush();
	reset_by_register(reset);
	reset_by_chipset();
	reset_by_keyboard_controller();
	reset_by_triple_fault();
}

noreturn void pg_arch_stop(enum pg_status status)
{
	x86_out8(PORT_DIAGNOSTIC, (uint8_t)status);
	for (;;)
		__asm__ volatile("cli; hlt");
}
