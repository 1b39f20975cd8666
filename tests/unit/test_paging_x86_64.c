/* SPDX-License-Identifier: BSD-2-Clause */
/* arch/x86_64/paging.c on page tables of our own: its source is included, with
 * the control registers replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define ARCH_X86_64_CPU_H /* the real instructions stay out */
#define X86_CR4_LA57	  (UINT64_C(1) << 12)
static uint64_t cr3, cr4;
static unsigned dropped;

static uint64_t x86_read_cr3(void)
{
	return cr3;
}

static uint64_t x86_read_cr4(void)
{
	return cr4;
}

static void x86_invlpg(uint64_t address)
{
	(void)address;
	dropped++;
}

#include "arch/x86_64/paging.c"

#define KIB4 UINT64_C(0x1000)
#define MIB2 UINT64_C(0x200000)
#define GIB  UINT64_C(0x40000000)

static uint64_t tables[8][ENTRIES] __attribute__((aligned(4096)));

static uint64_t to(unsigned table)
{
	return pg_address(tables[table]) | ENTRY_PRESENT | ENTRY_WRITE;
}

/* Four levels: [0, 2 MiB) in pages of 4 KiB, the rest of the first GiB in pages
 * of 2 MiB, the second as one. Of five, table 4 is above. */
static void begin(unsigned levels)
{
	unsigned i;

	memset(tables, 0, sizeof(tables));
	memset(spare, 0, sizeof(spare));
	spare_used = 0;
	dropped = 0;
	cr3 = pg_address(tables[levels == 5 ? 4 : 0]);
	cr4 = levels == 5 ? X86_CR4_LA57 : 0;
	tables[4][0] = to(0);
	tables[0][0] = to(1);
	tables[1][0] = to(2);
	tables[1][1] = GIB | ENTRY_PRESENT | ENTRY_LARGE;
	tables[2][0] = to(3);
	for (i = 1; i < ENTRIES; i++)
		tables[2][i] = i * MIB2 | ENTRY_PRESENT | ENTRY_LARGE;
	for (i = 0; i < ENTRIES; i++)
		tables[3][i] = i * KIB4 | ENTRY_PRESENT;
}

static void test_mapped(void **state)
{
	unsigned levels;

	(void)state;
	for (levels = 4; levels <= 5; levels++) {
		begin(levels);
		assert_true(pg_x86_identity_mapped(0, 2 * GIB));
		assert_true(pg_x86_identity_mapped(2 * GIB - 1, 1));
		assert_true(pg_x86_identity_mapped(4 * GIB, 0));
		assert_false(pg_x86_identity_mapped(2 * GIB - 1, 2));
		assert_false(pg_x86_identity_mapped(UINT64_MAX, 2));
		assert_false(pg_x86_identity_mapped(UINT64_C(1) << 63, 1));
		/* Not all of a page's bits are its address. */
		tables[2][7] |= UINT64_C(1) << 63 | 0xe60;
		assert_true(pg_x86_identity_mapped(7 * MIB2, MIB2));
	}
	/* An address with a sign is none, though tables can be made for it. */
	begin(4);
	tables[0][ENTRIES / 2] = to(6);
	tables[6][0] = UINT64_C(1) << 47 | ENTRY_PRESENT | ENTRY_LARGE;
	assert_false(pg_x86_identity_mapped(UINT64_C(1) << 47, 1));
	tables[0][ENTRIES / 2 - 1] = to(6);
	tables[6][0] = UINT64_C(0xff) << 39 | ENTRY_PRESENT | ENTRY_LARGE;
	assert_true(pg_x86_identity_mapped(UINT64_C(0xff) << 39, 1));
}

/* Each size of page, gone or with one bit of its address wrong. */
static void test_wrong(void **state)
{
	static const struct {
		unsigned table, index;
		uint64_t page;
	} pages[] = {{3, 5, KIB4}, {2, 9, MIB2}, {1, 1, GIB}};
	unsigned i, bit;

	(void)state;
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		const uint64_t at = pages[i].index * pages[i].page;
		uint64_t *entry;

		begin(4);
		entry = &tables[pages[i].table][pages[i].index];
		assert_true(pg_x86_identity_mapped(at + 1, 1));
		*entry &= ~ENTRY_PRESENT;
		assert_false(pg_x86_identity_mapped(at + 1, 1));
		assert_false(pg_x86_identity_mapped(0, at + 1));
		assert_true(pg_x86_identity_mapped(0, at));
		assert_int_equal(
			pg_x86_identity_mapped(at + pages[i].page, KIB4),
			pages[i].page != GIB);
		*entry |= ENTRY_PRESENT;
		for (bit = 12; bit < 52; bit++) {
			if (UINT64_C(1) << bit < pages[i].page)
				continue;
			*entry ^= UINT64_C(1) << bit;
			assert_false(pg_x86_identity_mapped(at, 1));
			*entry ^= UINT64_C(1) << bit;
		}
	}
}

static void test_device(void **state)
{
	const uint64_t device = UINT64_C(0xfe032000);

	(void)state;
	begin(4);
	assert_true(pg_x86_map_device(device));
	assert_int_equal(dropped, 1);
	assert_int_equal(spare_used, 1);
	assert_true(pg_x86_identity_mapped(device, 4));
	assert_int_equal(spare[0][device / MIB2 % ENTRIES] &
				 (ENTRY_UNCACHED | ENTRY_THROUGH),
			 ENTRY_UNCACHED | ENTRY_THROUGH);
	/* What is there stays, of each size. */
	assert_false(pg_x86_map_device(device));
	assert_false(pg_x86_map_device(3 * MIB2));
	assert_false(pg_x86_map_device(GIB + 3 * MIB2));
	assert_int_equal(spare_used, 1);
	/* The tables that we have are used up. */
	assert_true(pg_x86_map_device(UINT64_C(1) << 40));
	assert_int_equal(spare_used, 3);
	assert_false(pg_x86_map_device(UINT64_C(1) << 41));
	assert_false(pg_x86_map_device(UINT64_C(1) << 47));
	begin(5);
	assert_true(pg_x86_map_device(UINT64_C(1) << 50));
	assert_int_equal(spare_used, 3);
	assert_true(pg_x86_identity_mapped(UINT64_C(1) << 50, MIB2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mapped),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
