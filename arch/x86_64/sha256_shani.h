/* SPDX-License-Identifier: BSD-2-Clause */
/* Prototypes of arch/x86_64/sha256_shani.S and sha256_shani_avx.S, which say
 * what they need. */
#ifndef PURGATORIO_X86_64_SHA256_SHANI_H
#define PURGATORIO_X86_64_SHA256_SHANI_H

#include <stddef.h>
#include <stdint.h>

#include "sha256/backend.h"

/* LANE_BYTES and LANE_DATA of the assembly. */
_Static_assert(sizeof(struct pg_sha256_lane) == 40, "lane");
_Static_assert(offsetof(struct pg_sha256_lane, state) == 0, "lane.state");
_Static_assert(offsetof(struct pg_sha256_lane, data) == 32, "lane.data");

/* Each advances lanes[0] to lanes[n - 1] by @blocks >= 1. */
void pg_sha256_shani_x1(struct pg_sha256_lane *lanes, uint64_t blocks);
void pg_sha256_shani_x2(struct pg_sha256_lane *lanes, uint64_t blocks);
void pg_sha256_shani_avx_x2(struct pg_sha256_lane *lanes, uint64_t blocks);
void pg_sha256_shani_avx_x4(struct pg_sha256_lane *lanes, uint64_t blocks);

#endif
