/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PURGATORIO_PPC64_SHA256_X4_H
#define PURGATORIO_PPC64_SHA256_X4_H

#include <stdint.h>

#include "sha256/backend.h"

#define PG_PPC64_LANES 4

/* sha256_x4.S: advances lanes[0] to lanes[3] by @blocks >= 1 blocks each. */
void pg_sha256_ppc64_x4(struct pg_sha256_lane *lanes, uint64_t blocks);

/* Advances one lane. The same needs. */
void pg_sha256_ppc64_x1(struct pg_sha256_lane *lane, uint64_t blocks);

#endif
