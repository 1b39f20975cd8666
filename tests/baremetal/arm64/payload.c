/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints, as `name=value` lines on QEMU's PL011, all that a kernel is given;
 * then ends the machine by PSCI. The runner in tests/baremetal/ judges. */
#include <stddef.h>
#include <stdint.h>

#include "purgatorio/byteorder.h"
#include "purgatorio/log.h"
#include "tests/baremetal/payload.h"

#define UART	   UINT64_C(0x9000000)
#define UART_FR	   (UART + 0x18)
#define FR_TXFF	   0x20
#define EL2	   0x8
#define SYSTEM_OFF 0x84000008 /* PSCI */

extern uint64_t payload_state[42];
_Noreturn void payload_main(void);

static void put(const char *text)
{
	for (; *text; text++) {
		while (*(volatile uint32_t *)UART_FR & FR_TXFF)
			;
		*(volatile uint32_t *)UART = (uint8_t)*text;
	}
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Finds `@name=0x…` anywhere in the device tree; 0 when it is not there. */
static uint64_t option(const char *tree, size_t bytes, const char *name)
{
	uint64_t value = 0;
	size_t i, k;

	for (i = 0; i < bytes; i++) {
		for (k = 0; name[k] && i + k < bytes && tree[i + k] == name[k];
		     k++)
			;
		if (name[k])
			continue;
		for (k += i + 3; k < bytes && digit(tree[k]) >= 0; k++)
			value = value << 4 | (uint64_t)digit(tree[k]);
		return value;
	}
	return 0;
}

static void show_registers(void)
{
	char name[4];
	unsigned i;

	for (i = 0; i < 31; i++) {
		name[0] = 'x';
		name[1] = (char)(i < 10 ? '0' + i : '0' + i / 10);
		name[2] = (char)(i < 10 ? '\0' : '0' + i % 10);
		name[3] = '\0';
		put_value(name, payload_state[i]);
	}
	put_value("el", payload_state[31] >> 2);
	put_value("daif", payload_state[32]);
	put_value("spsel", payload_state[33]);
	put_value("nzcv", payload_state[34]);
	put_value("sctlr", payload_state[35]);
	put_value("tcr", payload_state[36]);
	put_value("mair", payload_state[37]);
	put_value("ttbr0", payload_state[38]);
	put_value("cpacr", payload_state[39]);
	put_value("hcr", payload_state[40]);
}

static void show_log(uint64_t address)
{
	const struct pg_log *log = (const struct pg_log *)address;
	const char *text = (const char *)(log + 1);
	char one[2];
	uint32_t i;

	put_value("log.magic", pg_load_le64(log->magic));
	put_value("log.status", log->status);
	put_value("log.features", log->features);
	put_value("log.steps", log->step_count);
	for (i = 0; i < log->step_count; i++) {
		put_value("log.step", log->steps[i].step);
		put_value("log.ticks", log->steps[i].end - log->steps[i].begin);
		put_value("log.bytes", log->steps[i].bytes);
	}
	put("log.text<<\n");
	one[1] = '\0';
	for (i = 0; i < log->text_bytes; i++) {
		one[0] = text[i];
		put(one);
	}
	put(">>\n");
}

static void show_tree(uint64_t address)
{
	const uint8_t *tree = (const uint8_t *)address;
	const size_t bytes = pg_load_be32(tree + 4);
	const char *text = (const char *)tree;
	uint64_t at;

	put_value("dtb.magic", pg_load_be32(tree));
	put_value("dtb.bytes", bytes);
	if (pg_load_be32(tree) != 0xd00dfeed)
		return;
	at = option(text, bytes, "hash-at");
	if (at)
		put_value("hash", hash(at, option(text, bytes, "hash-bytes")));
	at = option(text, bytes, "log-at");
	if (at)
		show_log(at);
}

_Noreturn void payload_main(void)
{
	register uint64_t x0 __asm__("x0");

	put("\npayload: entered\n");
	show_registers();
	show_tree(payload_state[0]);
	put("payload: done\n");
	x0 = SYSTEM_OFF;
	if (payload_state[31] == EL2)
		__asm__ volatile("smc #0" : "+r"(x0));
	else
		__asm__ volatile("hvc #0" : "+r"(x0));
	for (;;)
		__asm__ volatile("wfe");
}
