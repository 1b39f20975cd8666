/* SPDX-License-Identifier: BSD-2-Clause */
/* How subcommands speak and which files they take. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

int cli_fail(const struct pg_error *error)
{
	fprintf(stderr, "purgatorio: %s [%s]\n", error->text,
		pg_status_name(error->status));
	return error->status == PG_E_USAGE ? CLI_USAGE : CLI_FAILED;
}

int cli_usage(const char *command, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "purgatorio %s: ", command);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "; see purgatorio %s --help\n", command);
	return CLI_USAGE;
}

int cli_bad_option(const char *command, char **argv, int result)
{
	/* getopt_long() leaves the letter of a short option in optopt, and 0
	 * or a long option's value there otherwise. */
	if (optopt > ' ' && optopt <= '~' &&
	    strncmp(argv[optind - 1], "--", 2) != 0)
		return cli_usage(command,
				 result == ':' ? "option -%c needs an argument"
					       : "unknown option -%c",
				 optopt);
	return cli_usage(command,
			 result == ':' ? "option %s needs an argument"
				       : "option %s is unknown, ambiguous or "
					 "takes no argument",
			 argv[optind - 1]);
}

int cli_print(const char *text)
{
	fputs(text, stdout);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return CLI_OK;
	fprintf(stderr, "purgatorio: cannot write: %s\n", strerror(errno));
	return CLI_FAILED;
}

static const char *arch_name(uint32_t arch)
{
	static const char *const names[] = {[PG_ARCH_X86_64] = "x86_64",
					    [PG_ARCH_ARM64] = "arm64",
					    [PG_ARCH_PPC64] = "ppc64",
					    [PG_ARCH_S390X] = "s390x"};

	return arch < sizeof(names) / sizeof(*names) && names[arch] != NULL
		       ? names[arch]
		       : "unknown";
}

/* The folder of this program, without the slash. False: unknown. */
static bool own_folder(char out[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", out, PATH_MAX - 1);
	char *slash;

	if (length <= 0)
		return false;
	out[length] = '\0';
	slash = strrchr(out, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	return true;
}

enum pg_status cli_map_part(const char *given, uint32_t arch, const char *file,
			    struct pg_bytes *out, struct pg_error *error)
{
	/* bin/purgatorio, or build/host/purgatorio. */
	static const char *const folders[] = {"../lib/purgatorio", ".."};
	const char *libdir = getenv("PURGATORIO_LIBDIR");
	char folder[PATH_MAX], path[2 * PATH_MAX];

	if (given != NULL)
		return cli_map(given, out, error);
	if (libdir != NULL && *libdir != '\0') {
		snprintf(path, sizeof(path), "%s/%s/%s", libdir,
			 arch_name(arch), file);
		return cli_map(path, out, error);
	}
	if (!own_folder(folder))
		return pg_fail(error, PG_E_IO,
			       "%s: /proc/self/exe is unreadable; "
			       "name it with --purgatory",
			       file);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, sizeof(path), "%s/%s/%s/%s", folder, folders[i],
			 arch_name(arch), file);
		if (access(path, F_OK) == 0)
			return cli_map(path, out, error);
	}
	return pg_fail(error, PG_E_IO,
		       "%s for %s: not in %s/../lib/purgatorio; name "
		       "it with --purgatory or set PURGATORIO_LIBDIR",
		       file, arch_name(arch), folder);
}

enum pg_status cli_map_purgatory(const char *given, uint32_t arch,
				 struct pg_bytes *out, struct pg_error *error)
{
	return cli_map_part(given, arch, "purgatory.elf", out, error);
}

enum pg_status cli_files_add(struct cli_files *files, const char *path,
			     struct pg_error *error)
{
	const size_t count = files->count + 1;
	struct pg_file *grown =
		reallocarray(files->files, count, sizeof(*grown));
	struct pg_bytes *bytes;
	enum pg_status status;

	if (grown != NULL)
		files->files = grown;
	bytes = reallocarray(files->bytes, count, sizeof(*bytes));
	if (bytes != NULL)
		files->bytes = bytes;
	if (grown == NULL || bytes == NULL)
		return pg_fail(error, PG_E_NO_MEMORY, "%s: out of memory",
			       path);
	status = pg_file_open(path, &grown[files->count], error);
	if (status == PG_OK) {
		bytes[files->count] = grown[files->count].bytes;
		files->count = count;
	}
	return status;
}

void cli_files_free(struct cli_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		pg_file_close(&files->files[i]);
	free(files->files);
	free(files->bytes);
	*files = (struct cli_files){NULL, NULL, 0};
}
