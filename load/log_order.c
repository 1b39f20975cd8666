/* SPDX-License-Identifier: BSD-2-Clause */
/* A log has the byte order of the purgatory that wrote it: s390x's is
 * big-endian, ppc64's little-endian whatever the kernel. */
#include <stddef.h>

#include "load/log_file.h"
#include "pack/formats/elf64.h"

static void order32(bool big, uint32_t *field)
{
	*field = pg_load32(big, field);
}

static void order64(bool big, uint64_t *field)
{
	*field = pg_load64(big, field);
}

void pg_log_order(struct pg_log *log)
{
	/* No version comes near 2^16. */
	const bool big = pg_load_be32(&log->version) < 0x10000;

	order32(big, &log->version);
	order32(big, &log->bytes);
	order32(big, &log->status);
	order32(big, &log->features);
	order64(big, &log->ticks_per_second);
	order32(big, &log->step_count);
	order32(big, &log->text_bytes);
	for (size_t i = 0; i < PG_LOG_STEPS; i++) {
		order32(big, &log->steps[i].step);
		order32(big, &log->steps[i].status);
		order64(big, &log->steps[i].begin);
		order64(big, &log->steps[i].end);
		order64(big, &log->steps[i].bytes);
	}
}
