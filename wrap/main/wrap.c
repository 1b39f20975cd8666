/* SPDX-License-Identifier: BSD-2-Clause */
/* The build's tool: wrap --for LOADER -o OBJECT LINKED [--big-endian]. Lints
 * what it made. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "purgatorio/purgatorio.h"

static int fail(const char *path, const struct pg_error *error)
{
	fprintf(stderr, "wrap: %s: %s\n", path, error->text);
	return 1;
}

static int wrap(const char *name, bool big_endian, const char *output,
		const char *path)
{
	const enum pg_loader loader = strcmp(name, "linux") == 0
					      ? PG_LOADER_LINUX
					      : PG_LOADER_KEXEC_TOOLS;
	struct pg_bytes linked, object;
	struct pg_error error;
	size_t findings;

	if (pg_file_map(path, &linked, &error) != PG_OK ||
	    pg_wrap(linked, loader, big_endian, output, &error) != PG_OK ||
	    pg_file_map(output, &object, &error) != PG_OK)
		return fail(path, &error);
	if (pg_lint(object, loader, stderr, &findings, &error) != PG_OK)
		return fail(output, &error);
	if (findings != 0)
		unlink(output);
	return findings != 0;
}

int main(int argc, char **argv)
{
	const bool big = argc == 7 && strcmp(argv[6], "--big-endian") == 0;

	if ((argc != 6 && !big) || strcmp(argv[1], "--for") != 0 ||
	    strcmp(argv[3], "-o") != 0) {
		fprintf(stderr, "usage: wrap --for kexec-tools|linux "
				"-o OBJECT LINKED [--big-endian]\n");
		return 2;
	}
	return wrap(argv[2], big, argv[4], argv[5]);
}
