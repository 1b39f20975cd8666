/* SPDX-License-Identifier: BSD-2-Clause */
/* The hash in the purgatory of kexec-tools, from Debian's source package
 * (tests/bench/peers.py), with names that clash with nobody's. */
#define sha256_starts  kexec_tools_starts
#define sha256_update  kexec_tools_update
#define sha256_finish  kexec_tools_finish
#define sha256_process kexec_tools_process
#include PEER

#include "tests/bench/contenders.h"

void kexec_tools_c(struct pg_sha256_job *jobs, size_t count, uint32_t features)
{
	(void)features;
	for (size_t i = 0; i < count; i++) {
		sha256_context context;

		sha256_starts(&context);
		sha256_update(&context, jobs[i].data, (size_t)jobs[i].bytes);
		sha256_finish(&context, jobs[i].digest);
	}
}
