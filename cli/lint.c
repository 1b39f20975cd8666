/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static const char help[] =
	"Usage: purgatorio lint --for=LOADER FILE...\n"
	"Check purgatory objects, ours or not, against what a loader demands, "
	"and say\n"
	"what would fail and why. FILE is an object (purgatory.ro) or a "
	"program that\n"
	"embeds one (kexec).\n"
	"\n"
	"  -f, --for=LOADER  kexec-tools, or linux for kexec_file_load(2)\n"
	"  -h, --help\n";

static const struct option options[] = {
	{"for", required_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static enum pg_status lint(const char *path, enum pg_loader loader,
			   size_t *findings, struct pg_error *error)
{
	struct pg_bytes file, object;
	enum pg_status status = cli_map(path, &file, error);

	if (status != PG_OK)
		return status;
	status = pg_object_in(file, &object, error);
	if (status == PG_OK) {
		status = pg_lint(object, loader, stdout, findings, error);
		if (object.data != file.data)
			free((void *)(uintptr_t)object.data);
	}
	pg_file_unmap(&file);
	return status;
}

static int lint_all(char **paths, enum pg_loader loader)
{
	struct pg_error error;
	int result = CLI_OK;

	for (; *paths != NULL; paths++) {
		size_t findings = 0;

		if (lint(*paths, loader, &findings, &error) != PG_OK) {
			fflush(stdout);
			result = cli_fail(&error);
		} else if (findings != 0) {
			fflush(stdout);
			fprintf(stderr,
				"purgatorio: %s: %zu reason%s why the loader "
				"would fail\n",
				*paths, findings, findings == 1 ? "" : "s");
			result = CLI_FAILED;
		}
	}
	return result == CLI_OK ? cli_print("") : result;
}

bool cli_parse_loader(const char *text, enum pg_loader *out)
{
	if (strcmp(text, "kexec-tools") == 0)
		*out = PG_LOADER_KEXEC_TOOLS;
	else if (strcmp(text, "linux") == 0)
		*out = PG_LOADER_LINUX;
	else
		return false;
	return true;
}

int cli_lint(int argc, char **argv)
{
	enum pg_loader loader = 0;
	int option;

	while ((option = getopt_long(argc, argv, ":f:h", options, NULL)) !=
	       -1) {
		if (option == 'h')
			return cli_print(help);
		if (option != 'f')
			return cli_bad_option("lint", argv, option);
		if (!cli_parse_loader(optarg, &loader))
			return cli_usage("lint",
					 "no loader '%s': kexec-tools or linux",
					 optarg);
	}
	if (loader == 0)
		return cli_usage("lint", "no loader; give --for=kexec-tools "
					 "or --for=linux");
	if (optind == argc)
		return cli_usage("lint", "name at least one object");
	return lint_all(argv + optind, loader);
}
