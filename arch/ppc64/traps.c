/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts. In real mode they begin at fixed low addresses (ISA 6.5), so
 * that memory is ours while we work: what the crashed kernel has there is
 * kept, and is back before a copy is made of it and before we leave.
 */
#include "arch/ppc64/ppc64.h"

#include <string.h>

#include "purgatorio/arch.h"

#define LITERALS_BYTES	   16
#define DECREMENTER_LATEST 0x7fffffff

static uint8_t kept[VECTORS_END - VECTORS_FIRST];
static bool installed;
static bool stopped;
static uint64_t resets; /* system resets that were ignored */

/* While a probe runs: where to go on after an interrupt, and how. */
static bool probing;
static uint64_t probe_msr;

static void install(void)
{
	const size_t shared =
		pg_address(pg_ppc64_shared_end) - pg_address(pg_ppc64_shared);
	const uint64_t literals[2] = {pg_address(&pg_ppc64_frame),
				      pg_address(pg_ppc64_trap_entry)};
	uint64_t vector;

	memcpy(kept, pg_ppc64_low(VECTORS_FIRST), sizeof(kept));
	memcpy(pg_ppc64_low(VECTOR_RESET), pg_ppc64_stub, VECTOR_STUB_BYTES);
	memcpy(pg_ppc64_low(VECTOR_SHARED), pg_ppc64_shared, shared);
	memcpy(pg_ppc64_low(VECTOR_SHARED + shared - LITERALS_BYTES), literals,
	       LITERALS_BYTES);
	for (vector = VECTOR_SECOND; vector < VECTORS_END;
	     vector += VECTOR_STUB_BYTES)
		memcpy(pg_ppc64_low(vector), pg_ppc64_stub, VECTOR_STUB_BYTES);
	pg_ppc64_sync_code(VECTORS_FIRST, sizeof(kept));
	installed = true;
}

void pg_arch_exceptions(bool ours)
{
	if (ours == installed)
		return;
	/* An image down there would overwrite itself. */
	if (ours && pg_address(pg_image_start) < VECTORS_END)
		return;
	if (ours) {
		install();
		return;
	}
	installed = false;
	memcpy(pg_ppc64_low(VECTORS_FIRST), kept, sizeof(kept));
	pg_ppc64_sync_code(VECTORS_FIRST, sizeof(kept));
}

void pg_arch_early(void)
{
	pg_arch_exceptions(true);
	pg_ppc64_secondaries_collect();
}

bool pg_ppc64_vectors_installed(void)
{
	return installed;
}

void pg_ppc64_traps_stop(void)
{
	stopped = true;
}

static bool probe_begin(void)
{
	if (!installed)
		return false;
	probe_msr = ppc64_mfmsr();
	probing = true;
	__asm__ volatile("" : : : "memory");
	return true;
}

static void probe_end(void)
{
	__asm__ volatile("" : : : "memory");
	probing = false;
}

bool pg_ppc64_can_load(uint64_t address)
{
	bool can;

	if (!probe_begin())
		return true;
	can = pg_ppc64_probe_load(address) != 0;
	probe_end();
	return can;
}

bool pg_ppc64_has_crypto(void)
{
	bool has;

	if (!probe_begin())
		return false;
	has = pg_ppc64_probe_crypto() != 0;
	probe_end();
	return has;
}

/* ISA figure 51. */
static const char *vector_name(uint64_t vector)
{
	switch (vector) {
	case 0x100:
		return "system reset";
	case 0x200:
		return "machine check";
	case 0x300:
		return "data storage interrupt";
	case 0x380:
		return "data segment interrupt";
	case 0x400:
		return "instruction storage interrupt";
	case 0x480:
		return "instruction segment interrupt";
	case 0x500:
		return "external interrupt";
	case 0x600:
		return "alignment interrupt";
	case 0x700:
		return "program interrupt";
	case 0x800:
		return "floating-point unavailable";
	case 0x900:
		return "decrementer";
	case 0xc00:
		return "system call";
	case 0xd00:
		return "trace";
	case 0xe00:
		return "hypervisor data storage interrupt";
	case 0xe20:
		return "hypervisor instruction storage interrupt";
	case 0xe40:
		return "hypervisor emulation assistance";
	case 0xf20:
		return "vector unavailable";
	case 0xf40:
		return "VSX unavailable";
	case 0xf60:
		return "facility unavailable";
	case 0xf80:
		return "hypervisor facility unavailable";
	}
	return "interrupt";
}

static noreturn void say(const struct ppc64_frame *f)
{
	const bool hv = ppc64_mfmsr() & MSR_HV;
	const struct pg_trap_register registers[] = {
		{"vector", f->vector},
		{"srr0", f->srr0},
		{"srr1", f->srr1},
		{"msr", ppc64_mfmsr()},
		{"hsrr0", hv ? ppc64_mfspr(SPR_HSRR0) : 0},
		{"hsrr1", hv ? ppc64_mfspr(SPR_HSRR1) : 0},
		{"dar", ppc64_mfspr(SPR_DAR)},
		{"dsisr", ppc64_mfspr(SPR_DSISR)},
		{"lr", f->lr},
		{"ctr", f->ctr},
		{"cr", f->cr},
		{"xer", f->xer},
		{"r0", f->r[0]},
		{"r1", f->r[1]},
		{"r2", f->r[2]},
		{"r3", f->r[3]},
		{"r4", f->r[4]},
		{"r5", f->r[5]},
		{"r6", f->r[6]},
		{"r7", f->r[7]},
		{"r8", f->r[8]},
		{"r9", f->r[9]},
		{"r10", f->r[10]},
		{"r11", f->r[11]},
		{"r12", f->r[12]},
		{"r13", f->r[13]},
		{"r14", f->r[14]},
		{"r15", f->r[15]},
		{"r16", f->r[16]},
		{"r17", f->r[17]},
		{"r18", f->r[18]},
		{"r19", f->r[19]},
		{"r20", f->r[20]},
		{"r21", f->r[21]},
		{"r22", f->r[22]},
		{"r23", f->r[23]},
		{"r24", f->r[24]},
		{"r25", f->r[25]},
		{"r26", f->r[26]},
		{"r27", f->r[27]},
		{"r28", f->r[28]},
		{"r29", f->r[29]},
		{"r30", f->r[30]},
		{"r31", f->r[31]},
		{"entered", pg_ppc64_entry_msr},
		{"cpu", pg_ppc64_boot_cpu},
		{"resets", resets},
	};

	pg_trap(vector_name(f->vector), registers,
		sizeof(registers) / sizeof(registers[0]));
}

void pg_ppc64_trap(struct ppc64_frame *frame)
{
	if (stopped) {
		/* H_CEDE lets interrupts in; they change nothing any more. */
		__asm__ volatile("mtdec %0" : : "r"(DECREMENTER_LATEST));
		frame->srr1 &= ~(uint64_t)MSR_EE;
		return;
	}
	if (probing) {
		probing = false;
		frame->srr0 = pg_address(pg_ppc64_probe_failed);
		frame->srr1 = probe_msr;
		return;
	}
	/* A watchdog's reset must not cost us the dump. */
	if (frame->vector == VECTOR_RESET && (frame->srr1 & MSR_RI)) {
		resets++;
		return;
	}
	pg_ppc64_console_broken();
	say(frame);
}
