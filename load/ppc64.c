/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a load does on ppc64 only. The next kernel is told all in a device
 * tree: that of /proc/device-tree, flattened. Rules from
 * Documentation/powerpc/booting.rst, arch/powerpc/kernel/head_64.S and
 * arch/powerpc/kexec/.
 */
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fdt/flatten.h"
#include "load/parts.h"
#include "pack/formats/kernel_formats.h"

/* A kernel puts its interrupt vectors there, wherever it runs itself
 * (arch/powerpc/include/asm/kdump.h, KDUMP_BACKUP...). */
#define LOW_BYTES 0x10000u
/* arch/powerpc/include/asm/page.h, PAGE_OFFSET */
#define DIRECT_MAP UINT64_C(0xc000000000000000)

/* The crash kernel region is in the tree, not in /proc/iomem. */
static enum pg_status add_region(struct pg_job *job, struct pg_error *error)
{
	struct pg_iomem *iomem = &job->iomem;
	struct pg_iomem_entry *more;

	if (job->ppc64.crash.bytes == 0)
		return PG_OK;
	more = realloc(iomem->entries, (iomem->count + 1) * sizeof(*more));
	if (more == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "crash kernel region: out of memory");
	iomem->entries = more;
	more[iomem->count++] = (struct pg_iomem_entry){
		.span = job->ppc64.crash, .type = PG_IOMEM_CRASH, .depth = 1};
	return PG_OK;
}

/* For the capture kernel: everything up to the end of its region, of which it
 * is told by the reserve map what it may not touch, since early on it needs
 * memory at 0; and what firmware uses, which it maps. */
static enum pg_status limit_memory(struct pg_job *job, struct pg_error *error)
{
	const struct pg_ppc64_machine *machine = &job->ppc64;
	const struct pg_span usable[] = {
		{0, pg_span_end(machine->crash)},
		machine->rtas,
		machine->opal_memory,
	};
	size_t count = 0;
	struct pg_span list[3];
	struct pg_bytes limited;
	enum pg_status status;

	for (size_t i = 0; i < 3; i++)
		if (usable[i].bytes != 0 &&
		    (i == 0 || pg_span_end(usable[i]) > usable[0].bytes))
			list[count++] = usable[i];
	status = pg_fdt_usable_memory(job->dtb, list, count, &limited, error);
	if (status != PG_OK)
		return status;
	pg_text_free(&job->fdt);
	job->fdt =
		(struct pg_text){(char *)(uintptr_t)limited.data, limited.size};
	job->dtb = limited;
	return PG_OK;
}

static enum pg_status read_tree(struct pg_job *job, struct pg_error *error)
{
	char *folder = NULL;
	enum pg_status status;

	if (job->options->dtb.size != 0) {
		job->dtb = job->options->dtb;
		return pg_fdt_check(job->dtb, error);
	}
	if (asprintf(&folder, "%s/proc/device-tree", job->root) < 0)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "device tree: out of memory");
	status = pg_fdt_flatten(folder, &job->dtb, error);
	free(folder);
	if (status != PG_OK)
		return status;
	job->fdt = (struct pg_text){(char *)(uintptr_t)job->dtb.data,
				    job->dtb.size};
	return pg_fdt_check(job->dtb, error);
}

/* A capture kernel stays where it is loaded: one that cannot has to be loaded
 * where it would move itself. Any other kernel moves itself to 0. */
static enum pg_status settle(struct pg_job *job, struct pg_error *error)
{
	struct pg_kernel *kernel = &job->source.kernel;
	enum pg_status status;

	if (job->options->action != PG_LOAD_CRASH)
		return PG_OK;
	if (kernel->big_endian != job->big_endian)
		return pg_fail(error, PG_E_KERNEL_ARCH,
			       "kernel: is %s-endian, and could not read the "
			       "core header and the notes of this kernel; give "
			       "one of the same byte order",
			       kernel->big_endian ? "big" : "little");
	status = pg_elf_kernel_stay(kernel, error);
	if (status != PG_OK)
		return status;
	if (!kernel->relocatable) {
		kernel->lowest = kernel->linked;
		kernel->highest = kernel->linked + kernel->memory_bytes - 1;
	}
	if (job->ppc64.crash.bytes == 0)
		return PG_OK;
	return limit_memory(job, error);
}

static enum pg_status begin(struct pg_job *job, struct pg_error *error)
{
	enum pg_status status = read_tree(job, error);

	if (status == PG_OK)
		status = pg_fdt_ppc64(job->dtb, &job->ppc64, error);
	if (status == PG_OK)
		status = pg_fdt_ppc64_reserved(job->dtb, job->reserved,
					       PG_PPC64_RESERVED_MAX,
					       &job->reserved_count, error);
	if (status == PG_OK)
		status = add_region(job, error);
	if (status == PG_OK)
		status = settle(job, error);
	return status;
}

/* There are no UARTs that the purgatory knows: firmware has the console. */
static struct pg_console console(const struct pg_job *job,
				 struct pg_console named)
{
	(void)named;
	return job->ppc64.console;
}

/* include/purgatorio/manifest.h, PG_RESET_RTAS; the purgatory calls RTAS with
 * 32-bit addresses. */
static struct pg_reset reset(const struct pg_job *job)
{
	const struct pg_ppc64_machine *machine = &job->ppc64;

	if (machine->opal || machine->reboot == 0 || machine->rtas_entry == 0 ||
	    machine->rtas_entry > UINT32_MAX ||
	    machine->rtas.start > UINT32_MAX)
		return (struct pg_reset){.kind = PG_RESET_ARCH};
	return (struct pg_reset){.kind = PG_RESET_RTAS,
				 .value = machine->reboot,
				 .address = machine->rtas.start << 32 |
					    machine->rtas_entry};
}

static enum pg_status low(struct pg_job *job, struct pg_error *error)
{
	if (job->ram.count == 0 || job->ram.entries[0].start != 0 ||
	    job->ram.entries[0].bytes < LOW_BYTES)
		return pg_fail(error, PG_E_MACHINE,
			       "/proc/iomem: has no 64 KiB of RAM at 0, where "
			       "a ppc64 kernel puts its interrupt vectors");
	job->low[0] = (struct pg_span){0, LOW_BYTES};
	job->low_count = 1;
	job->low_end = LOW_BYTES;
	job->kernel_map.direct_map = DIRECT_MAP;
	return PG_OK;
}

/* What firmware uses, and, under a hypervisor, what cannot be reached in real
 * mode: memory that is not in the first memory node. */
static enum pg_status clear(struct pg_job *job, struct pg_map *map,
			    struct pg_error *error)
{
	const uint64_t end = pg_span_end(job->ppc64.first);
	enum pg_status status = PG_OK;

	for (size_t i = 0; i < job->reserved_count && status == PG_OK; i++)
		status = pg_map_put(map, job->reserved[i], 0, error);
	if (status == PG_OK && job->ppc64.htab.bytes != 0)
		status = pg_map_put(map, job->ppc64.htab, 0, error);
	if (status == PG_OK && !job->ppc64.opal)
		status = pg_map_put(
			map, (struct pg_span){end, UINT64_MAX - end}, 0, error);
	return status;
}

/* The running kernel, which has to work until the end
 * (arch/powerpc/kexec/core_64.c, default_machine_kexec_prepare()); and where
 * the next one moves itself. */
static enum pg_status trim(struct pg_job *job, struct pg_error *error)
{
	const struct pg_kernel *kernel = &job->source.kernel;
	uint64_t end = job->ppc64.kernel_end;

	if (end < kernel->linked + kernel->memory_bytes)
		end = kernel->linked + kernel->memory_bytes;
	if (pg_map_put(&job->ram, (struct pg_span){0, end}, 0, error) != PG_OK)
		return error->status;
	return clear(job, &job->ram, error);
}

static enum pg_status parts(struct pg_job *job, struct pg_error *error)
{
	const struct pg_bytes none = {NULL, 0};
	const struct pg_fdt_edits edits = {.reserved_count =
						   PG_PPC64_RESERVED_MAX + 4};
	enum pg_status status =
		pg_job_part(job, "dtb", PG_PART_FDT, none,
			    pg_fdt_edit_bound(job->dtb, &edits,
					      strlen(job->source.command_line) +
						      PG_CMDLINE_ROOM),
			    0, &job->dtb_part, error);

	if (status == PG_OK && job->low_count > 0)
		status = pg_job_part(job, "backup", PG_PART_OTHER, none,
				     LOW_BYTES, PG_SPEC_RESERVED, &job->backup,
				     error);
	return status;
}

/* The backup, and for --debug the next kernel's memory; the tree says the
 * same. */
static enum pg_status crash(struct pg_job *job, struct pg_error *error)
{
	const struct pg_copy copy = {.source = 0,
				     .destination = pg_job_backup(job, 0),
				     .bytes = LOW_BYTES};
	enum pg_status status = pg_plan_copy(job->plan, &copy, error);

	if (status == PG_OK)
		status =
			pg_map_put(&job->e820, job->low[0], PG_E820_RAM, error);
	if (status == PG_OK)
		status = pg_map_put(&job->e820, job->ppc64.crash, PG_E820_RAM,
				    error);
	if (status == PG_OK)
		status = pg_cmdline_add(
			&job->command_line, error, "elfcorehdr=0x%" PRIx64,
			pg_plan_address(job->plan, job->core_part));
	return status;
}

static enum pg_status normal(struct pg_job *job, struct pg_error *error)
{
	(void)job;
	(void)error;
	return PG_OK;
}

/* Firmware's memory, the dead kernel's, and what we leave for the next one. */
static size_t list_reserved(const struct pg_job *job, struct pg_span *out)
{
	size_t count = job->reserved_count;

	memcpy(out, job->reserved, count * sizeof(*out));
	if (job->core_part == SIZE_MAX)
		return count;
	out[count++] =
		(struct pg_span){LOW_BYTES, job->ppc64.crash.start - LOW_BYTES};
	out[count++] =
		pg_job_pages(job, job->core_part, pg_job_core_bytes(job));
	out[count++] = pg_job_pages(job, job->log, PG_LOG_AREA_BYTES);
	out[count++] = pg_job_pages(job, job->backup, LOW_BYTES);
	return count;
}

static enum pg_status build_tree(struct pg_job *job, struct pg_error *error)
{
	struct pg_span reserved[PG_PPC64_RESERVED_MAX + 4];
	struct pg_fdt_edits edits = {.command_line = job->command_line,
				     .reserved = reserved};
	enum pg_status status;
	size_t bytes;

	edits.reserved_count = list_reserved(job, reserved);
	edits.initrd = pg_job_initrds(job);
	status =
		pg_fdt_edit(job->dtb, &edits, &job->dtb_content, &bytes, error);
	if (status != PG_OK)
		return status;
	return pg_plan_content(job->plan, job->dtb_part,
			       (struct pg_bytes){job->dtb_content, bytes},
			       error);
}

static enum pg_status finish(struct pg_job *job, struct pg_error *error)
{
	const uint64_t kernel = pg_plan_address(job->plan, job->kernel);
	struct pg_handoff handoff = {
		.protocol = PG_HANDOFF_LINUX_PPC64,
		.entry = kernel + job->source.kernel.entry_offset,
		.args = {pg_plan_address(job->plan, job->dtb_part), kernel},
	};
	enum pg_status status = build_tree(job, error);

	if (status != PG_OK)
		return status;
	if (job->ppc64.opal) {
		handoff.args[2] = job->ppc64.opal_memory.start;
		handoff.args[3] = job->ppc64.opal_entry;
	}
	pg_plan_handoff(job->plan, &handoff);
	return PG_OK;
}

const struct pg_load_arch pg_load_ppc64 = {
	.arch = PG_ARCH_PPC64,
	.machine = EM_PPC64,
	/* Or 4 KiB: kexec_load(2) takes whole pages of the kernel's size. */
	.page_bytes = 65536,
	.begin = begin,
	.console = console,
	.reset = reset,
	.low = low,
	.clear = clear,
	.trim = trim,
	.parts = parts,
	.crash = crash,
	.normal = normal,
	.finish = finish,
};
