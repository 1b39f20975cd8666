/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "cli/cli.h"

static const char help[] =
	"Usage: purgatorio load -p [OPTION]... KERNEL\n"
	"       purgatorio load -l [OPTION]... KERNEL\n"
	"       purgatorio load -u [-p] | -e | -S\n"
	"Load a kernel, or an image of `purgatorio pack`, into the running\n"
	"kernel.\n"
	"\n"
	"  -p, --load-panic      load KERNEL to be entered on a panic\n"
	"  -l, --load            load KERNEL to be entered by -e\n"
	"  -u, --unload          unload; with -p: the kernel for a panic\n"
	"  -e, --exec            enter what -l loaded, now\n"
	"  -S, --status          say what is loaded\n"
	"\n"
	"      --initrd=FILE     may be repeated (--ramdisk is the same)\n"
	"      --append=TEXT     the command line (--command-line is the "
	"same)\n"
	"      --reuse-cmdline   begin it with the running kernel's\n"
	"      --console=CONSOLE where the purgatory speaks: none,\n"
	"                        ttyS0[,115200], 8250,port,0x3f8[,BAUD],\n"
	"                        8250,mmio,ADDRESS[,BAUD[,STRIDE]],\n"
	"                        pl011,ADDRESS or sbsa,ADDRESS; default: the\n"
	"                        serial console of the command line, or the\n"
	"                        machine's\n"
	"      --dtb=FILE        arm64: instead of this kernel's device tree\n"
	"      --on-mismatch=WHAT  stop (default), reset or boot\n"
	"      --purgatory=FILE  another purgatory.elf\n"
	"  -n, --dry-run         plan and check everything, load nothing\n"
	"  -d, --debug           show the layout\n"
	"  -c, --kexec-syscall   what it does anyway\n"
	"  -h, --help\n";

enum {
	OPT_INITRD = 256,
	OPT_APPEND,
	OPT_REUSE,
	OPT_CONSOLE,
	OPT_MISMATCH,
	OPT_PURGATORY,
	OPT_DTB,
};

static const struct option options[] = {
	{"load-panic", no_argument, NULL, 'p'},
	{"load", no_argument, NULL, 'l'},
	{"unload", no_argument, NULL, 'u'},
	{"exec", no_argument, NULL, 'e'},
	{"status", no_argument, NULL, 'S'},
	{"initrd", required_argument, NULL, OPT_INITRD},
	{"ramdisk", required_argument, NULL, OPT_INITRD},
	{"append", required_argument, NULL, OPT_APPEND},
	{"command-line", required_argument, NULL, OPT_APPEND},
	{"reuse-cmdline", no_argument, NULL, OPT_REUSE},
	{"console", required_argument, NULL, OPT_CONSOLE},
	{"on-mismatch", required_argument, NULL, OPT_MISMATCH},
	{"purgatory", required_argument, NULL, OPT_PURGATORY},
	{"dtb", required_argument, NULL, OPT_DTB},
	{"dry-run", no_argument, NULL, 'n'},
	{"debug", no_argument, NULL, 'd'},
	{"kexec-syscall", no_argument, NULL, 'c'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

struct arguments {
	struct pg_load_options load;
	struct pg_console console;
	struct cli_files initrds;
	const char *purgatory;
	bool panic, normal, unload, execute, status;
};

static enum pg_status take(int option, struct arguments *arguments,
			   struct pg_error *error)
{
	struct pg_load_options *load = &arguments->load;

	switch (option) {
	case 'p':
		arguments->panic = true;
		return PG_OK;
	case 'l':
		arguments->normal = true;
		return PG_OK;
	case 'u':
		arguments->unload = true;
		return PG_OK;
	case 'e':
		arguments->execute = true;
		return PG_OK;
	case 'S':
		arguments->status = true;
		return PG_OK;
	case 'n':
		load->dry_run = true;
		return PG_OK;
	case 'd':
		load->debug = stdout;
		return PG_OK;
	case 'c':
		return PG_OK;
	case OPT_INITRD:
		return cli_files_add(&arguments->initrds, optarg, error);
	case OPT_APPEND:
		load->command_line = optarg;
		return PG_OK;
	case OPT_REUSE:
		load->reuse_command_line = true;
		return PG_OK;
	case OPT_CONSOLE:
		load->console = &arguments->console;
		return cli_parse_console(optarg, &arguments->console, error);
	case OPT_DTB:
		pg_file_unmap(&load->dtb);
		return cli_map(optarg, &load->dtb, error);
	case OPT_MISMATCH:
		return cli_parse_policy(optarg, &load->policy, error);
	default:
		arguments->purgatory = optarg;
		return PG_OK;
	}
}

/* Which one thing is to be done? False: not one. */
static bool choose_action(struct arguments *arguments)
{
	const bool panic = arguments->panic, normal = arguments->normal;

	if (arguments->unload + arguments->execute + arguments->status > 1)
		return false;
	if (arguments->unload) {
		arguments->load.action =
			panic ? PG_LOAD_UNLOAD_CRASH : PG_LOAD_UNLOAD;
		return !normal;
	}
	if (arguments->execute) {
		arguments->load.action = PG_LOAD_EXECUTE;
		return !panic && !normal;
	}
	arguments->load.action = panic ? PG_LOAD_CRASH : PG_LOAD_NORMAL;
	return arguments->status || panic != normal;
}

static enum pg_status load(struct arguments *arguments, const char *kernel,
			   struct pg_error *error)
{
	struct pg_load_options *request = &arguments->load;
	enum pg_status status = PG_OK;

	request->drop_privileges = true;
	if (kernel) {
		request->initrds = arguments->initrds.bytes;
		request->initrd_count = arguments->initrds.count;
		status = cli_map(kernel, &request->kernel, error);
		if (status == PG_OK)
			status = cli_map_purgatory(
				arguments->purgatory, pg_host_arch(),
				&request->purgatory_elf, error);
	}
	if (status == PG_OK)
		status = pg_load(request, error);
	pg_file_unmap(&request->dtb);
	pg_file_unmap(&request->kernel);
	pg_file_unmap(&request->purgatory_elf);
	return status;
}

static int show_status(void)
{
	struct pg_load_state state;
	struct pg_error error;
	char text[200];

	if (pg_load_query(NULL, &state, &error) != PG_OK)
		return cli_fail(&error);
	snprintf(text, sizeof(text),
		 "for a panic: %s, %llu MiB reserved\n"
		 "for --exec:  %s\n",
		 state.crash_loaded ? "loaded" : "nothing loaded",
		 (unsigned long long)(state.crash_bytes >> 20),
		 state.normal_loaded ? "loaded" : "nothing loaded");
	return cli_print(text);
}

static int run(struct arguments *arguments, int count, char **names)
{
	const bool loads = !arguments->unload && !arguments->execute;
	struct pg_error error;

	if (!choose_action(arguments))
		return cli_usage("load",
				 "give one of -p, -l, -u, -u -p, -e, -S");
	if (arguments->status)
		return count == 0 ? show_status()
				  : cli_usage("load", "-S takes no file");
	if (loads && count != 1)
		return cli_usage("load", "%s",
				 count == 0 ? "no kernel was named"
					    : "more than one kernel");
	if (!loads && count != 0)
		return cli_usage("load", "%s takes no file",
				 arguments->unload ? "-u" : "-e");
	if (load(arguments, loads ? names[0] : NULL, &error) != PG_OK)
		return cli_fail(&error);
	return arguments->load.debug ? cli_print("") : CLI_OK;
}

int cli_load(int argc, char **argv)
{
	struct arguments arguments = {.purgatory = NULL};
	struct pg_error error;
	int option, result = -1;

	while (result < 0 && (option = getopt_long(argc, argv, ":pluecSndh",
						   options, NULL)) != -1) {
		if (option == 'h')
			result = cli_print(help);
		else if (option == '?' || option == ':')
			result = cli_bad_option("load", argv, option);
		else if (take(option, &arguments, &error) != PG_OK)
			result = cli_fail(&error);
	}
	if (result < 0)
		result = run(&arguments, argc - optind, argv + optind);
	cli_files_free(&arguments.initrds);
	return result;
}
