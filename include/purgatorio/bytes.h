/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes in memory that belong to somebody else. */
#ifndef PURGATORIO_BYTES_H
#define PURGATORIO_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct pg_bytes {
	const uint8_t *data;
	size_t size; /* bytes */
};

#endif
