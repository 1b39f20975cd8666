/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an s390x kernel is told: by its own bytes (s390_parameters.h).
 */
#ifndef PURGATORIO_PACK_FORMATS_S390_KERNEL_H
#define PURGATORIO_PACK_FORMATS_S390_KERNEL_H

#include "pack/formats/s390_parameters.h"
#include "purgatorio/purgatorio.h"
#include "purgatorio/range.h"

/* "brcl 15", whose second word is the distance in halfwords (PoP chapter 7,
 * BRANCH RELATIVE ON CONDITION LONG). */
#define PG_S390_BRANCH_LONG 0xc0f4u

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

#endif
