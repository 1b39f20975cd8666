/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pg_pack() does for ppc64: the machine's device tree tells the kernel
 * all the rest. The kernel is told to run where it is packed
 * (arch/powerpc/kernel/head_64.S, __run_at_load).
 */
#include <stdlib.h>
#include <string.h>

#include "fdt/flatten.h"
#include "pack/formats/kernel_formats.h"
#include "pack/packing.h"

/* What one backup is of: a kernel's interrupt vectors. */
#define BACKUP_BYTES 0x10000u

/* Parts go anywhere in the window. */
static enum pg_status check_window(const struct pg_pack_options *options,
				   const struct pg_ppc64_machine *machine,
				   struct pg_error *error)
{
	struct pg_span reserved[PG_PPC64_RESERVED_MAX], window;
	enum pg_status status;
	size_t count = 0;

	if (!pg_span_make(options->window_start, options->window_bytes,
			  &window))
		return PG_OK; /* pg_plan_window() says so */
	if (!machine->opal && !pg_span_contains(machine->first, window))
		return pg_fail(error, PG_E_RANGE,
			       "memory window: 0x%llx-0x%llx leaves the first "
			       "memory node, which ends at 0x%llx and is all "
			       "that real mode reaches; give a lower one",
			       (unsigned long long)window.start,
			       (unsigned long long)(pg_span_end(window) - 1),
			       (unsigned long long)pg_span_end(machine->first));
	status = pg_fdt_ppc64_reserved(options->dtb, reserved,
				       PG_PPC64_RESERVED_MAX, &count, error);
	for (size_t i = 0; i < count && status == PG_OK; i++)
		if (pg_span_overlap(reserved[i], window))
			status = pg_fail(
				error, PG_E_OVERLAP,
				"memory window: firmware uses 0x%llx bytes at "
				"0x%llx of it; give one that is free",
				(unsigned long long)reserved[i].bytes,
				(unsigned long long)reserved[i].start);
	return status;
}

enum pg_status pg_pack_ppc64_check(struct packing *packing,
				   struct pg_error *error)
{
	const struct pg_pack_options *options = packing->options;
	struct pg_kernel *kernel = &packing->kernel;
	struct pg_ppc64_machine machine;
	enum pg_status status;

	if (options->dtb.size == 0)
		return pg_fail(error, PG_E_USAGE,
			       "device tree: a ppc64 kernel needs one; give "
			       "the machine's with --dtb=FILE");
	if (options->backup_bytes != 0 && options->backup_bytes != BACKUP_BYTES)
		return pg_fail(error, PG_E_USAGE,
			       "backup: a ppc64 kernel overwrites the first "
			       "64 KiB; give --backup=64K or none");
	status = pg_fdt_check(options->dtb, error);
	if (status == PG_OK)
		status = pg_fdt_ppc64(options->dtb, &machine, error);
	if (status == PG_OK)
		status = check_window(options, &machine, error);
	if (status != PG_OK)
		return status;
	pg_elf_kernel_pieces(kernel, &packing->ppc64);
	packing->kernel_pieces = packing->ppc64.pieces;
	packing->kernel_piece_count =
		sizeof(packing->ppc64.pieces) / sizeof(struct pg_bytes);
	if (!kernel->relocatable) {
		kernel->lowest = kernel->linked;
		kernel->highest = kernel->linked + kernel->memory_bytes - 1;
	}
	return PG_OK;
}

/* The tree with the memory that the kernel may use: what lies below the
 * window, too, for its vectors, but that is reserved. */
static enum pg_status limit(const struct packing *packing, struct pg_bytes *out,
			    struct pg_error *error)
{
	const struct pg_span usable = {0,
				       packing->options->window_start +
					       packing->options->window_bytes};

	return pg_fdt_usable_memory(packing->options->dtb, &usable, 1, out,
				    error);
}

enum pg_status pg_pack_ppc64_add(struct packing *packing,
				 struct pg_error *error)
{
	const struct pg_fdt_edits edits = {
		.command_line = packing->command_line,
		.reserved_count =
			PG_PACK_RESERVED_MAX + PG_PPC64_RESERVED_MAX + 1};
	struct pg_part_spec dtb = {.name = "dtb", .kind = PG_PART_FDT};
	const struct pg_part_spec backup = {.name = "backup",
					    .memory_bytes = BACKUP_BYTES,
					    .flags = PG_SPEC_RESERVED};
	struct pg_bytes limited;
	enum pg_status status;

	if (strlen(packing->command_line) > packing->kernel.cmdline_max)
		return pg_fail(error, PG_E_LIMIT,
			       "command line: %zu bytes, and the kernel takes "
			       "%u; shorten it",
			       strlen(packing->command_line),
			       packing->kernel.cmdline_max);
	status = limit(packing, &limited, error);
	if (status != PG_OK)
		return status;
	dtb.memory_bytes = pg_fdt_edit_bound(limited, &edits, 0);
	free((void *)(uintptr_t)limited.data);
	status = pg_plan_part(packing->plan, &dtb, &packing->dtb_part, error);
	if (status == PG_OK && packing->options->backup_bytes != 0)
		status = pg_plan_part(packing->plan, &backup,
				      &packing->backup_part, error);
	return status;
}

static enum pg_status build_tree(struct packing *packing,
				 struct pg_bytes limited, size_t *bytes,
				 struct pg_error *error)
{
	const struct pg_pack_options *options = packing->options;
	struct pg_span
		reserved[PG_PACK_RESERVED_MAX + PG_PPC64_RESERVED_MAX + 1];
	struct pg_fdt_edits edits = {.command_line = packing->command_line,
				     .reserved = reserved};
	size_t count = pg_pack_reserved(packing->plan, reserved), more;
	enum pg_status status =
		pg_fdt_ppc64_reserved(options->dtb, reserved + count,
				      PG_PPC64_RESERVED_MAX, &more, error);

	if (status != PG_OK)
		return status;
	count += more;
	if (options->window_start > BACKUP_BYTES)
		reserved[count++] = (struct pg_span){
			BACKUP_BYTES, options->window_start - BACKUP_BYTES};
	edits.reserved_count = count;
	if (packing->initrd.size != 0)
		edits.initrd = (struct pg_span){
			pg_plan_address(packing->plan, packing->initrd_part),
			packing->initrd.size};
	return pg_fdt_edit(limited, &edits, &packing->dtb, bytes, error);
}

enum pg_status pg_pack_ppc64_write(struct packing *packing,
				   struct pg_error *error)
{
	struct pg_bytes limited;
	size_t bytes;
	enum pg_status status = limit(packing, &limited, error);

	if (status != PG_OK)
		return status;
	status = build_tree(packing, limited, &bytes, error);
	free((void *)(uintptr_t)limited.data);
	if (status != PG_OK)
		return status;
	return pg_plan_content(packing->plan, packing->dtb_part,
			       (struct pg_bytes){packing->dtb, bytes}, error);
}

enum pg_status pg_pack_ppc64_instruct(struct packing *packing,
				      struct pg_error *error)
{
	const struct pg_pack_options *options = packing->options;
	struct pg_plan *plan = packing->plan;
	const uint64_t kernel = pg_plan_address(plan, packing->kernel_part);
	struct pg_handoff handoff = {
		.protocol = PG_HANDOFF_LINUX_PPC64,
		.entry = kernel + packing->kernel.entry_offset,
		.args = {pg_plan_address(plan, packing->dtb_part), kernel}};
	const struct pg_copy copy = {
		.source = 0,
		.destination = pg_plan_address(plan, packing->backup_part),
		.bytes = BACKUP_BYTES};
	struct pg_ppc64_machine machine;
	enum pg_status status = pg_fdt_ppc64(options->dtb, &machine, error);

	if (status != PG_OK)
		return status;
	if (machine.opal) {
		handoff.args[2] = machine.opal_memory.start;
		handoff.args[3] = machine.opal_entry;
	}
	pg_plan_handoff(plan, &handoff);
	pg_plan_console(plan, options->console_of_dtb ? &machine.console
						      : &options->console);
	pg_plan_reset(plan, &options->reset);
	if (options->backup_bytes == 0)
		return PG_OK;
	return pg_plan_copy(plan, &copy, error);
}
