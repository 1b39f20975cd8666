/* SPDX-License-Identifier: BSD-2-Clause */
/* What every payload prints in the same way; the runners read it. */
#ifndef TESTS_BAREMETAL_PAYLOAD_H
#define TESTS_BAREMETAL_PAYLOAD_H

#include <stdint.h>

/* The payload's own: writes to its machine's console. */
static void put(const char *text);

/* `name=0x…`, 16 digits. */
static void put_value(const char *name, uint64_t value)
{
	char text[20];
	unsigned i;

	text[0] = '=', text[1] = '0', text[2] = 'x';
	for (i = 0; i < 16; i++)
		text[3 + i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
	text[19] = '\0';
	put(name);
	put(text);
	put("\n");
}

/* FNV-1a, so that the runner can compare memory that it cannot read. */
static uint64_t hash(uint64_t address, uint64_t bytes)
{
	const volatile uint8_t *at = (const volatile uint8_t *)address;
	uint64_t value = UINT64_C(0xcbf29ce484222325);

	while (bytes--)
		value = (value ^ *at++) * UINT64_C(0x100000001b3);
	return value;
}

#endif
