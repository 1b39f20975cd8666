/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory in blocks that can be plugged: what a capture kernel may use of it,
 * read as Linux reads it. */
#include "tests/unit/ppc64_machine.h"

#define NODE  "ibm,dynamic-reconfiguration-memory"
#define BLOCK 0x10000000u /* 256 MiB */
#define USED  0x8u
#define KEPT  0x80u

struct entry {
	uint64_t start;
	uint32_t blocks, flags;
};

static void put_table(const struct machine *m, bool sets,
		      const struct entry *entries, uint32_t count)
{
	uint8_t bytes[256] = {0}, *at = bytes + 4;

	pg_store_be32(bytes, count);
	for (uint32_t i = 0; i < count; i++, at += 24) {
		if (sets)
			pg_store_be32(at, entries[i].blocks);
		pg_store_be64(at + (sets ? 4 : 0), entries[i].start);
		pg_store_be32(at + 20, entries[i].flags);
	}
	CELLS(m, NODE "/ibm,lmb-size", 0, BLOCK);
	machine_put_bytes(m,
			  sets ? TREE "/" NODE "/ibm,dynamic-memory-v2"
			       : TREE "/" NODE "/ibm,dynamic-memory",
			  bytes, (size_t)(at - bytes));
}

/* One node of memory, as under PowerVM; the rest is blocks. */
static struct machine powervm(bool sets, const struct entry *entries,
			      uint32_t count)
{
	struct machine m = make_machine();

	machine_drop(&m, TREE "/memory@28000000");
	put_table(&m, sets, entries, count);
	return m;
}

static enum pg_status limit(const struct machine *m,
			    const struct pg_span *usable, size_t count,
			    struct pg_bytes *out)
{
	struct pg_bytes tree;
	enum pg_status status;
	char folder[128];

	snprintf(folder, sizeof(folder), "%s" TREE, m->root);
	expect_ok(pg_fdt_flatten(folder, &tree, &error), &error);
	status = pg_fdt_usable_memory(tree, usable, count, out, &error);
	free((void *)(uintptr_t)tree.data);
	return status;
}

static void expect(struct machine *m, const struct pg_span *usable,
		   size_t count, size_t words, const uint64_t *expected)
{
	struct pg_bytes out;
	const uint8_t *at;
	int bytes;

	expect_ok(limit(m, usable, count, &out), &error);
	expect_ok(pg_fdt_check(out, &error), &error);
	at = fdt_getprop(out.data, fdt_path_offset(out.data, "/" NODE),
			 "linux,drconf-usable-memory", &bytes);
	assert_non_null(at);
	assert_int_equal(bytes, 8 * words);
	for (size_t i = 0; i < words; i++)
		assert_int_equal(pg_load_be64(at + 8 * i), expected[i]);
	free((void *)(uintptr_t)out.data);
	machine_free(m);
}

/* Blocks that are not in use have no counter. */
static void test_versions(void **state)
{
	const struct entry single[] = {{0, 1, KEPT},
				       {0x30000000, 1, USED},
				       {0x40000000, 1, 0},
				       {0x50000000, 1, USED | KEPT},
				       {0x60000000, 1, USED}};
	const struct entry sets[] = {
		{0, 3, KEPT}, {0x30000000, 4, USED}, {0x80000000, 1000000, 0}};
	const struct pg_span usable[] = {
		{0, 0x38000000}, {0x3c000000, 0x1000}, {0x60001000, 0x10000}};
	const uint64_t one[] = {2,	0x30000000, 0x8000000,	0x3c000000,
				0x1000, 1,	    0x60001000, 0x10000};
	const uint64_t four[] = {2, 0x30000000, 0x8000000, 0x3c000000, 0x1000,
				 0, 0,		1,	   0x60001000, 0x10000};
	struct machine m = powervm(false, single, 5);

	(void)state;
	expect(&m, usable, 3, 8, one);
	m = powervm(true, sets, 3);
	expect(&m, usable, 3, 10, four);
}

static void test_none_used(void **state)
{
	const struct entry entry = {0x30000000, 16, 0};
	const struct pg_span usable = {0, 0x40000000};
	const uint64_t nothing[] = {0};
	struct machine m = powervm(true, &entry, 1);

	(void)state;
	expect(&m, &usable, 1, 1, nothing);
}

/* A machine without blocks gets no property. */
static void test_absent(void **state)
{
	const struct pg_span usable = {0, 0x40000000};
	struct machine m = make_machine();
	struct pg_bytes out;

	(void)state;
	expect_ok(limit(&m, &usable, 1, &out), &error);
	assert_true(fdt_path_offset(out.data, "/" NODE) < 0);
	free((void *)(uintptr_t)out.data);
	machine_free(&m);
}

static void refuse_table(struct machine *m)
{
	const struct pg_span usable = {0, 0x40000000};
	struct pg_bytes out = {NULL, 0};

	expect_error(limit(m, &usable, 1, &out), PG_E_CORRUPT, &error,
		     "its blocks");
	assert_null(out.data);
	machine_free(m);
}

static void test_hostile(void **state)
{
	const struct entry wraps = {UINT64_MAX - BLOCK, 2, USED};
	const struct entry many = {0, UINT32_MAX, USED};
	const struct entry fine = {0x30000000, 2, USED};
	uint8_t count[28] = {0};
	struct machine m = powervm(true, &wraps, 1);

	(void)state;
	refuse_table(&m);
	m = powervm(true, &many, 1);
	refuse_table(&m);
	m = powervm(true, &fine, 1);
	CELLS(&m, NODE "/ibm,lmb-size", 0, 0);
	refuse_table(&m);
	m = powervm(true, &fine, 1);
	CELLS(&m, NODE "/ibm,lmb-size", BLOCK);
	refuse_table(&m);
	m = powervm(true, &fine, 1);
	machine_drop(&m, TREE "/" NODE "/ibm,dynamic-memory-v2");
	refuse_table(&m);
	m = powervm(true, &fine, 1);
	machine_put_bytes(&m, TREE "/" NODE "/ibm,dynamic-memory-v2", count, 3);
	refuse_table(&m);
	/* one more than there are */
	m = powervm(true, &fine, 1);
	pg_store_be32(count, 2);
	machine_put_bytes(&m, TREE "/" NODE "/ibm,dynamic-memory-v2", count,
			  sizeof(count));
	refuse_table(&m);
}

/* A crash load, up to the tree that the capture kernel gets. */
static void test_load(void **state)
{
	const struct entry sets[] = {{0, 3, KEPT}, {0x80000000, 2, USED}};
	struct trial trial = begin_ppc64(PG_LOAD_CRASH);
	struct pg_bytes file;
	struct pg_image *image;
	const void *tree;

	(void)state;
	put_table(&trial.machine, true, sets, 2);
	image = plan(&trial, &file);
	tree = part(image, PG_PART_FDT).content.data;
	assert_int_equal(pair(tree, "/" NODE, "linux,drconf-usable-memory", 0),
			 0);
	assert_int_equal(pair(tree, "/" NODE, "linux,drconf-usable-memory", 1),
			 0);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_none_used),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
