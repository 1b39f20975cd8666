/* SPDX-License-Identifier: BSD-2-Clause */
/* kexec-tools' variables on s390x (kexec/arch/s390/crashdump-s390.c), and what
 * they mean. It has a purgatory for a crash kernel only. */
#include "dropin/kexec-tools/variables.h"
#include "dropin/s390x/next.h"
#include "pack/formats/s390_parameters.h"

PG_LOADER uint64_t crash_base = 0;
PG_LOADER uint64_t crash_size = 0;

void pg_dropin_request(struct pg_request *request)
{
	pg_s390x_request(request, PG_S390_KDUMP, crash_base, crash_size);
	request->regions = sha256_regions;
	request->digest = sha256_digest;
	request->unchecked = skip_checks != 0;
}
