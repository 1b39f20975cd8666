/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_pack(): a kernel, its initrd and command line for one memory window, as
 * an image file. What only the running machine knows, the image leaves out;
 * `purgatorio load` adds it.
 */
#include <stdlib.h>
#include <string.h>

#include "pack/boot_params.h"
#include "pack/plan.h"
#include "purgatorio/range.h"

#define ONE_MIB	  0x100000u
#define LOG_BYTES (64u * 1024)

/* Low memory as every PC has it: without the real-mode vectors below, and
 * without the EBDA and the ROMs above. */
#define LOW_START 0x1000
#define LOW_END	  0x9f000

struct packing {
	const struct pg_pack_options *options;
	struct pg_kernel kernel;
	struct pg_plan *plan;
	struct pg_bytes initrd; /* from malloc(3), or empty */
	size_t initrd_part, cmdline_part, boot_params_part, kernel_part;
	size_t log_part, backup_part;
	uint8_t boot_params[PG_BOOT_PARAMS_BYTES];
};

/* Linux unpacks archives that follow each other, from 4-byte boundaries
 * (Documentation/driver-api/early-userspace/buffer-format.rst). */
static enum pg_status join_initrds(struct packing *packing,
				   struct pg_error *error)
{
	const struct pg_pack_options *options = packing->options;
	size_t bytes = 0;
	uint8_t *joined;

	for (size_t i = 0; i < options->initrd_count; i++) {
		size_t size = options->initrds[i].size;

		if (size == 0)
			return pg_fail(error, PG_E_TRUNCATED,
				       "initrd: number %zu is empty; make it "
				       "again",
				       i + 1);
		if (size > SIZE_MAX - 3 - bytes)
			return pg_fail(error, PG_E_LIMIT,
				       "initrd: all together are too large");
		bytes = (bytes + 3) / 4 * 4 + size;
	}
	if (bytes == 0)
		return PG_OK;
	joined = calloc(1, bytes);
	if (joined == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "initrd: no memory for %zu bytes", bytes);
	packing->initrd = (struct pg_bytes){joined, bytes};
	bytes = 0;
	for (size_t i = 0; i < options->initrd_count; i++) {
		bytes = (bytes + 3) / 4 * 4;
		memcpy(joined + bytes, options->initrds[i].data,
		       options->initrds[i].size);
		bytes += options->initrds[i].size;
	}
	return PG_OK;
}

static enum pg_status add_part(struct packing *packing,
			       const struct pg_part_spec *spec, size_t *index,
			       struct pg_error *error)
{
	return pg_plan_part(packing->plan, spec, index, error);
}

/* Linux gets its memory map from boot_params, and its early code needs that,
 * the command line and the initrd where it can reach them. */
static enum pg_status add_linux(struct packing *packing,
				const char *command_line,
				struct pg_error *error)
{
	const struct pg_kernel *kernel = &packing->kernel;
	const uint64_t highest = kernel->initrd_highest > UINT32_MAX
					 ? kernel->initrd_highest
					 : UINT32_MAX;
	const struct pg_part_spec image = {.name = "kernel",
					   .kind = PG_PART_KERNEL,
					   .content = kernel->image,
					   .memory_bytes = kernel->memory_bytes,
					   .alignment = kernel->alignment,
					   .lowest = kernel->lowest,
					   .highest = kernel->highest};
	const struct pg_part_spec cmdline = {
		.name = "cmdline",
		.kind = PG_PART_CMDLINE,
		.content = {(const uint8_t *)command_line,
			    strlen(command_line) + 1},
		.highest = highest};
	const struct pg_part_spec boot_params = {
		.name = "boot_params",
		.kind = PG_PART_BOOTPARAMS,
		.content = {packing->boot_params, PG_BOOT_PARAMS_BYTES},
		.highest = highest};
	const struct pg_part_spec initrd = {.name = "initrd",
					    .kind = PG_PART_INITRD,
					    .content = packing->initrd,
					    .highest = kernel->initrd_highest,
					    .flags = PG_SPEC_TOP_DOWN};
	enum pg_status status =
		add_part(packing, &image, &packing->kernel_part, error);

	if (status == PG_OK)
		status = add_part(packing, &cmdline, &packing->cmdline_part,
				  error);
	if (status == PG_OK)
		status = add_part(packing, &boot_params,
				  &packing->boot_params_part, error);
	if (status == PG_OK && packing->initrd.size != 0)
		status = add_part(packing, &initrd, &packing->initrd_part,
				  error);
	return status;
}

static enum pg_status add_reserved(struct packing *packing,
				   struct pg_error *error)
{
	const uint64_t backup_bytes = packing->options->backup_bytes;
	const struct pg_part_spec log = {.name = "log",
					 .memory_bytes = LOG_BYTES,
					 .flags = PG_SPEC_RESERVED};
	const struct pg_part_spec backup = {.name = "backup",
					    .memory_bytes = backup_bytes,
					    .flags = PG_SPEC_RESERVED};
	enum pg_status status =
		add_part(packing, &log, &packing->log_part, error);

	if (status != PG_OK)
		return status;
	pg_plan_log(packing->plan, packing->log_part);
	if (backup_bytes == 0)
		return PG_OK;
	return add_part(packing, &backup, &packing->backup_part, error);
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

static int by_start(const void *a, const void *b)
{
	const struct pg_span *x = a, *y = b;

	return x->start < y->start ? -1 : 1;
}

#define RESERVED_MAX (PG_PARTS_MAX + 1)

static size_t make_e820(const struct packing *packing,
			struct pg_e820 out[2 + 2 * RESERVED_MAX])
{
	const struct pg_plan *plan = packing->plan;
	struct pg_span reserved[RESERVED_MAX];
	size_t count = 0;

	for (size_t i = 0; i < plan->part_count; i++)
		if (plan->parts[i].spec.flags & PG_SPEC_RESERVED)
			reserved[count++] = plan->parts[i].span;
	reserved[count++] = plan->purgatory_span;
	qsort(reserved, count, sizeof(*reserved), by_start);
	out[0] = (struct pg_e820){LOW_START, LOW_END - LOW_START, PG_E820_RAM};
	return 1 + cut_window(plan->windows[0], reserved, count, out + 1);
}

static enum pg_status write_boot_params(struct packing *packing,
					const char *command_line,
					struct pg_error *error)
{
	const struct pg_plan *plan = packing->plan;
	struct pg_e820 e820[2 + 2 * RESERVED_MAX];
	struct pg_boot_params_input in = {
		.kernel = &packing->kernel,
		.cmdline_address = pg_plan_address(plan, packing->cmdline_part),
		.e820 = e820,
		.e820_count = make_e820(packing, e820)};
	size_t length = strlen(command_line);

	in.cmdline_bytes = length > UINT32_MAX ? UINT32_MAX : (uint32_t)length;
	if (packing->initrd.size != 0) {
		in.initrd_address = pg_plan_address(plan, packing->initrd_part);
		in.initrd_bytes = packing->initrd.size;
	}
	return pg_boot_params_build(&in, packing->boot_params, error);
}

/* What the manifest shall say besides digests. */
static enum pg_status instruct(struct packing *packing, struct pg_error *error)
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
	pg_plan_policy(plan,
		       options->policy == 0 ? PG_POLICY_STOP : options->policy);
	if (options->backup_bytes == 0)
		return PG_OK;
	copy.destination = pg_plan_address(plan, packing->backup_part);
	return pg_plan_copy(plan, &copy, error);
}

static enum pg_status check_options(const struct pg_pack_options *options,
				    struct pg_error *error)
{
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

static enum pg_status pack(struct packing *packing, const char *output_path,
			   struct pg_error *error)
{
	const struct pg_pack_options *options = packing->options;
	const char *command_line =
		options->command_line == NULL ? "" : options->command_line;
	enum pg_status status = check_options(options, error);

	if (status == PG_OK)
		status = pg_kernel_read(options->kernel, &packing->kernel,
					error);
	if (status == PG_OK)
		status = join_initrds(packing, error);
	if (status != PG_OK)
		return status;
	packing->plan = pg_plan_new(packing->kernel.arch,
				    options->purgatory_elf, error);
	if (packing->plan == NULL)
		return error->status;
	status = pg_plan_window(packing->plan, options->window_start,
				options->window_bytes, error);
	if (status == PG_OK)
		status = add_linux(packing, command_line, error);
	if (status == PG_OK)
		status = add_reserved(packing, error);
	if (status == PG_OK)
		status = pg_plan_place(packing->plan, error);
	if (status == PG_OK)
		status = write_boot_params(packing, command_line, error);
	if (status == PG_OK)
		status = instruct(packing, error);
	if (status == PG_OK)
		status = pg_plan_seal(packing->plan, error);
	if (status == PG_OK)
		status = pg_plan_write_elf(packing->plan, output_path, error);
	return status;
}

enum pg_status pg_pack(const struct pg_pack_options *options,
		       const char *output_path, struct pg_error *error)
{
	struct packing packing = {.options = options};
	enum pg_status status = pack(&packing, output_path, error);

	pg_plan_free(packing.plan);
	free((void *)(uintptr_t)packing.initrd.data);
	return status;
}
