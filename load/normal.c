/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan for a kernel that replaces this one: parts may lie anywhere in RAM,
 * even where the running kernel is, since the kernel collects them elsewhere
 * and moves them when all has stopped.
 */
#include <stdlib.h>
#include <string.h>

#include "load/parts.h"

/* The largest runs of RAM, in whole pages, in the order of their addresses. A
 * crash kernel region is left alone: its kernel stays loaded until the end. */
static size_t pick_windows(const struct pg_map *ram, struct pg_span *out)
{
	size_t count = 0;

	for (size_t i = 0; i < ram->count; i++) {
		uint64_t end = ram->entries[i].start + ram->entries[i].bytes;
		struct pg_span span = {ram->entries[i].start, 0};
		size_t smallest = 0;

		end = pg_align_down(end, PG_PAGE_BYTES);
		if (!pg_align_up(span.start, PG_PAGE_BYTES, &span.start) ||
		    end <= span.start)
			continue;
		span.bytes = end - span.start;
		if (count == PG_PLAN_WINDOWS_MAX) {
			for (size_t n = 1; n < count; n++)
				if (out[n].bytes < out[smallest].bytes)
					smallest = n;
			if (out[smallest].bytes >= span.bytes)
				continue;
			count--;
			memmove(out + smallest, out + smallest + 1,
				(count - smallest) * sizeof(*out));
		}
		out[count++] = span;
	}
	return count;
}

static enum pg_status add_windows(struct pg_job *job, struct pg_error *error)
{
	struct pg_span windows[PG_PLAN_WINDOWS_MAX];
	enum pg_status status = pg_ram_map(&job->iomem, &job->ram, error);
	size_t count;

	if (status == PG_OK)
		status = job->arch->trim(job, error);
	if (status != PG_OK)
		return status;
	count = pick_windows(&job->ram, windows);
	if (count == 0)
		return pg_fail(error, PG_E_MACHINE,
			       "/proc/iomem: has no RAM for another kernel");
	for (size_t i = 0; i < count && status == PG_OK; i++)
		status = pg_plan_window(job->plan, windows[i].start,
					windows[i].bytes, error);
	return status;
}

enum pg_status pg_plan_normal(struct pg_job *job, struct pg_error *error)
{
	enum pg_status status = add_windows(job, error);

	if (status == PG_OK)
		status = pg_job_parts(job, error);
	if (status == PG_OK)
		status = pg_plan_place(job->plan, error);
	if (status == PG_OK)
		status = job->arch->normal(job, error);
	if (status == PG_OK)
		status = pg_cmdline_add(&job->command_line, error, "%s",
					job->source.command_line);
	if (status == PG_OK)
		status = pg_job_finish(job, error);
	return status;
}
