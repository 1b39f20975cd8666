/* SPDX-License-Identifier: BSD-2-Clause */
/* What is ours while we work, and how it was before: the lowcore, control
 * registers 0 and 14, machine checks, the vector registers (vectors.c). */
#include "arch/s390x/s390x.h"

#include "arch/s390x/sha256_features.h"
#include "purgatorio/arch.h"

static uint64_t cr0, cr14;

uint32_t pg_arch_id(void)
{
	return PG_ARCH_S390X;
}

void pg_arch_early(void)
{
	cr0 = s390x_read_cr0();
	cr14 = s390x_read_cr14();
	/* Low-address protection off, for the next line. */
	s390x_write_cr0(S390X_CR0_SERVICE);
	pg_s390x_lowcore_take();
	if (!pg_s390x_going)
		return;
	/* Machine checks that cannot wait (PoP chapter 11, "Exigent
	 * Conditions") would stop the CPU unseen while they are masked; those
	 * that can wait are left to the next kernel. */
	s390x_write_cr14(0);
	s390x_write_psw_mask(S390X_PSW_64BIT | S390X_PSW_MACHINE);
}

uint32_t pg_arch_open(const struct pg_manifest *manifest)
{
	(void)manifest;
	return pg_s390x_vectors_take(pg_s390x_features());
}

/* Stores are seen by instruction fetch and by every CPU once the PSW that is
 * loaded next serializes (PoP chapter 5, "CPU Serialization"). */
void pg_arch_close(void)
{
	pg_s390x_sclp_end();
	pg_s390x_vectors_give();
	if (pg_s390x_going) {
		s390x_write_psw_mask(S390X_PSW_64BIT);
		s390x_write_cr14(cr14);
	}
	pg_s390x_lowcore_give();
	s390x_write_cr0(cr0);
}

uint64_t pg_arch_ticks(void)
{
	return s390x_clock();
}

/* Storage comes in increments of at least this. */
#define INCREMENT_BYTES (UINT64_C(1) << 20)

/* PoP chapter 10, TEST PROTECTION: an address that is not there is a program
 * interruption, anything else sets the condition code. */
static bool exists(uint64_t address)
{
	uint64_t resume, found = 0;

	__asm__ volatile("	larl	%[resume],1f\n"
			 "	stg	%[resume],%[at]\n"
			 "	tprot	0(%[address]),0\n"
			 "	lghi	%[found],1\n"
			 "1:"
			 : [resume] "=&d"(resume), [found] "+d"(found),
			   [at] "=Q"(pg_s390x_resume)
			 : [address] "a"(address)
			 : "memory", "cc");
	pg_s390x_resume = 0;
	return found;
}

bool pg_arch_reachable(uint64_t start, uint64_t bytes)
{
	uint64_t at = start;

	if (bytes == 0)
		return true;
	if (!exists(start + (bytes - 1)))
		return false;
	while (at - start < bytes) {
		if (!exists(at))
			return false;
		at = (at | (INCREMENT_BYTES - 1)) + 1;
	}
	return true;
}
