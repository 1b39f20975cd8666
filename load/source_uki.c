/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an EFI program holds beside its kernel, as systemd-stub would hand it
 * on: microcode before the initrds, the command line, the device tree. What
 * the options say comes behind it: their words win over equal ones before
 * them, and so do the files of their initrds.
 */
#include <stdio.h>
#include <stdlib.h>

#include "load/parts.h"
#include "pack/capture/capture.h"

/* A capture image has digests from the host that packed it. */
static enum pg_status verify(struct pg_bytes file, struct pg_source *source,
			     struct pg_error *error)
{
	if (!pg_capture_recognise(file))
		return PG_OK;
	source->image = pg_image_read(file, error);
	if (source->image == NULL)
		return error->status;
	return pg_image_verify(source->image, error);
}

enum pg_status pg_source_uki(const struct pg_load_options *options,
			     struct pg_source *source, struct pg_error *error)
{
	struct pg_uki uki;
	char *line;

	if (verify(options->kernel, source, error) != PG_OK)
		return error->status;
	if (pg_uki_read(options->kernel, &uki, error) != PG_OK)
		return error->status;
	line = pg_uki_line(uki.cmdline);
	if (line == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "command line: out of memory");
	free(source->command_line);
	source->command_line = line;
	source->dtb = uki.dtb;
	pg_source_initrd(source, "ucode", uki.ucode);
	for (size_t i = 0; i < uki.initrd_count; i++) {
		char name[24] = "initrd";

		if (uki.initrd_count > 1)
			snprintf(name, sizeof(name), "initrd-%u",
				 (unsigned)i + 1);
		pg_source_initrd(source, name, uki.initrds[i]);
	}
	return PG_OK;
}
