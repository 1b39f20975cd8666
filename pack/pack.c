/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_pack(): a kernel, its initrd and command line for one memory window, as
 * an image file. What only the running machine knows, the image leaves out;
 * `purgatorio load` adds it.
 */
#include <stdlib.h>

#include "pack/formats/initrd.h"
#include "pack/formats/kernel_formats.h"
#include "pack/packing.h"

#define LOG_BYTES (64u * 1024)

static enum pg_status add_initrd(struct packing *packing,
				 struct pg_error *error)
{
	const struct pg_part_spec initrd = {
		.name = "initrd",
		.kind = PG_PART_INITRD,
		.content = packing->initrd,
		.highest = packing->kernel.initrd_highest,
		.flags = PG_SPEC_TOP_DOWN};
	enum pg_status status = pg_plan_part(packing->plan, &initrd,
					     &packing->initrd_part, error);
	struct pg_plan_part *part;

	if (status != PG_OK)
		return status;
	/* They are never joined in memory. */
	part = &packing->plan->parts[packing->initrd_part];
	part->pieces = packing->options->initrds;
	part->piece_count = packing->options->initrd_count;
	return PG_OK;
}

static enum pg_status add_linux(struct packing *packing, struct pg_error *error)
{
	const struct pg_kernel *kernel = &packing->kernel;
	struct pg_part_spec image = {.name = "kernel",
				     .kind = PG_PART_KERNEL,
				     .content = kernel->image,
				     .memory_bytes = kernel->memory_bytes,
				     .alignment = kernel->alignment,
				     .alignment_offset =
					     kernel->alignment_offset,
				     .lowest = kernel->lowest,
				     .highest = kernel->highest};
	const struct pg_part_spec log = {.name = "log",
					 .memory_bytes = LOG_BYTES,
					 .flags = PG_SPEC_RESERVED};
	struct pg_plan_part *part;
	enum pg_status status;

	if (kernel->head.size != 0) {
		image.flags = PG_SPEC_FIXED;
		image.fixed = packing->options->window_start + kernel->linked;
	}
	status = pg_plan_part(packing->plan, &image, &packing->kernel_part,
			      error);

	if (status != PG_OK)
		return status;
	part = &packing->plan->parts[packing->kernel_part];
	part->pieces = packing->kernel_pieces;
	part->piece_count = packing->kernel_piece_count;
	if (packing->initrd.size != 0)
		status = add_initrd(packing, error);
	if (status == PG_OK)
		status = pg_plan_part(packing->plan, &log, &packing->log_part,
				      error);
	if (status == PG_OK)
		pg_plan_log(packing->plan, packing->log_part);
	return status;
}

static int by_start(const void *a, const void *b)
{
	const struct pg_span *x = a, *y = b;

	return x->start < y->start ? -1 : 1;
}

size_t pg_pack_reserved(const struct pg_plan *plan,
			struct pg_span out[PG_PACK_RESERVED_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < plan->part_count; i++)
		if (plan->parts[i].spec.flags & PG_SPEC_RESERVED)
			out[count++] = plan->parts[i].span;
	out[count++] = plan->purgatory_span;
	qsort(out, count, sizeof(*out), by_start);
	return count;
}

typedef enum pg_status step(struct packing *packing, struct pg_error *error);

/* The steps of packing.h. */
struct steps {
	uint32_t arch;
	step *check, *add, *write, *instruct;
};

static const struct steps all_steps[] = {
	{PG_ARCH_X86_64, pg_pack_x86_64_check, pg_pack_x86_64_add,
	 pg_pack_x86_64_write, pg_pack_x86_64_instruct},
	{PG_ARCH_ARM64, pg_pack_arm64_check, pg_pack_arm64_add,
	 pg_pack_arm64_write, pg_pack_arm64_instruct},
	{PG_ARCH_PPC64, pg_pack_ppc64_check, pg_pack_ppc64_add,
	 pg_pack_ppc64_write, pg_pack_ppc64_instruct},
	{PG_ARCH_S390X, pg_pack_s390x_check, pg_pack_s390x_add,
	 pg_pack_s390x_write, pg_pack_s390x_instruct},
};

static const struct steps *steps_of(uint32_t arch)
{
	for (size_t i = 0; i < sizeof(all_steps) / sizeof(all_steps[0]); i++)
		if (all_steps[i].arch == arch)
			return &all_steps[i];
	return NULL;
}

/* A kernel that cannot use memory below its own base gets nothing there. */
static enum pg_status add_window(struct packing *packing,
				 struct pg_error *error)
{
	uint64_t start = packing->options->window_start;
	uint64_t bytes = packing->options->window_bytes, base;

	if (packing->kernel.lowest_only &&
	    pg_align_up(start, packing->kernel.alignment, &base) &&
	    base - start < bytes) {
		bytes -= base - start;
		start = base;
	}
	return pg_plan_window(packing->plan, start, bytes, error);
}

static enum pg_status pack(struct packing *packing, const char *output_path,
			   struct pg_error *error)
{
	const struct pg_pack_options *options = packing->options;
	const struct steps *steps;
	enum pg_status status = PG_OK;

	if (options->kernel_read != NULL)
		packing->kernel = *options->kernel_read;
	else
		status = pg_kernel_read(options->kernel, &packing->kernel,
					error);
	if (status == PG_OK)
		status = pg_pack_uki(packing, error);
	if (status != PG_OK)
		return status;
	options = packing->options;
	steps = steps_of(packing->kernel.arch);
	if (steps == NULL)
		return pg_fail(error, PG_E_KERNEL_ARCH,
			       "kernel: is for %s, for which load makes images "
			       "on the machine itself, and pack none",
			       pg_arch_name(packing->kernel.arch));
	status = steps->check(packing, error);
	if (status == PG_OK)
		status = pg_initrds_measure(options->initrds,
					    options->initrd_count,
					    &packing->initrd.size, error);
	if (status != PG_OK)
		return status;
	packing->plan = pg_plan_new(packing->kernel.arch,
				    options->purgatory_elf, error);
	if (packing->plan == NULL)
		return error->status;
	pg_plan_policy(packing->plan,
		       options->policy == 0 ? PG_POLICY_STOP : options->policy);
	status = add_window(packing, error);
	if (status == PG_OK)
		status = add_linux(packing, error);
	if (status == PG_OK)
		status = steps->add(packing, error);
	if (status == PG_OK)
		status = pg_plan_place(packing->plan, error);
	if (status == PG_OK)
		status = steps->write(packing, error);
	if (status == PG_OK)
		status = steps->instruct(packing, error);
	if (status == PG_OK)
		status = pg_plan_stream(packing->plan, options, output_path,
					error);
	return status;
}

enum pg_status pg_pack(const struct pg_pack_options *options,
		       const char *output_path, struct pg_error *error)
{
	struct packing packing = {.options = options,
				  .command_line =
					  options->command_line == NULL
						  ? ""
						  : options->command_line};
	enum pg_status status = pack(&packing, output_path, error);

	pg_plan_free(packing.plan);
	if (options->kernel_read == NULL)
		pg_kernel_free(&packing.kernel);
	free(packing.dtb);
	free(packing.initrds);
	free(packing.line);
	free(packing.parameters);
	return status;
}
