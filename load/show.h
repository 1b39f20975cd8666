/* SPDX-License-Identifier: BSD-2-Clause */
/* What --debug shows: the layout, the memory map, the core header. */
#ifndef PURGATORIO_LOAD_SHOW_H
#define PURGATORIO_LOAD_SHOW_H

#include "load/parts.h"

void pg_show_job(const struct pg_job *job, const struct pg_segment *segments,
		 size_t count, FILE *to);

#endif
