/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
	{.name = "pack", .run = cli_pack},
	{.name = "inspect", .run = cli_inspect},
	{.name = "verify", .run = cli_verify},
	{.name = "load", .run = cli_load},
	{.name = "log", .run = cli_log},
	{.name = "lint", .run = cli_lint},
	{.name = "retrofit", .run = cli_retrofit},
};

static const char help[] =
	"Usage: purgatorio COMMAND [OPTION]...\n"
	"Prepare the code that runs between two kernels.\n"
	"\n"
	"  pack      make one self-verifying image of kernel, initrd and\n"
	"            command line\n"
	"  inspect   show what is in an image\n"
	"  verify    compute every digest of an image\n"
	"  load      load a kernel or an image into the running kernel\n"
	"  log       show what the purgatory did before this kernel\n"
	"  lint      would kexec or Linux take this purgatory?\n"
	"  retrofit  put ours into a copy of an installed kexec\n"
	"\n"
	"  -h, --help     this text; purgatorio COMMAND --help: a command's\n"
	"  -V, --version  the release\n"
	"\n"
	"Exit status: 0 done, 1 failed, 2 called wrongly.\n";

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	opterr = 0;
	cli_catch_faults();
	if (name == NULL) {
		fprintf(stderr, "purgatorio: no command; see purgatorio "
				"--help\n");
		return CLI_USAGE;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return cli_print(help);
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		return cli_print("purgatorio " PURGATORIO_VERSION "\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "purgatorio: no command '%s'; see purgatorio --help\n",
		name);
	return CLI_USAGE;
}
