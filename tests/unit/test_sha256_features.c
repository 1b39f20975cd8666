/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which features does a CPU have, and which does its environment allow?
 * Having an instruction is not being allowed to use it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "purgatorio/sha256.h"

#if defined(__x86_64__)

#include "arch/x86_64/sha256_features.c"

#define SSE    (PG_FEATURE_X86_SHANI | PG_FEATURE_X86_SSSE3)
#define VECTOR (PG_FEATURE_X86_AVX2 | PG_FEATURE_X86_AVX512)

/* A CPU of 2019 under an operating system that allows everything: bits by
 * their numbers in the manual. */
static const struct cpu full = {
	.leaf1_ecx = 1u << 9 | 1u << 19 | 1u << 27 | 1u << 28,
	.leaf1_edx = 1u << 24,
	.leaf7_ebx = 1u << 5 | 1u << 16 | 1u << 29 | 1u << 30 | 1u << 31,
	.xcr0 = 0xe7,
};

static void test_full(void **state)
{
	(void)state;
	assert_int_equal(features_of(&full, 1), SSE | VECTOR);
	assert_int_equal(features_of(&full, 0), VECTOR);
}

static void test_none(void **state)
{
	const struct cpu none = {0};

	(void)state;
	assert_int_equal(features_of(&none, 1), 0);
}

/* Each bit, when it is missing, takes with it just what needs it. */
static void test_one_bit_less(void **state)
{
	static const struct {
		size_t word; /* of struct cpu */
		unsigned bit;
		uint32_t lost;
	} cases[] = {
		{offsetof(struct cpu, leaf1_ecx), 9, SSE},
		{offsetof(struct cpu, leaf1_ecx), 19, PG_FEATURE_X86_SHANI},
		{offsetof(struct cpu, leaf1_ecx), 28, VECTOR},
		{offsetof(struct cpu, leaf1_edx), 24, SSE},
		{offsetof(struct cpu, leaf7_ebx), 5, PG_FEATURE_X86_AVX2},
		{offsetof(struct cpu, leaf7_ebx), 16, PG_FEATURE_X86_AVX512},
		{offsetof(struct cpu, leaf7_ebx), 29, PG_FEATURE_X86_SHANI},
		{offsetof(struct cpu, leaf7_ebx), 30, PG_FEATURE_X86_AVX512},
		{offsetof(struct cpu, leaf7_ebx), 31, PG_FEATURE_X86_AVX512},
		{offsetof(struct cpu, xcr0), 1, VECTOR},
		{offsetof(struct cpu, xcr0), 2, VECTOR},
		{offsetof(struct cpu, xcr0), 5, PG_FEATURE_X86_AVX512},
		{offsetof(struct cpu, xcr0), 6, PG_FEATURE_X86_AVX512},
		{offsetof(struct cpu, xcr0), 7, PG_FEATURE_X86_AVX512},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cpu cpu = full;
		uint32_t word;

		memcpy(&word, (char *)&cpu + cases[i].word, sizeof(word));
		word &= ~(1u << cases[i].bit);
		memcpy((char *)&cpu + cases[i].word, &word, sizeof(word));
		assert_int_equal(features_of(&cpu, 1),
				 (SSE | VECTOR) & ~cases[i].lost);
	}
}

/* This CPU, as the kernel sees it. */
static void test_against_the_kernel(void **state)
{
	static const struct {
		const char *flag;
		uint32_t feature;
	} flags[] = {
		{" ssse3 ", PG_FEATURE_X86_SSSE3},
		{" sha_ni ", PG_FEATURE_X86_SHANI},
		{" avx2 ", PG_FEATURE_X86_AVX2},
		{" avx512bw ", PG_FEATURE_X86_AVX512},
	};
	FILE *cpuinfo = fopen("/proc/cpuinfo", "r");
	char line[8192] = "";

	(void)state;
	assert_non_null(cpuinfo);
	while (strncmp(line, "flags", 5) != 0)
		assert_non_null(fgets(line, sizeof(line) - 1, cpuinfo));
	fclose(cpuinfo);
	line[strcspn(line, "\n")] = ' ';
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		assert_int_equal(strstr(line, flags[i].flag) != NULL,
				 (pg_host_features() & flags[i].feature) != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_one_bit_less),
		cmocka_unit_test(test_against_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
	puts("SKIP: these are x86_64's features");
	return 0;
}

#endif
