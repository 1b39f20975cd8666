/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vector units while the stub hashes. UEFI 2.3.4 has SSE switched on, and
 * firmware's interrupt handlers keep its registers. Whatever AVX adds to them
 * is safe from firmware that has not switched AVX on, since that cannot use
 * it; and firmware that has is taken to keep it as well.
 */
#include "efi-stub/stub.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/sha256_features.h"
#include "arch/x86_64/x86_64.h"
#include "purgatorio/arch.h"
#include "purgatorio/sha256.h"

static uint64_t cr4;

uint32_t pg_arch_id(void)
{
	return PG_ARCH_X86_64;
}

/* Not AVX-512, for which some CPUs slow down for longer than this takes. */
uint32_t stub_vectors_open(void)
{
	cr4 = x86_read_cr4();
	pg_x86_vectors_open();
	return pg_x86_features(1) & ~PG_FEATURE_X86_AVX512;
}

void stub_vectors_close(void)
{
	pg_x86_vectors_close();
	x86_write_cr4(cr4);
}
