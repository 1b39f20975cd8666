/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does the assembly keep what its callers rely on? Callee-saved registers,
 * the stack pointer and the caller's part of the stack, the direction flag,
 * the control registers of floating point, the upper halves of the vector
 * registers, the lanes that it was not given, and its input, which lies in
 * memory that cannot be written. The checker is checked with routines that
 * have one fault each.
 */
#include <stdio.h>

#include "tests/unit/sha256_reference.h"

#if defined(__x86_64__)

#include <sys/mman.h>

#include "arch/x86_64/sha256_shani.h"
#include "arch/x86_64/sha256_vectors.h"
#include "purgatorio/sha256.h"
#include "tests/unit/abi_x86_64.h"

#define LANES	       20 /* more than any routine here is given */
#define BLOCKS_MAX     9
#define BYTES	       ((size_t)LANES * BLOCKS_MAX * 64)
#define FLAG_DIRECTION (1u << 10)

enum fault {
	FAULT_REGISTER = 0x1,
	FAULT_RSP = 0x2,
	FAULT_DIRECTION = 0x4,
	FAULT_MXCSR = 0x8,
	FAULT_X87 = 0x10,
	FAULT_STACK = 0x20,
	FAULT_UPPER = 0x40,
	FAULT_MEMORY = 0x80,
	FAULT_RESULT = 0x100,
};

/* Canaries on both sides of the lanes. */
struct arena {
	uint8_t before[64];
	struct pg_sha256_lane lanes[LANES];
	uint8_t after[64];
};

typedef void (*routine)(struct pg_sha256_lane *lanes, uint64_t blocks);

static uint64_t seed = 8;

static unsigned state_faults(const struct abi_state state[2])
{
	const struct abi_state *a = &state[0], *b = &state[1];
	unsigned faults = 0;

	if (memcmp(a->kept, b->kept, sizeof(a->kept)) != 0)
		faults |= FAULT_REGISTER;
	if (a->rsp != b->rsp)
		faults |= FAULT_RSP;
	if (b->flags & FLAG_DIRECTION)
		faults |= FAULT_DIRECTION;
	if (a->mxcsr != b->mxcsr)
		faults |= FAULT_MXCSR;
	if ((uint16_t)a->x87 != (uint16_t)b->x87)
		faults |= FAULT_X87;
	if (memcmp(a->stack, b->stack, sizeof(a->stack)) != 0)
		faults |= FAULT_STACK;
	for (size_t i = 0; a->avx && i < 16; i++) {
		if (memcmp(a->vectors[i] + 16, b->vectors[i] + 16, 16) != 0)
			faults |= FAULT_UPPER;
	}
	return faults;
}

/* Calls @called, which may do what it likes to lanes[0] to lanes[@count - 1],
 * and must do what portable C does when @hashes. */
static unsigned faults_of(routine called, size_t count, uint64_t blocks,
			  int hashes, const uint8_t *data)
{
	struct arena arena, want;
	struct abi_state state[2];
	unsigned faults;

	random_fill(&arena, sizeof(arena), &seed);
	for (size_t i = 0; i < LANES; i++)
		arena.lanes[i].data = data + i * blocks * 64 + i;
	want = arena;
	random_fill(state, sizeof(state), &seed);
	state[0].avx = (pg_host_features() & PG_FEATURE_X86_AVX2) != 0;

	abi_call((void (*)(void))called, arena.lanes, blocks, state);

	faults = state_faults(state);
	for (size_t i = 0; hashes && i < count; i++) {
		struct pg_sha256_lane *lane = &want.lanes[i];

		pg_sha256_blocks(lane->state, lane->data, blocks);
		lane->data += 64 * blocks;
		if (memcmp(lane, &arena.lanes[i], sizeof(*lane)) != 0)
			faults |= FAULT_RESULT;
	}
	memcpy(want.lanes, arena.lanes, count * sizeof(arena.lanes[0]));
	if (memcmp(&want, &arena, sizeof(arena)) != 0)
		faults |= FAULT_MEMORY;
	return faults;
}

static uint8_t *read_only_data(void)
{
	uint8_t *data = mmap(NULL, BYTES + LANES, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(data, MAP_FAILED);
	random_fill(data, BYTES + LANES, &seed);
	assert_int_equal(mprotect(data, BYTES + LANES, PROT_READ), 0);
	return data;
}

/* @routine keeps all but what @allowed has, and hashes @count lanes. */
static void check(routine called, size_t count, unsigned allowed,
		  const uint8_t *data)
{
	for (size_t round = 0; round < 50; round++) {
		uint64_t blocks = 1 + random64(&seed) % BLOCKS_MAX;
		unsigned faults = faults_of(called, count, blocks, 1, data);

		assert_int_equal(faults & ~allowed, 0);
	}
}

/* The psABI lets a routine that uses ymm registers change their upper halves;
 * VZEROUPPER at its end even must. */
static void test_vectors(void **state)
{
	uint32_t features = pg_host_features();
	uint8_t *data;

	(void)state;
	if (!(features & PG_FEATURE_X86_AVX2)) {
		print_message("SKIP: this CPU has no AVX2\n");
		skip();
	}
	data = read_only_data();
	check(pg_sha256_avx2_x8, PG_AVX2_LANES, FAULT_UPPER, data);
	if (features & PG_FEATURE_X86_SHANI) {
		check(pg_sha256_shani_avx_x2, 2, FAULT_UPPER, data);
		check(pg_sha256_shani_avx_x4, 4, FAULT_UPPER, data);
	}
	if (features & PG_FEATURE_X86_AVX512)
		check(pg_sha256_avx512_x16, PG_AVX512_LANES, FAULT_UPPER, data);
	munmap(data, BYTES + LANES);
}

static void test_ssse3(void **state)
{
	uint8_t *data;

	(void)state;
	if (!(pg_host_features() & PG_FEATURE_X86_SSSE3)) {
		print_message("SKIP: this CPU has no SSSE3\n");
		skip();
	}
	data = read_only_data();
	check(pg_sha256_ssse3_x4, PG_SSSE3_LANES, 0, data);
	munmap(data, BYTES + LANES);
}

static void test_shani(void **state)
{
	static const routine routines[] = {
		pg_sha256_shani_x1,
		pg_sha256_shani_x2,
	};
	uint8_t *data;

	(void)state;
	if (!(pg_host_features() & PG_FEATURE_X86_SHANI)) {
		print_message("SKIP: this CPU has no SHA-NI\n");
		skip();
	}
	data = read_only_data();
	for (size_t n = 1; n <= 2; n++)
		check(routines[n - 1], n, 0, data);
	munmap(data, BYTES + LANES);
}

static void test_checker(void **state)
{
	static const struct {
		void (*routine)(void);
		unsigned faults;
	} cases[] = {
		{abi_nothing, 0},
		{abi_broken_rbx, FAULT_REGISTER},
		{abi_broken_r15, FAULT_REGISTER},
		{abi_broken_rbp, FAULT_REGISTER},
		{abi_broken_rsp, FAULT_RSP},
		{abi_broken_direction, FAULT_DIRECTION},
		{abi_broken_mxcsr, FAULT_MXCSR},
		{abi_broken_x87, FAULT_X87},
		{abi_broken_stack, FAULT_STACK},
		{abi_broken_lane, FAULT_MEMORY},
		{abi_broken_underrun, FAULT_MEMORY},
	};
	uint8_t *data = read_only_data();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			faults_of((routine)cases[i].routine, 1, 1, 0, data),
			cases[i].faults);
	/* What does nothing does not hash. */
	assert_int_equal(faults_of((routine)abi_nothing, 1, 1, 1, data),
			 FAULT_RESULT);
	munmap(data, BYTES + LANES);
}

static void test_checker_upper(void **state)
{
	uint8_t *data;

	(void)state;
	if (!(pg_host_features() & PG_FEATURE_X86_AVX2)) {
		print_message("SKIP: this CPU has no AVX2\n");
		skip();
	}
	data = read_only_data();
	assert_int_equal(faults_of((routine)abi_broken_upper, 1, 1, 0, data),
			 FAULT_UPPER);
	munmap(data, BYTES + LANES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checker),
		cmocka_unit_test(test_checker_upper),
		cmocka_unit_test(test_ssse3),
		cmocka_unit_test(test_shani),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
	puts("SKIP: no assembly for this machine");
	return 0;
}

#endif
