/* SPDX-License-Identifier: BSD-2-Clause */
/* The PG_FEATURE_S390X_* of this CPU. */
#ifndef PURGATORIO_S390X_SHA256_FEATURES_H
#define PURGATORIO_S390X_SHA256_FEATURES_H

#include <stdint.h>

/* What this CPU has. The vector facility may be used once bits 45 and 46 of
 * control register 0 are set. Changes nothing. */
uint32_t pg_s390x_features(void);

#endif
