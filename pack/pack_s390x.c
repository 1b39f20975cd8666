/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pg_pack() does for s390x: the kernel's own first pages tell it all
 * that it must know. A window at 0 is for a kernel that is entered where it
 * lies, any other is a crash region, which the purgatory exchanges with the
 * memory at 0.
 */
#include <stdlib.h>

#include "pack/formats/s390_kernel.h"
#include "pack/image/image_note.h"
#include "pack/packing.h"
#include "purgatorio/byteorder.h"

#define IPL_PSW	      0x00080000u /* the bit that such a PSW has to have */
#define IPL_PSW_31BIT 0x80000000u
#define IPL_HIGHEST   0x7fffffffu

static bool swaps(const struct packing *packing)
{
	return packing->options->window_start != 0;
}

enum pg_status pg_pack_s390x_check(struct packing *packing,
				   struct pg_error *error)
{
	const struct pg_pack_options *options = packing->options;

	if (options->dtb.size != 0)
		return pg_fail(error, PG_E_USAGE,
			       "device tree: an s390x kernel takes none; "
			       "leave --dtb out");
	if (options->backup_bytes != 0)
		return pg_fail(error, PG_E_USAGE,
			       "backup: an s390x kernel changes places with "
			       "the memory that it needs; leave --backup out");
	if (swaps(packing) && options->window_start < options->window_bytes)
		return pg_fail(error, PG_E_OVERLAP,
			       "memory window: 0x%llx bytes at 0x%llx cannot "
			       "change places with as many at 0; give a higher "
			       "one, or one that begins at 0",
			       (unsigned long long)options->window_bytes,
			       (unsigned long long)options->window_start);
	return PG_OK;
}

enum pg_status pg_pack_s390x_add(struct packing *packing,
				 struct pg_error *error)
{
	const uint64_t base = packing->options->window_start;
	const struct pg_part_spec lowcore = {
		.name = "lowcore",
		.memory_bytes = PG_S390_START,
		.flags = PG_SPEC_FIXED | PG_SPEC_NO_VERIFY | PG_SPEC_RESERVED,
		.fixed = base};
	const struct pg_part_spec parameters = {
		.name = "parameters",
		.kind = PG_PART_BOOTPARAMS,
		.memory_bytes = packing->kernel.head.size,
		.flags = PG_SPEC_FIXED,
		.fixed = base + PG_S390_START};
	enum pg_status status = pg_plan_part(packing->plan, &lowcore,
					     &packing->lowcore_part, error);

	if (status != PG_OK)
		return status;
	return pg_plan_part(packing->plan, &parameters,
			    &packing->boot_params_part, error);
}

/* With what lies at 0 when it is done, an IPL goes on (PoP chapter 17, "Initial
 * Program Loading"): a PSW of 8 bytes, for 31-bit mode. The memory that it is
 * in belongs to the machine, which may change it before we look. */
static enum pg_status write_ipl_psw(struct packing *packing,
				    struct pg_error *error)
{
	const uint64_t entry =
		pg_plan_purgatory(packing->plan) + IMAGE_S390X_ONCE;

	if (entry > IPL_HIGHEST)
		return pg_fail(error, PG_E_LIMIT,
			       "purgatory: 0x%llx is above 2 GiB, where an "
			       "IPL cannot enter it; give a smaller window",
			       (unsigned long long)entry);
	pg_store_be32(packing->ipl_psw, IPL_PSW);
	pg_store_be32(packing->ipl_psw + 4, IPL_PSW_31BIT | (uint32_t)entry);
	return pg_plan_content(
		packing->plan, packing->lowcore_part,
		(struct pg_bytes){packing->ipl_psw, sizeof(packing->ipl_psw)},
		error);
}

enum pg_status pg_pack_s390x_write(struct packing *packing,
				   struct pg_error *error)
{
	const uint64_t base = packing->options->window_start;
	const struct pg_kernel *kernel = &packing->kernel;
	struct pg_s390_parameters in = {.command_line = packing->command_line};
	struct pg_bytes content = {NULL, kernel->head.size};
	enum pg_status status;

	if (swaps(packing))
		in.oldmem =
			(struct pg_span){base, packing->options->window_bytes};
	if (packing->initrd.size != 0)
		in.initrd = (struct pg_span){
			pg_plan_address(packing->plan, packing->initrd_part) -
				base,
			packing->initrd.size};
	packing->parameters = malloc(kernel->head.size);
	if (packing->parameters == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "parameters: out of memory");
	content.data = packing->parameters;
	status = pg_s390_parameters(kernel, &in, packing->parameters, error);
	if (status == PG_OK && !swaps(packing))
		status = write_ipl_psw(packing, error);
	if (status != PG_OK)
		return status;
	return pg_plan_content(packing->plan, packing->boot_params_part,
			       content, error);
}

enum pg_status pg_pack_s390x_instruct(struct packing *packing,
				      struct pg_error *error)
{
	const struct pg_pack_options *options = packing->options;
	const struct pg_handoff handoff = {
		.protocol = PG_HANDOFF_LINUX_S390X,
		.entry = swaps(packing) ? PG_S390_KDUMP : PG_S390_NORMAL};
	const struct pg_console sclp = {.kind = PG_CONSOLE_SCLP};

	(void)error;
	pg_plan_handoff(packing->plan, &handoff);
	pg_plan_console(packing->plan, options->console.kind == PG_CONSOLE_NONE
					       ? &sclp
					       : &options->console);
	pg_plan_reset(packing->plan, &options->reset);
	if (swaps(packing))
		pg_plan_swap(packing->plan, options->window_start,
			     options->window_bytes);
	return PG_OK;
}
