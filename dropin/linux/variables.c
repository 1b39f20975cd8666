/* SPDX-License-Identifier: BSD-2-Clause */
/* What kexec_file_load sets on every architecture (kernel/kexec_file.c,
 * kexec_calculate_store_digests()). Names and sizes are Linux's. */
#include "dropin/linux/variables.h"

PG_LOADER struct pg_loader_region purgatory_sha_regions[PG_LOADER_REGIONS] = {
	{0, 0}};
PG_LOADER uint8_t purgatory_sha256_digest[32] = {0};
