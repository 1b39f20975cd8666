/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a load does on x86_64 only: boot_params with a memory map, EFI's
 * tables, and the backup of the low memory.
 */
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "load/parts.h"

/* What lies below belongs to BIOS, trampolines and old protocols. */
#define LOWEST UINT64_C(0x100000)

static struct pg_bytes live_of(const struct pg_job *job)
{
	return (struct pg_bytes){(const uint8_t *)job->live.data,
				 job->live.bytes};
}

static enum pg_status begin(struct pg_job *job, struct pg_error *error)
{
	struct pg_error ignored;

	if (job->options->dtb.size != 0)
		return pg_fail(error, PG_E_USAGE,
			       "device tree: an x86_64 kernel takes none; "
			       "leave --dtb out");
	/* Kernels without it are fine, too. */
	if (pg_sys_read(&job->live, &ignored, job->root,
			"/sys/kernel/boot_params/data") != PG_OK)
		job->live = (struct pg_text){NULL, 0};
	return pg_efi_read(job->root, live_of(job), &job->efi, error);
}

static struct pg_reset reset(const struct pg_job *job)
{
	return pg_acpi_reset(job->root);
}

static enum pg_status low(struct pg_job *job, struct pg_error *error)
{
	job->low_end = PG_LOW_END;
	job->low_count = pg_low_ram(&job->ram, job->low, PG_LOW_RUNS_MAX);
	if (job->low_count == 0)
		return pg_fail(error, PG_E_MACHINE,
			       "/proc/iomem: has no RAM below 640 KiB, where "
			       "an x86 kernel starts its other CPUs");
	return PG_OK;
}

static enum pg_status trim(struct pg_job *job, struct pg_error *error)
{
	return pg_map_put(&job->ram, (struct pg_span){0, LOWEST}, 0, error);
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

uint64_t pg_job_backup(const struct pg_job *job, uint64_t address)
{
	return pg_plan_address(job->plan, job->backup) + address -
	       backup_base(job);
}

static enum pg_status parts(struct pg_job *job, struct pg_error *error)
{
	const struct pg_bytes none = {NULL, 0};
	const uint64_t params_bytes =
		PG_BOOT_PARAMS_BYTES +
		(job->efi.runtime ? PG_SETUP_EFI_BYTES : 0);
	enum pg_status status;

	status = pg_job_part(job, "cmdline", PG_PART_CMDLINE, none,
			     strlen(job->source.command_line) + PG_CMDLINE_ROOM,
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
	if (status == PG_OK && job->low_count > 0)
		status = pg_job_part(job, "backup", PG_PART_OTHER, none,
				     backup_bytes(job), PG_SPEC_RESERVED,
				     &job->backup, error);
	return status;
}

static enum pg_status save_low(struct pg_job *job, struct pg_error *error)
{
	for (size_t i = 0; i < job->low_count; i++) {
		struct pg_copy copy = {
			.source = job->low[i].start,
			.destination = pg_job_backup(job, job->low[i].start),
			.bytes = job->low[i].bytes,
		};
		enum pg_status status = pg_plan_copy(job->plan, &copy, error);

		if (status != PG_OK)
			return status;
	}
	return PG_OK;
}

static enum pg_status build_e820(struct pg_job *job, struct pg_error *error)
{
	const struct pg_span ours[] = {
		pg_job_pages(job, job->core_part, pg_job_core_bytes(job)),
		pg_job_pages(job, job->backup, backup_bytes(job)),
		pg_job_pages(job, job->log, PG_LOG_AREA_BYTES),
	};

	return pg_e820_crash(&job->iomem, job->low, job->low_count, ours,
			     sizeof(ours) / sizeof(ours[0]), &job->e820, error);
}

static enum pg_status crash(struct pg_job *job, struct pg_error *error)
{
	enum pg_status status = save_low(job, error);

	if (status == PG_OK)
		status = build_e820(job, error);
	if (status == PG_OK)
		status = pg_cmdline_add(
			&job->command_line, error, "elfcorehdr=0x%" PRIx64,
			pg_plan_address(job->plan, job->core_part));
	return status;
}

static enum pg_status normal(struct pg_job *job, struct pg_error *error)
{
	return pg_firmware_map(job->root, &job->iomem, &job->e820, error);
}

/* boot_params, with the EFI setup_data node behind it. */
static enum pg_status build_params(struct pg_job *job, struct pg_error *error)
{
	uint64_t address = pg_plan_address(job->plan, job->params);
	uint8_t efi_info[PG_EFI_INFO_BYTES];
	struct pg_boot_params_input in = {
		.kernel = &job->source.kernel,
		.cmdline_address = pg_plan_address(job->plan, job->cmdline),
		.cmdline_bytes = (uint32_t)strlen(job->command_line),
		.e820 = job->e820.entries,
		.e820_count = job->e820.count,
		.acpi_rsdp = pg_acpi_rsdp(job->root, live_of(job)),
		.live = live_of(job),
	};
	struct pg_bytes content = {NULL, PG_BOOT_PARAMS_BYTES};

	job->params_content =
		calloc(1, PG_BOOT_PARAMS_BYTES + PG_SETUP_EFI_BYTES);
	if (!job->params_content)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "boot_params: out of memory");
	content.data = job->params_content;
	in.initrd_address = pg_job_initrds(job).start;
	in.initrd_bytes = pg_job_initrds(job).bytes;
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

static enum pg_status finish(struct pg_job *job, struct pg_error *error)
{
	struct pg_handoff handoff = {.protocol = PG_HANDOFF_LINUX_X86_64};
	struct pg_bytes line = {(const uint8_t *)job->command_line,
				strlen(job->command_line) + 1};
	enum pg_status status;

	status = pg_plan_content(job->plan, job->cmdline, line, error);
	if (status == PG_OK)
		status = build_params(job, error);
	if (status != PG_OK)
		return status;
	handoff.entry = pg_plan_address(job->plan, job->kernel) +
			job->source.kernel.entry_offset;
	handoff.args[0] = pg_plan_address(job->plan, job->params);
	pg_plan_handoff(job->plan, &handoff);
	return PG_OK;
}

const struct pg_load_arch pg_load_x86_64 = {
	.arch = PG_ARCH_X86_64,
	.machine = EM_X86_64,
	.begin = begin,
	.reset = reset,
	.low = low,
	.trim = trim,
	.parts = parts,
	.crash = crash,
	.normal = normal,
	.finish = finish,
};
