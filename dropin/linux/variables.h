/* SPDX-License-Identifier: BSD-2-Clause */
/* kexec_file_load's variables that every architecture has, in the byte order
 * of the machine. */
#ifndef DROPIN_LINUX_VARIABLES_H
#define DROPIN_LINUX_VARIABLES_H

#include "dropin/dropin.h"

/* All segments but the purgatory's, and with memory hot-plug but the core
 * header's, in the order in which they were added. */
extern struct pg_loader_region purgatory_sha_regions[PG_LOADER_REGIONS];
extern uint8_t purgatory_sha256_digest[32];

#endif
