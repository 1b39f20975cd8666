/* SPDX-License-Identifier: BSD-2-Clause */
/* The record that is left for the capture kernel: purgatorio/log.h. */
#include "purgatory/purgatory.h"

#include <string.h>

#include "purgatorio/arch.h"

static struct pg_log *log; /* NULL: there is no log area */

/* Does the log that an earlier call began go on? Its area was anybody's since.
 */
static bool goes_on(const struct pg_log_area *area)
{
	return log &&
	       memcmp(log->magic, PG_LOG_MAGIC, sizeof(log->magic)) == 0 &&
	       log->bytes == area->bytes && log->step_count <= PG_LOG_STEPS &&
	       log->text_bytes <= area->bytes - sizeof(*log);
}

void pg_log_begin(const struct pg_context *context, uint64_t entered)
{
	const struct pg_log_area *area = &context->manifest->log;

	if (area->bytes == 0)
		return;
	if (!goes_on(area)) {
		log = pg_pointer(pg_manifest_resolve(area->start, area->flags,
						     context->base));
		memset(log, 0, area->bytes);
		log->version = PG_LOG_VERSION;
		log->bytes = area->bytes;
		log->ticks_per_second = context->manifest->ticks_per_second;
		memcpy(log->magic, PG_LOG_MAGIC, sizeof(log->magic));
	}
	(void)pg_step_begin(PG_STEP_CHECK);
	log->steps[log->step_count - 1].begin = entered;
	(void)pg_step_end(PG_OK, context->manifest->bytes);
}

void pg_log_moved(uint64_t by)
{
	if (log)
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
