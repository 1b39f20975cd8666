/* SPDX-License-Identifier: BSD-2-Clause */
/* In the place of arch/s390x/vectors.c: one message, by KIMD or by C, leaves
 * the vector registers alone. */
#include "arch/s390x/s390x.h"
#include "purgatorio/sha256.h"

uint32_t pg_s390x_vectors_take(uint32_t features)
{
	return features & ~(uint32_t)PG_FEATURE_S390X_VX;
}

void pg_s390x_vectors_give(void)
{
}
