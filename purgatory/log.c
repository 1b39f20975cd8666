/* SPDX-License-Identifier: BSD-2-Clause */
/* The record that is left for the capture kernel: purgatorio/log.h. */
#include "purgatory/purgatory.h"

#include <string.h>

#include "purgatorio/arch.h"

#define EARLY_TEXT_BYTES 1024

/* Until the manifest has proved to be what was sealed, it cannot be believed
 * where the area is: the log is kept here. */
static struct {
	struct pg_log header;
	uint8_t text[EARLY_TEXT_BYTES];
} early;
static struct pg_log *log; /* NULL: nothing is recorded yet */

void pg_log_start(void)
{
	memset(&early, 0, sizeof(early));
	early.header.bytes = sizeof(early);
	log = &early.header;
}

/* Is there the log of an earlier call, to go on with? Since then, the area was
 * anybody's. */
static bool goes_on(const struct pg_log *area, uint32_t bytes)
{
	static bool opened;
	const bool again = opened;

	opened = true;
	return again &&
	       memcmp(area->magic, PG_LOG_MAGIC, sizeof(area->magic)) == 0 &&
	       area->bytes == bytes && area->step_count <= PG_LOG_STEPS &&
	       area->text_bytes <= bytes - sizeof(*area);
}

void pg_log_open(const struct pg_context *context)
{
	const struct pg_log_area *area = &context->manifest->log;
	const struct pg_log *own = &early.header;
	uint32_t i;

	if (area->bytes == 0)
		return;
	log = pg_pointer(
		pg_manifest_resolve(area->start, area->flags, context->base));
	if (!goes_on(log, area->bytes)) {
		memset(log, 0, area->bytes);
		log->version = PG_LOG_VERSION;
		log->bytes = area->bytes;
		log->ticks_per_second = context->manifest->ticks_per_second;
		memcpy(log->magic, PG_LOG_MAGIC, sizeof(log->magic));
	}
	for (i = 0; i < own->step_count && log->step_count < PG_LOG_STEPS; i++)
		log->steps[log->step_count++] = own->steps[i];
	for (i = 0; i < own->text_bytes; i++)
		pg_log_character((char)early.text[i]);
	pg_log_status((enum pg_status)own->status);
	pg_log_features(own->features);
}

void pg_log_moved(uint64_t by)
{
	/* Our own memory is exchanged at the very last. */
	if (log && log != &early.header)
		log = pg_pointer(pg_address(log) + by);
}

void pg_log_character(char c)
{
	uint8_t *text;

	if (!log || log->text_bytes >= log->bytes - sizeof(*log))
		return;
	text = (uint8_t *)(log + 1);
	text[log->text_bytes++] = (uint8_t)c;
}

void pg_log_status(enum pg_status status)
{
	if (log && log->status == PG_OK)
		log->status = (uint32_t)status;
}

void pg_log_features(uint32_t features)
{
	if (log)
		log->features = features;
}

uint64_t pg_step_begin(enum pg_step step)
{
	const uint64_t now = pg_arch_ticks();
	struct pg_log_step *entry;

	if (!log || log->step_count >= PG_LOG_STEPS)
		return now;
	entry = &log->steps[log->step_count++];
	entry->step = (uint32_t)step;
	entry->begin = now;
	return now;
}

uint64_t pg_step_end(enum pg_status status, uint64_t bytes)
{
	const uint64_t now = pg_arch_ticks();
	struct pg_log_step *entry;

	if (!log || log->step_count == 0)
		return now;
	entry = &log->steps[log->step_count - 1];
	entry->status = (uint32_t)status;
	entry->bytes = bytes;
	entry->end = now;
	return now;
}
