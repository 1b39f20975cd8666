/* SPDX-License-Identifier: BSD-2-Clause */
/* What an EFI program holds beside its kernel goes before what the options
 * say, as in load/source_uki.c; in an image it is one initrd. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pack/formats/uki.h"
#include "pack/packing.h"

static enum pg_status out_of_memory(struct pg_error *error)
{
	return pg_fail(error, PG_E_NO_MEMORY, "pack: out of memory");
}

static enum pg_status add_initrds(struct packing *packing,
				  const struct pg_uki *uki,
				  struct pg_error *error)
{
	struct pg_pack_options *merged = &packing->merged;
	size_t count = 0;

	packing->initrds = calloc(merged->initrd_count + PG_UKI_INITRDS_MAX + 1,
				  sizeof(*packing->initrds));
	if (packing->initrds == NULL)
		return out_of_memory(error);
	if (uki->ucode.size != 0)
		packing->initrds[count++] = uki->ucode;
	for (size_t i = 0; i < uki->initrd_count; i++)
		packing->initrds[count++] = uki->initrds[i];
	for (size_t i = 0; i < merged->initrd_count; i++)
		packing->initrds[count++] = merged->initrds[i];
	merged->initrds = packing->initrds;
	merged->initrd_count = count;
	return PG_OK;
}

static enum pg_status add_line(struct packing *packing,
			       const struct pg_uki *uki, struct pg_error *error)
{
	char *first = pg_uki_line(uki->cmdline);
	const char *second = packing->command_line;
	int bytes = -1;

	if (first != NULL)
		bytes = asprintf(&packing->line, "%s%s%s", first,
				 *first != '\0' && *second != '\0' ? " " : "",
				 second);
	free(first);
	if (bytes < 0) {
		packing->line = NULL;
		return out_of_memory(error);
	}
	packing->command_line = packing->line;
	packing->merged.command_line = packing->line;
	return PG_OK;
}

enum pg_status pg_pack_uki(struct packing *packing, struct pg_error *error)
{
	enum pg_status status;
	struct pg_uki uki;

	if (!pg_uki_recognise(packing->options->kernel))
		return PG_OK;
	status = pg_uki_read(packing->options->kernel, &uki, error);
	if (status != PG_OK)
		return status;
	packing->merged = *packing->options;
	packing->options = &packing->merged;
	/* Other machines have other ways to describe themselves. */
	if (packing->merged.dtb.size == 0 &&
	    packing->kernel.arch == PG_ARCH_ARM64)
		packing->merged.dtb = uki.dtb;
	status = add_initrds(packing, &uki, error);
	if (status == PG_OK)
		status = add_line(packing, &uki, error);
	return status;
}
