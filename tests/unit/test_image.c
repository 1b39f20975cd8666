/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_pack(): what is in an image, and what cannot be packed. */
#include "tests/unit/image_fixture.h"

static void test_round_trip(void **state)
{
	size_t size, count = 0, ranges = 0;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	const struct pg_manifest *m = pg_image_manifest(image);
	uint8_t *bzimage = make_bzimage();
	struct pg_part_view part;
	struct pg_error error;
	uint64_t last = 0;

	(void)state;
	expect_ok(pg_image_verify(image, &error), &error);
	assert_int_equal(pg_image_part_count(image), 4);
	part = pg_image_part(image, find_part(image, "kernel"));
	assert_int_equal(part.content.size, BZ_IMAGE_BYTES);
	assert_memory_equal(part.content.data, bzimage + BZ_SETUP_BYTES,
			    BZ_IMAGE_BYTES);
	assert_int_equal(part.address % BZ_ALIGNMENT, 0);
	assert_int_equal(m->handoff.protocol, PG_HANDOFF_LINUX_X86_64);
	assert_int_equal(m->handoff.entry, part.address + 0x200);
	part = pg_image_part(image, find_part(image, "cmdline"));
	assert_int_equal(part.content.size, 14);
	assert_memory_equal(part.content.data, "console=ttyS0", 14);
	/* 103 bytes short of 2 MiB and 126 more: padded to four between. */
	part = pg_image_part(image, find_part(image, "initrd"));
	assert_int_equal(part.content.size,
			 (INITRD_BYTES - 20 + 3) / 4 * 4 + 20);
	assert_int_equal(part.content.data[INITRD_BYTES - 20], 0);
	assert_int_equal(part.content.data[(INITRD_BYTES - 20 + 3) / 4 * 4], 5);
	assert_int_equal(part.range_count, 3);
	part = pg_image_part(image, find_part(image, "boot_params"));
	assert_int_equal(m->handoff.args[0], part.address);
	assert_int_equal(part.content.size, 4096);
	for (size_t i = 0; i < pg_image_segment_count(image); i++) {
		struct pg_segment s = pg_image_segment(image, i);

		assert_true(s.address >= WINDOW && s.address >= last);
		last = s.address + s.memory_bytes;
		assert_true(last <= WINDOW + WINDOW_BYTES);
		count += strcmp(s.name, "purgatory") == 0 &&
			 s.address == pg_image_purgatory(image);
		count += strcmp(s.name, "backup") == 0 &&
			 s.memory_bytes == 640 * 1024;
		count += strcmp(s.name, "log") == 0 &&
			 s.address == m->log.start && s.memory_bytes == 65536;
		count += strcmp(s.name, "initrd") == 0;
	}
	assert_int_equal(count, 4);
	assert_int_equal(pg_image_manifest_address(image),
			 pg_image_purgatory(image) + PE_MEMORY_BYTES);
	assert_int_equal(pg_image_fill_count(image), 0);
	assert_int_equal(pg_image_copy_count(image), 1);
	assert_int_equal(pg_image_copy(image, 0).source, 0);
	assert_int_equal(pg_image_copy(image, 0).bytes, 640 * 1024);
	for (size_t i = 0; i < pg_image_part_count(image); i++)
		ranges += pg_image_part(image, i).range_count;
	assert_int_equal(ranges, pg_image_range_count(image));
	assert_int_equal(m->policy, PG_POLICY_STOP);
	assert_int_equal(m->console.address, 0x3f8);
	pg_image_free(image);
	pg_image_free(NULL);
	free(bzimage);
	free(file);
}

/* boot_params leads to the initrd and the command line, where they are. */
static void test_boot_params(void **state)
{
	struct pg_pack_options options = {.command_line = "quiet"};

	(void)state;
	for (int with_initrd = 0; with_initrd < 2; with_initrd++) {
		size_t size;
		uint8_t *file = with_initrd ? make_image(&size)
					    : pack_with(&options, &size);
		struct pg_image *image = read_image(file, size);
		const uint8_t *bp =
			pg_image_part(image, find_part(image, "boot_params"))
				.content.data;

		assert_int_equal(
			pg_load_le32(bp + 0x228),
			pg_image_part(image, find_part(image, "cmdline"))
				.address);
		assert_int_equal(pg_image_part_count(image), 3 + with_initrd);
		if (with_initrd) {
			struct pg_part_view initrd = pg_image_part(
				image, find_part(image, "initrd"));

			assert_int_equal(pg_load_le32(bp + 0x218),
					 initrd.address);
			assert_int_equal(pg_load_le32(bp + 0x21c),
					 initrd.content.size);
		} else {
			assert_int_equal(pg_load_le64(bp + 0x218), 0);
		}
		pg_image_free(image);
		free(file);
	}
}

/* The next kernel's memory map: low memory and the window, and in it reserved
 * what the purgatory leaves behind. */
static void test_e820(void **state)
{
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	struct pg_part_view part =
		pg_image_part(image, find_part(image, "boot_params"));
	const uint8_t *bp = part.content.data;
	uint64_t end = 0, ram = 0, reserved = 0;
	bool log_reserved = false, purgatory_reserved = false;

	(void)state;
	for (size_t i = 0; i < bp[0x1e8]; i++) {
		const uint8_t *entry = bp + 0x2d0 + 20 * i;
		uint64_t start = pg_load_le64(entry);
		uint64_t bytes = pg_load_le64(entry + 8);
		uint32_t type = pg_load_le32(entry + 16);

		assert_true(start >= end);
		assert_true(bytes != 0);
		end = start + bytes;
		if (i == 0) {
			assert_int_equal(start, 0x1000);
			assert_int_equal(end, 0x9f000);
			assert_int_equal(type, 1);
			continue;
		}
		*(type == 1 ? &ram : &reserved) += bytes;
		if (type != 2)
			continue;
		log_reserved |= start <= pg_image_manifest(image)->log.start &&
				end > pg_image_manifest(image)->log.start;
		purgatory_reserved |= start <= pg_image_purgatory(image) &&
				      end > pg_image_purgatory(image);
	}
	assert_int_equal(end, WINDOW + WINDOW_BYTES);
	assert_int_equal(ram + reserved, WINDOW_BYTES);
	/* Purgatory 3 pages, its manifest 1; log and backup. */
	assert_int_equal(reserved, 0x4000 + 0x10000 + 640 * 1024);
	assert_true(log_reserved);
	assert_true(purgatory_reserved);
	pg_image_free(image);
	free(file);
}

/* Flags of the program headers: nothing is writable and executable. */
static void test_elf_flags(void **state)
{
	size_t size, seen = 0;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);

	(void)state;
	for (size_t i = 1; i < pg_load_le16(file + EHDR(e_phnum)); i++) {
		uint32_t flags = pg_load_le32(file + PHDR(i, p_flags));
		const char *name = pg_image_segment(image, i - 1).name;

		assert_int_not_equal(flags & (PF_W | PF_X), PF_W | PF_X);
		if (strcmp(name, "kernel") == 0)
			assert_int_equal(flags, PF_R | PF_X);
		else if (strcmp(name, "purgatory") == 0)
			assert_int_equal(flags, PF_R | PF_X);
		else if (strcmp(name, "initrd") == 0)
			assert_int_equal(flags, PF_R);
		else if (strcmp(name, "log") == 0 ||
			 strcmp(name, "boot_params") == 0)
			assert_int_equal(flags, PF_R | PF_W);
		else
			continue;
		seen++;
	}
	assert_int_equal(seen, 5);
	pg_image_free(image);
	free(file);
}

static void test_reproducible(void **state)
{
	size_t size, again_size;
	uint8_t *file = make_image(&size), *again = make_image(&again_size);

	(void)state;
	assert_int_equal(size, again_size);
	assert_memory_equal(file, again, size);
	free(file);
	free(again);
}

static void test_pack_refuses(void **state)
{
	uint8_t *bzimage = make_bzimage();
	uint8_t *purgatory = make_purgatory(PG_ARCH_X86_64);
	struct pg_bytes empty = {bzimage, 0};
	struct pg_pack_options good = {.kernel = bzimage_bytes(bzimage),
				       .purgatory_elf =
					       purgatory_bytes(purgatory),
				       .window_start = WINDOW,
				       .window_bytes = WINDOW_BYTES};
	struct pg_pack_options bad;
	struct pg_error error;
	char long_line[BZ_CMDLINE_MAX + 2];

	(void)state;
	unlink(path);
	bad = good;
	bad.window_start = 0xff000;
	expect_error(pg_pack(&bad, path, &error), PG_E_OVERLAP, &error,
		     "first MiB");
	bad = good;
	bad.backup_bytes = WINDOW + 1;
	expect_error(pg_pack(&bad, path, &error), PG_E_OVERLAP, &error,
		     "backup");
	bad = good;
	bad.window_bytes = UINT64_MAX;
	expect_error(pg_pack(&bad, path, &error), PG_E_RANGE, &error, "window");
	bad = good;
	bad.window_bytes = 0x10000;
	expect_error(pg_pack(&bad, path, &error), PG_E_NO_SPACE, &error,
		     "kernel: needs 320 KiB");
	bad = good;
	bad.initrds = &empty;
	bad.initrd_count = 1;
	expect_error(pg_pack(&bad, path, &error), PG_E_TRUNCATED, &error,
		     "initrd: number 1");
	bad = good;
	bad.kernel.size--;
	expect_error(pg_pack(&bad, path, &error), PG_E_TRUNCATED, &error,
		     "kernel");
	bad = good;
	bad.purgatory_elf.size--;
	expect_error(pg_pack(&bad, path, &error), PG_E_TRUNCATED, &error,
		     "purgatory");
	bad = good;
	bad.policy = 9;
	expect_error(pg_pack(&bad, path, &error), PG_E_POLICY, &error,
		     "policy");
	memset(long_line, 'a', sizeof(long_line));
	long_line[sizeof(long_line) - 1] = '\0';
	bad = good;
	bad.command_line = long_line;
	expect_error(pg_pack(&bad, path, &error), PG_E_LIMIT, &error,
		     "command line");
	assert_int_equal(access(path, F_OK), -1); /* nothing was written */
	long_line[sizeof(long_line) - 2] = '\0';
	expect_ok(pg_pack(&bad, path, &error), &error);
	free(bzimage);
	free(purgatory);
}

/* An image for a big-endian machine, and its reading here. */
static void test_s390x(void **state)
{
	uint8_t *elf = make_purgatory(PG_ARCH_S390X);
	struct pg_handoff handoff = {.protocol = PG_HANDOFF_LINUX_S390X};
	struct pg_part_spec spec = {.name = "kernel",
				    .kind = PG_PART_KERNEL,
				    .content = {elf, PE_BYTES},
				    .memory_bytes = 0x2000,
				    .flags = PG_SPEC_FILL};
	struct pg_error error;
	struct pg_plan *plan =
		pg_plan_new(PG_ARCH_S390X, purgatory_bytes(elf), &error);
	struct pg_image *image;
	size_t index, size, fill;
	uint8_t *file;

	(void)state;
	assert_non_null(plan);
	expect_ok(pg_plan_window(plan, 0x100000, 0x100000, &error), &error);
	expect_ok(pg_plan_part(plan, &spec, &index, &error), &error);
	expect_ok(pg_plan_place(plan, &error), &error);
	handoff.entry = pg_plan_address(plan, index) + 0x10;
	pg_plan_handoff(plan, &handoff);
	expect_ok(pg_plan_seal(plan, &error), &error);
	expect_ok(pg_plan_write_elf(plan, path, &error), &error);
	pg_plan_free(plan);
	file = slurp(path, &size);
	assert_int_equal(file[EI_DATA], ELFDATA2MSB);
	assert_int_equal(pg_load_be16(file + 18), EM_S390);
	image = read_image(file, size);
	expect_ok(pg_image_verify(image, &error), &error);
	assert_int_equal(pg_image_manifest(image)->arch, PG_ARCH_S390X);
	assert_int_equal(pg_image_fill(image, 0).bytes, 0x2000 - PE_BYTES);
	fill = (size_t)(image->manifest_raw.data - file) +
	       pg_image_manifest(image)->fills.offset;
	pg_image_free(image);
	pg_store_be64(file + fill, 0x40000000);
	assert_null(pg_image_read((struct pg_bytes){file, size}, &error));
	expect_error(error.status, PG_E_CORRUPT, &error, "fill 0");
	free(file);
	free(elf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_boot_params),
		cmocka_unit_test(test_e820),
		cmocka_unit_test(test_elf_flags),
		cmocka_unit_test(test_reproducible),
		cmocka_unit_test(test_pack_refuses),
		cmocka_unit_test(test_s390x),
	};

	return cmocka_run_group_tests_name("image", tests, begin, end);
}
