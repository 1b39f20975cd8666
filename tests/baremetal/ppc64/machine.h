/* SPDX-License-Identifier: BSD-2-Clause */
/* What door and payload know of QEMU's machines. */
#ifndef TESTS_PPC64_MACHINE_H
#define TESTS_PPC64_MACHINE_H

#include <stdint.h>

#include "purgatorio/byteorder.h"

/* QEMU, include/hw/ppc/spapr.h. */
#define H_PUT_TERM_CHAR 0x58
#define H_SET_MODE	0x31c
#define H_SET_MODE_LE	4 /* resource: LPCR.ILE */
#define H_RTAS		0xf000
#define RTAS_POWER_OFF	0x2003
#define RTAS_START_CPU	0x2006

/* skiboot, include/opal-api.h. */
#define OPAL_CONSOLE_WRITE 1
#define OPAL_POWER_DOWN	   5
#define OPAL_POLL_EVENTS   10
#define OPAL_START_CPU	   41

int64_t hcall(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
int64_t opal(uint64_t token, uint64_t a, uint64_t b, uint64_t c, uint64_t base,
	     uint64_t entry);

/* A call of QEMU's RTAS, without the client's side of it. */
static inline void rtas(uint32_t token, uint32_t inputs, uint32_t a, uint32_t b,
			uint32_t c)
{
	uint8_t arguments[28];

	pg_store_be32(arguments, token);
	pg_store_be32(arguments + 4, inputs);
	pg_store_be32(arguments + 8, 1);
	pg_store_be32(arguments + 12, a);
	pg_store_be32(arguments + 16, b);
	pg_store_be32(arguments + 20, c);
	pg_store_be32(arguments + 24, 0);
	hcall(H_RTAS, (uint64_t)arguments, 0, 0, 0);
}

#endif
