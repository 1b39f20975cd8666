/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 (FIPS 180-4) of many independent ranges at once, for host and
 * target. A single stream is bound by the latency of its own rounds; ranges
 * hashed side by side are not. The scheduler (sha256/many.c) keeps as many
 * lanes busy as the backend has.
 *
 * The arithmetic comes from sha256/ (portable C) and from the architecture's
 * backend (arch/<arch>/sha256_backend.c, contract in sha256/backend.h). A
 * backend may only be used with the feature bits that the caller passes:
 * *having* an instruction is not *being allowed* to use it.
 */
#ifndef PURGATORIO_SHA256_H
#define PURGATORIO_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define PG_SHA256_BYTES	      32
#define PG_SHA256_BLOCK_BYTES 64

/* The widest backend's lane count. */
#define PG_SHA256_LANES_MAX 16

/* What the CPU has and allows; the meaning is the architecture's. 0 is always
 * right and means portable C. Bits are numbered so that they never clash. */
#define PG_FEATURE_X86_SHANI	0x00000001u /* SHA, SSSE3, SSE4.1, OSFXSR */
#define PG_FEATURE_X86_AVX2	0x00000002u /* AVX2, XCR0 has SSE and AVX */
#define PG_FEATURE_X86_AVX512	0x00000004u /* F, BW, VL; XCR0 allows */
#define PG_FEATURE_X86_SSSE3	0x00000008u /* SSSE3, OSFXSR */
#define PG_FEATURE_ARM64_SHA2	0x00000100u /* ID_AA64ISAR0.SHA2, FPEN */
#define PG_FEATURE_PPC64_CRYPTO 0x00010000u /* ISA 2.07, MSR.VEC and VSX */
#define PG_FEATURE_S390X_KIMD	0x01000000u /* CPACF query lists SHA-256 */
#define PG_FEATURE_S390X_VX	0x02000000u /* vector facility, CR0.46 */
/* Not the hash's: the purgatory works with its caches off, and slowly. */
#define PG_FEATURE_UNCACHED 0x80000000u

/* One range to hash. */
struct pg_sha256_job {
	const void *data; /* any alignment; may be NULL when bytes is 0 */
	uint64_t bytes;
	uint8_t digest[PG_SHA256_BYTES]; /* out */
};

/* Hashes all @count jobs. @features is a subset of what the CPU allows.
 * Cannot fail. Jobs are started in their order: where one is much longer than
 * the others, it should come first. Jobs of more than 2^61 - 1 bytes are
 * beyond FIPS 180-4. */
void pg_sha256_many(struct pg_sha256_job *jobs, size_t count,
		    uint32_t features);

/*
 * The same for jobs that are not all there at once. @turn takes @done, whose
 * digest is set and which may be used again, unless it is NULL; and returns the
 * next job, or NULL when no more are to come. It is called with NULL at most
 * PG_SHA256_LANES_MAX times, so there are never more jobs than that under way.
 * Jobs of the same length are done in the order in which they were begun.
 */
typedef struct pg_sha256_job *pg_sha256_turn(void *from,
					     struct pg_sha256_job *done);
void pg_sha256_each(pg_sha256_turn *turn, void *from, uint32_t features);

/* The digest of one message in pieces. No interior pointers, no allocation:
 * it may be copied and moved. */
struct pg_sha256 {
	uint32_t state[8];
	uint64_t bytes;			       /* so far */
	uint8_t buffer[PG_SHA256_BLOCK_BYTES]; /* bytes % 64 of them */
	uint32_t features;
};

void pg_sha256_init(struct pg_sha256 *context, uint32_t features);
void pg_sha256_update(struct pg_sha256 *context, const void *data,
		      uint64_t bytes);
void pg_sha256_final(struct pg_sha256 *context,
		     uint8_t digest[PG_SHA256_BYTES]);

/* What this CPU has and this environment allows (host: user space). */
uint32_t pg_host_features(void);

#endif
