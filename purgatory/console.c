/* SPDX-License-Identifier: BSD-2-Clause */
/* What the purgatory says, on the console and in the log. Every line carries
 * the project's name, so that it is found in a mixed console log. */
#include "purgatory/purgatory.h"

#include <string.h>

#include "purgatorio/arch.h"

static struct pg_console twin; /* the second console, where there are two */
static struct pg_console first;
static bool both;
static bool begun;
static bool inside_line;

static void put_raw(char c)
{
	if (c == '\n')
		pg_arch_putc('\r');
	pg_arch_putc(c);
}

/* Says @text on the consoles that are open. With two, one after the other. */
static void put_characters(const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		put_raw(text[i]);
	if (!both)
		return;
	if (pg_arch_console_open(&twin) == PG_OK)
		for (i = 0; i < length; i++)
			put_raw(text[i]);
	/* Also after a twin that could not be opened: then none is. */
	(void)pg_arch_console_open(&first);
}

static void open_customary(void)
{
	first = pg_arch_console_default();
	both = false;
	(void)pg_arch_console_open(&first);
}

void pg_console_begin(const struct pg_context *context, bool trusted)
{
	const struct pg_manifest *m = context->manifest;

	begun = true;
	first = m->console;
	twin = m->console_twin;
	both = memcmp(&first, &twin, sizeof(first)) != 0;
	/* Nothing is known of this manifest, perhaps not even that there is
	 * one: zeros are no wish for silence. */
	if (!trusted && (both || first.kind == PG_CONSOLE_NONE)) {
		open_customary();
		return;
	}
	if (pg_arch_console_open(&first) == PG_OK)
		return;
	if (both && pg_arch_console_open(&twin) == PG_OK) {
		first = twin;
		both = false;
		return;
	}
	/* What a manifest names with one voice, and is not there, was the
	 * loader's choice: others keep their UARTs. */
	if (!trusted)
		open_customary();
}

void pg_console_need(void)
{
	if (!begun)
		open_customary();
}

void pg_put(const char *text)
{
	static const char prefix[] = "purgatorio: ";
	const char *c;

	while (*text) {
		if (!inside_line) {
			put_characters(prefix, sizeof(prefix) - 1);
			for (c = prefix; *c; c++)
				pg_log_character(*c);
		}
		for (c = text; *c && *c != '\n'; c++)
			pg_log_character(*c);
		inside_line = *c != '\n';
		if (*c == '\n')
			pg_log_character(*c++);
		put_characters(text, (size_t)(c - text));
		text = c;
	}
}

void pg_put_dec(uint64_t value)
{
	char text[21];
	char *at = text + sizeof(text) - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	pg_put(at);
}

void pg_put_hex(uint64_t value)
{
	static const char digits[] = "0123456789abcdef";
	char text[19];
	char *at = text + sizeof(text) - 1;

	*at = '\0';
	do {
		*--at = digits[value & 15];
		value >>= 4;
	} while (value);
	*--at = 'x';
	*--at = '0';
	pg_put(at);
}

void pg_put_digest(const uint8_t digest[32])
{
	static const char digits[] = "0123456789abcdef";
	char text[65];
	unsigned i;

	for (i = 0; i < 32; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	text[64] = '\0';
	pg_put(text);
}

void pg_put_size(uint64_t bytes)
{
	if (bytes < 10 * 1024) {
		pg_put_dec(bytes);
		pg_put(" bytes");
	} else if (bytes < 10 * 1024 * 1024) {
		pg_put_dec(bytes >> 10);
		pg_put(" KiB");
	} else {
		pg_put_dec(bytes >> 20);
		pg_put(" MiB");
	}
}

/* Three digits are enough for a person; the log has the ticks. */
void pg_put_duration(uint64_t ticks, uint64_t per_second)
{
	uint64_t tenths;

	/* Ticks that would overflow below are hours: not worth printing. */
	if (per_second == 0 || ticks > UINT64_MAX / 10000)
		return;
	tenths = ticks * 10000 / per_second;
	pg_put(", ");
	pg_put_dec(tenths / 10);
	pg_put(".");
	pg_put_dec(tenths % 10);
	pg_put(" ms");
}
