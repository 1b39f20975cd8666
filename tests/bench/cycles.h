/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a piece of work takes of this thread, in seconds and in cycles of the
 * core. The latter come from the CPU's own counter where the kernel gives it.
 * In most virtual machines it does not: then they are the seconds times the
 * core's clock, which is measured before and after by instructions of known
 * latency, since it changes all the time.
 */
#ifndef PURGATORIO_TESTS_BENCH_CYCLES_H
#define PURGATORIO_TESTS_BENCH_CYCLES_H

#include <stdint.h>

/* Opens the counter. Returns how cycles are found: "counter", "clock", or
 * "nothing", and then they are 0. */
const char *cycles_open(void);

struct cycles_mark {
	double seconds, hertz;
	uint64_t count;
};

void cycles_begin(struct cycles_mark *mark);
void cycles_end(const struct cycles_mark *mark, double *seconds,
		double *cycles);

#endif
