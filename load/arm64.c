/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a load does on arm64 only: the device tree of the running kernel, or a
 * given one, tells the next kernel all that it must know
 * (Documentation/arch/arm64/booting.rst, kdump.rst).
 */
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "fdt/fdt_edit.h"
#include "load/parts.h"

/* "within a 1 GB aligned physical memory window of up to 32 GB in size that
 * fully covers the kernel Image as well" */
#define INITRD_WINDOW_ALIGNMENT (UINT64_C(1) << 30)
#define INITRD_WINDOW_BYTES	(UINT64_C(32) << 30)

static enum pg_status begin(struct pg_job *job, struct pg_error *error)
{
	job->dtb = job->options->dtb.size != 0 ? job->options->dtb
					       : job->source.dtb;
	if (job->dtb.size == 0) {
		if (pg_sys_read(&job->fdt, error, job->root,
				"/sys/firmware/fdt") != PG_OK)
			return error->status;
		job->dtb.data = (const uint8_t *)job->fdt.data;
		job->dtb.size = job->fdt.bytes;
	}
	if (job->source.kernel.big_endian &&
	    job->options->action == PG_LOAD_CRASH)
		return pg_fail(error, PG_E_KERNEL_ARCH,
			       "kernel: is big-endian, and could not read the "
			       "core header of a little-endian kernel; give "
			       "one of the same byte order");
	return pg_fdt_check(job->dtb, error);
}

/* There are no I/O ports here: a port on the command line is nobody's. */
static struct pg_console console(const struct pg_job *job,
				 struct pg_console named)
{
	if (named.kind == PG_CONSOLE_8250_PORT)
		named = (struct pg_console){.kind = PG_CONSOLE_NONE};
	if (named.kind == PG_CONSOLE_NONE)
		named = pg_fdt_console(job->dtb);
	if (named.kind == PG_CONSOLE_NONE)
		named = pg_acpi_console(job->root);
	return named;
}

static struct pg_reset reset(const struct pg_job *job)
{
	struct pg_reset found = pg_fdt_reset(job->dtb);

	return found.kind == PG_RESET_ARCH ? pg_acpi_psci(job->root) : found;
}

/* The running kernel reserves what firmware and devices still use, as the
 * tables of interrupt controllers (arch/arm64/kernel/setup.c,
 * reserve_memblock_reserved_regions()). */
static enum pg_status drop_reserved(struct pg_job *job, struct pg_error *error)
{
	enum pg_status status = PG_OK;

	for (size_t i = 0; i < job->iomem.count && status == PG_OK; i++)
		if (job->iomem.entries[i].type == PG_IOMEM_RESERVED)
			status = pg_map_put(&job->ram,
					    job->iomem.entries[i].span, 0,
					    error);
	return status;
}

/* All parts lie in one window of 32 GiB, the first that has room for the
 * kernel. */
static enum pg_status trim(struct pg_job *job, struct pg_error *error)
{
	const struct pg_kernel *kernel = &job->source.kernel;
	enum pg_status status = drop_reserved(job, error);
	uint64_t base = 0;

	for (size_t i = job->ram.count; i > 0; i--)
		if (job->ram.entries[i - 1].bytes >=
		    kernel->memory_bytes + kernel->alignment)
			base = pg_align_down(job->ram.entries[i - 1].start,
					     INITRD_WINDOW_ALIGNMENT);
	if (status == PG_OK)
		status = pg_map_put(&job->ram, (struct pg_span){0, base}, 0,
				    error);
	if (status == PG_OK && base <= UINT64_MAX - INITRD_WINDOW_BYTES) {
		base += INITRD_WINDOW_BYTES;
		status = pg_map_put(&job->ram,
				    (struct pg_span){base, UINT64_MAX - base},
				    0, error);
	}
	return status;
}

/* What is known before anything is placed. */
static enum pg_status parts(struct pg_job *job, struct pg_error *error)
{
	const struct pg_fdt_edits edits = {.reserved_count = 1};
	const uint64_t bytes = pg_fdt_edit_bound(
		job->dtb, &edits,
		strlen(job->source.command_line) + PG_CMDLINE_ROOM);

	return pg_job_part(job, "dtb", PG_PART_FDT, (struct pg_bytes){NULL, 0},
			   bytes, 0, &job->dtb_part, error);
}

/* The next kernel's memory, for --debug; the tree says the same. */
static enum pg_status crash(struct pg_job *job, struct pg_error *error)
{
	const struct pg_span core =
		pg_job_pages(job, job->core_part, pg_job_core_bytes(job));
	const struct pg_span log =
		pg_job_pages(job, job->log, PG_LOG_AREA_BYTES);
	enum pg_status status = PG_OK;

	for (size_t i = 0; i < job->iomem.count && status == PG_OK; i++)
		if (job->iomem.entries[i].type == PG_IOMEM_CRASH)
			status = pg_map_put(&job->e820,
					    job->iomem.entries[i].span,
					    PG_E820_RAM, error);
	if (status == PG_OK)
		status = pg_map_put(&job->e820, core, PG_E820_RESERVED, error);
	if (status == PG_OK)
		status = pg_map_put(&job->e820, log, PG_E820_RESERVED, error);
	return status;
}

/* It finds its memory in the tree, as this kernel did. */
static enum pg_status normal(struct pg_job *job, struct pg_error *error)
{
	(void)job;
	(void)error;
	return PG_OK;
}

/* crashk_res first, then crashk_low_res (drivers/of/kexec.c does it so). More
 * than these two never are. */
static void usable_memory(const struct pg_job *job, struct pg_fdt_edits *edits)
{
	struct pg_error ignored;
	struct pg_span region;

	if (pg_crash_region(&job->iomem, &region, &ignored) != PG_OK)
		return;
	edits->usable[0] = region;
	edits->usable_count = 1;
	for (size_t i = 0; i < job->iomem.count; i++) {
		const struct pg_iomem_entry *entry = &job->iomem.entries[i];

		if (entry->type == PG_IOMEM_CRASH &&
		    entry->span.start != region.start &&
		    edits->usable_count < PG_FDT_USABLE_MAX)
			edits->usable[edits->usable_count++] = entry->span;
	}
}

/* A dry run is the same each time. */
static enum pg_status make_seeds(const struct pg_job *job,
				 uint8_t seeds[PG_FDT_SEED_BYTES],
				 struct pg_error *error)
{
	memset(seeds, 0, PG_FDT_SEED_BYTES);
	if (job->options->dry_run)
		return PG_OK;
	if (getrandom(seeds, PG_FDT_SEED_BYTES, 0) != PG_FDT_SEED_BYTES)
		return pg_fail(error, PG_E_MACHINE,
			       "getrandom: no %d bytes for the next kernel's "
			       "seeds",
			       PG_FDT_SEED_BYTES);
	return PG_OK;
}

static enum pg_status build_tree(struct pg_job *job, struct pg_error *error)
{
	uint8_t seeds[PG_FDT_SEED_BYTES];
	struct pg_fdt_edits edits = {.command_line = job->command_line,
				     .seeds = seeds};
	enum pg_status status = make_seeds(job, seeds, error);
	struct pg_span log;
	size_t bytes;

	if (status != PG_OK)
		return status;
	edits.initrd = pg_job_initrds(job);
	if (job->core_part != SIZE_MAX) {
		edits.core_header = pg_job_pages(job, job->core_part,
						 pg_job_core_bytes(job));
		log = pg_job_pages(job, job->log, PG_LOG_AREA_BYTES);
		edits.reserved = &log;
		edits.reserved_count = 1;
		usable_memory(job, &edits);
	}
	status =
		pg_fdt_edit(job->dtb, &edits, &job->dtb_content, &bytes, error);
	if (status != PG_OK)
		return status;
	return pg_plan_content(job->plan, job->dtb_part,
			       (struct pg_bytes){job->dtb_content, bytes},
			       error);
}

/* The crash kernel region may be larger than what an initrd may span. */
static enum pg_status check_window(const struct pg_job *job,
				   struct pg_error *error)
{
	uint64_t kernel = pg_plan_address(job->plan, job->kernel);
	const struct pg_span initrds = pg_job_initrds(job);
	uint64_t initrd = initrds.bytes == 0 ? kernel : initrds.start;
	uint64_t base = pg_align_down(kernel < initrd ? kernel : initrd,
				      INITRD_WINDOW_ALIGNMENT);

	if (initrd + initrds.bytes - base <= INITRD_WINDOW_BYTES &&
	    kernel + job->source.kernel.memory_bytes - base <=
		    INITRD_WINDOW_BYTES)
		return PG_OK;
	return pg_fail(error, PG_E_NO_SPACE,
		       "initrd: 0x%" PRIx64 " is farther from the kernel at "
		       "0x%" PRIx64 " than the 32 GiB that arm64 allows; "
		       "reserve less for the crash kernel",
		       initrd, kernel);
}

static enum pg_status finish(struct pg_job *job, struct pg_error *error)
{
	struct pg_handoff handoff = {.protocol = PG_HANDOFF_LINUX_ARM64};
	enum pg_status status = check_window(job, error);

	if (status == PG_OK)
		status = build_tree(job, error);
	if (status != PG_OK)
		return status;
	handoff.entry = pg_plan_address(job->plan, job->kernel) +
			job->source.kernel.entry_offset;
	handoff.args[0] = pg_plan_address(job->plan, job->dtb_part);
	pg_plan_handoff(job->plan, &handoff);
	return PG_OK;
}

const struct pg_load_arch pg_load_arm64 = {
	.arch = PG_ARCH_ARM64,
	.machine = EM_AARCH64,
	/* Or 4 or 16 KiB: kexec_load(2) takes whole pages of the running
	 * kernel's size, and the next one reserves whole pages of its own. */
	.page_bytes = 65536,
	.begin = begin,
	.console = console,
	.reset = reset,
	.trim = trim,
	.parts = parts,
	.crash = crash,
	.normal = normal,
	.finish = finish,
};
