/* SPDX-License-Identifier: BSD-2-Clause */
/* What the door and the payload print: an event of type 0x1a (VT220) in the
 * SCLP's Write Event Data (QEMU: hw/char/sclpconsole.c). Where a service signal
 * keeps the SCLP busy until it is taken (Hercules), nothing is said. */
#include "tests/baremetal/s390x/door.h"

#define WRITE_EVENT_DATA 0x00760005

uint8_t say_block[512];

void say(const char *text)
{
	unsigned n = 0, polls = 0;
	int code;

	for (n = 0; n < sizeof(say_block); n++)
		say_block[n] = 0;
	for (n = 0; text[n] && n < 400; n++)
		say_block[14 + n] = (uint8_t)text[n];
	say_block[0] = (uint8_t)((14 + n) >> 8);
	say_block[1] = (uint8_t)(14 + n);
	say_block[8] = (uint8_t)((6 + n) >> 8);
	say_block[9] = (uint8_t)(6 + n);
	say_block[10] = 0x1a;
	do {
		__asm__ volatile("	.insn	rre,0xb2200000,%1,%2\n"
				 "	ipm	%0\n"
				 "	srl	%0,28"
				 : "=d"(code)
				 : "d"(WRITE_EVENT_DATA), "a"(say_block)
				 : "memory", "cc");
	} while (code == 2 && ++polls < 100);
	for (polls = 0; code == 0 && polls < 1000000; polls++)
		if (*(volatile uint8_t *)&say_block[7])
			break;
}

void say_value(const char *name, uint64_t value)
{
	char text[80];
	unsigned i, n;

	for (n = 0; name[n] && n < 48; n++)
		text[n] = name[n];
	text[n++] = '=';
	text[n++] = '0';
	text[n++] = 'x';
	for (i = 0; i < 16; i++)
		text[n++] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
	text[n++] = '\r';
	text[n++] = '\n';
	text[n] = '\0';
	say(text);
}

_Noreturn void stop(uint64_t code)
{
	const uint64_t psw[2]
		__attribute__((aligned(8))) = {0x0002000180000000, code};

	__asm__ volatile("lpswe %0" : : "Q"(psw) : "memory");
	__builtin_unreachable();
}
