/* SPDX-License-Identifier: BSD-2-Clause */
/* kexec_file_load's variables on s390x (arch/s390/kernel/machine_kexec_file.c,
 * kexec_file_update_purgatory()), and what they mean. */
#include "dropin/linux/variables.h"
#include "dropin/s390x/next.h"

PG_LOADER uint64_t kernel_entry = 0;
PG_LOADER uint64_t kernel_type = 0; /* KEXEC_TYPE_CRASH: 1 */
PG_LOADER uint64_t crash_start = 0; /* of a crash kernel only */
PG_LOADER uint64_t crash_size = 0;

void pg_dropin_request(struct pg_request *request)
{
	pg_s390x_request(request, kernel_entry, crash_start, crash_size);
	request->regions = purgatory_sha_regions;
	request->digest = purgatory_sha256_digest;
}
