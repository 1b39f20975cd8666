/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Caches and the vector unit: on while we work, as they were when we leave.
 *
 * What keeps memory and caches in agreement, whose rules the emulators do not
 * show. A loader leaves what it loaded written back to memory; what the dead
 * kernel's CPUs left in the caches for the same addresses may be older.
 *
 *   before  what we will read or overwrite: written back and dropped, so that
 *           the hash sees what the next kernel will see with its caches off,
 *           and no line comes out later over what we wrote.
 *           What we wrote with caches off (stack, zeroed memory, page
 *           tables): dropped, since any line for it is older.
 *   after   what we wrote with caches on: written back.
 *           What we only read: no line of it is dirty.
 */
#include "arch/arm64/arm64.h"
#include "arch/arm64/cpu.h"

#include "purgatorio/arch.h"
#include "purgatorio/check.h"
#include "purgatorio/sha256.h"

/* CPACR_EL1, and CPTR_EL2 with E2H: 3 traps nobody's access. */
#define CPACR_FPEN (UINT64_C(3) << 20)
#define CPACR_SMEN (UINT64_C(3) << 24)
/* CPTR_EL2 without E2H: set, they trap. */
#define CPTR_TFP (UINT64_C(1) << 10)
#define CPTR_TSM (UINT64_C(1) << 12)

/* ID registers' fields, four bits each. */
#define ISAR0_SHA2 12
#define PFR0_FP	   16 /* all ones: no floating point */
#define PFR1_SME   24

static bool opened, cached;
static uint64_t unit; /* CPACR_EL1 or CPTR_EL2 as found */

uint32_t pg_arch_id(void)
{
	return PG_ARCH_ARM64;
}

uint64_t pg_arch_ticks(void)
{
	/* The virtual counter: a hypervisor never traps it. The barrier keeps
	 * it from being read early (ARM ARM D12.2.2). */
	arm64_isb();
	return ARM64_READ(cntvct_el0);
}

/* A kernel that died in streaming mode (SME) left a CPU on which the hash
 * instructions are undefined. "SMSTOP SM", which older assemblers do not know;
 * it zeroes the vector registers too. */
static void leave_streaming_mode(void)
{
	__asm__ volatile(".inst 0xd503427f" : : : "memory");
}

static uint32_t open_vector_unit(void)
{
	const bool sme =
		arm64_field(ARM64_READ(id_aa64pfr1_el1), PFR1_SME, 4) != 0;

	if (arm64_at_el2() && !arm64_e2h()) {
		unit = ARM64_READ(cptr_el2);
		ARM64_WRITE(cptr_el2,
			    unit & ~(CPTR_TFP | (sme ? CPTR_TSM : 0)));
	} else if (arm64_at_el2()) {
		unit = ARM64_READ(cptr_el2);
		ARM64_WRITE(cptr_el2,
			    unit | CPACR_FPEN | (sme ? CPACR_SMEN : 0));
	} else {
		unit = ARM64_READ(cpacr_el1);
		ARM64_WRITE(cpacr_el1,
			    unit | CPACR_FPEN | (sme ? CPACR_SMEN : 0));
	}
	arm64_isb();
	if (sme)
		leave_streaming_mode();
	if (arm64_field(ARM64_READ(id_aa64isar0_el1), ISAR0_SHA2, 4) == 0)
		return 0;
	return PG_FEATURE_ARM64_SHA2;
}

static void close_vector_unit(void)
{
	if (arm64_at_el2())
		ARM64_WRITE(cptr_el2, unit);
	else
		ARM64_WRITE(cpacr_el1, unit);
	arm64_isb();
}

static bool write_back(struct pg_span span)
{
	pg_arm64_clean_invalidate(span.start, pg_span_end(span));
	return true;
}

/* Before the caches are on, or used by others: see above. */
static void settle(const struct pg_manifest *m)
{
	const struct pg_span memory = pg_arm64_memory();

	(void)write_back(pg_arm64_code());
	(void)write_back(pg_arm64_constants());
	(void)write_back(pg_arm64_manifest(m));
	pg_arm64_invalidate(memory.start, pg_span_end(memory));
	(void)pg_arm64_each_read(m, write_back);
	(void)pg_arm64_each_written(m, write_back);
}

uint32_t pg_arch_open(const struct pg_manifest *manifest)
{
	uint32_t features = open_vector_unit();

	cached = pg_arm64_tables(manifest);
	settle(manifest);
	if (cached)
		pg_arm64_caches_on();
	opened = true;
	/* Not what we wanted but what the CPU says. */
	if ((ARM64_READ_EL(sctlr) & ARM64_SCTLR_CACHES) != ARM64_SCTLR_CACHES)
		features |= PG_FEATURE_UNCACHED;
	return features;
}

void pg_arch_close(void)
{
	const struct pg_manifest *m =
		pg_pointer(pg_span_end(pg_arm64_memory()));

	if (!opened)
		return;
	opened = false;
	close_vector_unit();
	if (!cached)
		return;
	(void)pg_arm64_each_written(m, write_back);
	pg_arm64_caches_off();
}
