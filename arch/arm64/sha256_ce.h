/* SPDX-License-Identifier: BSD-2-Clause */
/* Prototypes of arch/arm64/sha256_ce.S, which says what they need. */
#ifndef PURGATORIO_ARM64_SHA256_CE_H
#define PURGATORIO_ARM64_SHA256_CE_H

#include <stdint.h>

#include "sha256/backend.h"

#define PG_SHA2CE_LANES 2

/* Each advances lanes[0] to lanes[n - 1] by @blocks >= 1. */
void pg_sha256_ce_x1(struct pg_sha256_lane *lanes, uint64_t blocks);
void pg_sha256_ce_x2(struct pg_sha256_lane *lanes, uint64_t blocks);

#endif
