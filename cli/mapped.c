/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files are read where they are mapped (mmap(2)). What was behind the end of a
 * file that somebody cut short meanwhile, or on a disk that failed, is no
 * memory any more: SIGBUS. Said in one line that names the file.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

/* Kernel, purgatory, stub, device tree, and initrds beyond counting. */
#define MAPPED_MAX 64

static struct {
	const char *path;
	struct pg_bytes bytes;
} mapped[MAPPED_MAX];
static volatile sig_atomic_t mapped_count;

static void say(const char *text)
{
	const ssize_t written = write(STDERR_FILENO, text, strlen(text));

	(void)written; /* there is nobody else to tell */
}

/* Nothing but what signal-safety(7) allows. */
static void cut_short(int signal, siginfo_t *info, void *context)
{
	const uint8_t *at = info->si_addr;
	const char *path = "a file";

	(void)signal;
	(void)context;
	for (int i = 0; i < mapped_count; i++)
		if (at >= mapped[i].bytes.data &&
		    (size_t)(at - mapped[i].bytes.data) < mapped[i].bytes.size)
			path = mapped[i].path;
	say("purgatorio: ");
	say(path);
	say(": became shorter or unreadable while it was read; try again when "
	    "nobody writes to it [E_IO]\n");
	_exit(CLI_FAILED);
}

void cli_catch_faults(void)
{
	struct sigaction action = {.sa_sigaction = cut_short,
				   .sa_flags = SA_SIGINFO};

	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
}

enum pg_status cli_map(const char *path, struct pg_bytes *out,
		       struct pg_error *error)
{
	const enum pg_status status = pg_file_map(path, out, error);
	char *name;

	if (status != PG_OK || mapped_count == MAPPED_MAX)
		return status;
	name = strdup(path);
	if (name == NULL)
		return status;
	mapped[mapped_count].path = name;
	mapped[mapped_count].bytes = *out;
	mapped_count++;
	return PG_OK;
}
