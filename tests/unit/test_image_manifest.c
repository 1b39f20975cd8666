/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_image_read(): manifests that contradict the file around them. */
#include "tests/unit/image_fixture.h"

/* A manifest that contradicts the file around it. Each is refused on reading,
 * before any digest is looked at. */
static void test_spoiled_manifest(void **state)
{
	enum {
		HEADER,
		PART,
		RANGE,
		INITRD_MIDDLE,
		COPY
	};
	static const struct {
		int table;
		size_t at;
		unsigned bytes;
		uint64_t value;
		enum pg_status status;
		const char *word;
	} cases[] = {
		{HEADER, 0, 1, 'p', PG_E_MAGIC, "magic"},
		{HEADER, offsetof(struct pg_manifest, version), 4, 9,
		 PG_E_VERSION, "version 9"},
		{HEADER, offsetof(struct pg_manifest, arch), 4, PG_ARCH_ARM64,
		 PG_E_ARCH, "arch"},
		{HEADER, offsetof(struct pg_manifest, bytes), 4, 0x100000,
		 PG_E_TRUNCATED, "announces"},
		{HEADER, offsetof(struct pg_manifest, ranges.count), 4, 99,
		 PG_E_SIZE, "99 ranges"},
		{HEADER, offsetof(struct pg_manifest, ranges.count), 4, 5,
		 PG_E_CORRUPT, "initrd: its ranges"},
		{HEADER, offsetof(struct pg_manifest, parts.count), 4, 0,
		 PG_E_RANGE, "ranges[0]"},
		{HEADER, offsetof(struct pg_manifest, policy), 4, 0,
		 PG_E_POLICY, "policy"},
		{HEADER, offsetof(struct pg_manifest, log.start), 8, 0x7000000,
		 PG_E_CORRUPT, "log"},
		{HEADER, offsetof(struct pg_manifest, handoff.entry), 8, 0x1000,
		 PG_E_HANDOFF, "handoff"},
		{PART, offsetof(struct pg_part, bytes), 8, BZ_IMAGE_BYTES + 1,
		 PG_E_CORRUPT, "it has 0x2001"},
		{PART, offsetof(struct pg_part, name), 1, 0, PG_E_RANGE,
		 "parts[0]"},
		{RANGE, offsetof(struct pg_range, start), 8, 0x400000,
		 PG_E_HANDOFF, "entry"},
		{RANGE, offsetof(struct pg_range, start), 8, UINT64_MAX,
		 PG_E_RANGE, "ranges[0]"},
		{RANGE, offsetof(struct pg_range, bytes), 8, 0x3000,
		 PG_E_CORRUPT, "its ranges have 0x3000"},
		{RANGE, offsetof(struct pg_range, part), 4, 99, PG_E_RANGE,
		 "ranges[0]"},
		{RANGE, offsetof(struct pg_range, part), 4, 1, PG_E_CORRUPT,
		 "kernel: its ranges have 0x0"},
		{RANGE, offsetof(struct pg_range, flags), 4, PG_RELATIVE,
		 PG_E_ORDER, "ranges[1]"},
		{INITRD_MIDDLE, offsetof(struct pg_range, bytes), 8, 0x1000,
		 PG_E_CORRUPT, "initrd: range 2 at"},
		{INITRD_MIDDLE, offsetof(struct pg_range, bytes), 8, 0x100001,
		 PG_E_ORDER, "ranges"},
		{COPY, offsetof(struct pg_copy, destination), 8, 0x9000000,
		 PG_E_CORRUPT, "copy 0"},
		{COPY, offsetof(struct pg_copy, bytes), 8, 0x40000000,
		 PG_E_COPY, "copies[0]"},
	};
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	size_t at = offset_of(file, pg_image_manifest_address(image));
	const struct pg_manifest m = *pg_image_manifest(image);
	const size_t tables[] = {at, at + m.parts.offset, at + m.ranges.offset,
				 at + m.ranges.offset +
					 (m.ranges.count - 2) *
						 sizeof(struct pg_range),
				 at + m.copies.offset};
	struct pg_error error;

	(void)state;
	pg_image_free(image);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t field = tables[cases[i].table] + cases[i].at;
		uint8_t saved[8];

		memcpy(saved, file + field, 8);
		for (unsigned k = 0; k < cases[i].bytes; k++)
			file[field + k] = (uint8_t)(cases[i].value >> (8 * k));
		image = pg_image_read((struct pg_bytes){file, size}, &error);
		assert_null(image);
		expect_error(error.status, cases[i].status, &error,
			     cases[i].word);
		memcpy(file + field, saved, 8);
	}
	expect_ok(judge(file, size, &error), &error);
	free(file);
}

/* The last range claims the first part, whose own ranges came long before. */
static void test_scattered_part(void **state)
{
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	size_t at = offset_of(file, pg_image_manifest_address(image));
	const struct pg_manifest m = *pg_image_manifest(image);
	size_t initrd = find_part(image, "initrd");
	struct pg_error error;

	(void)state;
	assert_int_equal(initrd, m.parts.count - 1);
	pg_image_free(image);
	pg_store_le32(file + at + m.ranges.offset +
			      (m.ranges.count - 1) * sizeof(struct pg_range) +
			      offsetof(struct pg_range, part),
		      0);
	pg_store_le64(file + at + m.parts.offset +
			      initrd * sizeof(struct pg_part) +
			      offsetof(struct pg_part, bytes),
		      2 * PG_RANGE_BYTES);
	expect_error(judge(file, size, &error), PG_E_CORRUPT, &error,
		     "belongs to a part that came before");
	free(file);
}

/* Ranges that cover a part, but are not cut as they must be. */
static void test_wrong_cuts(void **state)
{
	const size_t start = offsetof(struct pg_range, start);
	const size_t bytes = offsetof(struct pg_range, bytes);
	const uint64_t half = PG_RANGE_BYTES / 2;
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	size_t at = offset_of(file, pg_image_manifest_address(image));
	const struct pg_manifest m = *pg_image_manifest(image);
	uint8_t *last = file + at + m.ranges.offset +
			(m.ranges.count - 1) * sizeof(struct pg_range);
	uint8_t *middle = last - sizeof(struct pg_range);
	uint8_t saved[2 * sizeof(struct pg_range)];
	uint64_t rest = pg_load_le64(last + bytes);
	struct pg_error error;

	(void)state;
	pg_image_free(image);
	memcpy(saved, middle, sizeof(saved));
	/* A hole before the last. */
	pg_store_le64(last + start, pg_load_le64(last + start) + 1);
	expect_error(judge(file, size, &error), PG_E_CORRUPT, &error,
		     "initrd: range 2");
	/* Half a range from one to the other. */
	memcpy(middle, saved, sizeof(saved));
	pg_store_le64(middle + bytes, half);
	pg_store_le64(last + start, pg_load_le64(middle + start) + half);
	pg_store_le64(last + bytes, rest + half);
	expect_error(judge(file, size, &error), PG_E_CORRUPT, &error,
		     "initrd: range 2");
	/* Both in one. */
	memcpy(middle, saved, sizeof(saved));
	pg_store_le64(middle + bytes, PG_RANGE_BYTES + rest);
	pg_store_le32(file + at + offsetof(struct pg_manifest, ranges.count),
		      m.ranges.count - 1);
	expect_error(judge(file, size, &error), PG_E_CORRUPT, &error,
		     "initrd: range 1");
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spoiled_manifest),
		cmocka_unit_test(test_scattered_part),
		cmocka_unit_test(test_wrong_cuts),
	};

	return cmocka_run_group_tests_name("image_manifest", tests, begin, end);
}
