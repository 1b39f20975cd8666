/* SPDX-License-Identifier: BSD-2-Clause */
/* The purgatory's log, for people and as JSON. */
#include <inttypes.h>
#include <string.h>

#include "purgatorio/purgatorio.h"

#define MIB 1048576.0

const char *pg_step_name(enum pg_step step)
{
	switch (step) {
	case PG_STEP_NONE:
		break;
	case PG_STEP_CHECK:
		return "check";
	case PG_STEP_SELF:
		return "self";
	case PG_STEP_VERIFY:
		return "verify";
	case PG_STEP_FILL:
		return "fill";
	case PG_STEP_COPY:
		return "copy";
	case PG_STEP_SWAP:
		return "swap";
	case PG_STEP_HANDOFF:
		return "handoff";
	}
	return "unknown";
}

static enum pg_status check(const struct pg_log *log, size_t bytes,
			    struct pg_error *error)
{
	if (bytes < sizeof(*log) || log->step_count > PG_LOG_STEPS ||
	    log->text_bytes > bytes - sizeof(*log))
		return pg_fail(error, PG_E_CORRUPT,
			       "log: its counts exceed its %zu bytes; read it "
			       "again",
			       bytes);
	return PG_OK;
}

static enum pg_status written(FILE *to, struct pg_error *error)
{
	if (fflush(to) != 0 || ferror(to))
		return pg_fail(error, PG_E_IO,
			       "log: the output cannot be written");
	return PG_OK;
}

/* 0 where it is not known. */
static double seconds_of(const struct pg_log *log,
			 const struct pg_log_step *step)
{
	if (log->ticks_per_second == 0 || step->end < step->begin)
		return 0;
	return (double)(step->end - step->begin) /
	       (double)log->ticks_per_second;
}

static void print_step(const struct pg_log *log, const struct pg_log_step *step,
		       FILE *to)
{
	double seconds = seconds_of(log, step);

	fprintf(to, "%-8s  %-14s", pg_step_name((enum pg_step)step->step),
		step->end == 0 ? "not ended"
			       : pg_status_name((enum pg_status)step->status));
	if (log->ticks_per_second != 0 && step->end != 0)
		fprintf(to, "  %10.3f ms", seconds * 1000);
	else
		fprintf(to, "  %13s", "-");
	fprintf(to, "  %12" PRIu64, step->bytes);
	if (seconds > 0 && step->bytes > 0)
		fprintf(to, "  %10.1f", (double)step->bytes / MIB / seconds);
	else
		fprintf(to, "  %10s", "-");
	fputc('\n', to);
}

enum pg_status pg_log_print(const struct pg_log *log, size_t bytes, FILE *to,
			    struct pg_error *error)
{
	const uint8_t *text = (const uint8_t *)(log + 1);
	const enum pg_status result = (enum pg_status)log->status;

	if (check(log, bytes, error) != PG_OK)
		return error->status;
	fprintf(to, "purgatory: %s, %s\n", pg_status_name(result),
		pg_status_cause(result));
	if (result != PG_OK)
		fprintf(to, "remedy: %s\n", pg_status_remedy(result));
	fprintf(to, "%-8s  %-14s  %13s  %12s  %10s\n", "step", "status", "time",
		"bytes", "MiB/s");
	for (uint32_t i = 0; i < log->step_count; i++)
		print_step(log, &log->steps[i], to);
	if (log->text_bytes > 0)
		fputs("what it said:\n", to);
	/* It came from memory that was perhaps overwritten: no control
	 * characters reach the terminal. */
	for (uint32_t i = 0; i < log->text_bytes; i++)
		if (text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'))
			fputc(text[i], to);
		else if (text[i] != '\r')
			fprintf(to, "\\x%02x", text[i]);
	if (log->text_bytes > 0 && text[log->text_bytes - 1] != '\n')
		fputc('\n', to);
	return written(to, error);
}

static void json_text(const uint8_t *text, uint32_t bytes, FILE *to)
{
	fputc('"', to);
	for (uint32_t i = 0; i < bytes; i++)
		if (text[i] == '"' || text[i] == '\\')
			fprintf(to, "\\%c", text[i]);
		else if (text[i] >= ' ' && text[i] <= '~')
			fputc(text[i], to);
		else
			fprintf(to, "\\u%04x", text[i]);
	fputc('"', to);
}

enum pg_status pg_log_print_json(const struct pg_log *log, size_t bytes,
				 FILE *to, struct pg_error *error)
{
	const enum pg_status result = (enum pg_status)log->status;

	if (check(log, bytes, error) != PG_OK)
		return error->status;
	fprintf(to,
		"{\n  \"version\": %" PRIu32 ",\n  \"status\": %" PRIu32
		",\n  \"status_name\": \"%s\",\n  \"features\": %" PRIu32
		",\n  \"ticks_per_second\": %" PRIu64 ",\n  \"steps\": [",
		log->version, log->status, pg_status_name(result),
		log->features, log->ticks_per_second);
	for (uint32_t i = 0; i < log->step_count; i++) {
		const struct pg_log_step *step = &log->steps[i];

		fprintf(to,
			"%s\n    {\"step\": \"%s\", \"status\": %" PRIu32
			", \"ended\": %s, \"ticks\": %" PRIu64
			", \"bytes\": %" PRIu64,
			i ? "," : "", pg_step_name((enum pg_step)step->step),
			step->status, step->end ? "true" : "false",
			step->end < step->begin ? 0 : step->end - step->begin,
			step->bytes);
		if (log->ticks_per_second != 0 && step->end != 0)
			fprintf(to, ", \"seconds\": %.9f",
				seconds_of(log, step));
		fputc('}', to);
	}
	fputs(log->step_count ? "\n  ],\n  \"text\": " : "],\n  \"text\": ",
	      to);
	json_text((const uint8_t *)(log + 1), log->text_bytes, to);
	fputs("\n}\n", to);
	return written(to, error);
}
