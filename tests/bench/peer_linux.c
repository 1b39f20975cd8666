/* SPDX-License-Identifier: BSD-2-Clause */
/* The hash in Linux's own purgatory, lib/crypto/sha256.c of Debian's
 * linux-source (tests/bench/peers.py), with names that clash with nobody's. */
#define sha256	      linux_sha256
#define sha256_init   linux_sha256_init
#define sha256_update linux_sha256_update
#define sha256_final  linux_sha256_final
#define sha224_init   linux_sha224_init
#define sha224_update linux_sha224_update
#define sha224_final  linux_sha224_final
#include PEER

#include "tests/bench/contenders.h"

void linux_c(struct pg_sha256_job *jobs, size_t count, uint32_t features)
{
	(void)features;
	for (size_t i = 0; i < count; i++) {
		struct sha256_state state;

		sha256_init(&state);
		/* It counts in unsigned int; nothing here is larger. */
		sha256_update(&state, jobs[i].data, (unsigned)jobs[i].bytes);
		sha256_final(&state, jobs[i].digest);
	}
}
