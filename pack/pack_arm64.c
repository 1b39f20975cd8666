/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pg_pack() does for arm64: the machine's device tree tells the kernel
 * all the rest. Rules from Documentation/arch/arm64/booting.rst.
 */
#include <stdlib.h>
#include <string.h>

#include "fdt/fdt_edit.h"
#include "pack/packing.h"

/* "within a 1 GB aligned physical memory window of up to 32 GB in size that
 * fully covers the kernel Image as well" */
#define INITRD_WINDOW_ALIGNMENT (1ull << 30)
#define INITRD_WINDOW_BYTES	(32ull << 30)

enum pg_status pg_pack_arm64_check(struct packing *packing,
				   struct pg_error *error)
{
	const struct pg_pack_options *options = packing->options;

	if (options->dtb.size == 0)
		return pg_fail(error, PG_E_USAGE,
			       "device tree: an arm64 kernel needs one; give "
			       "the machine's with --dtb=FILE");
	if (options->backup_bytes != 0)
		return pg_fail(error, PG_E_USAGE,
			       "backup: an arm64 kernel overwrites nothing "
			       "below the window; leave --backup out");
	return pg_fdt_check(options->dtb, error);
}

static struct pg_fdt_edits edits_of(const struct packing *packing)
{
	return (struct pg_fdt_edits){
		.command_line = packing->command_line,
		.usable = {{packing->options->window_start,
			    packing->options->window_bytes}},
		.usable_count = 1,
		.reserved_count = PG_PACK_RESERVED_MAX,
	};
}

enum pg_status pg_pack_arm64_add(struct packing *packing,
				 struct pg_error *error)
{
	const struct pg_fdt_edits edits = edits_of(packing);
	const struct pg_part_spec dtb = {
		.name = "dtb",
		.kind = PG_PART_FDT,
		.memory_bytes =
			pg_fdt_edit_bound(packing->options->dtb, &edits, 0)};

	if (strlen(packing->command_line) > packing->kernel.cmdline_max)
		return pg_fail(error, PG_E_LIMIT,
			       "command line: %zu bytes, and the kernel takes "
			       "%u; shorten it",
			       strlen(packing->command_line),
			       packing->kernel.cmdline_max);
	return pg_plan_part(packing->plan, &dtb, &packing->dtb_part, error);
}

static enum pg_status check_initrd(const struct packing *packing,
				   struct pg_span initrd,
				   struct pg_error *error)
{
	uint64_t kernel = pg_plan_address(packing->plan, packing->kernel_part);
	uint64_t base =
		pg_align_down(kernel < initrd.start ? kernel : initrd.start,
			      INITRD_WINDOW_ALIGNMENT);

	if (pg_span_end(initrd) - base > INITRD_WINDOW_BYTES ||
	    kernel + packing->kernel.memory_bytes - base > INITRD_WINDOW_BYTES)
		return pg_fail(error, PG_E_NO_SPACE,
			       "initrd: 0x%llx is farther from the kernel at "
			       "0x%llx than the 32 GiB that arm64 allows; give "
			       "a smaller window",
			       (unsigned long long)initrd.start,
			       (unsigned long long)kernel);
	return PG_OK;
}

enum pg_status pg_pack_arm64_write(struct packing *packing,
				   struct pg_error *error)
{
	struct pg_span reserved[PG_PACK_RESERVED_MAX];
	struct pg_fdt_edits edits = edits_of(packing);
	enum pg_status status = PG_OK;
	size_t bytes;

	edits.reserved = reserved;
	edits.reserved_count = pg_pack_reserved(packing->plan, reserved);
	if (packing->initrd.size != 0) {
		edits.initrd = (struct pg_span){
			pg_plan_address(packing->plan, packing->initrd_part),
			packing->initrd.size};
		status = check_initrd(packing, edits.initrd, error);
	}
	if (status == PG_OK)
		status = pg_fdt_edit(packing->options->dtb, &edits,
				     &packing->dtb, &bytes, error);
	if (status != PG_OK)
		return status;
	return pg_plan_content(packing->plan, packing->dtb_part,
			       (struct pg_bytes){packing->dtb, bytes}, error);
}

enum pg_status pg_pack_arm64_instruct(struct packing *packing,
				      struct pg_error *error)
{
	const struct pg_pack_options *options = packing->options;
	struct pg_plan *plan = packing->plan;
	const struct pg_handoff handoff = {
		.protocol = PG_HANDOFF_LINUX_ARM64,
		.entry = pg_plan_address(plan, packing->kernel_part) +
			 packing->kernel.entry_offset,
		.args = {pg_plan_address(plan, packing->dtb_part)}};
	const struct pg_console console = options->console_of_dtb
						  ? pg_fdt_console(options->dtb)
						  : options->console;
	const struct pg_reset reset = options->reset.kind == PG_RESET_ARCH
					      ? pg_fdt_reset(options->dtb)
					      : options->reset;

	(void)error;
	pg_plan_handoff(plan, &handoff);
	pg_plan_console(plan, &console);
	pg_plan_reset(plan, &reset);
	return PG_OK;
}
