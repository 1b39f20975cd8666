/* SPDX-License-Identifier: BSD-2-Clause */
/* kexec-tools' variables that every architecture has. It writes in the byte
 * order of the machine. */
#ifndef DROPIN_KEXEC_TOOLS_VARIABLES_H
#define DROPIN_KEXEC_TOOLS_VARIABLES_H

#include "dropin/dropin.h"

/* Its own segments but the purgatory's (and those that the kernel may change:
 * --hotplug), each padded with zeros to its size in memory, as one message. */
extern struct pg_loader_region sha256_regions[PG_LOADER_REGIONS];
extern uint8_t sha256_digest[32];
extern uint32_t skip_checks; /* 1, by `kexec -i`: regions and digest are not
				set */

#endif
