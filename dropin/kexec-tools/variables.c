/* SPDX-License-Identifier: BSD-2-Clause */
/* What kexec-tools sets on every architecture (kexec/kexec.c,
 * update_purgatory()). Names and sizes are its own. */
#include "dropin/kexec-tools/variables.h"

PG_LOADER struct pg_loader_region sha256_regions[PG_LOADER_REGIONS] = {{0, 0}};
PG_LOADER uint8_t sha256_digest[32] = {0};
PG_LOADER uint32_t skip_checks = 0;
