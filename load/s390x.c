/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a load does on s390x only. A kernel runs where it is linked, near 0. A
 * capture kernel therefore lies in the crash kernel region as it will lie in
 * low memory, and the purgatory exchanges the two; the kernel is told the
 * region as "oldmem" and makes the core header itself, from that, the CPUs'
 * save areas and the dead kernel's lowcore (arch/s390/kernel/crash_dump.c,
 * elfcorehdr_alloc(), which does not look at elfcorehdr=).
 *
 *	crash kernel region	what
 *	+0x0			the next kernel's lowcore
 *	+0x2000			the log, where the kernel never goes
 *	+0x10000		the kernel's first pages, with its parameters
 *	behind			the kernel, purgatory, ..., initrd
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "load/parts.h"
#include "pack/formats/s390_kernel.h"

/* arch/s390x/entry.S: for good, in any mode. */
#define ONCE_ENTRY 8

/* relocate_kernel.S enters what a normal load brings in 31-bit mode. */
#define NORMAL_HIGHEST 0x7fffffffu

static enum pg_status begin(struct pg_job *job, struct pg_error *error)
{
	if (job->options->dtb.size != 0)
		return pg_fail(error, PG_E_USAGE,
			       "device tree: an s390x kernel takes none; "
			       "leave --dtb out");
	return PG_OK;
}

/* Every machine has it. What else a command line may name has no driver. */
static struct pg_console console(const struct pg_job *job,
				 struct pg_console named)
{
	(void)job;
	(void)named;
	return (struct pg_console){.kind = PG_CONSOLE_SCLP};
}

static struct pg_reset reset(const struct pg_job *job)
{
	(void)job;
	return (struct pg_reset){.kind = PG_RESET_ARCH};
}

/* Before the exchange; a normal load has none, and its region is empty. */
static void place_kernel(const struct pg_job *job, struct pg_part_spec *spec)
{
	spec->flags |= PG_SPEC_FIXED;
	spec->fixed = job->region.start + job->source.kernel.linked;
}

static enum pg_status add_fixed(struct pg_job *job, const char *name,
				uint32_t kind, uint64_t start, uint64_t bytes,
				size_t *index, struct pg_error *error)
{
	struct pg_part_spec spec = {
		.kind = kind,
		.memory_bytes = bytes,
		.flags = PG_SPEC_FIXED,
		.fixed = job->region.start + start,
	};

	snprintf(spec.name, sizeof(spec.name), "%s", name);
	return pg_plan_part(job->plan, &spec, index, error);
}

static enum pg_status parts(struct pg_job *job, struct pg_error *error)
{
	return add_fixed(job, "parameters", PG_PART_BOOTPARAMS, PG_S390_START,
			 job->source.kernel.head.size, &job->params, error);
}

static enum pg_status place_log(struct pg_job *job, struct pg_error *error)
{
	size_t lowcore;
	enum pg_status status =
		add_fixed(job, "lowcore", PG_PART_OTHER, 0,
			  PG_SWAP_LOWCORE_BYTES, &lowcore, error);

	job->log_bytes = PG_S390_START - PG_SWAP_LOWCORE_BYTES;
	if (status == PG_OK)
		status = add_fixed(job, "log", PG_PART_OTHER,
				   PG_SWAP_LOWCORE_BYTES, job->log_bytes,
				   &job->log, error);
	return status;
}

/* The kernel finds the log by its command line: after the exchange. */
static enum pg_status crash(struct pg_job *job, struct pg_error *error)
{
	if (job->region.start < job->region.bytes)
		return pg_fail(error, PG_E_MACHINE,
			       "/proc/iomem: the crash kernel's memory at "
			       "0x%llx cannot change places with as much "
			       "memory at 0",
			       (unsigned long long)job->region.start);
	pg_plan_swap(job->plan, job->region.start, job->region.bytes);
	return pg_map_put(&job->e820, (struct pg_span){0, job->region.bytes},
			  PG_E820_RAM, error);
}

static enum pg_status trim(struct pg_job *job, struct pg_error *error)
{
	enum pg_status status = pg_map_put(
		&job->ram, (struct pg_span){0, PG_S390_START}, 0, error);

	if (status == PG_OK)
		status = pg_map_put(
			&job->ram,
			(struct pg_span){NORMAL_HIGHEST + 1ull, INT64_MAX}, 0,
			error);
	return status;
}

/* It asks the machine for its memory. */
static enum pg_status normal(struct pg_job *job, struct pg_error *error)
{
	(void)job;
	(void)error;
	return PG_OK;
}

static enum pg_status finish(struct pg_job *job, struct pg_error *error)
{
	const struct pg_kernel *kernel = &job->source.kernel;
	const bool captures = job->region.bytes != 0;
	const struct pg_handoff handoff = {.protocol = PG_HANDOFF_LINUX_S390X,
					   .entry = captures ? PG_S390_KDUMP
							     : PG_S390_NORMAL};
	struct pg_s390_parameters in = {.oldmem = job->region,
					.command_line = job->command_line};

	in.initrd = pg_job_initrds(job);
	if (in.initrd.bytes != 0)
		in.initrd.start -= job->region.start;
	job->params_content = malloc(kernel->head.size);
	if (!job->params_content)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "parameters: out of memory");
	if (pg_s390_parameters(kernel, &in, job->params_content, error) !=
	    PG_OK)
		return error->status;
	pg_plan_handoff(job->plan, &handoff);
	return pg_plan_content(
		job->plan, job->params,
		(struct pg_bytes){job->params_content, kernel->head.size},
		error);
}

const struct pg_load_arch pg_load_s390x = {
	.arch = PG_ARCH_S390X,
	.machine = EM_S390,
	.makes_core = true,
	.swaps = true,
	.normal_entry = ONCE_ENTRY,
	.begin = begin,
	.console = console,
	.reset = reset,
	.place_kernel = place_kernel,
	.place_log = place_log,
	.trim = trim,
	.parts = parts,
	.crash = crash,
	.normal = normal,
	.finish = finish,
};
