/* SPDX-License-Identifier: BSD-2-Clause */
/* What a crash load and a normal load have in common. */
#include <stdlib.h>
#include <string.h>

#include "load/parts.h"

enum pg_status pg_load_arch_of(const struct pg_load_options *options,
			       const struct pg_load_arch **out,
			       struct pg_error *error)
{
	static const struct pg_load_arch *const all[] = {
		&pg_load_x86_64, &pg_load_arm64, &pg_load_ppc64,
		&pg_load_s390x};
	const uint32_t arch = options->arch ? options->arch : pg_host_arch();

	if (arch != pg_host_arch() && !options->dry_run)
		return pg_fail(error, PG_E_USAGE,
			       "load: this machine is not of the architecture "
			       "that was asked for; add --dry-run");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i]->arch == arch) {
			*out = all[i];
			return PG_OK;
		}
	return pg_fail(error, PG_E_USAGE,
		       "load: cannot load on this architecture");
}

/* The console that was asked for, or the next kernel's, or this one's. */
static struct pg_console choose_console(const struct pg_job *job)
{
	struct pg_error ignored;
	struct pg_text running;
	struct pg_console console;

	if (job->options->console)
		return *job->options->console;
	console = pg_console_find(job->root, job->source.command_line);
	if (console.kind == PG_CONSOLE_NONE &&
	    pg_sys_read(&running, &ignored, job->root, "/proc/cmdline") ==
		    PG_OK) {
		console = pg_console_find(job->root, running.data);
		pg_text_free(&running);
	}
	return job->arch->console ? job->arch->console(job, console) : console;
}

/* /proc/iomem has addresses for CAP_SYS_ADMIN alone (kernel/resource.c), and
 * /proc/kcore is for CAP_SYS_RAWIO (fs/proc/kcore.c). All else that is read
 * asks for its owner. */
static enum pg_status read_privileged(struct pg_job *job,
				      struct pg_error *error)
{
	if (pg_iomem_read(job->root, &job->iomem, error) != PG_OK)
		return error->status;
	if (job->arch->arch == PG_ARCH_PPC64)
		job->big_endian = pg_machine_big_endian(job->root);
	if (job->options->action == PG_LOAD_CRASH && !job->arch->makes_core)
		pg_kernel_map_read(job->root, &job->iomem, &job->kernel_map);
	return job->options->drop_privileges ? pg_privileges_drop(error)
					     : PG_OK;
}

enum pg_status pg_job_begin(struct pg_job *job,
			    const struct pg_load_options *options,
			    struct pg_error *error)
{
	struct pg_console console;
	struct pg_reset reset;

	*job = (struct pg_job){
		.options = options,
		.root = options->root ? options->root : "",
		.kernel = SIZE_MAX,
		.initrd = SIZE_MAX,
		.cmdline = SIZE_MAX,
		.params = SIZE_MAX,
		.efi_map = SIZE_MAX,
		.dtb_part = SIZE_MAX,
		.core_part = SIZE_MAX,
		.backup = SIZE_MAX,
		.log = SIZE_MAX,
		.control = SIZE_MAX,
		.log_bytes = PG_LOG_AREA_BYTES,
	};
	if (pg_load_arch_of(options, &job->arch, error) != PG_OK ||
	    read_privileged(job, error) != PG_OK ||
	    pg_source_read(options, job->root, &job->source, error) != PG_OK ||
	    job->arch->begin(job, error) != PG_OK)
		return error->status;
	job->plan = pg_plan_new(job->arch->arch, options->purgatory_elf, error);
	if (!job->plan)
		return error->status;
	if (job->arch->page_bytes != 0)
		pg_plan_pages(job->plan, job->arch->page_bytes);
	console = choose_console(job);
	reset = job->arch->reset(job);
	pg_plan_console(job->plan, &console);
	pg_plan_reset(job->plan, &reset);
	pg_plan_policy(job->plan,
		       options->policy ? options->policy : PG_POLICY_STOP);
	if (job->arch->arch == pg_host_arch())
		pg_plan_ticks(job->plan, pg_host_ticks_per_second(job->root));
	return PG_OK;
}

enum pg_status pg_job_part(struct pg_job *job, const char *name, uint32_t kind,
			   struct pg_bytes content, uint64_t bytes,
			   uint32_t flags, size_t *index,
			   struct pg_error *error)
{
	struct pg_part_spec spec = {
		.kind = kind,
		.content = content,
		.memory_bytes = bytes,
		.flags = flags,
	};

	snprintf(spec.name, sizeof(spec.name), "%s", name);
	return pg_plan_part(job->plan, &spec, index, error);
}

static uint64_t whole_pages(const struct pg_job *job, uint64_t bytes)
{
	const uint64_t page =
		job->arch->page_bytes ? job->arch->page_bytes : PG_PAGE_BYTES;

	return (bytes + page - 1) & ~(page - 1);
}

static enum pg_status kernel_part(struct pg_job *job, struct pg_error *error)
{
	const struct pg_kernel *kernel = &job->source.kernel;
	struct pg_part_spec spec = {
		.name = "kernel",
		.kind = PG_PART_KERNEL,
		.content = kernel->image,
		.memory_bytes = kernel->memory_bytes,
		.alignment = kernel->alignment,
		.alignment_offset = kernel->alignment_offset,
		.lowest = kernel->lowest,
		.highest = kernel->highest,
	};

	if (job->arch->place_kernel)
		job->arch->place_kernel(job, &spec);
	return pg_plan_part(job->plan, &spec, &job->kernel, error);
}

/* One behind the other. What is between them is zeroed before the kernel reads
 * it, which skips zeros there and nothing else. */
static enum pg_status initrd_parts(struct pg_job *job, struct pg_error *error)
{
	const size_t count = job->source.initrd_count;
	enum pg_status status = PG_OK;

	for (size_t i = 0; i < count && status == PG_OK; i++) {
		const struct pg_source_initrd *initrd = &job->source.initrds[i];
		struct pg_part_spec spec = {
			.kind = PG_PART_INITRD,
			.content = initrd->content,
			.highest = job->source.kernel.initrd_highest,
			.flags = i == 0 ? PG_SPEC_TOP_DOWN : PG_SPEC_BEHIND,
		};

		memcpy(spec.name, initrd->name, sizeof(spec.name));
		if (i + 1 < count) {
			spec.flags |= PG_SPEC_FILL;
			spec.memory_bytes =
				whole_pages(job, initrd->content.size);
		}
		status = pg_plan_part(job->plan, &spec, &job->initrd_last,
				      error);
		if (i == 0)
			job->initrd = job->initrd_last;
	}
	return status;
}

struct pg_span pg_job_initrds(const struct pg_job *job)
{
	const struct pg_source *source = &job->source;
	struct pg_span span = {0, 0};

	if (source->initrd_count == 0)
		return span;
	span.start = pg_plan_address(job->plan, job->initrd);
	span.bytes = pg_plan_address(job->plan, job->initrd_last) +
		     source->initrds[source->initrd_count - 1].content.size -
		     span.start;
	return span;
}

enum pg_status pg_job_parts(struct pg_job *job, struct pg_error *error)
{
	enum pg_status status = kernel_part(job, error);

	if (status == PG_OK)
		status = initrd_parts(job, error);
	if (status == PG_OK)
		status = job->arch->parts(job, error);
	if (status == PG_OK)
		status = pg_source_digests(&job->source, job->plan, job->kernel,
					   job->initrd, error);
	return status;
}

struct pg_span pg_job_pages(const struct pg_job *job, size_t index,
			    uint64_t bytes)
{
	return (struct pg_span){pg_plan_address(job->plan, index),
				whole_pages(job, bytes)};
}

enum pg_status pg_job_finish(struct pg_job *job, struct pg_error *error)
{
	enum pg_status status =
		pg_cmdline_check(job->command_line, &job->source.kernel, error);

	if (status == PG_OK)
		status = job->arch->finish(job, error);
	if (status == PG_OK)
		status = pg_plan_seal(job->plan, error);
	if (status == PG_OK)
		status = pg_source_unchanged(&job->source, error);
	return status;
}

void pg_job_free(struct pg_job *job)
{
	pg_plan_free(job->plan);
	pg_source_free(&job->source);
	pg_iomem_free(&job->iomem);
	pg_text_free(&job->live);
	pg_efi_free(&job->efi);
	pg_map_free(&job->e820);
	pg_map_free(&job->ram);
	pg_notes_free(&job->notes);
	free(job->command_line);
	free(job->params_content);
	pg_text_free(&job->fdt);
	free(job->dtb_content);
	free(job->runs);
	free(job->core);
	memset(job, 0, sizeof(*job));
}
