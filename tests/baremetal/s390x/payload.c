/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints what a kernel is given, and ends. */
#include "tests/baremetal/s390x/door.h"

extern struct door_state payload_state;
_Noreturn void payload_main(void);

static void say_register(const char *name, unsigned number, uint64_t value)
{
	char text[8];
	unsigned n;

	for (n = 0; name[n]; n++)
		text[n] = name[n];
	if (number >= 10)
		text[n++] = '1';
	text[n++] = (char)('0' + number % 10);
	text[n] = '\0';
	say_value(text, value);
}

_Noreturn void payload_main(void)
{
	const struct door_state *s = &payload_state;
	unsigned i;

	say("\r\npayload: entered\r\n");
	for (i = 0; i < 16; i++)
		say_register("r", i, s->gpr[i]);
	for (i = 0; i < 16; i++)
		say_register("cr", i, s->cr[i]);
	say_value("psw", s->psw);
	say_value("prefix", s->prefix);
	say("payload: done\r\n");
	stop(PAYLOAD_DONE);
}
