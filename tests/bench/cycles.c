/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/cycles.h"

#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int counter = -1;

static double clock_now(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#if defined(__x86_64__)
#include <x86intrin.h>

#define CALIBRATION_SECONDS 0.02
#define CHAIN		    20000
#define MULTIPLY_CYCLES	    3 /* imul r64, r64: Intel since 2008, AMD's Zen */
#define TRIES		    7

/* Of the time-stamp counter, whose rate is constant. */
static double ticks_per_second;

static uint64_t stamp(void)
{
	unsigned cpu;

	return __rdtscp(&cpu);
}

static void calibrate(void)
{
	double begin = clock_now(CLOCK_MONOTONIC), seconds;
	uint64_t ticks = stamp();

	do {
		seconds = clock_now(CLOCK_MONOTONIC) - begin;
	} while (seconds < CALIBRATION_SECONDS);
	ticks_per_second = (double)(stamp() - ticks) / seconds;
}

/* Each needs the result of the one before it. */
static void multiply(uint64_t x)
{
	for (unsigned i = 0; i < CHAIN / 4; i++)
		__asm__ volatile("imul %0, %0\n\timul %0, %0\n\t"
				 "imul %0, %0\n\timul %0, %0"
				 : "+r"(x));
}

static double core_hertz(void)
{
	uint64_t best = UINT64_MAX;

	/* An interrupt makes it longer, nothing makes it shorter. */
	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t begin = stamp(), ticks;

		multiply(begin);
		ticks = stamp() - begin;
		if (ticks < best)
			best = ticks;
	}
	return CHAIN * MULTIPLY_CYCLES / ((double)best / ticks_per_second);
}
#else
static double ticks_per_second;

static void calibrate(void)
{
}

static double core_hertz(void)
{
	return 0;
}
#endif

const char *cycles_open(void)
{
	struct perf_event_attr event;

	memset(&event, 0, sizeof(event));
	event.type = PERF_TYPE_HARDWARE;
	event.size = sizeof(event);
	event.config = PERF_COUNT_HW_CPU_CYCLES;
	event.exclude_kernel = 1; /* else it takes a privilege */
	event.exclude_hv = 1;
	counter = (int)syscall(SYS_perf_event_open, &event, 0, -1, -1, 0);
	if (counter >= 0)
		return "counter";
	calibrate();
	return ticks_per_second > 0 ? "clock" : "nothing";
}

static uint64_t read_counter(void)
{
	uint64_t count;

	if (read(counter, &count, sizeof(count)) == (ssize_t)sizeof(count))
		return count;
	return 0;
}

void cycles_begin(struct cycles_mark *mark)
{
	mark->hertz = counter < 0 ? core_hertz() : 0;
	mark->seconds = clock_now(CLOCK_THREAD_CPUTIME_ID);
	mark->count = counter < 0 ? 0 : read_counter();
}

void cycles_end(const struct cycles_mark *mark, double *seconds, double *cycles)
{
	uint64_t count = counter < 0 ? 0 : read_counter();

	*seconds = clock_now(CLOCK_THREAD_CPUTIME_ID) - mark->seconds;
	*cycles = counter < 0 ? *seconds * (mark->hertz + core_hertz()) / 2
			      : (double)(count - mark->count);
}
