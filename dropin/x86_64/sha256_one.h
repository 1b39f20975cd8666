/* SPDX-License-Identifier: BSD-2-Clause */
/* Prototype of sha256_one.S, which says what it needs. */
#ifndef DROPIN_X86_64_SHA256_ONE_H
#define DROPIN_X86_64_SHA256_ONE_H

#include <stddef.h>
#include <stdint.h>

#include "sha256/backend.h"

_Static_assert(offsetof(struct pg_sha256_lane, state) == 0, "lane.state");
_Static_assert(offsetof(struct pg_sha256_lane, data) == 32, "lane.data");

void pg_sha256_shani_one(struct pg_sha256_lane *lane, uint64_t blocks);

#endif
