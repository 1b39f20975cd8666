/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"

static const char help[] =
	"Usage: purgatorio retrofit --kexec=PROGRAM -o FILE\n"
	"       purgatorio retrofit --restore --kexec=PROGRAM -o FILE\n"
	"Make a copy of an installed kexec with our purgatory inside; or, of "
	"such a\n"
	"copy, the original again. PROGRAM itself is not changed.\n"
	"\n"
	"  -k, --kexec=PROGRAM   the kexec to copy (/sbin/kexec)\n"
	"  -o, --output=FILE     the copy\n"
	"  -r, --restore         the original\n"
	"      --purgatory=FILE  another kexec-tools.ro\n"
	"  -h, --help\n";

#define OPT_PURGATORY 256

static const struct option options[] = {
	{"kexec", required_argument, NULL, 'k'},
	{"output", required_argument, NULL, 'o'},
	{"restore", no_argument, NULL, 'r'},
	{"purgatory", required_argument, NULL, OPT_PURGATORY},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

struct arguments {
	const char *kexec, *output, *purgatory;
	bool restore;
};

static bool same_file(const char *one, const char *other)
{
	struct stat first, second;

	return stat(one, &first) == 0 && stat(other, &second) == 0 &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

static enum pg_status retrofit(const struct arguments *arguments,
			       struct pg_bytes program, struct pg_error *error)
{
	struct pg_bytes object;
	uint32_t arch;
	bool big;
	enum pg_status status;

	if (arguments->restore)
		return pg_restore(program, arguments->output, error);
	status = pg_program_arch(program, &arch, &big, error);
	if (status == PG_OK)
		status = cli_map_part(arguments->purgatory, arch,
				      big && arch == PG_ARCH_PPC64
					      ? "kexec-tools-be.ro"
					      : "kexec-tools.ro",
				      &object, error);
	if (status != PG_OK)
		return status;
	status = pg_retrofit(program, object, arguments->output, error);
	pg_file_unmap(&object);
	return status;
}

static int run(const struct arguments *arguments)
{
	struct pg_bytes program;
	struct pg_error error;
	enum pg_status status;

	/* Whoever wants that has a running system to lose. */
	if (same_file(arguments->kexec, arguments->output))
		return cli_usage("retrofit",
				 "%s would be replaced by its own copy; name "
				 "another output, try it, then install it",
				 arguments->output);
	status = cli_map(arguments->kexec, &program, &error);
	if (status == PG_OK) {
		status = retrofit(arguments, program, &error);
		pg_file_unmap(&program);
	}
	return status == PG_OK ? cli_print("") : cli_fail(&error);
}

int cli_retrofit(int argc, char **argv)
{
	struct arguments arguments = {.kexec = NULL};
	int option;

	while ((option = getopt_long(argc, argv, ":k:o:rh", options, NULL)) !=
	       -1) {
		switch (option) {
		case 'h':
			return cli_print(help);
		case 'k':
			arguments.kexec = optarg;
			break;
		case 'o':
			arguments.output = optarg;
			break;
		case 'r':
			arguments.restore = true;
			break;
		case OPT_PURGATORY:
			arguments.purgatory = optarg;
			break;
		default:
			return cli_bad_option("retrofit", argv, option);
		}
	}
	if (optind != argc)
		return cli_usage("retrofit",
				 "%s: name the program with "
				 "--kexec",
				 argv[optind]);
	if (arguments.kexec == NULL)
		return cli_usage("retrofit",
				 "no program; give --kexec=/sbin/kexec");
	if (arguments.output == NULL)
		return cli_usage("retrofit", "no output; give -o FILE");
	return run(&arguments);
}
