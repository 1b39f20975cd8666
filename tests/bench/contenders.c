/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/contenders.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#define ALL 0xffffffffu

void openssl_evp(struct pg_sha256_job *jobs, size_t count, uint32_t features)
{
	(void)features;
	for (size_t i = 0; i < count; i++) {
		unsigned size = sizeof(jobs[i].digest);

		if (EVP_Digest(jobs[i].data, (size_t)jobs[i].bytes,
			       jobs[i].digest, &size, EVP_sha256(), NULL) == 1)
			continue;
		fprintf(stderr, "bench sha256: EVP_Digest failed\n");
		exit(1);
	}
}

/* AVX2 stands for AVX there. */
#define SHANI_AVX (PG_FEATURE_X86_SHANI | PG_FEATURE_X86_AVX2)

#define OURS(name, jobs, features)                           \
	{                                                    \
		name, "ours", pg_sha256_many, jobs, features \
	}

const struct contender contenders[] = {
	{"OpenSSL, 1 stream", "OpenSSL", openssl_evp, 1, 0},
#if defined(__x86_64__)
	{"OpenSSL, lanes, SHA-NI", "OpenSSL", openssl_lanes, OPENSSL_LANES,
	 PG_FEATURE_X86_SHANI},
	{"OpenSSL, 8 lanes, AVX2", "OpenSSL", openssl_lanes, OPENSSL_LANES,
	 PG_FEATURE_X86_AVX2},
#endif
#ifdef PEERS
	{"kexec-tools' C", "kexec-tools", kexec_tools_c, 1, 0},
	{"Linux's C", "Linux", linux_c, 1, 0},
#endif
#if defined(__x86_64__)
	{"SHA-NI, the drop-ins' stream", "ours", dropin_stream, 1,
	 PG_FEATURE_X86_SHANI},
#endif
	OURS("portable C", 0, 0),
	OURS("SSSE3", 0, PG_FEATURE_X86_SSSE3),
	OURS("AVX2", 0, PG_FEATURE_X86_AVX2),
	OURS("AVX-512", 0, PG_FEATURE_X86_AVX512),
	OURS("SHA-NI, 1 stream", 1, PG_FEATURE_X86_SHANI),
	OURS("SHA-NI, 2 streams", 2, PG_FEATURE_X86_SHANI),
	OURS("SHA-NI and AVX, 2 streams", 2, SHANI_AVX),
	OURS("SHA-NI and AVX, 4 streams", 4, SHANI_AVX),
	OURS("SHA-NI", 0, SHANI_AVX),
	OURS("SHA2, 1 stream", 1, PG_FEATURE_ARM64_SHA2),
	OURS("SHA2", 0, PG_FEATURE_ARM64_SHA2),
	OURS("vshasigmaw, 1 stream", 1, PG_FEATURE_PPC64_CRYPTO),
	OURS("vshasigmaw", 0, PG_FEATURE_PPC64_CRYPTO),
	OURS("vector lanes", 0, PG_FEATURE_S390X_VX),
	OURS("KIMD", 0, PG_FEATURE_S390X_KIMD),
	OURS("as it chooses", 0, ALL),
};
const size_t contender_count = sizeof(contenders) / sizeof(*contenders);
