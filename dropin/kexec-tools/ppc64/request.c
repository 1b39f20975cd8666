/* SPDX-License-Identifier: BSD-2-Clause */
/* kexec-tools' variables on ppc64 (kexec/arch/ppc64/kexec-elf-ppc64.c), and
 * what they mean. */
#include "dropin/kexec-tools/variables.h"
#include "dropin/ppc64/next.h"

PG_LOADER uint32_t panic_kernel = 0;
/* For its own purgatory, which has no stack, TOC or flags without them. */
PG_LOADER uint64_t stack = 0;
PG_LOADER uint64_t my_toc = 0;
PG_LOADER uint32_t debug = 0;

void pg_dropin_request(struct pg_request *request)
{
	pg_ppc64_request(request, sha256_regions, panic_kernel != 0);
	request->digest = sha256_digest;
	request->unchecked = skip_checks != 0;
}
