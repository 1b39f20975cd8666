/* SPDX-License-Identifier: BSD-2-Clause */
/* An s390x kernel out of an image of pg_pack(), which holds it in two parts:
 * its first pages, with what it is told, and the rest. */
#include <stdlib.h>
#include <string.h>

#include "load/parts.h"
#include "pack/formats/s390_kernel.h"

enum pg_status pg_source_s390x(struct pg_source *source, struct pg_bytes head,
			       struct pg_bytes rest, struct pg_error *error)
{
	const size_t cmdline = PG_S390_CMDLINE - PG_S390_START;
	struct pg_bytes file = {NULL, PG_S390_START + head.size + rest.size};
	char *line;

	source->kernel_copy = calloc(1, file.size);
	if (!source->kernel_copy)
		return pg_fail(error, PG_E_NO_MEMORY, "image: out of memory");
	file.data = source->kernel_copy;
	memcpy(source->kernel_copy + PG_S390_START, head.data, head.size);
	memcpy(source->kernel_copy + PG_S390_START + head.size, rest.data,
	       rest.size);
	if (pg_kernel_read(file, &source->kernel, error) != PG_OK)
		return error->status;
	if (source->kernel.arch != PG_ARCH_S390X ||
	    source->kernel.head.size != head.size)
		return pg_fail(error, PG_E_CORRUPT,
			       "image: its kernel's first pages are %zu bytes, "
			       "and they say otherwise; pack it again",
			       head.size);
	line = strndup((const char *)head.data + cmdline, head.size - cmdline);
	if (!line)
		return pg_fail(error, PG_E_NO_MEMORY, "image: out of memory");
	free(source->command_line);
	source->command_line = line;
	return PG_OK;
}
