/* SPDX-License-Identifier: BSD-2-Clause */
/* What kexec-tools and Linux say alike on s390x. */
#ifndef DROPIN_S390X_NEXT_H
#define DROPIN_S390X_NEXT_H

#include "dropin/dropin.h"

/* Fills in all of @request but what has other names in the two loaders. The
 * crash region is [@start, @start + @bytes); none: @bytes 0. */
void pg_s390x_request(struct pg_request *request, uint64_t entry,
		      uint64_t start, uint64_t bytes);

#endif
