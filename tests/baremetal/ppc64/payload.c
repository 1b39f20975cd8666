/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints, as `name=value` lines on the firmware's console, all that a kernel
 * is given; then turns the machine off. tests/baremetal/ judges. */
#include <stddef.h>

#include "arch/ppc64/cpu.h"
#include "tests/baremetal/ppc64/machine.h"
#include "tests/baremetal/payload.h"

#define ARRIVED	       0x38
#define WAIT_TICKS     256000000 /* half a second */
#define FDT_BOOT_CPU   28
#define STATE_R(n)     payload_state[n]
#define STATE_REST     32 /* MSR, LR, CTR, CR, XER */
#define VECTORS_HASHED 0xf00

extern uint64_t payload_state[37];
_Noreturn void payload_main(void);

static void put(const char *text)
{
	uint8_t length[8];

	for (; *text; text++) {
		if (payload_state[STATE_REST] & MSR_HV) {
			pg_store_be64(length, 1);
			opal(OPAL_CONSOLE_WRITE, 0, (uint64_t)length,
			     (uint64_t)text, STATE_R(8), STATE_R(9));
			opal(OPAL_POLL_EVENTS, 0, 0, 0, STATE_R(8), STATE_R(9));
		} else {
			hcall(H_PUT_TERM_CHAR, 0, 1,
			      (uint64_t)(uint8_t)*text << 56, 0);
		}
	}
}

static void show_registers(void)
{
	char name[4] = "r";
	unsigned i;

	for (i = 0; i < 32; i++) {
		name[1] = (char)('0' + (i < 10 ? i : i / 10));
		name[2] = (char)(i < 10 ? '\0' : '0' + i % 10);
		put_value(name, STATE_R(i));
	}
	put_value("msr", payload_state[STATE_REST]);
	put_value("lr", payload_state[STATE_REST + 1]);
	put_value("ctr", payload_state[STATE_REST + 2]);
	put_value("cr", payload_state[STATE_REST + 3]);
	put_value("xer", payload_state[STATE_REST + 4]);
}

/* The test's own words behind the device tree's header: what to hash. */
static void show_memory(const uint8_t *fdt)
{
	const uint64_t start = pg_load_be64(fdt + 40);
	const uint64_t bytes = pg_load_be64(fdt + 48);

	put_value("fdt.magic", pg_load_be32(fdt));
	put_value("fdt.boot_cpu", pg_load_be32(fdt + FDT_BOOT_CPU));
	put_value("vectors", hash(0x100, VECTORS_HASHED));
	put_value("head", hash(0x40, 0xc0));
	if (bytes) {
		put_value("hash.low", hash(0x100, bytes - 0x100));
		put_value("hash.backup", hash(start + 0x100, bytes - 0x100));
	}
}

static void show_others(void)
{
	const uint64_t begin = ppc64_timebase();
	uint64_t low = ARRIVED;

	__asm__("" : "+r"(low));
	while (ppc64_timebase() - begin < WAIT_TICKS)
		;
	put_value("arrived", *(volatile uint64_t *)low);
}

_Noreturn void payload_main(void)
{
	/* An OPAL that cannot be: a debugger sees that we came this far. */
	if (STATE_R(9) < STATE_R(8))
		for (;;)
			__asm__ volatile("li 31, 0x60d");
	put("\npayload: entered\n");
	show_registers();
	show_memory((const uint8_t *)STATE_R(3));
	show_others();
	put("payload: done\n");
	if (!(payload_state[STATE_REST] & MSR_HV))
		rtas(RTAS_POWER_OFF, 2, 0, 0, 0);
	opal(OPAL_POWER_DOWN, 0, 0, 0, STATE_R(8), STATE_R(9));
	for (;;)
		opal(OPAL_POLL_EVENTS, 0, 0, 0, STATE_R(8), STATE_R(9));
}
