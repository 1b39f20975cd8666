/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_load(): all that can go wrong on our side goes wrong before the system
 * call. That matters because kexec_load(2) frees the old capture kernel before
 * it takes the new one, both being in one region (kernel/kexec.c,
 * do_kexec_load()).
 */
#include <inttypes.h>
#include <linux/kexec.h>
#include <string.h>

#include "load/parts.h"
#include "load/show.h"

/* What the kernel is given: all but the pages that are kept free for it. */
static enum pg_status list_segments(const struct pg_job *job,
				    struct pg_segment *out, size_t *count,
				    struct pg_error *error)
{
	struct pg_segment all[KEXEC_SEGMENT_MAX + 1];
	size_t have, kept = 0;

	if (pg_plan_segments(job->plan, all, KEXEC_SEGMENT_MAX + 1, &have,
			     error) != PG_OK)
		return error->status;
	for (size_t i = 0; i < have; i++)
		if (job->control == SIZE_MAX ||
		    all[i].address != pg_plan_address(job->plan, job->control))
			all[kept++] = all[i];
	if (kept > KEXEC_SEGMENT_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "%zu segments, and kexec_load takes %d", kept,
			       KEXEC_SEGMENT_MAX);
	memcpy(out, all, kept * sizeof(*out));
	*count = kept;
	return PG_OK;
}

static bool loaded(const char *root, bool crash)
{
	struct pg_error ignored;
	struct pg_load_state state;

	return pg_load_query(root, &state, &ignored) == PG_OK &&
	       (crash ? state.crash_loaded : state.normal_loaded);
}

static enum pg_status submit(const struct pg_job *job, bool crash,
			     struct pg_error *error)
{
	struct pg_segment segments[KEXEC_SEGMENT_MAX];
	bool before = loaded(job->root, crash);
	enum pg_status status;
	size_t count = 0;

	status = list_segments(job, segments, &count, error);
	if (status != PG_OK)
		return status;
	if (job->options->debug)
		pg_show_job(job, segments, count, job->options->debug);
	if (job->options->dry_run)
		return PG_OK;
	status = pg_kexec_load(job->root,
			       pg_plan_purgatory(job->plan) +
				       (crash ? 0 : job->arch->normal_entry),
			       segments, count, crash, error);
	if (status != PG_OK && before && !loaded(job->root, crash)) {
		struct pg_error why = *error;

		return pg_fail(error, status,
			       "%.300s; what was loaded before is gone",
			       why.text);
	}
	return status;
}

static enum pg_status load(const struct pg_load_options *options, bool crash,
			   struct pg_error *error)
{
	struct pg_job job;
	enum pg_status status = PG_OK;

	if (!options->dry_run)
		status = pg_kexec_allowed(options->root ? options->root : "",
					  error);
	if (status != PG_OK)
		return status;
	status = pg_job_begin(&job, options, error);
	if (status == PG_OK)
		status = (crash ? pg_plan_crash : pg_plan_normal)(&job, error);
	if (status == PG_OK)
		status = submit(&job, crash, error);
	pg_job_free(&job);
	return status;
}

enum pg_status pg_load(const struct pg_load_options *options,
		       struct pg_error *error)
{
	const char *root = options->root ? options->root : "";

	switch (options->action) {
	case PG_LOAD_CRASH:
		return load(options, true, error);
	case PG_LOAD_NORMAL:
		return load(options, false, error);
	case PG_LOAD_UNLOAD_CRASH:
		return options->dry_run
			       ? PG_OK
			       : pg_kexec_load(root, 0, NULL, 0, true, error);
	case PG_LOAD_UNLOAD:
		return options->dry_run
			       ? PG_OK
			       : pg_kexec_load(root, 0, NULL, 0, false, error);
	case PG_LOAD_EXECUTE:
		return options->dry_run ? PG_OK : pg_kexec_execute(root, error);
	}
	return pg_fail(error, PG_E_USAGE, "load: unknown action %d",
		       (int)options->action);
}

enum pg_status pg_load_query(const char *root, struct pg_load_state *out,
			     struct pg_error *error)
{
	uint64_t normal, crash, bytes = 0;
	enum pg_status status;

	root = root ? root : "";
	status = pg_sys_number(&normal, error, 10, root,
			       "/sys/kernel/kexec_loaded");
	if (status == PG_OK)
		status = pg_sys_number(&crash, error, 10, root,
				       "/sys/kernel/kexec_crash_loaded");
	if (status == PG_OK)
		status = pg_sys_number(&bytes, error, 10, root,
				       "/sys/kernel/kexec_crash_size");
	if (status != PG_OK)
		return status;
	*out = (struct pg_load_state){normal != 0, crash != 0, bytes};
	return PG_OK;
}
