/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"

static const char help[] =
	"Usage: purgatorio log [--json] [VMCORE]\n"
	"Show what the purgatory did before this kernel was entered, and how\n"
	"long each step took. VMCORE is an ELF core, /proc/vmcore by "
	"default.\n"
	"\n"
	"  -j, --json\n"
	"  -h, --help\n";

static const struct option options[] = {
	{"json", no_argument, NULL, 'j'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static int show(const char *path, bool json)
{
	struct pg_log *log = NULL;
	struct pg_error error;
	enum pg_status status;
	size_t bytes = 0;

	status = pg_log_read(path, &log, &bytes, &error);
	if (status == PG_OK)
		status = (json ? pg_log_print_json
			       : pg_log_print)(log, bytes, stdout, &error);
	free(log);
	return status == PG_OK ? CLI_OK : cli_fail(&error);
}

int cli_log(int argc, char **argv)
{
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, ":jh", options, NULL)) != -1) {
		if (option == 'h')
			return cli_print(help);
		if (option != 'j')
			return cli_bad_option("log", argv, option);
		json = true;
	}
	if (argc - optind > 1)
		return cli_usage("log", "more than one VMCORE");
	return show(argc == optind ? "/proc/vmcore" : argv[optind], json);
}
