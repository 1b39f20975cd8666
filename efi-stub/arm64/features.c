/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi-stub/stub.h"

#include "arch/arm64/cpu.h"
#include "purgatorio/arch.h"
#include "purgatorio/sha256.h"

#define ISAR0_SHA2 12 /* of ID_AA64ISAR0_EL1; four bits */

uint32_t pg_arch_id(void)
{
	return PG_ARCH_ARM64;
}

/* UEFI 2.3.6 has the vector unit switched on. */
uint32_t stub_vectors_open(void)
{
	if (arm64_field(ARM64_READ(id_aa64isar0_el1), ISAR0_SHA2, 4) == 0)
		return 0;
	return PG_FEATURE_ARM64_SHA2;
}

void stub_vectors_close(void)
{
}
