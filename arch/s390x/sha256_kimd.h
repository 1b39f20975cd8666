/* SPDX-License-Identifier: BSD-2-Clause */
/* COMPUTE INTERMEDIATE MESSAGE DIGEST (PoP chapter 7): SHA-256 by one
 * instruction, with general registers only. */
#ifndef PURGATORIO_S390X_SHA256_KIMD_H
#define PURGATORIO_S390X_SHA256_KIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Function codes, and the query's answer: bit n of it says that there is
 * function n. */
#define PG_KIMD_QUERY	    0
#define PG_KIMD_SHA_256	    2
#define PG_KIMD_QUERY_BYTES 16

/* Function @code with the parameter block at @block over @bytes of @data. The
 * CPU may stop on the way, with what it did in the registers. */
static inline void pg_kimd(uint64_t code, void *block, const void *data,
			   uint64_t bytes)
{
	register uint64_t function __asm__("r0") = code;
	register void *parameters __asm__("r1") = block;
	register const void *from __asm__("r2") = data;
	register uint64_t left __asm__("r3") = bytes;

	__asm__ volatile("0:	.insn	rre,0xb93e0000,0,%0\n" /* kimd */
			 "	jo	0b"
			 : "+a"(from), "+d"(left)
			 : "d"(function), "a"(parameters)
			 : "memory", "cc");
}

#endif
