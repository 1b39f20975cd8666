/* SPDX-License-Identifier: BSD-2-Clause */
/* Images: written, read back, verified, shown; and hostile ones. */
#include <stdio.h>
#include <unistd.h>

#include "pack/image.h"
#include "pack/image_note.h"
#include "pack/plan.h"
#include "purgatorio/sha256.h"
#include "tests/unit/synthetic.h"

#define WINDOW	     0x10000000ull
#define WINDOW_BYTES 0x4000000ull
#define INITRD_BYTES (0x200000 + 123)

/* Reads the file at @path into malloc(3) memory. */
static uint8_t *slurp(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	long end;

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	end = ftell(file);
	rewind(file);
	bytes = malloc((size_t)end);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, (size_t)end, file), end);
	fclose(file);
	*size = (size_t)end;
	return bytes;
}

static char path[64];

static uint8_t *pack_with(struct pg_pack_options *options, size_t *size)
{
	uint8_t *bzimage = make_bzimage();
	uint8_t *purgatory = make_purgatory(PG_ARCH_X86_64);
	struct pg_error error;

	options->kernel = bzimage_bytes(bzimage);
	options->purgatory_elf = purgatory_bytes(purgatory);
	if (options->window_bytes == 0) {
		options->window_start = WINDOW;
		options->window_bytes = WINDOW_BYTES;
	}
	expect_ok(pg_pack(options, path, &error), &error);
	free(bzimage);
	free(purgatory);
	return slurp(path, size);
}

/* An image with everything in it. */
static uint8_t *make_image(size_t *size)
{
	uint8_t *initrd = calloc(1, INITRD_BYTES);
	struct pg_bytes initrds[2] = {{initrd, INITRD_BYTES - 20},
				      {initrd + 5, 20}};
	struct pg_pack_options options = {
		.initrds = initrds,
		.initrd_count = 2,
		.command_line = "console=ttyS0",
		.console = {PG_CONSOLE_8250_PORT, 115200, 0x3f8, 1, 0},
		.backup_bytes = 640 * 1024};
	uint8_t *image;

	assert_non_null(initrd);
	for (size_t i = 0; i < INITRD_BYTES; i++)
		initrd[i] = (uint8_t)(i + i / 251);
	image = pack_with(&options, size);
	free(initrd);
	return image;
}

static struct pg_image *read_image(const uint8_t *file, size_t size)
{
	struct pg_error error;
	struct pg_image *image =
		pg_image_read((struct pg_bytes){file, size}, &error);

	if (image == NULL)
		print_error("%s\n", error.text);
	assert_non_null(image);
	return image;
}

static size_t find_part(const struct pg_image *image, const char *name)
{
	for (size_t i = 0; i < pg_image_part_count(image); i++)
		if (strcmp(pg_image_part(image, i).name, name) == 0)
			return i;
	fail_msg("no part %s", name);
	return 0;
}

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

/* ------------------------------------------------------- hostile files -- */

/* Offset in the file of the content at @address. */
static size_t offset_of(const uint8_t *file, uint64_t address)
{
	for (size_t i = 0; i < pg_load_le16(file + 56); i++) {
		const uint8_t *p = file + PE_PHDR(i);
		uint64_t start = pg_load_le64(p + 24);

		if (pg_load_le32(p) == PT_LOAD && address >= start &&
		    address - start < pg_load_le64(p + 32))
			return pg_load_le64(p + 8) + (address - start);
	}
	fail_msg("no content");
	return 0;
}

/* Reads and verifies. PG_OK, or what either said. */
static enum pg_status judge(const uint8_t *file, size_t size,
			    struct pg_error *error)
{
	struct pg_image *image =
		pg_image_read((struct pg_bytes){file, size}, error);
	enum pg_status status;

	if (image == NULL)
		return error->status;
	status = pg_image_verify(image, error);
	pg_image_free(image);
	return status;
}

static void test_flipped_content(void **state)
{
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	struct pg_part_view part =
		pg_image_part(image, find_part(image, "initrd"));
	size_t at = (size_t)(part.content.data - file) + 0x100000 + 77;
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
	/* Half a MiB from one to the other. */
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

#define EHDR(field)    offsetof(Elf64_Ehdr, field)
#define PHDR(i, field) (PE_PHDR(i) + offsetof(Elf64_Phdr, field))

struct spoiled {
	size_t at;
	unsigned bytes;
	uint64_t value;
	enum pg_status status;
	const char *word;
};

/* The segments of make_image(): 0 is the note, 1 the kernel at WINDOW, then
 * boot_params, cmdline, backup, purgatory, log in an order that the placement
 * decides, and the initrd last. */
static const struct spoiled spoiled[] = {
	{0, 1, 'x', PG_E_FORMAT, "not an ELF file"},
	{EI_VERSION, 1, 2, PG_E_FORMAT, "ELF64"},
	{EHDR(e_type), 2, ET_DYN, PG_E_FORMAT, "executable"},
	{EHDR(e_machine), 2, EM_S390, PG_E_FORMAT, "little-endian s390x"},
	{EHDR(e_machine), 2, EM_MIPS, PG_E_FORMAT, "mips"},
	{EHDR(e_machine), 2, EM_AARCH64, PG_E_CORRUPT, "ELF header for arm64"},
	{EHDR(e_entry), 8, WINDOW, PG_E_CORRUPT, "e_entry"},
	{EHDR(e_phnum), 2, 0xffff, PG_E_TRUNCATED, "program headers"},
	{EHDR(e_phoff), 8, UINT64_MAX - 5, PG_E_TRUNCATED, "program headers"},
	{PHDR(0, p_type), 4, PT_NULL, PG_E_FORMAT, "without purgatorio's note"},
	{PHDR(0, p_filesz), 8, IMAGE_NOTE_BYTES - 1, PG_E_CORRUPT, "note"},
	{PHDR(0, p_filesz), 8, 5, PG_E_FORMAT, "without purgatorio's note"},
	{PHDR(0, p_offset), 8, UINT64_MAX, PG_E_TRUNCATED, "segment 0"},
	{PHDR(1, p_offset), 8, UINT64_MAX - 7, PG_E_TRUNCATED, "segment 1"},
	{PHDR(1, p_filesz), 8, UINT64_MAX, PG_E_TRUNCATED, "segment 1"},
	{PHDR(1, p_filesz), 8, 0x1000, PG_E_CORRUPT, "kernel"},
	{PHDR(1, p_memsz), 8, UINT64_MAX, PG_E_CORRUPT, "wraps"},
	{PHDR(1, p_memsz), 8, 0x100, PG_E_CORRUPT, "more content"},
	{PHDR(1, p_memsz), 8, BZ_INIT_SIZE + 1, PG_E_CORRUPT, "whole pages"},
	{PHDR(1, p_memsz), 8, 0x3000000, PG_E_OVERLAP, "overlaps"},
	{PHDR(1, p_paddr), 8, 0xffffffff0000, PG_E_CORRUPT, "higher one"},
	{PHDR(1, p_paddr), 8, WINDOW + 1, PG_E_CORRUPT, "whole pages"},
	{PHDR(1, p_paddr), 8, WINDOW - 0x100000, PG_E_CORRUPT, "one segment"},
	{PHDR(1, p_type), 4, PT_NULL, PG_E_CORRUPT, "one segment"},
};

static void test_spoiled(void **state)
{
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(spoiled) / sizeof(*spoiled); i++) {
		const struct spoiled *s = &spoiled[i];
		uint8_t saved[8];

		memcpy(saved, file + s->at, s->bytes);
		for (unsigned k = 0; k < s->bytes; k++)
			file[s->at + k] = (uint8_t)(s->value >> (8 * k));
		expect_error(judge(file, size, &error), s->status, &error,
			     s->word);
		memcpy(file + s->at, saved, s->bytes);
	}
	expect_ok(judge(file, size, &error), &error);
	free(file);
}

/* Segments that an image may have and that nobody interprets; and more of them
 * than any image has. */
static void test_other_segments(void **state)
{
	size_t size;
	uint8_t *file = make_image(&size);
	uint16_t count = pg_load_le16(file + EHDR(e_phnum));
	size_t table = 80 * sizeof(Elf64_Phdr);
	uint8_t *extra;
	struct pg_error error;

	(void)state;
	/* A note has no memory. */
	pg_store_le64(file + PHDR(0, p_memsz), 0);
	expect_ok(judge(file, size, &error), &error);
	file = realloc(file, size + table);
	assert_non_null(file);
	memset(file + size, 0, table);
	memcpy(file + size, file + PE_PHDR(0), count * sizeof(Elf64_Phdr));
	pg_store_le64(file + EHDR(e_phoff), size);
	extra = file + size + count * sizeof(Elf64_Phdr);
	pg_store_le32(extra, PT_GNU_STACK);
	pg_store_le64(extra + offsetof(Elf64_Phdr, p_offset), UINT64_MAX);
	pg_store_le16(file + EHDR(e_phnum), (uint16_t)(count + 1));
	expect_ok(judge(file, size + table, &error), &error);
	for (size_t i = 0; i + count < 80; i++)
		put_phdr(false, extra + i * sizeof(Elf64_Phdr), 0,
			 WINDOW + WINDOW_BYTES + i * 0x1000, 0, 0x1000);
	pg_store_le16(file + EHDR(e_phnum), PG_IMAGE_SEGMENTS_MAX + 1);
	expect_ok(judge(file, size + table, &error), &error);
	pg_store_le16(file + EHDR(e_phnum), PG_IMAGE_SEGMENTS_MAX + 2);
	expect_error(judge(file, size + table, &error), PG_E_LIMIT, &error,
		     "more than 65 segments");
	free(file);
}

/* What the note says against what is there. */
static void test_spoiled_note(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
		enum pg_status status;
		const char *word;
	} cases[] = {
		{IMAGE_NOTE_VERSION, PG_MANIFEST_VERSION + 1, PG_E_VERSION,
		 "version"},
		{4, 32, PG_E_CORRUPT, "note is damaged"}, /* descsz */
		{8, 2, PG_E_CORRUPT, "note is damaged"},  /* type */
		{IMAGE_NOTE_PURGATORY, 0, PG_E_CORRUPT, "outside"},
		{IMAGE_NOTE_PURGATORY, WINDOW, PG_E_FORMAT, "PGIMAGE1"},
		{IMAGE_NOTE_MANIFEST, WINDOW, PG_E_CORRUPT, "does not follow"},
	};
	size_t size;
	uint8_t *file = make_image(&size);
	size_t note = pg_load_le64(file + PHDR(0, p_offset));
	struct pg_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool entry = cases[i].at == IMAGE_NOTE_PURGATORY;
		uint8_t saved[8], saved_entry[8];

		memcpy(saved, file + note + cases[i].at, 8);
		memcpy(saved_entry, file + EHDR(e_entry), 8);
		if (cases[i].at <= IMAGE_NOTE_VERSION)
			pg_store_le32(file + note + cases[i].at,
				      (uint32_t)cases[i].value);
		else
			pg_store_le64(file + note + cases[i].at,
				      cases[i].value);
		if (entry)
			pg_store_le64(file + EHDR(e_entry), cases[i].value);
		expect_error(judge(file, size, &error), cases[i].status, &error,
			     cases[i].word);
		memcpy(file + note + cases[i].at, saved, 8);
		memcpy(file + EHDR(e_entry), saved_entry, 8);
	}
	free(file);
}

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

/* Cut anywhere: refused, and nothing beyond the end is read. */
static void test_truncated(void **state)
{
	size_t size;
	uint8_t *whole = make_image(&size);
	struct pg_error error;
	size_t step = 1;

	(void)state;
	for (size_t cut = 0; cut < size; cut += step) {
		uint8_t *file = malloc(cut + 1);

		assert_non_null(file);
		file = realloc(file, cut == 0 ? 1 : cut);
		assert_non_null(file);
		memcpy(file, whole, cut);
		assert_int_equal(judge(file, cut, &error), PG_E_TRUNCATED);
		free(file);
		if (cut > 1024)
			step = size / 100;
	}
	free(whole);
}

static uint32_t seed = 1;
static uint32_t roll(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

/* Thousands of damaged files, most of them in what is interpreted: none may
 * make the reader, the verifier or the printers step outside. */
static void test_damaged(void **state)
{
	struct pg_pack_options options = {.command_line = "x",
					  .backup_bytes = 4096};
	FILE *null = fopen("/dev/null", "w");
	size_t size, accepted = 0;
	uint8_t *good = pack_with(&options, &size);
	struct pg_image *image = read_image(good, size);
	size_t manifest = offset_of(good, pg_image_manifest_address(image));
	size_t purgatory = offset_of(good, pg_image_purgatory(image));
	const size_t starts[] = {0, manifest, purgatory};
	const uint32_t lengths[] = {560, pg_image_manifest(image)->bytes, 48};
	struct pg_error error;

	(void)state;
	pg_image_free(image);
	assert_non_null(null);
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t *file = malloc(size);
		uint32_t where = roll(3);

		assert_non_null(file);
		memcpy(file, good, size);
		for (unsigned k = 0; k < 1 + roll(3); k++) {
			size_t at = starts[where] + roll(lengths[where]);
			static const uint8_t values[] = {0, 1, 0x7f, 0x80,
							 0xff};

			file[at] =
				roll(2) ? values[roll(5)] : (uint8_t)roll(256);
		}
		image = pg_image_read((struct pg_bytes){file, size}, &error);
		if (image != NULL) {
			accepted++;
			pg_image_print(image, null, &error);
			pg_image_print_json(image, null, &error);
			pg_image_verify(image, &error);
		}
		pg_image_free(image);
		free(file);
	}
	assert_in_range(accepted, 100, 19000); /* both ways were tried */
	fclose(null);
	free(good);
}

/* -------------------------------------------------------------- shown -- */

static char *shown(const struct pg_image *image, bool json)
{
	char *text = NULL;
	size_t bytes;
	FILE *to = open_memstream(&text, &bytes);
	struct pg_error error;

	assert_non_null(to);
	expect_ok(json ? pg_image_print_json(image, to, &error)
		       : pg_image_print(image, to, &error),
		  &error);
	fclose(to);
	return text;
}

static void test_print(void **state)
{
	static const char *const words[] = {
		"purgatorio image for x86_64, version 1",
		"8250 port at 0x3f8, 115200 baud",
		"mismatch   stop",
		"linux-x86_64, entry 0x10000200",
		"SEGMENTS",
		"PARTS",
		"RANGES",
		"COPIES",
		"MEMORY MAP",
		"0x0000000010000000-0x0000000010001fff     8.0 KiB  kernel",
		"backup, written later",
		"manifest",
	};
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	char *text = shown(image, false);

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strstr(text, words[i]) == NULL)
			print_error("no '%s' in\n%s\n", words[i], text);
		assert_non_null(strstr(text, words[i]));
	}
	free(text);
	pg_image_free(image);
	free(file);
}

/* The lines that the image above has no reason to show, or shows otherwise. */
static void test_print_variants(void **state)
{
	static const struct {
		struct pg_console console;
		struct pg_reset reset;
		const char *words[3];
		const char *absent;
	} cases[] = {
		{{PG_CONSOLE_8250_MMIO, 0, 0xfe000000, 4, 0},
		 {PG_RESET_PORT, 6, 0xcf9},
		 {"8250 mmio at 0xfe000000, registers 4 bytes apart, speed as "
		  "it is",
		  "reset      port, 0x06 to 0xcf9", "argument 0 0x1"},
		 "argument 1"},
		{{PG_CONSOLE_NONE, 0, 0, 0, 0},
		 {PG_RESET_MMIO, 1, 0xfed00000},
		 {"console    none\n", "reset      mmio, 0x01 to 0xfed00000",
		  "log        0x1"},
		 "COPIES"},
		{{99, 9600, 0x3f8, 1, 0},
		 {PG_RESET_ARCH, 0, 0},
		 {"console    unknown at 0x3f8, 9600 baud", "reset      arch\n",
		  "18 B"},
		 "SWAP"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pg_pack_options options = {.command_line =
							  "a line of 17 byte",
						  .console = cases[i].console,
						  .reset = cases[i].reset};
		size_t size;
		uint8_t *file = pack_with(&options, &size);
		struct pg_image *image = read_image(file, size);
		char *text = shown(image, false);

		for (size_t k = 0; k < 3; k++) {
			if (strstr(text, cases[i].words[k]) == NULL)
				print_error("no '%s' in\n%s\n",
					    cases[i].words[k], text);
			assert_non_null(strstr(text, cases[i].words[k]));
		}
		assert_null(strstr(text, cases[i].absent));
		free(text);
		pg_image_free(image);
		free(file);
	}
}

/* A name out of a hostile file steers neither a terminal nor a parser. */
static void test_hostile_name(void **state)
{
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	size_t at = offset_of(file, pg_image_manifest_address(image)) +
		    pg_image_manifest(image)->parts.offset;
	char *text;

	(void)state;
	pg_image_free(image);
	memcpy(file + at, "a\"\\\033\n\xff", 7);
	image = read_image(file, size);
	text = shown(image, false);
	assert_non_null(strstr(text, "a\"\\???"));
	assert_null(strchr(text, '\033'));
	free(text);
	text = shown(image, true);
	assert_non_null(strstr(text, "\"a\\\"\\\\\\u001b\\u000a\\u00ff\""));
	free(text);
	pg_image_free(image);
	free(file);
}

static void test_full_disk(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	struct pg_error error;

	(void)state;
	assert_non_null(full);
	expect_error(pg_image_print(image, full, &error), PG_E_IO, &error,
		     "cannot be written");
	expect_error(pg_image_print_json(image, full, &error), PG_E_IO, &error,
		     "cannot be written");
	fclose(full);
	pg_image_free(image);
	free(file);
}

static int begin(void **state)
{
	int fd;

	(void)state;
	strcpy(path, "/tmp/pg-test-image-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int end(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_e820),
		cmocka_unit_test(test_reproducible),
		cmocka_unit_test(test_pack_refuses),
		cmocka_unit_test(test_s390x),
		cmocka_unit_test(test_flipped_content),
		cmocka_unit_test(test_wrong_whole),
		cmocka_unit_test(test_relative),
		cmocka_unit_test(test_wrong_cuts),
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_other_segments),
		cmocka_unit_test(test_spoiled_note),
		cmocka_unit_test(test_spoiled_manifest),
		cmocka_unit_test(test_scattered_part),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_print_variants),
		cmocka_unit_test(test_hostile_name),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests_name("image", tests, begin, end);
}
