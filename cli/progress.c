/* SPDX-License-Identifier: BSD-2-Clause */
/* A bar for who waits at a terminal. A log or a pipe never sees it, and who
 * has waited for less than a second does not either. */
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

#define PATIENCE_SECONDS 1.0
#define REDRAW_SECONDS	 0.1

#define BAR_LEAST 10
#define BAR_MOST  50
/* Of the line around the bar: "packing [] 100%  12345 of 12345 MiB". */
#define AROUND 40

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int bar_length(void)
{
	struct winsize size = {.ws_col = 0};
	int room;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		size.ws_col = 80;
	room = size.ws_col - AROUND;
	if (room < BAR_LEAST)
		return 0;
	return room > BAR_MOST ? BAR_MOST : room;
}

void cli_progress_start(struct cli_progress *progress)
{
	*progress = (struct cli_progress){.start = now()};
}

void cli_progress_show(void *context, uint64_t done, uint64_t total)
{
	struct cli_progress *progress = context;
	const double time = now();
	int length, full;

	if (time - progress->start < PATIENCE_SECONDS ||
	    time - progress->drawn < REDRAW_SECONDS || total == 0 ||
	    !isatty(STDERR_FILENO))
		return;
	progress->drawn = time;
	length = bar_length();
	full = (int)((double)done / (double)total * length);
	fprintf(stderr, "\rpacking ");
	if (length != 0) {
		fputc('[', stderr);
		for (int i = 0; i < length; i++)
			fputc(i < full ? '#' : ' ', stderr);
		fputs("] ", stderr);
	}
	fprintf(stderr, "%3d%%  %llu of %llu MiB",
		(int)((double)done / (double)total * 100),
		(unsigned long long)done >> 20,
		(unsigned long long)total >> 20);
}

void cli_progress_end(struct cli_progress *progress)
{
	/* ECMA-48: erase to the end of the line. */
	if (progress->drawn > 0)
		fputs("\r\033[K", stderr);
}
