/* SPDX-License-Identifier: BSD-2-Clause */
/* Prototypes of arch/x86_64/sha256_ssse3.S, sha256_avx2.S and sha256_avx512.S,
 * which say what they need. Each advances all its lanes by @blocks >= 1. */
#ifndef PURGATORIO_X86_64_SHA256_VECTORS_H
#define PURGATORIO_X86_64_SHA256_VECTORS_H

#include <stddef.h>
#include <stdint.h>

#include "sha256/backend.h"

#define PG_SSSE3_LANES	4
#define PG_AVX2_LANES	8
#define PG_AVX512_LANES 16

/* LANE_BYTES and LANE_DATA of the assembly. */
_Static_assert(sizeof(struct pg_sha256_lane) == 40, "lane");
_Static_assert(offsetof(struct pg_sha256_lane, state) == 0, "lane.state");
_Static_assert(offsetof(struct pg_sha256_lane, data) == 32, "lane.data");

void pg_sha256_ssse3_x4(struct pg_sha256_lane *lanes, uint64_t blocks);
void pg_sha256_avx2_x8(struct pg_sha256_lane *lanes, uint64_t blocks);
void pg_sha256_avx512_x16(struct pg_sha256_lane *lanes, uint64_t blocks);

#endif
