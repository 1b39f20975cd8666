/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages beyond 4 GiB, where a counter of 32 bits would start again: as one
 * job, beside other jobs, and as a stream in one piece. The message is
 * memory that nobody wrote, so that it takes no room.
 */
#include <stdio.h>
#include <sys/mman.h>

#include "tests/unit/sha256_reference.h"

#include "purgatorio/sha256.h"

#define GIB   ((size_t)1 << 30)
#define BYTES (4 * GIB + 4096 + 57)

/* OpenSSL's digest of @bytes zeros, from a small buffer. */
static void reference_of_zeros(size_t bytes, uint8_t digest[32])
{
	static const uint8_t zeros[1 << 16];
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	assert_non_null(context);
	assert_int_equal(EVP_DigestInit_ex(context, EVP_sha256(), NULL), 1);
	while (bytes != 0) {
		size_t step = bytes < sizeof(zeros) ? bytes : sizeof(zeros);

		assert_int_equal(EVP_DigestUpdate(context, zeros, step), 1);
		bytes -= step;
	}
	assert_int_equal(EVP_DigestFinal_ex(context, digest, NULL), 1);
	EVP_MD_CTX_free(context);
}

static void test_huge(void **state)
{
	static const size_t lengths[3] = {BYTES, 1000, BYTES - 4 * GIB};
	struct pg_sha256_job jobs[3];
	struct pg_sha256 context;
	uint8_t want[3][32], digest[32];
	void *zeros;

	(void)state;
	if (!(pg_host_features() & PG_FEATURE_X86_SHANI)) {
		print_message("SKIP: without SHA-NI, 8 GiB take too long\n");
		skip();
	}
	/* Huge pages: one zero page for 2 MiB is soon mapped. */
	zeros = mmap(NULL, BYTES, PROT_READ,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_ptr_not_equal(zeros, MAP_FAILED);
	(void)madvise(zeros, BYTES, MADV_HUGEPAGE);

	for (size_t i = 0; i < 3; i++) {
		reference_of_zeros(lengths[i], want[i]);
		jobs[i].data = zeros;
		jobs[i].bytes = lengths[i];
	}
	/* What a counter of 32 bits would take it for. */
	assert_memory_not_equal(want[0], want[2], 32);

	pg_sha256_many(jobs, 3, PG_FEATURE_X86_SHANI);
	for (size_t i = 0; i < 3; i++)
		assert_memory_equal(jobs[i].digest, want[i], 32);

	pg_sha256_init(&context, PG_FEATURE_X86_SHANI);
	pg_sha256_update(&context, zeros, 1);
	pg_sha256_update(&context, zeros, BYTES - 1);
	pg_sha256_final(&context, digest);
	assert_memory_equal(digest, want[0], 32);
	munmap(zeros, BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_huge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
