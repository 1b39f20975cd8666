/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_manifest_write() and pg_manifest_read(): both byte orders, and hostile
 * tables. */
#include <stdio.h>

#include "pack/manifest/manifest_codec.h"
#include "tests/unit/synthetic.h"

/* No field is missing and none is too long: the lists cover the structures. */
static void test_fields_cover(void **state)
{
	static const struct pg_fields *const all[] = {
		&pg_manifest_fields, &pg_part_fields, &pg_range_fields,
		&pg_fill_fields, &pg_copy_fields};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		size_t bytes = 0;

		for (size_t k = 0; k < all[i]->count; k++)
			bytes += all[i]->field[k].bytes;
		assert_int_equal(bytes, all[i]->bytes);
	}
}

struct whole {
	struct pg_manifest header;
	struct pg_part parts[1];
	struct pg_range ranges[1];
	struct pg_fill fills[1];
	struct pg_copy copies[1];
};

/* Every integer is its own offset in a recognisable form. */
static void make(struct whole *w)
{
	memset(w, 0, sizeof(*w));
	w->header = (struct pg_manifest){
		.version = PG_MANIFEST_VERSION,
		.arch = PG_ARCH_S390X,
		.bytes = sizeof(*w),
		.flags = PG_MANIFEST_NO_WIDE_VECTORS,
		.parts = {offsetof(struct whole, parts), 1},
		.ranges = {offsetof(struct whole, ranges), 1},
		.fills = {offsetof(struct whole, fills), 1},
		.copies = {offsetof(struct whole, copies), 1},
		.swap_start = 0x5860616263646566,
		.swap_bytes = 0x6061626364656667,
		.handoff = {.protocol = PG_HANDOFF_LINUX_S390X,
			    .flags = 0x6c6d6e6f,
			    .entry = 0x7071727374757677,
			    .args = {0x78, 0x80, 0x88, 0x90}},
		.console = {PG_CONSOLE_SCLP, 0x9c, 0xa0, 0xa8, 0xac},
		.console_twin = {PG_CONSOLE_SCLP, 0xb4, 0xb8, 0xc0, 0xc4},
		.reset = {PG_RESET_ARCH, 0xcc, 0xd0},
		.log = {0xd8, 0xe0, 0xe4},
		.policy = PG_POLICY_STOP,
		.policy_twin = PG_POLICY_BOOT,
		.ticks_per_second = 0xf0f1f2f3f4f5f6f7,
	};
	memcpy(w->header.magic, PG_MANIFEST_MAGIC, 8);
	memset(w->header.self_sha256, 0xaa, 32);
	w->parts[0] = (struct pg_part){.name = "kernel",
				       .bytes = 0x0102030405060708,
				       .kind = PG_PART_KERNEL};
	memset(w->parts[0].sha256, 0xbb, 32);
	w->ranges[0] = (struct pg_range){.start = 0x1112131415161718,
					 .bytes = 0x2122232425262728,
					 .flags = PG_RANGE_SKIP};
	memset(w->ranges[0].sha256, 0xcc, 32);
	w->fills[0] = (struct pg_fill){0x31, 0x32, 0x33, 0x34};
	w->copies[0] = (struct pg_copy){0x41, 0x42, 0x43, 0x44, 0x45};
}

static void expect_hex(const uint8_t *at, const char *hex)
{
	for (size_t i = 0; hex[2 * i] != '\0'; i++) {
		char byte[3];

		snprintf(byte, sizeof(byte), "%02x", at[i]);
		if (memcmp(byte, hex + 2 * i, 2) != 0)
			print_error("byte %zu of %s\n", i, hex);
		assert_memory_equal(byte, hex + 2 * i, 2);
	}
}

/* Written on any machine, an s390x manifest has these bytes. */
static void test_golden_s390x(void **state)
{
	uint8_t out[sizeof(struct whole)];
	struct whole w;

	(void)state;
	make(&w);
	pg_manifest_write(&w.header, true, out);
	expect_hex(out, "5055524741544f52" /* PURGATOR */
			"0000000100000004" /* version, arch */
			"000001b000000001" /* bytes, flags */
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			"000000f800000001" /* parts */
			"0000014000000001" /* ranges */
			"0000017800000001" /* fills */
			"0000019000000001" /* copies */
			"5860616263646566" /* swap */
			"6061626364656667"
			"000000046c6d6e6f7071727374757677" /* handoff */
			"00000000000000780000000000000080"
			"00000000000000880000000000000090"
			"000000070000009c00000000000000a0" /* console */
			"000000a8000000ac"
			"00000007000000b400000000000000b8" /* twin */
			"000000c0000000c4"
			"00000000000000cc00000000000000d0" /* reset */
			"00000000000000d8000000e0000000e4" /* log */
			"0000000100000003"		   /* policy and twin */
			"f0f1f2f3f4f5f6f7");		   /* ticks */
	expect_hex(out + offsetof(struct whole, parts) + 24,
		   "0102030405060708bb");
	expect_hex(out + offsetof(struct whole, parts) + 64,
		   "0000000100000000");
	expect_hex(out + offsetof(struct whole, ranges),
		   "11121314151617182122232425262728cc");
	expect_hex(out + offsetof(struct whole, ranges) + 48,
		   "0000000000000002");
	expect_hex(out + offsetof(struct whole, fills),
		   "000000000000003100000000000000320000003300000034");
	expect_hex(out + offsetof(struct whole, copies),
		   "00000000000000410000000000000042"
		   "00000000000000430000004400000045");
}

/* The same, the other way round, for the parts that matter. */
static void test_golden_little(void **state)
{
	uint8_t out[sizeof(struct whole)];
	struct whole w;

	(void)state;
	make(&w);
	pg_manifest_write(&w.header, false, out);
	expect_hex(out, "5055524741544f520100000004000000b001000001000000");
	expect_hex(out + 56, "f80000000100000040010000010000007801000001000000"
			     "90010000010000006665646362616058");
	expect_hex(out + offsetof(struct whole, ranges),
		   "18171615141312112827262524232221cc");
}

static void test_round_trip(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		uint8_t out[sizeof(struct whole) + 100];
		struct pg_manifest *back;
		struct pg_error error;
		struct whole w;

		make(&w);
		memset(out, 0xff, sizeof(out));
		pg_manifest_write(&w.header, big, out);
		expect_ok(pg_manifest_read((struct pg_bytes){out, sizeof(out)},
					   big, &back, &error),
			  &error);
		assert_memory_equal(back, &w, sizeof(w));
		free(back);
	}
}

struct spoiled {
	size_t at;
	uint32_t value;
	enum pg_status status;
	const char *word;
};

#define AT(field) offsetof(struct pg_manifest, field)

static const struct spoiled spoiled[] = {
	{AT(magic), 0, PG_E_MAGIC, "magic"},
	{AT(version), 2, PG_E_VERSION, "version 2"},
	{AT(bytes), 247, PG_E_SIZE, "247 bytes"},
	{AT(bytes), PG_MANIFEST_BYTES_MAX + 1, PG_E_SIZE, "impossible"},
	{AT(bytes), sizeof(struct whole) + 1, PG_E_TRUNCATED, "announces"},
	{AT(ranges.offset), 0xfffffff8, PG_E_SIZE, "ranges"},
	{AT(ranges.offset), 240, PG_E_SIZE, "ranges"},
	{AT(ranges.offset), 0x141, PG_E_SIZE, "ranges"},
	{AT(ranges.count), 0xffffffff, PG_E_SIZE, "4294967295 ranges"},
	{AT(ranges.count), 4, PG_E_SIZE, "4 ranges"},
	{AT(fills.count), 65, PG_E_SIZE, "65 fills"},
	{AT(copies.count), 2, PG_E_SIZE, "2 copies"},
};

static void test_spoiled(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(spoiled) / sizeof(*spoiled); i++) {
		uint8_t *out = malloc(sizeof(struct whole));
		struct pg_manifest *back = NULL;
		struct pg_error error;
		enum pg_status status;
		struct whole w;

		assert_non_null(out);
		make(&w);
		pg_manifest_write(&w.header, true, out);
		pg_store_be32(out + spoiled[i].at, spoiled[i].value);
		status = pg_manifest_read(
			(struct pg_bytes){out, sizeof(struct whole)}, true,
			&back, &error);
		expect_error(status, spoiled[i].status, &error,
			     spoiled[i].word);
		assert_null(back);
		free(out);
	}
}

/* Tables that overlap can be read; what they say is for pg_manifest_check() to
 * judge. Nothing is converted twice. */
static void test_overlapping_tables(void **state)
{
	uint8_t out[sizeof(struct whole)];
	struct pg_manifest *back;
	struct pg_error error;
	struct whole w;

	(void)state;
	make(&w);
	w.header.fills = w.header.ranges;
	pg_manifest_write(&w.header, false, out);
	expect_ok(pg_manifest_read((struct pg_bytes){out, sizeof(out)}, false,
				   &back, &error),
		  &error);
	assert_int_equal(
		pg_load_le64(out + w.header.ranges.offset),
		*(uint64_t *)((uint8_t *)back + w.header.ranges.offset));
	free(back);
}

/* A table without entries may say any offset. */
static void test_empty_table(void **state)
{
	uint8_t out[sizeof(struct whole)];
	struct pg_manifest *back;
	struct pg_error error;
	struct whole w;

	(void)state;
	make(&w);
	pg_manifest_write(&w.header, false, out);
	pg_store_le32(out + AT(copies.offset), 0xffffffff);
	pg_store_le32(out + AT(copies.count), 0);
	expect_ok(pg_manifest_read((struct pg_bytes){out, sizeof(out)}, false,
				   &back, &error),
		  &error);
	free(back);
}

static void test_truncated(void **state)
{
	uint8_t whole[sizeof(struct whole)];
	struct pg_manifest *back;
	struct pg_error error;
	struct whole w;

	(void)state;
	make(&w);
	pg_manifest_write(&w.header, false, whole);
	for (size_t size = 1; size < sizeof(whole); size++) {
		uint8_t *out = malloc(size);

		assert_non_null(out);
		memcpy(out, whole, size);
		expect_error(pg_manifest_read((struct pg_bytes){out, size},
					      false, &back, &error),
			     PG_E_TRUNCATED, &error, "manifest");
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields_cover),
		cmocka_unit_test(test_golden_s390x),
		cmocka_unit_test(test_golden_little),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_overlapping_tables),
		cmocka_unit_test(test_empty_table),
		cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
