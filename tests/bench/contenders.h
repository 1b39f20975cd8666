/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is measured: ways to hash the same bytes. */
#ifndef PURGATORIO_TESTS_BENCH_CONTENDERS_H
#define PURGATORIO_TESTS_BENCH_CONTENDERS_H

#include <stddef.h>
#include <stdint.h>

#include "purgatorio/sha256.h"

/* Jobs with equal shares of the data: hashes them. */
typedef void hash_jobs(struct pg_sha256_job *jobs, size_t count,
		       uint32_t features);

struct contender {
	const char *name;
	const char *whose; /* "ours", "OpenSSL", "kexec-tools", "Linux" */
	hash_jobs *hash;
	size_t jobs;	   /* 0: as many as there are ranges */
	uint32_t features; /* for ours: which it may use, and needs */
};

extern const struct contender contenders[];
extern const size_t contender_count;

/* The first contender: what the others are compared with. */
hash_jobs openssl_evp;

/* openssl_lanes.c: of a static libcrypto on x86_64. The features that it needs
 * are PG_FEATURE_X86_*. */
#define OPENSSL_LANES 8
hash_jobs openssl_lanes;

/* dropin_stream.c: x86_64, PG_FEATURE_X86_SHANI. */
hash_jobs dropin_stream;

/* peer_*.c: the C of the purgatories of kexec-tools and Linux. */
hash_jobs kexec_tools_c;
hash_jobs linux_c;

#endif
