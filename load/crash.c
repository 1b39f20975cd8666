/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan for a capture kernel: everything lies in the crash kernel region,
 * and the capture kernel's memory is that region, and on x86 the low 640 KiB,
 * which purgatory saves first.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "load/parts.h"

#define GIB (UINT64_C(1) << 30)

/*
 * The kernel puts its control page and the page tables for purgatory into
 * pages of the region that no segment claims (kernel/kexec_core.c,
 * kimage_alloc_crash_control_pages(); arch/x86/kernel/machine_kexec_64.c,
 * init_pgtable()): one page per GiB of RAM where the CPU has no pages of
 * 1 GiB, and some more.
 */
static uint64_t control_bytes(const struct pg_map *ram)
{
	const struct pg_e820 *last = &ram->entries[ram->count - 1];

	return (64 + (last->start + last->bytes) / GIB) * PG_PAGE_BYTES;
}

static enum pg_status read_machine(struct pg_job *job, struct pg_error *error)
{
	enum pg_status status = pg_ram_map(&job->iomem, &job->ram, error);

	if (status != PG_OK || job->arch->makes_core)
		return status;
	status = pg_notes_read(job->root, &job->notes, error);
	if (status != PG_OK)
		return status;
	return job->arch->low ? job->arch->low(job, error) : PG_OK;
}

static void core_input(const struct pg_job *job, struct pg_core_input *out)
{
	*out = (struct pg_core_input){
		.notes = &job->notes,
		.kernel = &job->kernel_map,
		.runs = job->runs,
		.run_count = job->run_count,
		.machine = job->arch->machine,
		.big_endian = job->big_endian,
	};
}

uint64_t pg_job_core_bytes(const struct pg_job *job)
{
	struct pg_core_input core;

	core_input(job, &core);
	return pg_elfcorehdr_bytes(&core);
}

/* Adds a run, cut where what is below will be elsewhere. */
static void add_run(struct pg_job *job, struct pg_span memory)
{
	struct pg_core_run *run = &job->runs[job->run_count];

	if (job->low_count > 0 && memory.start < job->low_end &&
	    pg_span_end(memory) > job->low_end) {
		uint64_t below = job->low_end - memory.start;

		add_run(job, (struct pg_span){memory.start, below});
		memory.start += below;
		memory.bytes -= below;
		run++;
	}
	*run = (struct pg_core_run){memory, memory.start};
	job->run_count++;
}

/* All RAM, and, where it is once it is placed, the log. */
static enum pg_status list_runs(struct pg_job *job, uint64_t log,
				struct pg_error *error)
{
	struct pg_span log_span = {log, PG_LOG_AREA_BYTES};
	bool logged = false;

	free(job->runs);
	job->run_count = 0;
	job->runs = calloc(job->ram.count + 2, sizeof(*job->runs));
	if (!job->runs)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "core header: out of memory");
	for (size_t i = 0; i < job->ram.count; i++) {
		if (!logged && job->ram.entries[i].start > log) {
			add_run(job, log_span);
			logged = true;
		}
		add_run(job, (struct pg_span){job->ram.entries[i].start,
					      job->ram.entries[i].bytes});
	}
	if (!logged)
		add_run(job, log_span);
	return PG_OK;
}

static enum pg_status add_core(struct pg_job *job, struct pg_error *error)
{
	/* Its size depends on counts only; the log's place does not matter. */
	enum pg_status status = list_runs(job, 0, error);

	if (status != PG_OK)
		return status;
	return pg_job_part(job, "elfcorehdr", PG_PART_ELFCOREHDR,
			   (struct pg_bytes){NULL, 0}, pg_job_core_bytes(job),
			   PG_SPEC_RESERVED, &job->core_part, error);
}

static enum pg_status add_parts(struct pg_job *job, struct pg_error *error)
{
	const struct pg_bytes none = {NULL, 0};
	enum pg_status status;

	status = pg_job_parts(job, error);
	if (status == PG_OK && !job->arch->makes_core)
		status = add_core(job, error);
	if (status == PG_OK && job->arch->place_log)
		status = job->arch->place_log(job, error);
	else if (status == PG_OK)
		status = pg_job_part(job, "log", PG_PART_OTHER, none,
				     PG_LOG_AREA_BYTES, PG_SPEC_RESERVED,
				     &job->log, error);
	if (status == PG_OK)
		status = pg_job_part(job, "control", PG_PART_OTHER, none,
				     control_bytes(&job->ram), 0, &job->control,
				     error);
	return status;
}

static enum pg_status build_core(struct pg_job *job, struct pg_error *error)
{
	struct pg_core_input core;
	enum pg_status status;
	uint64_t bytes;

	status = list_runs(job, pg_plan_address(job->plan, job->log), error);
	if (status != PG_OK)
		return status;
	for (size_t i = 0; i < job->run_count; i++)
		for (size_t n = 0; n < job->low_count; n++)
			if (job->runs[i].memory.start == job->low[n].start)
				job->runs[i].content =
					pg_job_backup(job, job->low[n].start);
	core_input(job, &core);
	bytes = pg_elfcorehdr_bytes(&core);
	job->core = malloc(bytes);
	if (!job->core)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "core header: out of memory");
	status = pg_elfcorehdr_build(&core, job->core, error);
	if (status != PG_OK)
		return status;
	return pg_plan_content(job->plan, job->core_part,
			       (struct pg_bytes){job->core, bytes}, error);
}

/* The plan knows only a window; its user knows what a window is here. */
static enum pg_status place(struct pg_job *job, uint64_t region_bytes,
			    struct pg_error *error)
{
	enum pg_status status = pg_plan_place(job->plan, error);
	char what[sizeof(error->text)];

	if (status != PG_E_NO_SPACE)
		return status;
	memcpy(what, error->text, sizeof(what));
	return pg_fail(error, status,
		       "%.300s; crashkernel= reserves %" PRIu64 " MiB here",
		       what, region_bytes >> 20);
}

/* The region, without what firmware uses of it. */
static enum pg_status add_windows(struct pg_job *job, struct pg_error *error)
{
	struct pg_map map = {NULL, 0, 0};
	enum pg_status status =
		pg_map_put(&map, job->region, PG_E820_RAM, error);

	if (status == PG_OK && job->arch->clear)
		status = job->arch->clear(job, &map, error);
	for (size_t i = 0; i < map.count && status == PG_OK; i++)
		status = pg_plan_window(job->plan, map.entries[i].start,
					map.entries[i].bytes, error);
	pg_map_free(&map);
	return status;
}

/* As the capture kernel will see it. */
static uint64_t log_address(const struct pg_job *job)
{
	const uint64_t address = pg_plan_address(job->plan, job->log);

	return job->arch->swaps ? address - job->region.start : address;
}

enum pg_status pg_plan_crash(struct pg_job *job, struct pg_error *error)
{
	enum pg_status status =
		pg_crash_region(&job->iomem, &job->region, error);

	if (status == PG_OK)
		status = read_machine(job, error);
	if (status == PG_OK)
		status = add_windows(job, error);
	if (status == PG_OK)
		status = add_parts(job, error);
	if (status == PG_OK)
		status = place(job, job->region.bytes, error);
	if (status == PG_OK && !job->arch->makes_core)
		status = build_core(job, error);
	if (status == PG_OK)
		status = pg_cmdline_add(&job->command_line, error, "%s",
					job->source.command_line);
	if (status == PG_OK)
		status = job->arch->crash(job, error);
	if (status == PG_OK)
		status = pg_cmdline_add(&job->command_line, error,
					"purgatorio.log=0x%" PRIx64 ",%" PRIu64,
					log_address(job), job->log_bytes);
	if (status != PG_OK)
		return status;
	pg_plan_log(job->plan, job->log);
	return pg_job_finish(job, error);
}
