/* SPDX-License-Identifier: BSD-2-Clause */
/* Prototypes of arch/s390x/sha256_vx.S, which says what it needs. */
#ifndef PURGATORIO_S390X_SHA256_VX_H
#define PURGATORIO_S390X_SHA256_VX_H

#include <stdint.h>

#include "sha256/backend.h"

#define PG_VX_LANES 4

/* Advances lanes[0] to lanes[3] by @blocks >= 1. */
void pg_sha256_vx_x4(struct pg_sha256_lane *lanes, uint64_t blocks);

#endif
