/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PURGATORIO_PACK_FORMATS_INITRD_H
#define PURGATORIO_PACK_FORMATS_INITRD_H

#include "purgatorio/purgatorio.h"

/* Linux unpacks archives that follow each other, from 4-byte boundaries
 * (Documentation/driver-api/early-userspace/buffer-format.rst). */
static inline uint64_t pg_initrd_boundary(uint64_t bytes)
{
	return (bytes + 3) / 4 * 4;
}

/* How many bytes @initrds have together. PG_E_TRUNCATED when one is empty,
 * which nobody means; PG_E_LIMIT. */
enum pg_status pg_initrds_measure(const struct pg_bytes *initrds, size_t count,
				  size_t *bytes, struct pg_error *error);

/* What @initrds are to the kernel, one behind the other, each at a multiple of
 * four bytes. *@out is empty for none and @initrds[0] itself for one; else it
 * is at *@owned, which is to be free(3)d and NULL otherwise. As above, and
 * PG_E_NO_MEMORY. */
enum pg_status pg_initrds_join(const struct pg_bytes *initrds, size_t count,
			       struct pg_bytes *out, uint8_t **owned,
			       struct pg_error *error);

#endif
