/* SPDX-License-Identifier: BSD-2-Clause */
/* kexec_file_load's variables on ppc64 (arch/powerpc/kexec/file_load_64.c,
 * setup_purgatory_ppc64()), and what they mean. */
#include "dropin/linux/variables.h"
#include "dropin/ppc64/next.h"

void pg_dropin_request(struct pg_request *request)
{
	pg_ppc64_request(request, purgatory_sha_regions, true);
	request->digest = purgatory_sha256_digest;
}
