/* SPDX-License-Identifier: BSD-2-Clause */
/* What pg_pack() does for x86_64: boot_params, and the low memory's backup. */
#include <string.h>

#include "pack/packing.h"

#define ONE_MIB 0x100000u

/* Low memory as every PC has it: without the real-mode vectors below, and
 * without the EBDA and the ROMs above. */
#define LOW_START 0x1000
#define LOW_END	  0x9f000

enum pg_status pg_pack_x86_64_check(struct packing *packing,
				    struct pg_error *error)
{
	const struct pg_pack_options *options = packing->options;

	if (options->dtb.size != 0)
		return pg_fail(error, PG_E_USAGE,
			       "device tree: an x86_64 kernel takes none; "
			       "leave --dtb out");
	if (options->window_start < ONE_MIB)
		return pg_fail(error, PG_E_OVERLAP,
			       "memory window: begins at 0x%llx, in the first "
			       "MiB, which the next kernel needs for itself; "
			       "give a higher one",
			       (unsigned long long)options->window_start);
	if (options->backup_bytes > options->window_start)
		return pg_fail(error, PG_E_OVERLAP,
			       "backup: the first 0x%llx bytes of memory reach "
			       "into the memory window at 0x%llx; save less",
			       (unsigned long long)options->backup_bytes,
			       (unsigned long long)options->window_start);
	return PG_OK;
}

/* Linux gets its memory map from boot_params, and its early code needs that,
 * the command line and the initrd where it can reach them. */
enum pg_status pg_pack_x86_64_add(struct packing *packing,
				  struct pg_error *error)
{
	const struct pg_kernel *kernel = &packing->kernel;
	const uint64_t highest = kernel->initrd_highest > UINT32_MAX
					 ? kernel->initrd_highest
					 : UINT32_MAX;
	const struct pg_part_spec cmdline = {
		.name = "cmdline",
		.kind = PG_PART_CMDLINE,
		.content = {(const uint8_t *)packing->command_line,
			    strlen(packing->command_line) + 1},
		.highest = highest};
	const struct pg_part_spec boot_params = {
		.name = "boot_params",
		.kind = PG_PART_BOOTPARAMS,
		.content = {packing->boot_params, PG_BOOT_PARAMS_BYTES},
		.highest = highest};
	const uint64_t backup_bytes = packing->options->backup_bytes;
	const struct pg_part_spec backup = {.name = "backup",
					    .memory_bytes = backup_bytes,
					    .flags = PG_SPEC_RESERVED};
	enum pg_status status = pg_plan_part(packing->plan, &cmdline,
					     &packing->cmdline_part, error);

	if (status == PG_OK)
		status = pg_plan_part(packing->plan, &boot_params,
				      &packing->boot_params_part, error);
	if (status == PG_OK && backup_bytes != 0)
		status = pg_plan_part(packing->plan, &backup,
				      &packing->backup_part, error);
	return status;
}

/* The window as the next kernel may use it: what the purgatory, its log and
 * the backup occupy is reserved. @reserved is sorted by address. */
static size_t cut_window(struct pg_span window, const struct pg_span *reserved,
			 size_t reserved_count, struct pg_e820 *out)
{
	uint64_t start = window.start;
	size_t count = 0;

	for (size_t i = 0; i < reserved_count; i++) {
		if (reserved[i].start != start)
			out[count++] = (struct pg_e820){
				start, reserved[i].start - start, PG_E820_RAM};
		out[count++] = (struct pg_e820){
			reserved[i].start, reserved[i].bytes, PG_E820_RESERVED};
		start = pg_span_end(reserved[i]);
	}
	if (start != pg_span_end(window))
		out[count++] = (struct pg_e820){
			start, pg_span_end(window) - start, PG_E820_RAM};
	return count;
}

static size_t make_e820(const struct packing *packing,
			struct pg_e820 out[2 + 2 * PG_PACK_RESERVED_MAX])
{
	const struct pg_plan *plan = packing->plan;
	struct pg_span reserved[PG_PACK_RESERVED_MAX];
	size_t count = pg_pack_reserved(plan, reserved);

	out[0] = (struct pg_e820){LOW_START, LOW_END - LOW_START, PG_E820_RAM};
	return 1 + cut_window(plan->windows[0], reserved, count, out + 1);
}

enum pg_status pg_pack_x86_64_write(struct packing *packing,
				    struct pg_error *error)
{
	const struct pg_plan *plan = packing->plan;
	struct pg_e820 e820[2 + 2 * PG_PACK_RESERVED_MAX];
	struct pg_boot_params_input in = {
		.kernel = &packing->kernel,
		.cmdline_address = pg_plan_address(plan, packing->cmdline_part),
		.e820 = e820,
		.e820_count = make_e820(packing, e820)};
	size_t length = strlen(packing->command_line);

	in.cmdline_bytes = length > UINT32_MAX ? UINT32_MAX : (uint32_t)length;
	if (packing->initrd.size != 0) {
		in.initrd_address = pg_plan_address(plan, packing->initrd_part);
		in.initrd_bytes = packing->initrd.size;
	}
	return pg_boot_params_build(&in, packing->boot_params, error);
}

/* What the manifest shall say besides digests. */
enum pg_status pg_pack_x86_64_instruct(struct packing *packing,
				       struct pg_error *error)
{
	const struct pg_pack_options *options = packing->options;
	struct pg_plan *plan = packing->plan;
	const struct pg_handoff handoff = {
		.protocol = PG_HANDOFF_LINUX_X86_64,
		.entry = pg_plan_address(plan, packing->kernel_part) +
			 packing->kernel.entry_offset,
		.args = {pg_plan_address(plan, packing->boot_params_part)}};
	struct pg_copy copy = {.bytes = options->backup_bytes};

	pg_plan_handoff(plan, &handoff);
	pg_plan_console(plan, &options->console);
	pg_plan_reset(plan, &options->reset);
	if (options->backup_bytes == 0)
		return PG_OK;
	copy.destination = pg_plan_address(plan, packing->backup_part);
	return pg_plan_copy(plan, &copy, error);
}
