/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_image_verify(): what one bit does, and what relative addresses do not. */
#include "purgatorio/sha256.h"
#include "tests/unit/image_fixture.h"

static void test_flipped_content(void **state)
{
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	struct pg_part_view part =
		pg_image_part(image, find_part(image, "initrd"));
	size_t at = (size_t)(part.content.data - file) + PG_RANGE_BYTES + 77;
	uint64_t purgatory = pg_image_purgatory(image);
	struct pg_error error;

	(void)state;
	pg_image_free(image);
	file[at] ^= 0x10;
	expect_error(judge(file, size, &error), PG_E_DIGEST, &error,
		     "initrd: range 2 of 3");
	assert_non_null(strstr(error.text, "expected SHA-256"));
	assert_non_null(strstr(error.text, "computed"));
	file[at] ^= 0x10;
	at = offset_of(file, purgatory) + PE_CONST_BYTES - 1;
	file[at] ^= 0x01;
	expect_error(judge(file, size, &error), PG_E_SELF, &error,
		     "purgatory and manifest");
	file[at] ^= 0x01;
	/* The console's baud rate, in the manifest. */
	at = offset_of(file, purgatory + PE_MEMORY_BYTES) +
	     offsetof(struct pg_manifest, console.baud);
	file[at] ^= 0x01;
	expect_error(judge(file, size, &error), PG_E_SELF, &error, "manifest");
	file[at] ^= 0x01;
	expect_ok(judge(file, size, &error), &error);
	free(file);
}

/* Makes the digest over purgatory and manifest right again, as a forger would
 * who has the tools. */
static void seal_anew(uint8_t *file, size_t purgatory, size_t manifest,
		      uint32_t bytes)
{
	uint8_t *self =
		file + manifest + offsetof(struct pg_manifest, self_sha256);
	struct pg_sha256 context;

	memset(self, 0, 32);
	pg_sha256_init(&context, 0);
	pg_sha256_update(&context, file + purgatory, PE_CONST_BYTES);
	pg_sha256_update(&context, file + manifest, bytes);
	pg_sha256_final(&context, self);
}

/* Subtracts @base from the address at @at and sets @flag at @flags_at. */
static void make_relative(uint8_t *at, uint8_t *flags_at, uint64_t base,
			  uint32_t flag)
{
	pg_store_le64(at, pg_load_le64(at) - base);
	pg_store_le32(flags_at, pg_load_le32(flags_at) | flag);
}

/* The same image with every address counted from the purgatory's. */
static void test_relative(void **state)
{
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	uint64_t base = pg_image_purgatory(image);
	size_t at = offset_of(file, pg_image_manifest_address(image));
	const struct pg_manifest m = *pg_image_manifest(image);
	struct pg_copy copy = pg_image_copy(image, 0);
	uint64_t initrd =
		pg_image_part(image, find_part(image, "initrd")).address;
	uint8_t *to = file + at;
	struct pg_error error;

	(void)state;
	pg_image_free(image);
	for (uint32_t i = 0; i < m.ranges.count; i++) {
		uint8_t *range =
			to + m.ranges.offset + i * sizeof(struct pg_range);

		make_relative(range, range + offsetof(struct pg_range, flags),
			      base, PG_RELATIVE);
	}
	make_relative(to + m.copies.offset +
			      offsetof(struct pg_copy, destination),
		      to + m.copies.offset + offsetof(struct pg_copy, flags),
		      base, PG_RELATIVE);
	make_relative(to + offsetof(struct pg_manifest, log.start),
		      to + offsetof(struct pg_manifest, log.flags), base,
		      PG_RELATIVE);
	make_relative(to + offsetof(struct pg_manifest, handoff.entry),
		      to + offsetof(struct pg_manifest, handoff.flags), base,
		      PG_RELATIVE);
	make_relative(to + offsetof(struct pg_manifest, handoff.args[0]),
		      to + offsetof(struct pg_manifest, handoff.flags), base,
		      PG_HANDOFF_ARG_RELATIVE(0));
	seal_anew(file, offset_of(file, base), at, m.bytes);
	expect_ok(judge(file, size, &error), &error);
	image = read_image(file, size);
	assert_int_equal(
		pg_image_part(image, find_part(image, "initrd")).address,
		initrd);
	assert_int_equal(pg_image_range(image, 0).flags, 0);
	assert_int_equal(pg_image_copy(image, 0).destination, copy.destination);
	assert_int_equal(pg_image_manifest(image)->log.start, m.log.start);
	assert_int_equal(pg_image_manifest(image)->handoff.entry,
			 m.handoff.entry);
	assert_int_equal(pg_image_manifest(image)->handoff.args[0],
			 m.handoff.args[0]);
	assert_int_equal(pg_image_manifest(image)->handoff.flags, 0);
	pg_image_free(image);
	free(file);
}

/* A part's digest that is wrong while its ranges and the manifest are right:
 * what a forger would leave who sealed it anew. */
static void test_wrong_whole(void **state)
{
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	size_t manifest = offset_of(file, pg_image_manifest_address(image));
	uint32_t bytes = pg_image_manifest(image)->bytes;
	uint32_t parts = pg_image_manifest(image)->parts.offset;
	size_t purgatory = offset_of(file, pg_image_purgatory(image));
	struct pg_error error;

	(void)state;
	pg_image_free(image);
	file[manifest + parts + offsetof(struct pg_part, sha256)] ^= 1;
	seal_anew(file, purgatory, manifest, bytes);
	expect_error(judge(file, size, &error), PG_E_DIGEST, &error,
		     "as a whole");
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flipped_content),
		cmocka_unit_test(test_wrong_whole),
		cmocka_unit_test(test_relative),
	};

	return cmocka_run_group_tests_name("image_digests", tests, begin, end);
}
