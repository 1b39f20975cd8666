/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Consoles of an s390x machine: the SCLP's, as a line-mode console (Operating
 * System Messages) and as a VT220 (Integrated ASCII Console). A machine has
 * one or both; what is said goes to each that takes it. Text goes out by the
 * line, since each request costs a trip to the service processor.
 */
#include <string.h>

#include "arch/s390x/s390x.h"
#include "arch/s390x/sclp.h"
#include "purgatorio/arch.h"

static bool is_open;
static bool takes_message, takes_vt220;
static char line[SCLP_LINE_MOST];
static size_t used;

/* What @bytes of text need of the block, and where they go. */
static uint8_t *event_for(unsigned type, size_t bytes)
{
	struct sclp_header *header;
	struct sclp_event *event;

	header = pg_sclp_block(sizeof(*header) + sizeof(*event) + bytes);
	if (!header)
		return NULL;
	event = (struct sclp_event *)(header + 1);
	event->bytes = (uint16_t)(sizeof(*event) + bytes);
	event->type = (uint8_t)type;
	return (uint8_t *)(event + 1);
}

static bool write_vt220(void)
{
	uint8_t *to = event_for(SCLP_EVENT_VT220, used);

	if (!to)
		return false;
	memcpy(to, line, used);
	return pg_sclp_do(SCLP_WRITE_EVENT_DATA);
}

/* The line's end is the message's end. */
static bool write_message(void)
{
	uint8_t text[SCLP_LINE_MOST];
	struct sclp_message m = {.type = 1,
				 .tag = SCLP_MESSAGE_TAG,
				 .revision = 1,
				 .general.bytes = sizeof(m.general),
				 .general.type = 1,
				 .line.type = 4,
				 .line.flags = SCLP_LINE_END};
	const size_t fixed = offsetof(struct sclp_message, line.text);
	size_t i, length = 0;
	uint8_t *to;

	for (i = 0; i < used; i++)
		if (line[i] >= ' ')
			text[length++] = pg_s390x_ebcdic(line[i]);
	if (length == 0)
		return true;
	m.bytes = (uint16_t)(fixed + length);
	m.line.bytes = (uint16_t)(sizeof(m.line) + length);
	to = event_for(SCLP_EVENT_MESSAGE, fixed + length);
	if (!to)
		return false;
	memcpy(to, &m, fixed);
	memcpy(to + fixed, text, length);
	return pg_sclp_do(SCLP_WRITE_EVENT_DATA);
}

static void flush(void)
{
	if (takes_vt220)
		takes_vt220 = write_vt220();
	if (takes_message)
		takes_message = write_message();
	used = 0;
}

/* Registers for sending, once there is no kernel left that has. Which of the
 * two there is, writing will show. */
static void announce(void)
{
	struct masks {
		uint16_t reserved, bytes;
		uint32_t receive, send, sclp_receive, sclp_send;
	} * masks;
	struct sclp_header *header =
		pg_sclp_block(sizeof(*header) + sizeof(*masks));

	if (!header)
		return;
	masks = (struct masks *)(header + 1);
	masks->bytes = sizeof(masks->send);
	masks->send = SCLP_EVENT_BIT(SCLP_EVENT_MESSAGE) |
		      SCLP_EVENT_BIT(SCLP_EVENT_VT220);
	(void)pg_sclp_do(SCLP_WRITE_EVENT_MASK);
}

enum pg_status pg_arch_console_open(const struct pg_console *console)
{
	if (is_open && used)
		flush();
	is_open = false;
	if (console->kind == PG_CONSOLE_NONE)
		return PG_OK;
	if (console->kind != PG_CONSOLE_SCLP)
		return PG_E_CONSOLE;
	takes_vt220 = takes_message = true;
	is_open = true;
	if (pg_s390x_going)
		announce();
	return PG_OK;
}

struct pg_console pg_arch_console_default(void)
{
	return (struct pg_console){.kind = PG_CONSOLE_SCLP};
}

void pg_arch_putc(char c)
{
	if (!is_open)
		return;
	line[used++] = c;
	if (c == '\n' || used == sizeof(line))
		flush();
}
