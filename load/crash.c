/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan for a capture kernel: everything lies in the crash kernel region,
 * and the capture kernel's memory is that region and the low 640 KiB, which
 * purgatory saves first.
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

/* The saved low memory keeps its layout: from the page of its first byte to
 * the end of its last page. */
static uint64_t backup_base(const struct pg_job *job)
{
	return pg_align_down(job->low[0].start, PG_PAGE_BYTES);
}

static uint64_t backup_bytes(const struct pg_job *job)
{
	uint64_t end = pg_span_end(job->low[job->low_count - 1]);

	return ((end + PG_PAGE_BYTES - 1) & ~(uint64_t)(PG_PAGE_BYTES - 1)) -
	       backup_base(job);
}

static uint64_t backup_of(const struct pg_job *job, uint64_t address)
{
	return pg_plan_address(job->plan, job->backup) + address -
	       backup_base(job);
}

static enum pg_status read_machine(struct pg_job *job, struct pg_error *error)
{
	enum pg_status status = pg_ram_map(&job->iomem, &job->ram, error);

	if (status == PG_OK)
		status = pg_notes_read(job->root, &job->notes, error);
	if (status != PG_OK)
		return status;
	pg_kernel_map_read(job->root, &job->iomem, &job->kernel_map);
	job->low_count = pg_low_ram(&job->ram, job->low, PG_LOW_RUNS_MAX);
	if (job->low_count == 0)
		return pg_fail(error, PG_E_MACHINE,
			       "/proc/iomem: has no RAM below 640 KiB, where "
			       "an x86 kernel starts its other CPUs");
	return PG_OK;
}

static void core_input(const struct pg_job *job, struct pg_core_input *out)
{
	*out = (struct pg_core_input){
		.notes = &job->notes,
		.kernel = &job->kernel_map,
		.runs = job->runs,
		.run_count = job->run_count,
	};
}

/* Adds a run, cut at 640 KiB. */
static void add_run(struct pg_job *job, struct pg_span memory)
{
	struct pg_core_run *run = &job->runs[job->run_count];

	if (memory.start < PG_LOW_END && pg_span_end(memory) > PG_LOW_END) {
		uint64_t below = PG_LOW_END - memory.start;

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

static enum pg_status add_parts(struct pg_job *job, struct pg_error *error)
{
	const struct pg_bytes none = {NULL, 0};
	struct pg_core_input core;
	enum pg_status status;

	/* Its size depends on counts only; the log's place does not matter. */
	status = list_runs(job, 0, error);
	core_input(job, &core);
	if (status == PG_OK)
		status = pg_job_parts(job, error);
	if (status == PG_OK)
		status = pg_job_part(job, "elfcorehdr", PG_PART_ELFCOREHDR,
				     none, pg_elfcorehdr_bytes(&core),
				     PG_SPEC_RESERVED, &job->core_part, error);
	if (status == PG_OK)
		status = pg_job_part(job, "backup", PG_PART_OTHER, none,
				     backup_bytes(job), PG_SPEC_RESERVED,
				     &job->backup, error);
	if (status == PG_OK)
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
					backup_of(job, job->low[n].start);
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

static enum pg_status save_low(struct pg_job *job, struct pg_error *error)
{
	for (size_t i = 0; i < job->low_count; i++) {
		struct pg_copy copy = {
			.source = job->low[i].start,
			.destination = backup_of(job, job->low[i].start),
			.bytes = job->low[i].bytes,
		};
		enum pg_status status = pg_plan_copy(job->plan, &copy, error);

		if (status != PG_OK)
			return status;
	}
	return PG_OK;
}

/* In whole pages: Linux maps what it reads of the dead kernel by pages, and
 * refuses to where a page is RAM of its own. */
static struct pg_span pages_of(const struct pg_job *job, size_t part,
			       uint64_t bytes)
{
	return (struct pg_span){pg_plan_address(job->plan, part),
				(bytes + PG_PAGE_BYTES - 1) &
					~(uint64_t)(PG_PAGE_BYTES - 1)};
}

static enum pg_status build_e820(struct pg_job *job, struct pg_error *error)
{
	struct pg_core_input core;

	core_input(job, &core);
	const struct pg_span ours[] = {
		pages_of(job, job->core_part, pg_elfcorehdr_bytes(&core)),
		pages_of(job, job->backup, backup_bytes(job)),
		pages_of(job, job->log, PG_LOG_AREA_BYTES),
	};

	return pg_e820_crash(&job->iomem, job->low, job->low_count, ours,
			     sizeof(ours) / sizeof(ours[0]), &job->e820, error);
}

static enum pg_status build_cmdline(struct pg_job *job, struct pg_error *error)
{
	enum pg_status status;

	status = pg_cmdline_add(&job->command_line, error, "%s",
				job->source.command_line);
	if (status == PG_OK)
		status = pg_cmdline_add(
			&job->command_line, error,
			"elfcorehdr=0x%" PRIx64 " purgatorio.log=0x%" PRIx64
			",%u",
			pg_plan_address(job->plan, job->core_part),
			pg_plan_address(job->plan, job->log),
			PG_LOG_AREA_BYTES);
	return status;
}

enum pg_status pg_plan_crash(struct pg_job *job, struct pg_error *error)
{
	struct pg_span region;
	enum pg_status status = pg_crash_region(&job->iomem, &region, error);

	if (status == PG_OK)
		status = read_machine(job, error);
	if (status == PG_OK)
		status = pg_plan_window(job->plan, region.start, region.bytes,
					error);
	if (status == PG_OK)
		status = add_parts(job, error);
	if (status == PG_OK)
		status = pg_plan_place(job->plan, error);
	if (status == PG_OK)
		status = build_core(job, error);
	if (status == PG_OK)
		status = save_low(job, error);
	if (status == PG_OK)
		status = build_e820(job, error);
	if (status == PG_OK)
		status = build_cmdline(job, error);
	if (status != PG_OK)
		return status;
	pg_plan_log(job->plan, job->log);
	return pg_job_finish(job, error);
}
