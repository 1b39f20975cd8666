/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "cli/cli.h"

static const char help[] =
	"Usage: purgatorio inspect [OPTION]... IMAGE\n"
	"Show what is in an image: segments, parts and ranges with their\n"
	"SHA-256 digests, and a memory map. Nothing is computed: see\n"
	"purgatorio verify.\n"
	"\n"
	"  -j, --json   one JSON object\n"
	"  -h, --help\n";

static const struct option options[] = {
	{"json", no_argument, NULL, 'j'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static enum pg_status show(struct pg_bytes file, bool json,
			   struct pg_error *error)
{
	struct pg_image *image = pg_image_read(file, error);
	enum pg_status status;

	if (image == NULL)
		return error->status;
	status = json ? pg_image_print_json(image, stdout, error)
		      : pg_image_print(image, stdout, error);
	pg_image_free(image);
	return status;
}

int cli_inspect(int argc, char **argv)
{
	struct pg_bytes file;
	struct pg_error error;
	enum pg_status status;
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, ":jh", options, NULL)) != -1) {
		if (option == 'h')
			return cli_print(help);
		if (option != 'j')
			return cli_bad_option("inspect", argv, option);
		json = true;
	}
	if (argc - optind != 1)
		return cli_usage("inspect", "name one image");
	if (cli_map(argv[optind], &file, &error) != PG_OK)
		return cli_fail(&error);
	status = show(file, json, &error);
	pg_file_unmap(&file);
	return status == PG_OK ? CLI_OK : cli_fail(&error);
}
