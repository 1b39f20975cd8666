/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "cli/cli.h"

static const char help[] = "Usage: purgatorio verify [OPTION]... IMAGE...\n"
			   "Compute every digest of each image, as the "
			   "purgatory will, and compare\n"
			   "it with the image's.\n"
			   "\n"
			   "  -q, --quiet   say nothing about what is right\n"
			   "  -h, --help\n";

static const struct option options[] = {
	{"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static enum pg_status verify(const char *path, bool quiet,
			     struct pg_error *error)
{
	struct pg_image *image;
	struct pg_bytes file;
	enum pg_status status = cli_map(path, &file, error);

	if (status != PG_OK)
		return status;
	image = pg_image_read(file, error);
	status = image == NULL ? error->status : pg_image_verify(image, error);
	if (status == PG_OK && !quiet)
		printf("%s: %zu parts in %zu ranges are right\n", path,
		       pg_image_part_count(image), pg_image_range_count(image));
	pg_image_free(image);
	pg_file_unmap(&file);
	return status;
}

int cli_verify(int argc, char **argv)
{
	struct pg_error error;
	int result = CLI_OK;
	bool quiet = false;
	int option;

	while ((option = getopt_long(argc, argv, ":qh", options, NULL)) != -1) {
		if (option == 'h')
			return cli_print(help);
		if (option != 'q')
			return cli_bad_option("verify", argv, option);
		quiet = true;
	}
	if (optind == argc)
		return cli_usage("verify", "name at least one image");
	for (int i = optind; i < argc; i++) {
		if (verify(argv[i], quiet, &error) != PG_OK) {
			fflush(stdout);
			result = cli_fail(&error);
		}
	}
	return result == CLI_OK ? cli_print("") : result;
}
