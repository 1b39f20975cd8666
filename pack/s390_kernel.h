/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an s390x kernel is told: by its own bytes (s390_parameters.h).
 */
#ifndef PURGATORIO_PACK_S390_KERNEL_H
#define PURGATORIO_PACK_S390_KERNEL_H

#include "pack/s390_parameters.h"
#include "purgatorio/purgatorio.h"
#include "purgatorio/range.h"

struct pg_s390_parameters {
	struct pg_span initrd; /* empty: none */
	struct pg_span oldmem; /* the dead kernel's; empty: none */
	const char *command_line;
};

/* @kernel->head with @in filled in, to @out, which has as many bytes.
 * PG_E_LIMIT: the command line is too long. */
enum pg_status pg_s390_parameters(const struct pg_kernel *kernel,
				  const struct pg_s390_parameters *in,
				  uint8_t *out, struct pg_error *error);

/* The PSW with which an IPL goes on once something lies at 0 (PoP chapter 17,
 * "Initial Program Loading"): 8 bytes, for 31-bit mode. PG_E_LIMIT: @entry is
 * above 2 GiB. */
#define PG_S390_IPL_PSW_BYTES 8
enum pg_status pg_s390_ipl_psw(uint64_t entry,
			       uint8_t out[PG_S390_IPL_PSW_BYTES],
			       struct pg_error *error);
/* Where such a PSW at @at leads; 0: it is none. */
uint32_t pg_s390_ipl_entry(const uint8_t *at);

#endif
