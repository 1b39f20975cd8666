/* SPDX-License-Identifier: BSD-2-Clause */
/* How fast the time stamp counter counts, from user space. */
#include <cpuid.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

#include "load/machine.h"

/* Intel SDM vol. 3, 18.17.1 "Invariant TSC": CPUID.80000007H:EDX[8]. */
#define CPUID_POWER   0x80000007u
#define INVARIANT_TSC (1u << 8)
/* CPUID.1:ECX[31]: a hypervisor runs us. */
#define CPUID_FEATURES 1u
#define HYPERVISOR     (1u << 31)

#define NANOSECONDS 1000000000ull
#define MEASURE_NS  20000000ull

/* Hypervisors hide the bit from guests that may migrate, but the counter that
 * they show has one rate. Elsewhere the kernel may know better than the CPU:
 * its clock is then "tsc" ("tsc-early" until it is calibrated). */
static bool reliable(const char *root)
{
	unsigned a, b, c, d;
	struct pg_error ignored;
	struct pg_text clock;
	bool tsc;

	if (__get_cpuid(CPUID_POWER, &a, &b, &c, &d) && (d & INVARIANT_TSC))
		return true;
	if (__get_cpuid(CPUID_FEATURES, &a, &b, &c, &d) && (c & HYPERVISOR))
		return true;
	if (pg_sys_read(&clock, &ignored, root,
			"/sys/devices/system/clocksource/clocksource0/"
			"current_clocksource") != PG_OK)
		return false;
	tsc = !strncmp(clock.data, "tsc", 3);
	pg_text_free(&clock);
	return tsc;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC_RAW, &now) != 0)
		return 0;
	return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

uint64_t pg_host_ticks_per_second(const char *root)
{
	uint64_t begin_ns, begin, ns;

	if (!reliable(root))
		return 0;
	begin_ns = now_ns();
	begin = __rdtsc();
	do {
		ns = now_ns() - begin_ns;
	} while (begin_ns != 0 && ns < MEASURE_NS);
	if (ns < 1000)
		return 0;
	/* Microseconds, so that 64 bits last for hours without a CPU. */
	return (__rdtsc() - begin) * 1000000 / (ns / 1000);
}
