/* SPDX-License-Identifier: BSD-2-Clause */
/* What a crash load and a normal load have in common. */
#include <stdlib.h>
#include <string.h>

#include "load/parts.h"

/* Room for what load itself adds to the command line. */
#define CMDLINE_ROOM 128

/* The console that was asked for, or the next kernel's, or this one's. */
static struct pg_console choose_console(const struct pg_job *job)
{
	struct pg_error ignored;
	struct pg_text running;
	struct pg_console console;

	if (job->options->console)
		return *job->options->console;
	console = pg_console_find(job->root, job->source.command_line);
	if (console.kind != PG_CONSOLE_NONE ||
	    pg_sys_read(&running, &ignored, job->root, "/proc/cmdline") !=
		    PG_OK)
		return console;
	console = pg_console_find(job->root, running.data);
	pg_text_free(&running);
	return console;
}

enum pg_status pg_job_begin(struct pg_job *job,
			    const struct pg_load_options *options,
			    struct pg_error *error)
{
	struct pg_error ignored;
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
		.core_part = SIZE_MAX,
		.backup = SIZE_MAX,
		.log = SIZE_MAX,
		.control = SIZE_MAX,
	};
	if (pg_iomem_read(job->root, &job->iomem, error) != PG_OK ||
	    pg_source_read(options, job->root, &job->source, error) != PG_OK)
		return error->status;
	/* Kernels without it are fine, too. */
	if (pg_sys_read(&job->live, &ignored, job->root,
			"/sys/kernel/boot_params/data") != PG_OK)
		job->live = (struct pg_text){NULL, 0};
	if (pg_efi_read(job->root,
			(struct pg_bytes){(const uint8_t *)job->live.data,
					  job->live.bytes},
			&job->efi, error) != PG_OK)
		return error->status;
	job->plan = pg_plan_new(PG_ARCH_X86_64, options->purgatory_elf, error);
	if (!job->plan)
		return error->status;
	console = choose_console(job);
	reset = pg_acpi_reset(job->root);
	pg_plan_console(job->plan, &console);
	pg_plan_reset(job->plan, &reset);
	pg_plan_policy(job->plan,
		       options->policy ? options->policy : PG_POLICY_STOP);
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

static enum pg_status kernel_part(struct pg_job *job, struct pg_error *error)
{
	const struct pg_kernel *kernel = &job->source.kernel;
	struct pg_part_spec spec = {
		.name = "kernel",
		.kind = PG_PART_KERNEL,
		.content = kernel->image,
		.memory_bytes = kernel->memory_bytes,
		.alignment = kernel->alignment,
		.lowest = kernel->lowest,
		.highest = kernel->highest,
	};

	return pg_plan_part(job->plan, &spec, &job->kernel, error);
}

static enum pg_status initrd_part(struct pg_job *job, struct pg_error *error)
{
	struct pg_part_spec spec = {
		.name = "initrd",
		.kind = PG_PART_INITRD,
		.content = job->source.initrd,
		.highest = job->source.kernel.initrd_highest,
		.flags = PG_SPEC_TOP_DOWN,
	};

	if (job->source.initrd.size == 0)
		return PG_OK;
	return pg_plan_part(job->plan, &spec, &job->initrd, error);
}

enum pg_status pg_job_parts(struct pg_job *job, struct pg_error *error)
{
	struct pg_bytes none = {NULL, 0};
	enum pg_status status;
	uint64_t params_bytes = PG_BOOT_PARAMS_BYTES +
				(job->efi.runtime ? PG_SETUP_EFI_BYTES : 0);

	status = kernel_part(job, error);
	if (status == PG_OK)
		status = initrd_part(job, error);
	if (status == PG_OK)
		status = pg_job_part(job, "cmdline", PG_PART_CMDLINE, none,
				     strlen(job->source.command_line) +
					     CMDLINE_ROOM,
				     0, &job->cmdline, error);
	if (status == PG_OK)
		status =
			pg_job_part(job, "boot_params", PG_PART_BOOTPARAMS,
				    none, params_bytes, 0, &job->params, error);
	if (status == PG_OK && job->efi.runtime)
		status = pg_job_part(
			job, "efi_memmap", PG_PART_OTHER,
			(struct pg_bytes){job->efi.map, job->efi.map_bytes}, 0,
			0, &job->efi_map, error);
	if (status == PG_OK)
		status = pg_source_digests(&job->source, job->plan, job->kernel,
					   job->initrd, error);
	return status;
}

/* boot_params, with the EFI setup_data node behind it. */
static enum pg_status build_params(struct pg_job *job, struct pg_error *error)
{
	uint64_t address = pg_plan_address(job->plan, job->params);
	struct pg_bytes live = {(const uint8_t *)job->live.data,
				job->live.bytes};
	uint8_t efi_info[PG_EFI_INFO_BYTES];
	struct pg_boot_params_input in = {
		.kernel = &job->source.kernel,
		.cmdline_address = pg_plan_address(job->plan, job->cmdline),
		.cmdline_bytes = (uint32_t)strlen(job->command_line),
		.e820 = job->e820.entries,
		.e820_count = job->e820.count,
		.acpi_rsdp = pg_acpi_rsdp(job->root, live),
		.live = live,
	};
	struct pg_bytes content = {NULL, PG_BOOT_PARAMS_BYTES};

	job->params_content =
		calloc(1, PG_BOOT_PARAMS_BYTES + PG_SETUP_EFI_BYTES);
	if (!job->params_content)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "boot_params: out of memory");
	content.data = job->params_content;
	if (job->initrd != SIZE_MAX) {
		in.initrd_address = pg_plan_address(job->plan, job->initrd);
		in.initrd_bytes = job->source.initrd.size;
	}
	if (job->efi.runtime) {
		pg_efi_info(&job->efi, pg_plan_address(job->plan, job->efi_map),
			    efi_info);
		pg_efi_setup_data(&job->efi, 0,
				  job->params_content + PG_BOOT_PARAMS_BYTES);
		in.efi_info = efi_info;
		in.setup_data = address + PG_BOOT_PARAMS_BYTES;
		content.size += PG_SETUP_EFI_BYTES;
	}
	if (pg_boot_params_build(&in, job->params_content, error) != PG_OK)
		return error->status;
	return pg_plan_content(job->plan, job->params, content, error);
}

enum pg_status pg_job_finish(struct pg_job *job, struct pg_error *error)
{
	struct pg_handoff handoff = {.protocol = PG_HANDOFF_LINUX_X86_64};
	struct pg_bytes line = {(const uint8_t *)job->command_line,
				strlen(job->command_line) + 1};
	enum pg_status status;

	status =
		pg_cmdline_check(job->command_line, &job->source.kernel, error);
	if (status == PG_OK)
		status = pg_plan_content(job->plan, job->cmdline, line, error);
	if (status == PG_OK)
		status = build_params(job, error);
	if (status != PG_OK)
		return status;
	handoff.entry = pg_plan_address(job->plan, job->kernel) +
			job->source.kernel.entry_offset;
	handoff.args[0] = pg_plan_address(job->plan, job->params);
	pg_plan_handoff(job->plan, &handoff);
	return pg_plan_seal(job->plan, error);
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
	free(job->runs);
	free(job->core);
	memset(job, 0, sizeof(*job));
}
