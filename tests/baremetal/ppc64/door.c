/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets the scene: what kexec has done by the time it enters a purgatory. */
#include "arch/ppc64/cpu.h"
#include "tests/baremetal/ppc64/door.h"
#include "tests/baremetal/ppc64/machine.h"

_Noreturn void door_main(uint64_t opal_base, uint64_t opal_entry);
_Noreturn void door_leave(uint64_t entry, uint64_t msr, uint64_t cpu);
extern const char door_second[], door_rtas[];
extern volatile uint64_t door_go;

#define DOOR_RTAS_BYTES 32

static uint64_t parameter(unsigned offset)
{
	return *(volatile uint64_t *)(uintptr_t)(DOOR_PARAMETERS + offset);
}

static void start_others(uint64_t cpus)
{
	for (uint32_t cpu = 1; cpu < cpus; cpu++)
		rtas(RTAS_START_CPU, 3, cpu, (uint32_t)(uint64_t)door_second,
		     cpu);
}

static void sync_code(uint64_t start, uint64_t bytes)
{
	for (uint64_t at = start; at < start + bytes; at += 32)
		__asm__ volatile("dcbst 0, %0\n\tsync\n\ticbi 0, %0"
				 :
				 : "r"(at)
				 : "memory");
	__asm__ volatile("sync\n\tisync" : : : "memory");
}

static void copy(uint64_t to, uint64_t from, uint64_t bytes)
{
	__asm__("" : "+r"(to));
	for (uint64_t at = 0; at < bytes; at += 4)
		*(volatile uint32_t *)(to + at) = *(uint32_t *)(from + at);
	sync_code(to, bytes);
}

static void fill_low_memory(void)
{
	uint64_t low = 0;

	__asm__("" : "+r"(low));
	for (uint64_t at = 0; at < DOOR_LOW_BYTES; at++)
		*(volatile uint8_t *)(low + at) = DOOR_PATTERN(at);
	sync_code(0, DOOR_LOW_BYTES);
}

/* Where OPAL is, for an image that has to say so. */
static void report(const char *name, uint64_t value, uint64_t base,
		   uint64_t entry)
{
	char text[] = "name=0x0000000000000000\n";
	uint8_t length[8];

	for (unsigned i = 0; i < 4; i++)
		text[i] = name[i];
	for (unsigned i = 0; i < 16; i++)
		text[7 + i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
	pg_store_be64(length, sizeof(text) - 1);
	opal(OPAL_CONSOLE_WRITE, 0, (uint64_t)length, (uint64_t)text, base,
	     entry);
}

static _Noreturn void turn_off(uint64_t base, uint64_t entry)
{
	opal(OPAL_POWER_DOWN, 0, 0, 0, base, entry);
	for (;;)
		opal(OPAL_POLL_EVENTS, 0, 0, 0, base, entry);
}

_Noreturn void door_main(uint64_t opal_base, uint64_t opal_entry)
{
	const uint64_t entry = parameter(DOOR_ENTRY);
	const uint64_t flags = parameter(DOOR_FLAGS);
	uint64_t msr = (ppc64_mfmsr() & MSR_HV) | MSR_ME | MSR_RI;

	if (flags & DOOR_REPORT) {
		report("base", opal_base, opal_base, opal_entry);
		report("call", opal_entry, opal_base, opal_entry);
		turn_off(opal_base, opal_entry);
	}
	if (!(msr & MSR_HV)) {
		hcall(H_SET_MODE, flags & DOOR_ILE ? 1 : 0, H_SET_MODE_LE, 0,
		      0);
		start_others(parameter(DOOR_CPUS));
	}
	fill_low_memory();
	copy(DOOR_RTAS, (uint64_t)door_rtas, DOOR_RTAS_BYTES);
	/* core_64.c, kexec_sequence(): the purgatory's head goes to 0. */
	if (!(flags & DOOR_NO_COPY))
		copy(0, entry, LOW_BYTES);
	door_go = flags & DOOR_SECOND_LE ? 2 : 1;
	if (!(flags & DOOR_BIG))
		msr |= MSR_LE;
	if (!(flags & DOOR_32_BIT))
		msr |= MSR_SF;
	if (flags & DOOR_UNITS)
		msr |= MSR_FP | MSR_VEC | MSR_VSX;
	door_leave(entry, msr, parameter(DOOR_CPU));
}
