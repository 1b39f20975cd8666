/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a command and says what it took, as one line of JSON on standard error:
 * this program is small enough not to show in the child's peak of memory,
 * which fork(2) inherits. With --alone, and where that is allowed, the command
 * has a real-time priority, so that what else goes on counts for less: not for
 * when something else matters.
 *
 *	run [--alone] COMMAND [ARGUMENT]...
 */
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + 1e-6 * (double)time.tv_usec;
}

int main(int argc, char **argv)
{
	const struct sched_param lowest = {.sched_priority = 1};
	bool alone = argc > 1 && strcmp(argv[1], "--alone") == 0;
	double begin = now();
	struct rusage usage;
	int status;
	pid_t child;

	if (alone) {
		argc--;
		argv++;
	}
	if (argc < 2) {
		fprintf(stderr, "usage: run [--alone] COMMAND [ARGUMENT]...\n");
		return 2;
	}
	child = fork();
	if (child == 0) {
		if (alone)
			sched_setscheduler(0, SCHED_FIFO, &lowest);
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child) {
		perror("run");
		return 1;
	}
	fprintf(stderr,
		"{\"status\": %d, \"seconds\": %.6f, \"cpu_seconds\": %.6f, "
		"\"peak_kib\": %ld}\n",
		WIFEXITED(status) ? WEXITSTATUS(status) : 128, now() - begin,
		seconds(usage.ru_utime) + seconds(usage.ru_stime),
		usage.ru_maxrss);
	return 0;
}
