/* SPDX-License-Identifier: BSD-2-Clause */
/* The vector registers, where the vector lanes hash. */
#include "arch/s390x/s390x.h"
#include "purgatorio/sha256.h"

static uint8_t vectors[S390X_VECTORS_BYTES] __attribute__((aligned(16)));
static bool kept;

uint32_t pg_s390x_vectors_take(uint32_t features)
{
	kept = false;
	if (!(features & PG_FEATURE_S390X_VX) ||
	    (features & PG_FEATURE_S390X_KIMD))
		return features;
	s390x_write_cr0(S390X_CR0_SERVICE | S390X_CR0_AFP | S390X_CR0_VECTOR);
	pg_s390x_vectors_store(vectors);
	kept = true;
	return features;
}

void pg_s390x_vectors_give(void)
{
	if (kept)
		pg_s390x_vectors_load(vectors);
	kept = false;
}
