/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vector units and machine checks: on while we work, as they were when we
 * leave. relocate_kernel_64.S enters with CR4 = PAE (and LA57), so that SSE
 * and SHA-NI raise #UD until CR4.OSFXSR is set (SDM 13.1.1), AVX until xstate.c
 * has been at work, and a machine check would shut the CPU down unseen until
 * CR4.MCE is (SDM 6.15).
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/sha256_features.h"
#include "arch/x86_64/x86_64.h"

#include "purgatorio/arch.h"
#include "purgatorio/sha256.h"

static uint64_t cr0, cr4;

uint32_t pg_arch_id(void)
{
	return PG_ARCH_X86_64;
}

uint32_t pg_arch_open(const struct pg_manifest *manifest)
{
	uint32_t features;

	cr0 = x86_read_cr0();
	cr4 = x86_read_cr4();
	x86_write_cr0((cr0 & ~(X86_CR0_EM | X86_CR0_TS)) | X86_CR0_MP);
	x86_write_cr4(cr4 | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT | X86_CR4_MCE);
	pg_x86_vectors_open();
	features = pg_x86_features(1);
	if (manifest->flags & PG_MANIFEST_NO_WIDE_VECTORS)
		features &= ~PG_FEATURE_X86_AVX512;
	return features;
}

/* x86 keeps instruction fetch coherent with stores (SDM 11.6), and its caches
 * stay on: only the units need putting back. */
void pg_arch_close(void)
{
	pg_x86_vectors_close();
	x86_write_cr4(cr4);
	x86_write_cr0(cr0);
}

uint64_t pg_arch_ticks(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}
