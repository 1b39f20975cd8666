/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture image, or a unified kernel image, in the kernel's place: what the
 * options leave open is taken from it. So one part is replaced by naming the
 * new one.
 */
#include <stdlib.h>
#include <string.h>

#include "pack/capture/capture.h"
#include "pack/formats/uki.h"
#include "pack/sections.h"

/* The section as a string, in malloc(3) memory; NULL: there is none, or no
 * memory for it. */
static char *string_of(const struct pg_sections *sections, const char *name)
{
	struct pg_bytes content;

	if (!pg_section_find(sections, name, &content))
		return NULL;
	return strndup((const char *)content.data, content.size);
}

/* What the manifest of an image of ours says, and who damaged it may not. */
static enum pg_status from_image(struct pg_capture_options *options,
				 struct pg_error *error)
{
	struct pg_image *image = pg_image_read(options->pack.kernel, error);
	const struct pg_manifest *m;
	enum pg_status status;

	if (image == NULL)
		return error->status;
	status = pg_image_verify(image, error);
	m = pg_image_manifest(image);
	if (options->pack.console.kind == PG_CONSOLE_NONE)
		options->pack.console = m->console;
	if (options->pack.reset.kind == PG_RESET_ARCH)
		options->pack.reset = m->reset;
	if (options->pack.policy == 0)
		options->pack.policy = m->policy;
	options->flags |= m->handoff.args[3];
	pg_image_free(image);
	return status;
}

enum pg_status pg_capture_from(struct pg_capture *capture,
			       struct pg_error *error)
{
	struct pg_capture_options *options = &capture->merged;
	const struct pg_bytes file = options->pack.kernel;
	enum pg_status status = PG_OK;
	struct pg_sections sections;

	if (!pg_uki_recognise(file))
		return PG_OK;
	if (pg_capture_recognise(file))
		status = from_image(options, error);
	if (status == PG_OK)
		status = pg_uki_read(file, &capture->uki, error);
	if (status == PG_OK)
		status = pg_sections_open(file, &sections, error);
	if (status != PG_OK)
		return status;
	if (options->pack.command_line == NULL && capture->uki.cmdline.size) {
		capture->line = pg_uki_line(capture->uki.cmdline);
		options->pack.command_line = capture->line;
	}
	if (options->uname == NULL) {
		capture->uname = string_of(&sections, ".uname");
		options->uname = capture->uname;
	}
	if (options->os_release.size == 0)
		(void)pg_section_find(&sections, ".osrel",
				      &options->os_release);
	if (options->microcode.size == 0)
		options->microcode = capture->uki.ucode;
	if (options->pack.initrd_count == 0) {
		options->pack.initrds = capture->uki.initrds;
		options->pack.initrd_count = capture->uki.initrd_count;
	}
	return PG_OK;
}
